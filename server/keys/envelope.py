"""One sealed record: AES-256-GCM under a key that is derived for it alone.

The record's salt is random, and key and nonce are derived from it (HKDF-SHA256, RFC 5869). So the key that
records are sealed under never nears the limit of 2^32 random nonces (NIST SP 800-38D, 8.3).
"""

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from policies.canonical import canonical
from server.seal import DoesNotOpen

_SALT: Final = 32  # bytes
_KEY: Final = 32
_NONCE: Final = 12


def close(key: bytes, content: bytes, *bound: str) -> str:
    """base64 of the salt and what is sealed. `bound` has to be said again to open it."""
    salt = secrets.token_bytes(_SALT)
    cipher, nonce = _cipher(key, salt)
    return base64.b64encode(salt + cipher.encrypt(nonce, content, _said(bound))).decode()


def open(key: bytes, text: str, *bound: str) -> bytes:  # noqa: A001 - read as envelope.open
    """Raises `DoesNotOpen`."""
    try:
        raw = base64.b64decode(text, validate=True)
        cipher, nonce = _cipher(key, raw[:_SALT])
        content = cipher.decrypt(nonce, raw[_SALT:], _said(bound))
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen(type(error).__name__) from error
    if base64.b64encode(raw).decode() != text:
        # The bits of the last letter that base64 does not use were others.
        raise DoesNotOpen("it is another writing of the same")
    return content


def _cipher(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    derived = HKDF(hashes.SHA256(), _KEY + _NONCE, salt, b"remit record 1").derive(key)
    return AESGCM(derived[:_KEY]), derived[_KEY:]


def _said(bound: tuple[str, ...]) -> bytes:
    return canonical(("remit record 1", *bound)).encode()
