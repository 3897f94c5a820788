"""A small strict Google Drive, API v3: what Google's own description of it does not know, it refuses, and it
writes down who asked what.

After developers.google.com/workspace/drive/api. tests/tools/drive/test_gate.py drives it with Google's own
client; tests/tools/drive/test_queries.py holds what it finds against backlot, which only reads.
"""

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.tools.drive import filing, history, sharing, shown
from tests.tools.drive.answers import Refused, bad_token, without_scope, without_token
from tests.tools.drive.call import Call, Holder, Media
from tests.tools.drive.content import EXPORTS, uploaded
from tests.tools.drive.spec import DriveSpec, Operation
from tests.tools.drive.world import World

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

READS: Final = ("drive.readonly",)
ACTS: Final = ("drive",)
_NUMBERS: Final = itertools.count(1)


def _about(call: Call) -> Response:
    if "fields" not in call.query:
        raise Refused(400, "required", "The 'fields' parameter is required for this method.", "fields")
    mine = sum(each.claimed for each in call.world.files.values() if each.owner == call.login)
    told = {
        "kind": "drive#about",
        "user": shown.user(call.login, call.login),
        "storageQuota": {"limit": str(15 * 2**30), "usage": str(mine), "usageInDrive": str(mine)},
        "exportFormats": {mime: list(formats) for mime, formats in EXPORTS.items()},
        "maxUploadSize": "5242880000000",
        "canCreateDrives": False,
    }
    return call.told(told, "*")


_ANSWERED: Final[Mapping[str, Callable[[Call], Response]]] = {
    "about.get": _about,
    "files.list": filing.listed,
    "files.get": filing.got,
    "files.export": filing.exported_as,
    "files.generateIds": filing.numbered,
    "files.create": filing.created,
    "files.update": filing.updated,
    "files.delete": filing.deleted,
    "permissions.list": sharing.listed,
    "permissions.get": sharing.got,
    "permissions.create": sharing.created,
    "permissions.update": sharing.updated,
    "permissions.delete": sharing.deleted,
    "revisions.list": history.listed,
    "revisions.get": history.got,
    "revisions.update": history.updated,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came: `target` is as it stood on the wire, `body` what it said in JSON, `media` what it
    uploaded. `operation` is like `files.list`, or None for what Drive does not have.
    """

    method: str
    target: str
    operation: str | None
    login: str | None
    body: bytes = b""
    media: bytes | None = None

    @property
    def downloads(self) -> bool:
        return self.operation == "files.export" or "alt=media" in self.target


Check = Callable[[str], Awaitable[Holder | None]]
"""Whose a token is; None for one that is nobody's."""


class Gate:
    """An ASGI application. `faults` are taken in turn, one a request, `losses` are the answers to what was
    changed, and `refusing` is one in the place of a change; `asked` is all that came. `meanwhile` is what
    somebody else does just before an answer. Without a `check` of tokens those that were given count.
    """

    def __init__(self, world: World, check: Check | None = None) -> None:
        self.world = world
        self.spec = DriveSpec.shipped()
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.refusing: Fault | None = None
        self.asked: list[Asked] = []
        self.meanwhile: Callable[[Asked], None] | None = None
        self._holders: dict[str, Holder] = {}
        self._check = check or self._held

    def give(self, login: str, scopes: Sequence[str] = READS) -> str:
        token = f"ya29.made-up-{next(_NUMBERS)}-for-{login}"
        self._holders[token] = Holder(login, frozenset(scopes))
        return token

    def end(self, token: str) -> None:
        """Expired or revoked: Google tells both in the same words."""
        del self._holders[token]

    async def _held(self, token: str) -> Holder | None:
        return self._holders.get(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (piece := await receive()).get("more_body"):
            body += piece.get("body", b"")
        try:
            answer = await self._answer(scope, body + piece.get("body", b""))
        except Refused as refused:
            answer = refused.answer
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        given = dict(parse_qsl(query, keep_blank_values=True))
        operation = self.spec.operation(scope["method"], path)
        media: Media | None = None
        if operation is not None and operation.upload:
            body, media = uploaded(given.get("uploadType", ""), headers.get("content-type", ""), body)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        holder = await self._check(token) if scheme.lower() == "bearer" else None
        target = f"{path}?{query}" if query else path
        asked = Asked(
            scope["method"],
            target,
            operation.name if operation else None,
            holder.login if holder else None,
            body,
            media.content if media else None,
        )
        self.asked.append(asked)
        if self.meanwhile is not None:
            self.meanwhile(asked)
        if self.faults:
            return self.faults.pop(0).answer()
        if holder is None:
            raise bad_token() if token else without_token()
        if operation is None or operation.name not in _ANSWERED:
            raise Refused(404, "notFound", "Not Found")
        if not holder.scopes & operation.scopes:
            raise without_scope()
        said = _said(body)
        if faults := self.spec.faults(scope["method"], target, body):
            raise Refused(400, "badRequest", "; ".join(faults))
        call = Call(
            self.world,
            self.spec,
            operation,
            holder,
            operation.named(path),
            given,
            headers,
            said,
            media,
        )
        return self._done(call, operation)

    def _done(self, call: Call, operation: Operation) -> Response:
        changes = operation.method != "GET"
        if changes and self.refusing is not None:
            return self.refusing.answer()
        answer = _ANSWERED[operation.name](call)
        return self.losses.pop(0).answer() if changes and self.losses else answer


def _said(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise Refused(400, "parseError", "Parse Error") from None
