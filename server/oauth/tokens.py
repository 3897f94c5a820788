"""What an authorization server granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from policies.canonical import Json
from policies.secret import Secret

MARGIN: Final = 60_000
"""Milliseconds before its end at which a token is renewed; a quarter of its life where that is less."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """`renew_at` is in milliseconds by the store's clock; None where nobody said how long it lasts."""

    access: Secret
    refresh: Secret | None
    renew_at: int | None
    scopes: frozenset[str]

    @classmethod
    def granted(
        cls,
        now: int,
        *,
        access: Secret,
        refresh: Secret | None,
        lasting: int | None,
        scopes: frozenset[str],
    ) -> Self:
        """`now` is when it was asked for, in milliseconds; `lasting` is in seconds."""
        life = None if lasting is None else lasting * 1000
        renew_at = None if life is None else now + life - min(MARGIN, life // 4)
        return cls(access, refresh, renew_at, scopes)

    def is_spent(self, now: int) -> bool:
        return self.renew_at is not None and self.renew_at <= now

    @property
    def scope(self) -> str:
        """As OAuth writes it, in a fixed order."""
        return " ".join(sorted(self.scopes))

    def to_json(self) -> Json:
        """With the secrets in the clear, to be sealed at once."""
        return {
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal() if self.refresh else None,
            "renew_at": self.renew_at,
            "scopes": [*sorted(self.scopes)],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Of `to_json`, and nothing else."""
        refresh = value["refresh"]
        return cls(
            Secret(value["access"]),
            Secret(refresh) if refresh else None,
            value["renew_at"],
            frozenset(value["scopes"]),
        )
