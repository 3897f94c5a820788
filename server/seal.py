"""Sealing of what the store of record keeps and must not tell: AES-256-GCM, each seal under its own nonce.

What a seal is of, and for whom, is bound into it: a sealed text that is moved to another row does not open.
"""

import base64
import json
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from policies.canonical import Json, canonical
from policies.errors import AuditUnavailable

_NONCE: Final = 12  # bytes: NIST SP 800-38D


class DoesNotOpen(AuditUnavailable):
    """What was not sealed by remit, under this key and for this; or its key is no more."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "remit's store of record holds what remit did not write, so nothing is done with it. "
            "Tell an administrator.",
            detail=f"a seal does not open: {why}",
        )


class Seal:
    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._cipher = AESGCM(key)

    def close(self, value: Json, *bound: str) -> str:
        """The sealed value as text. `bound` says what it is of, and has to be said again to open it."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, canonical(value).encode(), canonical(bound).encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, text: str, *bound: str) -> Json:
        """Raises `DoesNotOpen` for what was not sealed here, under this key and for this."""
        try:
            raw = base64.b64decode(text, validate=True)
            opened = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], canonical(bound).encode())
        except (InvalidTag, ValueError) as error:
            raise DoesNotOpen(type(error).__name__) from error
        value: Json = json.loads(opened)
        return value
