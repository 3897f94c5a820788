"""A master in OpenBao's or HashiCorp Vault's Transit engine, which wraps and unwraps and never shows its key.

HTTP API: openbao.org/api-docs/secret/transit. Bound facts go along as `associated_data`, and as `context` for
a key that is derived by it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import anyio.to_thread

from policies.canonical import Json, canonical
from policies.document import Document
from policies.errors import ConfigurationError
from policies.frames import BadFrame, parse
from server.keys.master import MasterUnavailable
from server.keys.references import resolve
from server.seal import DoesNotOpen
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.errors import OutboundError
from tools.outbound.tls import ClientContext, Tls, client_context

BOUNDS = Bounds(seconds=10, size=65_536, tries=1)


@dataclass(frozen=True)
class Transit:
    """`name` is its whole address: another address is another master.

    `token` is a reference that is looked up each time, so that an agent may renew what is behind it.
    """

    name: str
    token: str
    root: Path
    ca: Path | None = None

    @classmethod
    def of(cls, reference: str, document: Document) -> "Transit":
        keys = document.keys
        assert keys.token is not None  # the document sees to it
        return cls(reference, keys.token, document.root, document.within(keys.ca) if keys.ca else None)

    async def wrap(self, key: bytes, *bound: str) -> str:
        """Raises `MasterUnavailable`."""
        plaintext = base64.b64encode(key).decode()
        status, data = await self._post("encrypt", {"plaintext": plaintext, **_said(bound)})
        wrapped = data.get("ciphertext")
        if status != 200 or not isinstance(wrapped, str) or not _VERSION.match(wrapped):
            self._refused(status)
        return wrapped

    async def unwrap(self, text: str, *bound: str) -> bytes:
        """Raises `DoesNotOpen` or `MasterUnavailable`."""
        status, data = await self._post("decrypt", {"ciphertext": text, **_said(bound)})
        if status == 400:
            raise DoesNotOpen(f"{self.name} does not unwrap it")
        key = data.get("plaintext")
        if status != 200 or not isinstance(key, str):
            self._refused(status)
        try:
            return base64.b64decode(key, validate=True)
        except binascii.Error:
            self._refused(status)

    def version(self, text: str) -> str:
        found = _VERSION.match(text)
        return found[1] if found else ""

    @cached_property
    def _tls(self) -> ClientContext:
        """Raises `ConfigurationError`."""
        return client_context(Tls("keys", ca=self.ca))

    async def _post(self, verb: str, body: Mapping[str, str]) -> tuple[int, Mapping[str, Json]]:
        """The status and the data. Raises `MasterUnavailable`; what the other side wrote is not in it."""
        try:
            token = await anyio.to_thread.run_sync(resolve, self.token, self.root)
        except ConfigurationError as error:
            raise MasterUnavailable(f"keys.token: {error.message}", error.remedy) from None
        headers = {"x-vault-token": token.reveal(), "x-vault-request": "true"}
        try:
            way = Transport(self._tls, origins((self._parts[0],)), BOUNDS)
            async with client(way, headers=headers) as asking:
                answer = await asking.post(self._address(verb), json=body)
        except OutboundError as error:
            raise MasterUnavailable(
                f"{self.name}: {error}", "Start it, or mend its address in keys.master, or keys.ca."
            ) from None
        except ConfigurationError as error:
            raise MasterUnavailable(f"keys.ca: {error.message}", error.remedy) from None
        return answer.status_code, _data(answer.content)

    @property
    def _parts(self) -> tuple[str, str, str]:
        """The server, the mount and the key."""
        server = urlsplit(self.name.removeprefix("transit:"))
        mount, _, key = server.path.strip("/").rpartition("/")
        return f"{server.scheme}://{server.netloc}", mount, key

    def _address(self, verb: str) -> str:
        server, mount, key = self._parts
        return f"{server}/v1/{mount}/{verb}/{key}"

    def _refused(self, status: int) -> NoReturn:
        _, mount, key = self._parts
        may = f'"update" on {mount}/encrypt/{key} and {mount}/decrypt/{key}'
        strange = f"it answers {status}, and not as Transit does"
        why, remedy = {
            400: ("it does not wrap", f"Make the key: bao write -f {mount}/keys/{key} type=aes256-gcm96"),
            403: ("it refuses the token", f"Give one that is valid and whose policies let it do {may}."),
            404: ("there is no such engine", f"Run: bao secrets enable -path={mount} transit"),
            503: ("it is sealed", "Unseal it."),
        }.get(status, (strange, "Mend its address in keys.master, or look into its log."))
        raise MasterUnavailable(f"{self.name}: {why}", remedy)


_VERSION = re.compile(r"vault:v([0-9]+):")


def _said(bound: tuple[str, ...]) -> dict[str, str]:
    said = base64.b64encode(canonical(("remit key 1", *bound)).encode()).decode()
    return {"associated_data": said, "context": said}


def _data(body: bytes) -> Mapping[str, Json]:
    try:
        answer = parse(body)
    except BadFrame:
        return {}
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) else {}
