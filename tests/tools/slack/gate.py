"""What backlot lacks of Slack, before it: tokens that end and have scopes, messages of any age, channels that
other organisations share, links that Slack puts into brackets, and every way to fail.

After docs.slack.dev; what a method answers is backlot's.
"""

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl

import httpx2
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.backlot import Backlot
from tests.loopback import HERE
from tests.tools.rest.bodies import body_of

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

READS: Final = ("channels:read", "channels:history", "users:read", "search:read")
PRIVATE: Final = ("groups:read", "groups:history")
ACTS: Final = ("chat:write",)
_OF_CHANNELS: Final[Mapping[str, str]] = {
    "conversations.list": "read",
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}
"""And for which channels: docs.slack.dev names one scope for each kind of them."""
_KINDS: Final = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
_NEEDED: Final[Mapping[str, str]] = {
    "users.info": "users:read",
    "search.messages": "search:read",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
}
_FOUNDED: Final = 1_600_000_000  # no message is older, but for those that say who is where
_BARE: Final = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]+")
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that came."""

    method: str
    arguments: Mapping[str, Any]
    login: str | None


@dataclass(frozen=True, slots=True)
class Old:
    """A message that was sent before backlot was there, in a channel by its id."""

    channel: str
    ts: str
    user: str
    text: str

    def told(self) -> dict[str, Any]:
        return {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}


class Gate:
    """An ASGI application at `url`. `faults` are taken in turn, one a request, `losses` are answers to what
    was changed, and `refusing` is one in the place of it; `asked` is all that came. `shared` are the names of
    channels that others share, `left` of those that nobody is in any more, and `old` are messages besides
    backlot's.
    """

    def __init__(self, behind: Backlot, url: str) -> None:
        self.behind = behind
        self.url = url
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.refusing: Fault | None = None
        self.asked: list[Asked] = []
        self.shared: set[str] = set()
        self.left: set[str] = set()
        self.old: list[Old] = []
        self._holders: dict[str, tuple[str, frozenset[str]]] = {}
        self._ended: set[str] = set()

    def give(self, login: str, scopes: Sequence[str] = READS) -> str:
        token = f"xoxp-made-up-{next(_NUMBERS)}-for-{login}"
        self._holders[token] = login, frozenset(scopes)
        return token

    def end(self, token: str) -> None:
        self._ended.add(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, await body_of(receive))
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        method = scope["path"].removeprefix("/api/")
        arguments = _arguments(scope["query_string"].decode(), headers, body)
        _, _, token = headers.get("authorization", "").partition(" ")
        login, scopes = self._holders.get(token, (None, frozenset[str]()))
        self.asked.append(Asked(method, arguments, login))
        if self.faults:
            return self.faults.pop(0).answer()
        if method == "api.test":
            return JSONResponse({"ok": True})
        if token in self._ended:
            return _error("token_revoked")
        if login is None:
            return _error("invalid_auth" if token else "not_authed")
        for needed in await self._needed(method, arguments, login):
            if needed not in scopes:
                return _error("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
        changes = method.startswith("chat.")
        if changes and self.refusing is not None:
            return self.refusing.answer()
        told = await self._told(method, arguments, login)
        if changes and self.losses:
            return self.losses.pop(0).answer()
        return JSONResponse(told, headers={"x-oauth-scopes": ",".join(sorted(scopes))})

    async def _needed(self, method: str, arguments: Mapping[str, Any], login: str) -> list[str]:
        if method not in _OF_CHANNELS:
            return [_NEEDED[method]] if method in _NEEDED else []
        if method == "conversations.list":
            kinds = [_KINDS[kind] for kind in str(arguments.get("types") or "public_channel").split(",")]
        else:
            told = await self._behind("conversations.info", arguments, login)
            kinds = ["groups" if told.get("channel", {}).get("is_private") else "channels"]
        return [f"{kind}:{_OF_CHANNELS[method]}" for kind in kinds]

    async def _behind(self, method: str, arguments: Mapping[str, Any], login: str) -> Any:
        async with httpx2.AsyncClient(base_url=self.behind.url, timeout=30, **HERE) as client:
            client.headers["authorization"] = f"Bearer {self.behind.tokens[login]}"
            sent = {name: _flat(value) for name, value in arguments.items()}
            return (await client.post(f"/slack/api/{method}", data=sent)).json()

    async def _told(self, method: str, arguments: Mapping[str, Any], login: str) -> Any:
        told = await self._behind(method, arguments, login)
        if not told.get("ok"):
            old = self._among(arguments) if method == "conversations.replies" else []
            return {"ok": True, "messages": old, "has_more": False} if old else told
        channels: list[Any] = [told.get("channel"), *told.get("channels", ())]
        for channel in channels:
            if isinstance(channel, dict):
                name = cast("Any", channel).get("name")
                channel["is_ext_shared"] = name in self.shared
                channel["is_member"] = channel["is_member"] and name not in self.left
        if "messages" in told and isinstance(told["messages"], list):
            old = self._among(arguments) if method == "conversations.history" else []
            asked = float(arguments.get("ts") or _FOUNDED) < _FOUNDED  # for what is nobody's, by its name
            messages: list[dict[str, Any]] = told["messages"]
            said = [each for each in messages if asked or _is_somebodys(each)]
            if method == "conversations.replies":
                said, told["has_more"] = _thread_page(said, arguments)
            told["messages"] = [*map(_linked, said), *old]
        if method == "search.messages":
            self._search(told["messages"], arguments)
        return told

    def _among(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Told whatever bounds the request has, as nothing may be that is too old."""
        wanted = arguments.get("ts")
        if arguments.get("latest") and wanted is None:
            return []  # on the first page alone
        return [
            each.told()
            for each in self.old
            if each.channel == arguments["channel"] and wanted in {None, each.ts}
        ]

    def _search(self, block: dict[str, Any], arguments: Mapping[str, Any]) -> None:
        found: list[dict[str, Any]] = block["matches"]
        matches = [*map(_linked, filter(_is_somebodys, found))]
        words = (re.findall(r'"([^"]*)"', str(arguments["query"])) or [""])[0].lower()
        if str(arguments.get("page", "1")) == "1":
            matches += [
                {**each.told(), "channel": {"id": each.channel}}
                for each in self.old
                if words in each.text.lower()
            ]
        block["matches"] = matches


def _thread_page(
    said: list[dict[str, Any]], arguments: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], bool]:
    """The first message on each page, then the replies within the bounds, and whether there are more."""
    oldest, latest = (
        float(arguments.get(name) or bound) for name, bound in (("oldest", 0), ("latest", 1e12))
    )
    replies = [each for each in said[1:] if oldest < float(each["ts"]) < latest]
    most = int(arguments.get("limit") or 1000) - 1
    return [*said[:1], *replies[:most]], len(replies) > most


def _is_somebodys(message: Mapping[str, Any]) -> bool:
    return float(message["ts"]) > _FOUNDED


def _linked(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "text": _BARE.sub(lambda found: f"<{found[0]}>", message.get("text") or "")}


def _flat(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _arguments(query: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if headers.get("content-type", "").startswith("application/json"):
        return {**found, **json.loads(body or b"{}")}
    return {**found, **dict(parse_qsl(body.decode(), keep_blank_values=True))}


def _error(error: str, **more: str) -> Response:
    return JSONResponse({"ok": False, "error": error, **more})
