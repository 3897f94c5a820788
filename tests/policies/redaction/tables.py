"""Raw results made by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from policies.call import Call, Column, Kind, Plan, Raw, Table, Tier, Tool, Transport
from policies.canonical import Json
from policies.redaction.spans import Span
from tests.proofs import ADA, grant_of

ROOT = Path(__file__).parents[3]
DATA = Path(__file__).parents[2] / "data"
_QUERY = Tool("shop", "query", Tier.READ, "Query", "Runs a query.", {}, {})


def raw_of(
    columns: Mapping[str, Kind] | Sequence[Column], rows: Sequence[Sequence[Json]], *, call: str = "call-1"
) -> Raw:
    """A result of the source `shop`."""
    if isinstance(columns, Mapping):
        columns = [Column(name, kind) for name, kind in columns.items()]
    plan = Plan(Call(call, ADA, _QUERY, "d1", {}, Transport.STDIO), {}, "1")
    return Raw(grant_of(plan), Table(tuple(columns), tuple(tuple(row) for row in rows)))


@dataclass(frozen=True)
class Case:
    """A text with what is to be found in it."""

    text: str
    spans: tuple[Span, ...]
    kind: str
    clean: bool


def cases(file: str) -> list[Case]:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    rows = cast("list[dict[str, Any]]", [json.loads(line) for line in lines])
    return [
        Case(
            row["text"],
            tuple(Span(span["start"], span["end"], span["label"]) for span in row["spans"]),
            row.get("type") or row["source"],
            not row["spans"],
        )
        for row in rows
    ]


@dataclass
class Score:
    """Covered: at least 90 % of a labelled span's characters lie in some finding."""

    wanted: int = 0
    covered: int = 0
    found: int = 0
    right: int = 0
    clean: int = 0
    touched: int = 0

    def add(self, case: Case, found: Sequence[Span]) -> None:
        for span in case.spans:
            inside = sum(max(0, min(f.end, span.end) - max(f.start, span.start)) for f in found)
            self.wanted += 1
            self.covered += inside >= 0.9 * (span.end - span.start)
        self.found += len(found)
        self.right += sum(any(f.start < s.end and s.start < f.end for s in case.spans) for f in found)
        self.clean += case.clean
        self.touched += case.clean and bool(found)

    @property
    def recall(self) -> float:
        return self.covered / self.wanted

    @property
    def precision(self) -> float:
        return self.right / self.found
