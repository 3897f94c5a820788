"""Claims that the database's own row-level security can believe: see row_security.sql."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.canonical import Json, canonical

INSTALL: Final = Path(__file__).with_name("row_security.sql")
"""The SQL that an administrator runs once per database."""

IDENTIFY: Final = (
    "SELECT pg_catalog.pg_backend_pid() AS backend, (extract(epoch FROM pg_catalog.transaction_timestamp())"
    " * 1000000)::bigint AS began"
)
HAND_OVER: Final = (
    "SELECT pg_catalog.set_config('remit.claims', $1, true),"
    " pg_catalog.set_config('remit.signature', $2, true)"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """The two settings of a transaction."""

    payload: str
    signature: str


class Signer:
    """Signs with HMAC-SHA256 (RFC 2104). `keyed` is a hash that has taken the key and nothing else."""

    def __init__(self, keyed: hmac.HMAC) -> None:
        self._keyed = keyed

    def sign(self, claims: Mapping[str, Json], *, backend: int, began: int, seconds: float) -> Signed:
        """For one transaction: `began` is its start, in microseconds by the database's clock."""
        payload = canonical(
            {
                "backend": backend,
                "began": began,
                "claims": dict(claims),
                "expires": began + round(seconds * 1_000_000),
            }
        )
        signature = self._keyed.copy()
        signature.update(payload.encode())
        return Signed(payload, signature.hexdigest())
