"""People with a client and a browser, before a remit whose one source is a desk that they authorize it at."""

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.to_thread
import httpx2
import pytest

from policies.call import Answer, Caller, Channel, Reply, Request, Tier, Transport
from policies.decision import Policy
from policies.document import LocalIdentity
from policies.errors import NeedsConnection
from policies.sources import Roles
from server.assembly import Service, assemble
from server.configuration import SHIPPED, Configuration, load
from server.history import search
from server.identity import Identity
from server.pages.app import Pages
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind
from server.transaction import Rows, Transaction
from server.vault import Connected
from tests.server.enabling import enable_all
from tests.server.oauth.far import DeskSource, DeskSystem
from tests.server.oidc.provider import sign_in
from tests.server.pages.house import fields, send

URL = "http://127.0.0.1:8787"
RETURN = f"{URL}/connect/return/desk"
CONFIGURATION = """\
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

[injection]
detector = false

[limits]
calls_per_minute = 60000
burst = 10000
"""
SCHEMA = (SHIPPED / "schema.cedarschema").read_text()
SHIPPED_POLICY = {"default.cedar": (SHIPPED / "default.cedar").read_text()}
ADA = LocalIdentity(user="ada", tenant="acme", roles=("analyst",))
BOB = LocalIdentity(user="bob", tenant="acme", roles=("analyst",))
TERMINAL = Caller(Transport.STDIO, "an editor", channels=frozenset({Channel.TERMINAL}))


def configured(folder: Path, **oauth: Any) -> Configuration:
    """Of a remit whose one source is the desk."""
    file = folder / "remit.toml"
    file.write_text(CONFIGURATION)
    bare = load(file).document
    roles = Roles(read=("analyst",), act=("analyst",))
    settled = {"owner": "a team", "purpose": "tests", "classification": "internal"}
    desk = DeskSource.model_validate({"oauth": {"client_id": "remit", **oauth}, "roles": roles, **settled})
    document = bare.model_copy(update={"sources": {"desk": desk}})
    return Configuration(file, document, Policy(SCHEMA, SHIPPED_POLICY, document.sources))


def connected(configuration: Configuration, system: DeskSystem) -> Mapping[str, Connected]:
    return {"desk": Connected(configuration.document.sources["desk"], system, None)}


class Browser:
    """Signed in at our pages, as one person."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def set_out(self, page: str, **typed: str) -> str:
        """Agrees on our page; where the browser is sent then."""
        looked = await self.http.get(page)
        sent = await send(self.http, page, {**fields(looked), **typed})
        assert sent.status_code == 200, sent.text
        way = unescape(sent.text.partition('content="0; url=')[2].partition('"')[0])
        assert way
        return way

    async def come_back(self, address: str) -> httpx2.Response:
        assert address.startswith(RETURN)
        return await self.http.get(address)


class Person:
    def __init__(self, desk: "Desk", who: LocalIdentity) -> None:
        self.who = who
        self._desk = desk
        self._pipeline = replace(desk.service.pipeline, identity=Identity(who))
        identity = desk.configuration.document.identity.model_copy(update={"local": who})
        self.pages = Pages.of(
            desk.configuration.document.model_copy(update={"identity": identity}),
            Transport.STDIO,
            store=desk.service.store,
            keys=desk.service.keys,
            identity=Identity(who),
            decider=desk.service.deciding,
            connecting=desk.service.connecting,
            endings=desk.service.endings,
            failures=desk.service.monitoring.failures,
            administration=desk.service.administration,
        )

    async def call(self, tool: str = "desk_who", answer: Answer | None = None) -> Reply:
        return await self._pipeline.run(Request(secrets.token_hex(16), TERMINAL, tool, {}, answer=answer))

    async def rows(self) -> Any:
        return (await self.call()).structured["rows"]

    async def offer(self, tool: str = "desk_who") -> str:
        """The path of the page that the person is sent to by a refused call."""
        with pytest.raises(NeedsConnection) as needed:
            await self.call(tool)
        return await self.offered(Tier.ACT if needed.value.acting else Tier.READ)

    async def offered(self, tier: Tier = Tier.READ) -> str:
        """The same, whether there is a connection or not."""
        user = await Identity(self.who).identify(TERMINAL)
        return f"/connect/{await self._desk.service.connecting.offer(user, 'desk', 'an editor', tier)}"

    @asynccontextmanager
    async def nobody(self) -> AsyncGenerator[Browser]:
        """A browser in which nobody is signed in."""
        transport = httpx2.ASGITransport(self.pages.at(URL), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=URL, headers={"origin": URL}) as http:
            yield Browser(http)

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[Browser]:
        async with self.nobody() as browser:
            ticket = await self.pages.tickets.issue(Kind.LINK, link_content(self.who), LINK_LASTS)
            assert (await send(browser.http, link("", ticket))).status_code == 303
            yield browser

    async def connect(self, tool: str = "desk_who") -> httpx2.Response:
        """All of it, as a person with a browser does it."""
        page = await self.offer(tool)
        async with self.browser() as browser:
            return await browser.come_back(await agreed(await browser.set_out(page), self.who.user))


async def agreed(way: str, person: str) -> str:
    """Signs in and consents at the system; where that leads the browser back to."""

    def going() -> str:
        with httpx2.Client(timeout=30) as browser:
            return sign_in(browser, way, person, RETURN)

    return await anyio.to_thread.run_sync(going)


def said(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@dataclass
class Desk:
    configuration: Configuration
    service: Service
    system: DeskSystem

    def person(self, who: LocalIdentity) -> Person:
        return Person(self, who)

    async def events(self) -> list[str]:
        return [str(entry.columns[1]) for entry in reversed(await search(self.service.store, limit=1000))]

    async def change(self, sql: str) -> Rows:
        """In the store, behind everybody's back."""

        def changing() -> Transaction[Rows]:
            return (yield sql, ())

        return await self.service.store.run(changing)

    async def kept(self) -> int:
        return len(await self.change("SELECT id FROM connections"))


@asynccontextmanager
async def opened(
    folder: Path, url: str, kind: Callable[[str], DeskSystem] = DeskSystem, **oauth: Any
) -> AsyncGenerator[Desk]:
    """`url` is where the desk is."""
    configuration, system = configured(folder, **oauth), kind(url)
    await enable_all(configuration.document)
    async with assemble(configuration, connected(configuration, system)) as service:
        yield Desk(configuration, service, system)


async def until(desk: Desk, event: str, count: int = 1) -> None:
    with anyio.fail_after(30):
        while (await desk.events()).count(event) < count:  # noqa: ASYNC110 - the store tells nobody
            await anyio.sleep(0.01)
