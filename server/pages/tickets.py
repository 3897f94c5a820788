"""Tickets: random texts, each good for one thing until its time is over.

The store keeps under a ticket's number what it is good for, sealed. The text is the number and a MAC of it: a
guess never reaches the store, and whoever reads the store can't make a ticket from it.
"""

import base64
import hmac
import re
import secrets
from enum import StrEnum
from functools import partial
from typing import Final

from policies.canonical import Json
from server.keys import Keys
from server.seal import Seal
from server.store import Store
from server.transaction import Transaction, now_ms

NUMBER: Final = 16  # bytes
TEXT: Final = re.compile(r"[A-Za-z0-9_-]{64}")

_FORGET: Final = "DELETE FROM tickets WHERE until <= $1"
_ADD: Final = "INSERT INTO tickets (id, kind, until, content) VALUES ($1, $2, $3, $4)"
_LOOK: Final = "SELECT until, content FROM tickets WHERE id = $1 AND kind = $2 AND until > $3"
_TAKE: Final = "DELETE FROM tickets WHERE id = $1 AND kind = $2 AND until > $3 RETURNING until, content"


class Kind(StrEnum):
    SESSION = "session"
    """In a cookie: this browser is signed in."""
    SIGN_IN = "sign-in"
    """The `state` of a sign-in under way at the identity provider."""
    LINK = "link"
    """In an address: signs in whoever opens it, once."""
    CONNECT = "connect"
    """In an address: lets one person connect one source with an account of theirs."""
    AUTHORIZE = "authorize"
    """The `state` of a person who is at a system, to authorize remit there."""
    NOTE = "note"
    """In an address: what somebody is told once, after what they did."""
    PEER = "peer"
    """One remit shows another that both have this store."""


class Tickets:
    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._seal = Seal(keys.derive("page sessions"))
        self._key = keys.derive("page tickets")

    async def issue(self, kind: Kind, content: Json, seconds: int) -> str:
        """A new one, good for so long. Raises `StoreUnavailable`, as all here do."""
        number = secrets.token_bytes(NUMBER)
        await self._store.run(partial(self._issue, kind, number.hex(), content, seconds * 1000))
        return base64.urlsafe_b64encode(number + self._mac(kind, number)).decode()

    async def look(self, kind: Kind, text: str) -> Json:
        """What it is good for, or None."""
        number = self._number(kind, text)
        return await self._store.read(partial(self._find, _LOOK, kind, number)) if number else None

    async def take(self, kind: Kind, text: str) -> Json:
        """The same, and it is good for nothing from now on. Of several at once, one gets it."""
        number = self._number(kind, text)
        return await self._store.run(partial(self._find, _TAKE, kind, number)) if number else None

    def _issue(self, kind: Kind, number: str, content: Json, lasting: int) -> Transaction[None]:
        now = yield from now_ms()
        yield _FORGET, (now,)
        until = now + lasting
        sealed = self._seal.close(content, "ticket", kind.value, number, str(until))
        yield _ADD, (number, kind.value, until, sealed)

    def _find(self, statement: str, kind: Kind, number: str) -> Transaction[Json]:
        now = yield from now_ms()
        rows = yield statement, (number, kind.value, now)
        if not rows:
            return None
        until, sealed = rows[0]
        return self._seal.open(sealed, "ticket", kind.value, number, str(until))

    def _number(self, kind: Kind, text: str) -> str | None:
        if not TEXT.fullmatch(text):
            return None
        raw = base64.urlsafe_b64decode(text)
        number, mac = raw[:NUMBER], raw[NUMBER:]
        return number.hex() if hmac.compare_digest(mac, self._mac(kind, number)) else None

    def _mac(self, kind: Kind, number: bytes) -> bytes:
        return hmac.digest(self._key, kind.value.encode() + b" " + number, "sha256")
