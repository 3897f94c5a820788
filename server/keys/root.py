"""The root key, and the keys that are derived from it.

It is made on the first start, wrapped by the master, and stays for as long as the store does: what was sealed
or signed under a key of its outlives every change of the master.
"""

import base64
import secrets
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from policies.document import Document
from policies.errors import ConfigurationError
from policies.secret import Secret
from server.keys import rows
from server.keys.master import MasterUnavailable
from server.keys.masters import Masters, open_masters
from server.keys.rows import Root
from server.seal import DoesNotOpen
from server.store import Reader, Store

ROOT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The root key, as the keys that are derived from it. It has no text form and is never pickled."""

    _root: Secret

    @classmethod
    def of(cls, root: bytes) -> "Keys":
        return cls(Secret(base64.b64encode(root).decode()))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose: HKDF-SHA256 (RFC 5869) with info "remit 1 " and the purpose."""
        root = base64.b64decode(self._root.reveal())
        info = b"remit 1 " + purpose.encode()
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(root)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """What checkpoints of the audit log are signed with."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("audit signing"))

    @property
    def public_key_pem(self) -> bytes:
        """What checkpoints are checked with: public, for the auditor to keep."""
        return self.signing_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


async def open_keys(masters: Masters, store: Store) -> Keys:
    """The keys of the store's root key, which is made where there is none.

    Raises `ConfigurationError` where no master of `masters` unwraps it or the current one can't be used, and
    `StoreUnavailable`.
    """
    root = await store.read(rows.read_root)
    try:
        if root is None:
            wrapped = await masters.wrap(secrets.token_bytes(ROOT_BYTES), *Root.bound)
            root = await store.run(partial(rows.keep_root, wrapped))
        elif root.wrapped.master != masters.current.name:
            await masters.newest()  # it is about to be needed, so that it answers is seen now
    except MasterUnavailable as error:
        raise _refused(error) from error
    return await _unwrapped(masters, root)


async def find_keys(document: Document, reader: Reader) -> Keys:
    """The keys of a store that is only looked into. Raises as `open_keys` does."""
    root = await reader.read(rows.read_root)
    if root is None:
        raise ConfigurationError(
            "the store has no keys yet",
            where=document.server.store,
            remedy="Start `remit serve` once: it makes them.",
        )
    return await _unwrapped(await open_masters(document, reader), root)


async def _unwrapped(masters: Masters, root: Root) -> Keys:
    try:
        return Keys.of(await masters.unwrap(root.wrapped, *root.bound))
    except MasterUnavailable as error:
        raise _refused(error) from error
    except DoesNotOpen as error:
        raise ConfigurationError(
            f"the root key of this store does not unwrap, although {root.wrapped.master} did wrap it",
            where="keys.master",
            remedy="Restore that master with all of its versions, or the store, from a backup.",
        ) from error


def _refused(error: MasterUnavailable) -> ConfigurationError:
    return ConfigurationError(error.why, where="keys.master", remedy=error.remedy)
