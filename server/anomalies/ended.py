"""How one call ended, as it is counted and measured: counts, names, and of rows their hashes alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeAlias

from policies.anomalies import MOST_TARGETS
from policies.call import Call, Redacted
from policies.distinct import RANGE, Distinct
from server.digests import printable

Whose: TypeAlias = tuple[str, str]
"""Tenant and user."""


def whose(tenant: str, user: str) -> Whose:
    """As they are kept: any text can be (threat T34), and the log has them so."""
    return printable(tenant), printable(user)


MOST_ROWS: Final = 1000
"""Rows of one answer that are told apart. Of a larger one the first have to do."""
NAMES: Final = ("table", "project")
"""Arguments that name what a call reaches for, where its answer's columns do not."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Different rows, and targets by their names in the configuration or the system."""

    records: Distinct = field(default_factory=Distinct)
    targets: frozenset[str] = frozenset()

    def together(self, other: "Touched") -> "Touched":
        targets = sorted(self.targets | other.targets)[:MOST_TARGETS]
        return Touched(self.records.together(other.records), frozenset(targets))


NOTHING: Final = Touched()


@dataclass(frozen=True, slots=True)
class Ended:
    """`tool`, `source` and `tier` are "" for a call that no tool of ours was found for.

    `code` is "" for one that was answered. `bytes` are those of the answer, `whole` those of all that is kept
    of it to be read on as well. `seconds` are from its arrival on, `stages` parts of them.
    """

    tenant: str
    user: str
    tool: str
    source: str
    tier: str
    code: str
    bytes: int = 0
    whole: int = 0
    touched: Touched = NOTHING
    seconds: float = 0
    stages: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def whose(self) -> Whose:
        return self.tenant, self.user


def touched(redacted: Redacted, key: bytes) -> Touched:
    """By the whole result, as it left: `key` is what rows are hashed with."""
    call = redacted.grant.plan.call
    table = redacted.kept.table if redacted.kept else redacted.table
    hashes = (_hash(list(row), call.tool.source, key) for row in table.rows[:MOST_ROWS])
    return Touched(Distinct.of(hashes), _targets(call, redacted))


def whole(redacted: Redacted, size: int) -> int:
    """Bytes of an answer of `size` with all that is kept of it."""
    if redacted.kept is None:
        return size
    return max(
        size, len(json.dumps(redacted.kept.table.rows, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    )


def _targets(call: Call, redacted: Redacted) -> frozenset[str]:
    tables = {origin.table for column in redacted.table.columns for origin in column.origins}
    named = {value for name in NAMES if isinstance(value := call.arguments.get(name), str)}
    return frozenset(f"{call.tool.source}.{target}"[:256] for target in (tables or named))


def _hash(row: object, source: str, key: bytes) -> int:
    text = json.dumps([source, row], separators=(",", ":"))
    return int.from_bytes(blake2b(text.encode(), digest_size=8, key=key).digest()) % RANGE
