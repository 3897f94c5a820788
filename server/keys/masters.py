"""The masters that the configuration names."""

import secrets
from importlib.util import find_spec

from policies.document import Document
from server.keys import rows
from server.keys.local import open_local
from server.keys.master import Master, MasterUnavailable
from server.keys.references import wrong
from server.keys.rows import Wrapped
from server.keys.transit import Transit
from server.store import Reader


class Masters:
    """The one that wraps, and those that may still unwrap."""

    def __init__(self, current: Master, former: tuple[Master, ...] = ()) -> None:
        self.current = current
        self._by_name: dict[str, Master] = {master.name: master for master in (*former, current)}

    @property
    def names(self) -> tuple[str, ...]:
        """The current one's first."""
        return self.current.name, *(name for name in self._by_name if name != self.current.name)

    async def wrap(self, key: bytes, *bound: str) -> Wrapped:
        """Raises `MasterUnavailable`."""
        return Wrapped(await self.current.wrap(key, *bound), self.current.name)

    async def unwrap(self, wrapped: Wrapped, *bound: str) -> bytes:
        """Raises `DoesNotOpen`, or `MasterUnavailable`: for a master that is not among these, too."""
        master = self._by_name.get(wrapped.master)
        if master is None:
            raise MasterUnavailable(
                f"a key of this store is wrapped by the master {wrapped.master}, and [keys] names "
                f"{', '.join(self.names)}",
                "Name the one it wants in keys.master, or in keys.former to rotate away from it.",
            )
        return await master.unwrap(wrapped.text, *bound)

    async def newest(self) -> str:
        """The version of the current one that wraps now. Raises `MasterUnavailable`."""
        return self.current.version(await self.current.wrap(secrets.token_bytes(32), "nothing"))

    def is_newest(self, wrapped: Wrapped, newest: str) -> bool:
        return wrapped.master == self.current.name and self.current.version(wrapped.text) == newest


async def open_masters(document: Document, reader: Reader) -> Masters:
    """The masters of `[keys]`. For a store without keys, a local master is made where there is none.

    Raises `ConfigurationError`, or `StoreUnavailable`.
    """
    new = await reader.read(rows.read_root) is None
    return Masters(
        _open(document, document.keys.master, make=new),
        tuple(_open(document, reference, make=False) for reference in document.keys.former),
    )


def _open(document: Document, reference: str, *, make: bool) -> Master:
    if reference.startswith("transit:"):
        return Transit.of(reference, document)
    if reference.startswith("kms:"):
        return _open_kms(reference)
    return open_local(reference, document.root, make=make)


def _open_kms(reference: str) -> Master:
    if find_spec("aiobotocore") is None:
        raise wrong(reference, "remit was installed without AWS", "Run: pip install 'remit[aws]'")
    from server.keys.kms import Kms  # noqa: PLC0415 - the SDK of AWS is there only for those who ask for it

    return Kms(reference)
