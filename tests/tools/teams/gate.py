"""What backlot lacks of Microsoft Graph, before it: tokens that end and have permissions, messages that are
sent, edited and deleted, and of any age, chats, guests, shared channels, search, and every way to fail.

After learn.microsoft.com/graph/api; what backlot serves is backlot's answer, and who may see a channel is
what it says.
"""

import base64
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx2
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.backlot import Backlot
from tests.loopback import HERE
from tests.tools.graph.tokens import Tokens, bad_token, error
from tests.tools.rest.bodies import body_of
from tests.tools.teams.said import Chat, Said, Store

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

READS: Final = (
    "User.Read",
    "Team.ReadBasic.All",
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "Chat.Read",
)
ACTS: Final = ("ChannelMessage.Send", "ChannelMessage.ReadWrite")
CHATS: Final = ("Chat.ReadWrite",)
_READ, _SEND, _CHANGE = "ChannelMessage.Read.All", "ChannelMessage.Send", "ChannelMessage.ReadWrite"
_NEEDED: Final[Sequence[tuple[str, str, tuple[str, ...]]]] = (
    ("GET", r"me", ("User.Read",)),
    ("GET", r"me/joinedTeams", ("Team.ReadBasic.All",)),
    ("GET", r"teams/[^/]+/channels(/[^/]+)?", ("Channel.ReadBasic.All",)),
    ("GET", r"teams/[^/]+/channels/[^/]+/messages.*", (_READ,)),
    ("POST", r"teams/[^/]+/channels/[^/]+/messages(/[^/]+/replies)?", (_SEND,)),
    ("POST", r"teams/.*/(softDelete|undoSoftDelete)", (_CHANGE,)),
    ("PATCH", r"teams/.*", (_CHANGE,)),
    ("GET", r"(me/)?chats.*", ("Chat.Read",)),
    ("POST|PATCH", r"(users/[^/]+/)?chats/.*", CHATS),
    ("POST", r"search/query", (_READ, "Chat.Read")),
)
"""By each method's page under learn.microsoft.com/graph/api: the least of its delegated permissions."""
_WHERE: Final = re.compile(
    r"(?:users/(?P<user>[^/]+)/)?(?:teams/(?P<team>[^/]+)/channels/(?P<channel>[^/]+)|chats/(?P<chat>[^/]+))"
    r"/messages(?:/(?P<message>[^/]+))?(?P<replies>/replies)?(?:/(?P<reply>\d+))?"
    r"(?:/(?P<action>softDelete|undoSoftDelete))?"
)
_LONG: Final = b" " * 900  # Graph's own marks have some 1,200 characters


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came: its path is what follows the version."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    login: str | None


class Gate:
    """An ASGI application. `faults` are taken in turn, one a request, `losses` are answers to what was
    changed, and `refusing` is one in the place of it; `asked` is all that came. `outside` are people who have
    not joined the team, and whom Graph shows it all the same, as it does administrators. `guests` counts
    those in each channel, `shared` are the names of channels that other tenants share, `silent` says that
    nobody counts who is in one, and `teams` are others that everybody has joined. Links to next pages lead to
    `links`: to another host, unless that is said.
    """

    def __init__(self, behind: Backlot, users: Mapping[str, Mapping[str, Any]]) -> None:
        self.behind = behind
        self.users = users
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.refusing: Fault | None = None
        self.asked: list[Asked] = []
        self.outside: set[str] = set()
        self.guests = 0
        self.shared: set[str] = set()
        self.archived: set[str] = set()
        self.silent = False
        self.links = "https://graph.microsoft.com"
        self.teams: list[Mapping[str, Any]] = []
        self.chats: list[Chat] = []
        self.said = Store()
        self.tokens = Tokens()

    def give(self, login: str, scopes: Sequence[str] = READS) -> str:
        return self.tokens.give(login, scopes)

    def end(self, token: str) -> None:
        self.tokens.end(token)

    def say(self, login: str, place: str, content: str, **more: Any) -> Said:
        user = self.users[login]
        return self.said.add(place, user["id"], user["displayName"], content, **more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, await body_of(receive))
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        method, path = scope["method"], scope["path"].removeprefix("/v1.0/").strip("/")
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        holder = self.tokens.holder(headers)
        login = holder.login if holder else None
        asked = Asked(method, path, query, json.loads(body) if body else None, login)
        self.asked.append(asked)
        if self.faults:
            return self.faults.pop(0).answer()
        if holder is None or login is None:
            return bad_token()
        if missing := _missing(asked, holder.scopes):
            return error(403, "Forbidden", f"Missing scope permissions on the request: {missing}.")
        if asked.path == "search/query":
            return await self._search(asked, login)
        if method == "GET":
            all_words = "include-unknown-enum-members" in headers.get("prefer", "")
            return await self._told(asked, login, all_words=all_words)
        if self.refusing is not None:
            return self.refusing.answer()
        done = await self._done(asked, login)
        return self.losses.pop(0).answer() if self.losses and done.status_code < 300 else done

    async def _behind(self, path: str, query: Mapping[str, str], login: str) -> tuple[int, Any]:
        async with httpx2.AsyncClient(base_url=self.behind.url, timeout=30, **HERE) as client:
            client.headers["authorization"] = f"Bearer {self.behind.tokens[login]}"
            client.headers["prefer"] = "include-unknown-enum-members"
            answer = await client.get(f"/msgraph/v1.0/{path}", params=dict(query))
            return answer.status_code, answer.json()

    async def _told(self, asked: Asked, login: str, *, all_words: bool) -> Response:
        if found := _WHERE.fullmatch(asked.path):
            return await self._messages(asked, found, login)
        if re.fullmatch("(me/)?chats.*", asked.path):
            return self._chats(asked, login)
        status, told = await self._behind(asked.path, asked.query, login)
        if status != 200:
            return JSONResponse(told, status)
        if asked.path == "me/joinedTeams":
            told["value"] = [*([] if login in self.outside else told["value"]), *self.teams]
        for each in told.get("value", [told]):
            if "membershipType" in each:
                self._change(each, asked.query.get("$select", ""), all_words=all_words)
        return JSONResponse(told)

    def _change(self, channel: dict[str, Any], selected: str, *, all_words: bool) -> None:
        is_shared = channel["displayName"] in self.shared
        if is_shared:
            channel["membershipType"] = "shared" if all_words else "unknownFutureValue"
        channel["isArchived"] = channel["displayName"] in self.archived
        summary = channel.get("summary")
        if summary is None:
            return
        summary["guestsCount"] = self.guests
        summary["membersCount"] -= self.guests
        summary["hasMembersFromOtherTenants"] = is_shared
        if self.silent or "summary" not in selected:
            del channel["summary"]

    async def _seen(self, found: "re.Match[str]", login: str) -> Response | None:
        """None where the user may read there, else what backlot answers."""
        if found["chat"]:
            own = any(login in chat.logins for chat in self.chats if chat.id == found["chat"])
            return None if own else error(403, "Forbidden", "The user is not in the chat.")
        path = f"teams/{found['team']}/channels/{found['channel']}/messages"
        status, told = await self._behind(path, {"$top": "1"}, login)
        return None if status == 200 else JSONResponse(told, status)

    async def _messages(self, asked: Asked, found: "re.Match[str]", login: str) -> Response:
        place = _place(found)
        if refused := await self._seen(found, login):
            return refused
        message, reply = found["message"], found["reply"]
        if message is None or (found["replies"] and reply is None):
            return await self._list(asked, place, message, login)
        own = self.said.find(place, reply or message, message if reply else None)
        if own is not None:
            return JSONResponse(own.told())
        if found["chat"]:
            return error(404, "NotFound", "No such message.")
        status, told = await self._behind(asked.path, asked.query, login)
        return JSONResponse(told, status)

    async def _list(self, asked: Asked, place: str, root: str | None, login: str) -> Response:
        own = [*self.said.of(place, root)]
        if not own and not place.startswith("chats/"):
            status, told = await self._behind(asked.path, asked.query, login)
            return JSONResponse(told, status)
        every = [(self.said.last(each), each.told()) for each in own]
        if not place.startswith("chats/"):
            _, told = await self._behind(asked.path, {"$top": "50"}, login)
            every += [(int(each["id"]), each) for each in told["value"]]
        every.sort(key=lambda each: each[0], reverse=True)
        return self._page(asked, [each for _, each in every], 20)

    def _page(self, asked: Asked, every: Sequence[Any], usual: int) -> Response:
        size = int(asked.query.get("$top", usual))
        token = asked.query.get("$skiptoken")
        try:
            start = 0 if token is None else int(base64.b64decode(token, validate=True).removeprefix(b"~at:"))
        except ValueError:
            return error(400, "BadRequest", "UnknownError")
        told: dict[str, Any] = {"@odata.count": len(every[start : start + size])}
        if start + size < len(every):
            mark = base64.b64encode(b"~at:%d" % (start + size) + _LONG).decode()
            rest = {name: value for name, value in asked.query.items() if name != "$skiptoken"}
            link = urlencode({**rest, "$skiptoken": mark})
            told["@odata.nextLink"] = f"{self.links}/v1.0/{asked.path}?{link}"
        return JSONResponse({**told, "value": every[start : start + size]})

    def _chats(self, asked: Asked, login: str) -> Response:
        mine = [chat for chat in self.chats if login in chat.logins]
        if asked.path == "me/chats":
            return self._page(asked, [self._chat(chat, members=True) for chat in mine], 50)
        _, key, *rest = asked.path.split("/")
        for chat in mine:
            if chat.id == key:
                told = self._chat(chat, members=bool(rest))
                return JSONResponse({"value": told["members"]} if rest else told)
        return error(404, "NotFound", "No such chat.")

    def _chat(self, chat: Chat, *, members: bool) -> dict[str, Any]:
        people = [(self.users[login]["displayName"], "t") for login in chat.logins]
        people += [(name, "another") for name in chat.strangers]
        listed = [{"displayName": name, "tenantId": tenant} for name, tenant in people]
        told = {"id": chat.id, "topic": chat.topic, "chatType": "group", "tenantId": "t"}
        return {**told, "members": listed} if members else told

    async def _done(self, asked: Asked, login: str) -> Response:
        found = _WHERE.fullmatch(asked.path)
        if found is None:
            return error(400, "BadRequest", "Resource not found for the segment.")
        if refused := await self._seen(found, login):
            return refused
        place, now = _place(found), time.time_ns() // 1_000_000
        message, reply = found["message"], found["reply"]
        if asked.method == "POST" and found["action"] is None:
            body = asked.body["body"]
            if not body["content"] or len(body["content"]) > 28_000:
                return error(400, "BadRequest", "Invalid message body.")
            root = message if found["replies"] else None
            said = self.say(login, place, body["content"], kind=body.get("contentType", "text"), root=root)
            return JSONResponse(said.told(), 201)
        own = self.said.find(place, reply or message, message if reply else None)
        if own is None:
            return error(404, "NotFound", "No such message.")
        if own.user != self.users[login]["id"] or (found["chat"] and found["action"] and not found["user"]):
            return error(403, "Forbidden", "It is another's.")
        match found["action"]:
            case "softDelete":
                own.deleted = now
            case "undoSoftDelete":
                own.deleted = None
            case _:
                own.content, own.kind = asked.body["body"]["content"], asked.body["body"]["contentType"]
                own.edited, own.mentions, own.files = now, (), ()
        return Response(status_code=204)

    async def _search(self, asked: Asked, login: str) -> Response:
        """Of what is in memory. A message that was deleted is found still, as an index lags behind."""
        (wanted,) = asked.body["requests"]
        words = re.findall(r'"([^"]*)"|(\S+)', wanted["query"]["queryString"])
        terms = [(phrase or word).lower() for phrase, word in words]
        start, size = wanted.get("from", 0), wanted.get("size", 25)
        hits = [
            each.hit()
            for each in sorted(self.said.all, key=lambda each: each.at, reverse=True)
            if all(term in each.content.lower() for term in terms) and await self._finds(each, login)
        ]
        page = hits[start : start + size]
        container = {
            "hits": page,
            "total": len(page),
            "moreResultsAvailable": len(hits) > start + size,
        }
        return JSONResponse({"value": [{"searchTerms": terms, "hitsContainers": [container]}]})

    async def _finds(self, said: Said, login: str) -> bool:
        path = f"{said.place}/messages" if said.place.startswith("chats/") else ""
        holder, _, key = said.place.partition("/")
        found = _WHERE.fullmatch(path or f"teams/{holder}/channels/{key}/messages")
        assert found is not None
        return await self._seen(found, login) is None


def _missing(asked: Asked, scopes: frozenset[str]) -> str:
    for methods, path, needed in _NEEDED:
        if asked.method in methods.split("|") and re.fullmatch(path, asked.path):
            return " ".join(scope for scope in needed if scope not in scopes)
    return ""


def _place(found: "re.Match[str]") -> str:
    return f"chats/{found['chat']}" if found["chat"] else f"{found['team']}/{found['channel']}"
