"""Which scopes are switched on: durable, until a day, and the same for every process of the store.

The configuration says what a scope is; the store says until when it counts, and who said so and why. It
counts while its delegation names the digest of the very scope that this process has, so that one that was
changed counts for nothing until it is switched on again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from policies.call import Tier, Tool, User
from policies.canonical import canonical
from policies.errors import Denied, not_open
from policies.scopes import Scope
from server.transaction import Transaction, now_ms

COLUMNS: Final = ("scope", "tool", "digest", "granted_at", "granted_by", "why", "until_at")
"""Of the table, in the order of `Delegation`."""
_READ: Final = f"SELECT {', '.join(COLUMNS)} FROM delegations"  # noqa: S608 - names alone


class State(StrEnum):
    ON = "on"
    OFF = "off"
    ENDED = "ended"
    """Its last day is over."""
    CHANGED = "changed"
    """It was another one that was switched on."""
    GONE = "gone"
    """The configuration does not have it any more."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """That a scope was switched on, as its `digest` then was. Times are in milliseconds since 1970."""

    scope: str
    tool: str
    digest: str
    granted_at: int
    granted_by: str
    why: str
    until_at: int


class Delegations:
    """What this process requires of the delegation of each scope that it has."""

    def __init__(self, scopes: Mapping[str, Scope]) -> None:
        self.scopes = scopes
        self.digests = {name: digest(scope) for name, scope in scopes.items()}

    def state(self, scope: str, delegation: Delegation | None, now: int) -> State:
        """`now` is in milliseconds since 1970."""
        if delegation is None:
            return State.OFF
        if (delegation.digest, delegation.tool) != (self.digests[scope], self.scopes[scope].tool):
            return State.CHANGED
        return State.ON if now < delegation.until_at else State.ENDED

    def on(self, found: Mapping[str, Delegation], now: int) -> Mapping[str, Scope]:
        """The scopes that count, in the order of the configuration."""
        return {
            name: scope
            for name, scope in self.scopes.items()
            if self.state(name, found.get(name), now) is State.ON
        }

    def look(self) -> Transaction[Mapping[str, Scope]]:
        """The scopes that count now."""
        now = yield from now_ms()
        return self.on((yield from delegations()), now)


def delegations() -> Transaction[dict[str, Delegation]]:
    """By scope."""
    return {row[0]: delegation(row) for row in (yield _READ, ())}


def delegation(row: Sequence[Any]) -> Delegation:
    """Of the values of COLUMNS."""
    return Delegation(*row)


def hold(scopes: Mapping[str, Scope], user: User, tool: Tool) -> None:
    """Raises `Denied` for an autonomous tool that none of these covers for this user."""
    if tool.tier is Tier.AUTO and not covering(scopes, user, tool):
        raise off(tool)


def off(tool: Tool) -> Denied:
    return not_open(tool.name, why="no scope that is switched on covers it for this user")


def covering(scopes: Mapping[str, Scope], user: User, tool: Tool) -> Mapping[str, Scope]:
    return {name: scope for name, scope in scopes.items() if scope.tool == tool.plain and scope.covers(user)}


def digest(scope: Scope) -> str:
    """SHA-256 in hex. A setting left at its default is not in it."""
    settings = scope.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return hashlib.sha256(canonical(settings).encode()).hexdigest()
