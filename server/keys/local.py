"""A master of 32 bytes that remit holds itself, behind a reference."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from policies.errors import ConfigurationError
from policies.secret import Secret
from server.keys import envelope
from server.keys.references import keep, look_up, resolve, wrong

MASTER_BYTES = 32
MAKE_ONE = 'python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'


@dataclass(frozen=True, slots=True)
class Local:
    """It has no text form and is never pickled. `name` is a key check value: half an HMAC under it."""

    _key: Secret

    @property
    def name(self) -> str:
        return f"local:{hmac.digest(self._bytes(), b'remit master 1 name', 'sha256')[:16].hex()}"

    async def wrap(self, key: bytes, *bound: str) -> str:
        return envelope.close(self._bytes(), key, *bound)

    async def unwrap(self, text: str, *bound: str) -> bytes:
        """Raises `DoesNotOpen`."""
        return envelope.open(self._bytes(), text, *bound)

    def version(self, text: str) -> str:  # noqa: ARG002 - it has no versions
        return ""

    def _bytes(self) -> bytes:
        return base64.b64decode(self._key.reveal())


def open_local(reference: str, root: Path, *, make: bool) -> Local:
    """The master that the reference names; with `make` a new one where there is none and it can be kept.

    Raises `ConfigurationError`.
    """
    if make and look_up(reference, root) is None:
        _make(reference, root)
    # Read back: another process may have made it first, and then that one is the master.
    found = resolve(reference, root)
    try:
        length = len(base64.b64decode(found.reveal(), validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if length != MASTER_BYTES:
        raise wrong(
            reference,
            f"the master key is not {MASTER_BYTES} bytes in base64",
            f"Restore it. For a new installation make one: {MAKE_ONE}",
        )
    return Local(found)


def _make(reference: str, root: Path) -> None:
    try:
        keep(reference, root, base64.b64encode(secrets.token_bytes(MASTER_BYTES)).decode())
    except ConfigurationError as error:
        raise wrong(
            reference, f"no master key can be made: {error.message}", f"{error.remedy} {MAKE_ONE}"
        ) from None
