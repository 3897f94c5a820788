"""What emulate lacks of GitHub, before it: tokens that end and have scopes, what is hidden from whom, the
list of an organisation's repositories, where a search found what, diffs, runs with logs, and every way to
fail.

After docs.github.com/en/rest; what a request answers is emulate's.
"""

import base64
import itertools
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

import httpx2
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.emulate import Emulate
from tests.loopback import HERE
from tests.tools.github.actions import STORE, Actions, page_of
from tests.tools.rest.bodies import body_of

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

_PREFIX: Final = "/api/v3"
_NUMBERS: Final = itertools.count(1)
_PASSED: Final = ("content-type", "link")
_SHOWN: Final = re.compile(r"/repos/([\w.-]+/[\w.-]+)/(pulls|actions)/((?<=actions/).+|[0-9]+/files)")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is. `scopes` are those of a classic one; with None it has permissions, and `writes` is
    whether these are for more than reading.
    """

    login: str
    scopes: Sequence[str] | None = None
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came: `target` is as it stood on the wire, without what stands before each."""

    method: str
    target: str
    login: str | None
    body: bytes = b""


Check = Callable[[str], Awaitable[Holder | None]]
"""Whose a token is; None for one that is nobody's."""


class Gate:
    """An ASGI application at `url`. `faults` are taken in turn, one a request, and `losses` are the answers
    to what was changed; `asked` is all that came. `repositories` are those of the organisation, and `diffs`
    what each pull request changes, by its address. Without a `check` of tokens those that were given count.
    """

    def __init__(self, behind: Emulate, url: str, check: Check | None = None) -> None:
        self.behind = behind
        self.url = url
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.asked: list[Asked] = []
        self.repositories: list[str] = []
        self.diffs: dict[str, list[dict[str, Any]]] = {}
        self.actions = Actions(url)
        self._holders: dict[str, Holder] = {}
        self._check = check or self._held

    def give(self, login: str, scopes: Sequence[str] | None = None, *, writes: bool = False) -> str:
        token = f"made-up-{next(_NUMBERS)}-for-{login}"
        self._holders[token] = Holder(login, scopes, writes)
        return token

    def end(self, token: str) -> None:
        del self._holders[token]

    async def _held(self, token: str) -> Holder | None:
        return self._holders.get(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, await body_of(receive))
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        raw, query = scope["raw_path"].decode(), scope["query_string"].decode()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if raw.startswith(STORE):
            return self.actions.stored(raw, headers)
        assert raw.startswith(_PREFIX), raw
        path, method = raw.removeprefix(_PREFIX), scope["method"]
        scheme, _, token = headers.get("authorization", "").partition(" ")
        holder = await self._check(token) if scheme.lower() in {"bearer", "token"} else None
        target = f"{path}?{query}" if query else path
        self.asked.append(Asked(method, target, holder.login if holder else None, body))
        if holder is None:
            return _said(401, "Bad credentials")
        if self.faults:
            return self.faults.pop(0).answer()
        if any(unquote(part) in {"", ".", ".."} for part in path.rstrip("/").split("/")[1:]):
            return _said(400, "the path is not in its normal form")
        changes = method not in {"GET", "HEAD"}
        if changes and not _may_write(holder):
            return _said(403, "Resource not accessible by personal access token")
        async with httpx2.AsyncClient(base_url=self.behind.url, timeout=30, **HERE) as client:
            client.headers["authorization"] = f"Bearer {Emulate.token(holder.login)}"
            if (found := re.fullmatch(r"/orgs/([\w-]+)/repos", path)) and not changes:
                answer = await self._of_organisation(client, found[1], parse_qs(query))
            elif (found := _SHOWN.fullmatch(path)) and not changes:
                there = (await client.get(f"/repos/{found[1]}")).status_code == 200
                answer = self._shown(found, parse_qs(query)) if there else _said(404, "Not Found")
            else:
                told = await client.request(method, f"{path}?{query}", content=body)
                if path == "/search/code" and "text-match" in headers.get("accept", ""):
                    told = await _with_matches(client, told, parse_qs(query)["q"][0])
                answer = self._passed_on(told, changes=changes)
        if self.losses and changes:
            return self.losses.pop(0).answer()
        if holder.scopes is not None:
            answer.headers["x-oauth-scopes"] = ", ".join(holder.scopes)
        return answer

    def _shown(self, path: "re.Match[str]", query: Mapping[str, Sequence[str]]) -> Response:
        """What emulate has not, of a repository that the user sees."""
        repository, what, rest = path.groups()
        first = {name: values[0] for name, values in query.items()}
        if what == "pulls":
            diffs = self.diffs.get(path[0])
            return _said(404, "Not Found") if diffs is None else page_of(diffs, first)
        return self.actions.answer(repository, rest, first) or _said(404, "Not Found")

    def _passed_on(self, told: httpx2.Response, *, changes: bool) -> Response:
        if told.status_code == 403 and not changes:
            return _said(404, "Not Found")  # nobody learns that there is something
        there, here = f"http://localhost:{self.behind.port}", f"{self.url}{_PREFIX}"
        passed = {name: told.headers[name].replace(there, here) for name in _PASSED if name in told.headers}
        return Response(told.content.replace(there.encode(), here.encode()), told.status_code, passed)

    async def _of_organisation(
        self, client: httpx2.AsyncClient, owner: str, query: Mapping[str, Sequence[str]]
    ) -> Response:
        seen: list[Any] = []
        for name in sorted(self.repositories):
            answer = await client.get(f"/repos/{owner}/{name}")
            seen += [answer.json()] if answer.status_code == 200 else []
        if not seen:
            return _said(404, "Not Found")
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        shown = seen[(page - 1) * size : page * size]
        link = {"link": '<https://never.followed/>; rel="next"'} if page * size < len(seen) else {}
        return JSONResponse(shown, headers=link)


async def _with_matches(client: httpx2.AsyncClient, answer: httpx2.Response, asked: str) -> httpx2.Response:
    """Each with the lines around what was found."""
    told = answer.json()
    found = re.match(r'"([^"]*)"', asked)
    wanted = found[1].lower() if found else ""
    for item in told.get("items", ()):
        file = (await client.get(f"/repos/{item['repository']['full_name']}/contents/{item['path']}")).json()
        lines = base64.b64decode(file["content"]).decode().splitlines()
        near = [line for line in lines if wanted in line.lower()][:2]
        item["text_matches"] = [{"property": "content", "fragment": line} for line in near]
    return httpx2.Response(answer.status_code, json=told)


def _may_write(holder: Holder) -> bool:
    return holder.writes if holder.scopes is None else bool({"repo", "public_repo"} & set(holder.scopes))


def _said(status: int, message: str) -> Response:
    return JSONResponse({"message": message, "documentation_url": "https://docs.github.com/rest"}, status)
