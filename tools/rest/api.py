"""Requests to a REST API under one user's token, as what they mean for a call."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

import httpx2

from policies.canonical import Json, canonical
from policies.errors import NeedsConnection
from policies.frames import BadFrame, parse
from policies.secret import Credential
from tools.outbound.addresses import origins, outside
from tools.rest.listed import Listed
from tools.rest.refusals import failed, odd, unreached
from tools.rest.unheard import Unheard, heard, is_refusal

MAX_JSON = 8_000_000  # bytes: 50 issues, each with a long description
_LONGEST_TOKEN = 8192  # characters


class RestApi(ABC):
    """Raises `Refusal` wherever the system does not answer as it should.

    Segments of a path are encoded one by one: nothing in one can end it. Where an answer leads is not
    followed, neither a redirect nor the link to a next page, but by `elsewhere`.
    """

    prefix: ClassVar[tuple[str, ...]] = ()
    """Before each path, but for `ask` and `status`."""
    media: ClassVar[str] = "application/json"
    """What a body is said to be."""
    plain: ClassVar[str] = ""
    """What of a segment of a path is not encoded."""
    definite: ClassVar[frozenset[int]] = frozenset()
    """Other statuses than those from 400 to 499 that say that nothing was changed."""

    def __init__(self, name: str, address: str, asking: httpx2.AsyncClient) -> None:
        self._name = name
        self._address = address.rstrip("/")
        self._asking = asking

    async def value(self, *path: str, **query: str) -> Json:
        answer = await self.ask("GET", *self.prefix, *path, **query)
        return self.read(answer)

    async def page(self, *path: str, **query: str) -> Listed:
        answer = await self.ask("GET", *self.prefix, *path, **query)
        items = self.listed(self.read(answer))
        if not isinstance(items, list):
            raise odd("a list is no list")
        return Listed(items, goes_on(answer.headers))

    def listed(self, told: Json) -> Json:
        """The items of a page, which is mostly a list of them and nothing else."""
        return told

    async def head(self, *path: str, **query: str) -> Mapping[str, str]:
        return (await self.ask("HEAD", *self.prefix, *path, **query)).headers

    async def content(self, *path: str, **query: str) -> bytes:
        return (await self.ask("GET", *self.prefix, *path, **query)).content

    async def elsewhere(self, *path: str) -> bytes:
        """The content of what the system may keep in another's store: from where it leads to.

        Nothing that is said to the system goes there, its token least of all (threat T12).
        """
        try:
            answer = await self._asking.get(self._url((*self.prefix, *path)))
            if answer.status_code == 200:
                return answer.content
            if answer.status_code != 302:
                self.refuse(answer, time.time())
            asked = self._asking.build_request("GET", self.led(answer.headers.get("location", "")))
            for name in self._asking.headers:
                asked.headers.pop(name, None)
            answer = await self._asking.send(asked)
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error
        if answer.status_code != 200:
            raise failed(self._name, answer, time.time(), f"the store answered {answer.status_code}")
        return answer.content

    def led(self, there: str) -> httpx2.URL:
        """To an address of the internet, or of this very system. Raises `BlockedAddress`."""
        return outside(there, origins((self._address,)))

    async def send(self, method: str, *path: str, **body: Json) -> Json:
        """Changes something, and gives what the system answers: None where it says nothing.

        Raises `Refusal` where nothing was changed, and `Unheard` where nobody can say.
        """
        content = canonical(body).encode() if body else b""
        answer = await self.sent(method, (*self.prefix, *path), content, {"content-type": self.media})
        if answer.status_code == 204:
            return None
        with heard():
            return self.read(answer)

    async def sent(
        self,
        method: str,
        path: tuple[str, ...],
        content: bytes,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """What is answered to something that changes something, where it did. Raises as `send` does."""
        try:
            answer = await self._asking.request(
                method, self._url(path), params=query, content=content, headers=headers
            )
        except httpx2.HTTPError as error:
            raise Unheard from error
        if answer.status_code in {200, 201, 204}:
            return answer
        if answer.status_code in self.definite or is_refusal(answer.status_code):
            self.refuse(answer, time.time())
        raise Unheard

    async def ask(self, method: str, *path: str, **query: str) -> httpx2.Response:
        """An answer of status 200."""
        return await self._answer(method, self._url(path), params=query or None)

    async def inquire(self, *path: str, **body: Json) -> Json:
        """What is answered to a question that fits in no address, and that changes nothing."""
        headers = {"content-type": self.media}
        url = self._url((*self.prefix, *path))
        return self.read(await self._answer("POST", url, content=canonical(body).encode(), headers=headers))

    async def status(self, *path: str) -> int:
        """Of an answer, whatever it is."""
        try:
            return (await self._asking.request("GET", self._url(path))).status_code
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error

    def read(self, answer: httpx2.Response) -> Json:
        try:
            return parse(answer.content, MAX_JSON)
        except BadFrame as error:
            raise odd(error.message) from error

    @abstractmethod
    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        """Raises what an answer means that is none of what was asked for. `now` is the wall clock."""
        raise NotImplementedError

    async def _answer(self, method: str, url: str, **sent: Any) -> httpx2.Response:
        try:
            answer = await self._asking.request(method, url, **sent)
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error
        if answer.status_code != 200:
            self.refuse(answer, time.time())
        return answer

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join([self._address, *(quote(segment, safe=self.plain) for segment in path)])


def goes_on(headers: httpx2.Headers) -> bool:
    """By whichever kind of pagination: one says the number of the next page, another links to it alone."""
    told = headers.get("x-next-page")
    return bool(told.strip()) if told is not None else 'rel="next"' in headers.get("link", "")


def bearer(name: str, credential: Credential) -> str:
    """What the authorization header says. Raises `NeedsConnection` for what can be no token."""
    token = credential.secret.reveal()
    if not token.isascii() or not token.isprintable() or " " in token or not 0 < len(token) <= _LONGEST_TOKEN:
        raise NeedsConnection(name, refused=True)
    return f"Bearer {token}"
