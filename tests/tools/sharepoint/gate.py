"""A small strict Microsoft Graph of two document libraries: whatever it does not know it refuses, and it
writes down who asked what.

After learn.microsoft.com/graph/api/resources/driveitem; tests/tools/sharepoint/test_gate.py drives it with a
client that is not ours.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tests.tools.graph.tokens import Holder, Tokens, bad_token, error
from tests.tools.rest.bodies import body_of
from tests.tools.sharepoint import shown
from tests.tools.sharepoint.world import Item, Role, World

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

READS: Final = ("Files.Read.All",)
ACTS: Final = ("Files.Read.All", "Files.ReadWrite.All")
SELECTED: Final = ("Lists.SelectedOperations.Selected",)
_CHANGING: Final = frozenset({"Files.ReadWrite.All", *SELECTED})
_READING: Final = frozenset({*READS, *_CHANGING})
_PARAMETERS: Final = frozenset({"$select", "$top", "$skiptoken", "@microsoft.graph.conflictBehavior"})
_OF_LISTS: Final = re.compile(r"children|permissions|versions|search\(.*")
_AT: Final = re.compile(
    r"/v1\.0(?:/me)?/drives/(?P<drive>[^/]+)"
    r"(?:/(?:items/(?P<id>[^/:]+)|(?P<root>root))"
    r"(?::/(?P<path>[^:]+?)(?::(?=/|$)|$))?(?:/(?P<more>.+))?)?"
)
_LONG: Final = b" " * 900
_MIB: Final = 2**20


class Refused(Exception):  # noqa: N818 - what is so
    def __init__(self, status: int, code: str, message: str = "SENTINEL-VENDOR said no") -> None:
        super().__init__(code)
        self.answer = error(status, code, message)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came: `target` is as it stood on the wire."""

    method: str
    target: str
    login: str | None
    body: bytes
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def downloads(self) -> bool:
        return self.method == "GET" and (self.path.endswith("/content") or self.is_of_the_store)

    @property
    def is_of_the_store(self) -> bool:
        return self.path.startswith("/store/")


@dataclass(frozen=True, slots=True)
class _Call:
    asked: Asked
    holder: Holder
    query: Mapping[str, str]
    drive: str
    item: Item
    name: str | None
    """Of what is below the item, where the address says one."""


class Gate:
    """An ASGI application. `faults` are taken in turn, one a request, `losses` are the answers to what was
    changed, and `refusing` is one in the place of a change; `asked` is all that came. `meanwhile` is what
    somebody else does just before an answer. Links to next pages lead to `links`, another host unless that is
    said, and content is at `store`. What is `direct` comes without a link. `index` is what a search finds,
    where that is not as things are.
    """

    def __init__(self, url: str) -> None:
        self.world = World()
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.refusing: Fault | None = None
        self.asked: list[Asked] = []
        self.meanwhile: Callable[[Asked], None] | None = None
        self.links = "https://graph.microsoft.com"
        self.store = url
        self.direct = False
        self.index: Mapping[str, Sequence[Item]] | None = None
        self.tokens = Tokens()
        self._kept: dict[str, tuple[bytes, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive)
        try:
            answer = self._answer(scope, body)
        except Refused as refused:
            answer = refused.answer
        await answer(scope, receive, send)

    def _answer(self, scope: Scope, body: bytes) -> Response:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        holder = self.tokens.holder(headers)
        login = holder.login if holder else None
        target = f"{path}?{query}" if query else path
        asked = Asked(scope["method"], target, login, body, headers)
        self.asked.append(asked)
        if self.meanwhile is not None:
            self.meanwhile(asked)
        if self.faults:
            return self.faults.pop(0).answer()
        if asked.is_of_the_store:
            return self._stored(asked)
        if holder is None:
            return bad_token()
        changes = asked.method not in {"GET", "HEAD"}
        if not holder.scopes & (_CHANGING if changes else _READING):
            raise Refused(403, "accessDenied")
        answer = self._done(asked, holder, dict(parse_qsl(query, keep_blank_values=True)), changes=changes)
        return self.losses.pop(0).answer() if changes and self.losses and answer.status_code < 300 else answer

    def _done(self, asked: Asked, holder: Holder, query: Mapping[str, str], *, changes: bool) -> Response:
        found = _AT.fullmatch(asked.path)
        if found is None or query.keys() - _PARAMETERS:
            raise Refused(400, "invalidRequest")
        if changes and self.refusing is not None:
            return self.refusing.answer()
        drive, more = unquote(found["drive"]), unquote(found["more"] or "")
        if drive not in self.world.roots:
            raise Refused(404, "itemNotFound")
        if found["id"] is None and found["root"] is None:
            return self._library(holder, drive, query)
        at = self._item(holder, drive, self.world.roots[drive] if found["root"] else unquote(found["id"]))
        name: str | None = None
        for each in [unquote(part) for part in found["path"].split("/")] if found["path"] else []:
            at, name = (at, each) if name is None else (self._child(holder, at, name), each)
        call = _Call(asked, holder, query, drive, at, name)
        if "$skiptoken" in query and not _OF_LISTS.fullmatch(more):
            raise Refused(400, "invalidRequest")
        return self._answered(call, more)

    def _answered(self, call: _Call, more: str) -> Response:
        method = call.asked.method
        if searched := re.fullmatch(r"search\(q='((?:[^']|'')*)'\)", more):
            return self._search(call, searched[1].replace("''", "'"))
        match method, more:
            case "GET", "":
                return self._told(call, self._named(call))
            case "GET", "children":
                seen = [each for each in self.world.children(self._named(call).id) if self._sees(call, each)]
                return self._page(call, [shown.item(self.world, each) for each in seen])
            case "GET", "content":
                return self._content(self._named(call))
            case "GET", "permissions":
                return self._permissions(call)
            case "GET", "versions":
                return self._page(call, [_version(each) for each in reversed(self._named(call).versions)])
            case "POST", _ if restored := re.fullmatch(r"versions/([0-9.]+)/restoreVersion", more):
                return self._restore(call, restored[1])
            case "POST", "children":
                return self._folder(call)
            case "PUT", "content":
                return self._upload(call)
            case "PATCH", "":
                return self._update(call)
            case "DELETE", "":
                return self._delete(call)
            case _:
                raise Refused(400, "invalidRequest")

    def _library(self, holder: Holder, drive: str, query: Mapping[str, str]) -> Response:
        self._item(holder, drive, self.world.roots[drive])
        told = {"id": drive, "name": "Documents", "driveType": "documentLibrary"}
        return JSONResponse(shown.picked(told, query.get("$select")))

    def _item(self, holder: Holder, drive: str, id_: str) -> Item:
        item = self.world.items.get(self.world.roots[drive] if id_ == "root" else id_)
        if item is None or item.drive != drive:
            raise Refused(404, "itemNotFound")
        if self.world.role(item, holder.login) < Role.READ:
            raise Refused(403, "accessDenied")
        return item

    def _child(self, holder: Holder, at: Item, name: str) -> Item:
        child = self.world.called(at.id, name)
        if child is None:
            raise Refused(404, "itemNotFound")
        return self._item(holder, at.drive, child.id)

    def _named(self, call: _Call) -> Item:
        return call.item if call.name is None else self._child(call.holder, call.item, call.name)

    def _sees(self, call: _Call, item: Item) -> bool:
        return self.world.role(item, call.holder.login) >= Role.READ

    def _told(self, call: _Call, item: Item, status: int = 200) -> Response:
        return JSONResponse(shown.picked(shown.item(self.world, item), call.query.get("$select")), status)

    def _page(self, call: _Call, every: Sequence[Mapping[str, Any]]) -> Response:
        size = int(call.query.get("$top", "200"))
        token = call.query.get("$skiptoken")
        try:
            start = 0 if token is None else int(base64.b64decode(token, validate=True).removeprefix(b"~at:"))
        except ValueError:
            raise Refused(400, "invalidRequest") from None
        page = [shown.picked(each, call.query.get("$select")) for each in every[start : start + size]]
        told: dict[str, Any] = {"value": page}
        if start + size < len(every):
            mark = base64.b64encode(b"~at:%d" % (start + size) + _LONG).decode()
            rest = {name: value for name, value in call.query.items() if name != "$skiptoken"}
            link = urlencode({**rest, "$skiptoken": mark})
            told["@odata.nextLink"] = f"{self.links}{call.asked.path}?{link}"
        return JSONResponse(told)

    def _content(self, item: Item) -> Response:
        if item.is_folder or item.facet is not None:
            raise Refused(400, "invalidRequest")
        if self.direct:
            return Response(item.content, media_type="application/octet-stream")
        key = secrets.token_urlsafe(16)
        self._kept[key] = item.content, item.claimed
        return Response(status_code=302, headers={"location": f"{self.store}/store/{key}?tempauth=x"})

    def _stored(self, asked: Asked) -> Response:
        """Pre-authenticated, for once; the real one refuses a token as well."""
        kept = self._kept.pop(asked.path.removeprefix("/store/"), None)
        if kept is None or "authorization" in asked.headers:
            return error(401, "unauthenticated", "SENTINEL-VENDOR: not you")
        content, claimed = kept
        if claimed <= len(content):
            return Response(content, media_type="application/octet-stream")
        return StreamingResponse(_padded(content, claimed), headers={"content-length": str(claimed)})

    def _permissions(self, call: _Call) -> Response:
        """Who is no owner is told what is their own."""
        item, login = self._named(call), call.holder.login
        held = self.world.granted(item)
        owns = self.world.role(item, login) >= Role.OWNER
        return self._page(call, [shown.permission(each) for each in held if owns or each.reaches(login)])

    def _search(self, call: _Call, words: str) -> Response:
        """By their names and by what is in them, as the index has them."""
        terms, login = words.lower().split(), call.holder.login
        if self.index is not None:
            every = self.index[login]
        else:
            every = [each for each in self.world.items.values() if self._sees(call, each)]
        found = [
            each
            for each in every
            if each.drive == call.drive
            and each.parent is not None
            and any(above.id == call.item.id for above in self.world.line(each))
            and all(term in f"{each.name} {each.content.decode(errors='ignore')}".lower() for term in terms)
        ]
        return self._page(call, [shown.item(self.world, each) for each in found])

    def _folder(self, call: _Call) -> Response:
        said = json.loads(call.asked.body)
        self._hold(call, call.item)
        if self.world.called(call.item.id, said["name"]):
            raise Refused(409, "nameAlreadyExists")
        return self._told(call, self.world.add(said["name"], call.item, call.holder.login), 201)

    def _upload(self, call: _Call) -> Response:
        if len(call.asked.body) > 250 * _MIB:
            raise Refused(413, "requestTooLarge")
        there = call.item if call.name is None else self.world.called(call.item.id, call.name)
        if there is None:
            assert call.name is not None
            self._hold(call, call.item)
            if re.search(r'["*:<>?/\\|]', call.name) or call.name.endswith("."):
                raise Refused(400, "invalidRequest")
            made = self.world.add(call.name, call.item, call.holder.login, call.asked.body)
            return self._told(call, made, 201)
        self._hold(call, there)
        if call.query.get("@microsoft.graph.conflictBehavior") == "fail":
            raise Refused(409, "nameAlreadyExists")
        self.world.write(there, call.holder.login, call.asked.body)
        return self._told(call, there)

    def _update(self, call: _Call) -> Response:
        item, said = call.item, json.loads(call.asked.body)
        if said.keys() - {"name", "parentReference", "description"}:
            raise Refused(400, "invalidRequest")
        self._hold(call, item)
        to = said.get("parentReference", {}).get("id", item.parent)
        into, name = self._item(call.holder, call.drive, to), said.get("name", item.name)
        if into.id != item.parent:
            self._hold(call, into, condition=False)
        there = self.world.called(into.id, name)
        if there is not None and there is not item:
            raise Refused(409, "nameAlreadyExists")
        item.parent, item.name = into.id, name
        self.world.touch(item, call.holder.login)
        return self._told(call, item)

    def _delete(self, call: _Call) -> Response:
        self._hold(call, call.item)
        self.world.bin(call.item)
        return Response(status_code=204)

    def _restore(self, call: _Call, version: str) -> Response:
        self._hold(call, call.item)
        (found,) = (each for each in call.item.versions if each.id == version)
        self.world.write(call.item, call.holder.login, found.content)
        return Response(status_code=204)

    def _hold(self, call: _Call, item: Item, *, condition: bool = True) -> None:
        """Who may change it, and whether it is as the request says."""
        if self.world.role(item, call.holder.login) < Role.WRITE:
            raise Refused(403, "accessDenied")
        if condition and call.asked.headers.get("if-match", item.tag) not in {item.tag, item.content_tag}:
            raise Refused(412, "resourceModified")
        if item.locked:
            raise Refused(423, "resourceLocked")
        if self.world.full:
            raise Refused(507, "quotaLimitReached")


def _padded(content: bytes, length: int) -> Any:
    async def pieces() -> Any:
        yield content
        for _ in range(-(-length // _MIB)):
            yield bytes(_MIB)

    return pieces()


def _version(each: Any) -> dict[str, Any]:
    return {"id": each.id, "size": len(each.content), "lastModifiedDateTime": shown.moment(each.when)}
