"""People before the console of a remit with two sources, each signed in to pages of their own."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx2

from policies.call import Transport, User
from policies.document import LocalIdentity
from policies.halt import listed
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.halting import rows
from server.history import search
from server.identity import Identity
from server.pages.app import Pages
from server.pages.sessions import Sessions, SignedIn
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind
from server.vault import Connected
from tests.server.autonomous.alone import FILL, ROLES, Alone
from tests.server.pages.house import URL, send
from tests.server.shelf import PUT, Shelf, shelved

ARCHIVE: Final = """
[sources.archive]
kind = "sqlite"
dsn = "sqlite:shop.db"
owner = "a team"
purpose = "tests"
classification = "restricted"
trust = "anyone"
tables.t.columns = ["id"]
roles.read = ["analyst"]
roles.administer = ["keeper"]
"""
GRACE: Final = LocalIdentity(user="grace", tenant="acme", roles=("keeper",))
"""She administers every source, and so does Hal."""
HAL: Final = LocalIdentity(user="hal", tenant="other", roles=("keeper",))
IDA: Final = LocalIdentity(user="ida", tenant="acme", roles=("librarian",))
"""She administers the shelf alone."""
ADA: Final = LocalIdentity(user="ada", tenant="acme", roles=("analyst",))
"""She reads and acts, and administers nothing."""


@dataclass(frozen=True, slots=True)
class Console:
    service: Service
    configuration: Configuration
    shelf: Shelf
    url: str

    @property
    def alone(self) -> Alone:
        """Ada's model."""
        return Alone(self.service, self.shelf, self.configuration)

    def pages(self, who: LocalIdentity) -> Pages:
        document = self.configuration.document
        identity = document.identity.model_copy(update={"local": who})
        service = self.service
        return Pages.of(
            document.model_copy(update={"identity": identity}),
            Transport.STDIO,
            store=service.store,
            keys=service.keys,
            identity=Identity(who),
            decider=service.deciding,
            connecting=service.connecting,
            endings=service.endings,
            failures=service.monitoring.failures,
            administration=service.administration,
        )

    async def link(self, who: LocalIdentity) -> str:
        return link("", await self.pages(who).tickets.issue(Kind.LINK, link_content(who), LINK_LASTS))

    @asynccontextmanager
    async def browser(self, who: LocalIdentity) -> AsyncGenerator["Seat"]:
        transport = httpx2.ASGITransport(self.pages(who).at(self.url), raise_app_exceptions=False)
        async with httpx2.AsyncClient(
            transport=transport, base_url=self.url, headers={"origin": self.url}
        ) as browser:
            assert (await send(browser, await self.link(who))).status_code == 303
            yield Seat(browser)

    def token(self, who: LocalIdentity, seat: "Seat", path: str) -> str:
        """What a form of theirs would hold, on whatever page."""
        pages = self.pages(who)
        sessions = Sessions(
            pages.tickets, pages.endings, pages.identity, pages.keys, Transport.STDIO, https=False
        )
        (cookie,) = (each.value or "" for each in seat.browser.cookies.jar if each.name.startswith("remit"))
        return sessions.form(SignedIn(User(who.user, who.tenant, frozenset(who.roles)), cookie), path)

    async def halts(self) -> list[str]:
        return [str(halt.scope) for halt in listed(await rows.look(self.service.store))]

    async def entries(self, *events: str) -> list[dict[str, Any]]:
        found = [json.loads(entry.body) for entry in reversed(await search(self.service.store))]
        return [entry for entry in found if entry["event"] in events]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's browser."""

    browser: httpx2.AsyncClient

    async def page(self) -> str:
        answer = await self.browser.get("/console")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def token_of(self, form: str) -> str:
        """What each form of the page that leads there holds."""
        page = await self.page()
        found = re.search(rf'action="/console/{form}".*?name="form" value="(\w+)"', page, re.DOTALL)
        assert found, f"the page has no form {form}"
        return found[1]

    async def send(self, form: str, **typed: str) -> httpx2.Response:
        """A form of the page, with what was typed."""
        return await send(self.browser, f"/console/{form}", {"form": await self.token_of(form), **typed})

    async def done(self, form: str, **typed: str) -> str:
        """The same, and the page that it leads to."""
        answer = await self.send(form, **typed)
        assert answer.status_code == 303, answer.text
        page = await self.browser.get(answer.headers["location"])
        assert page.status_code == 200
        return page.text


def said(page: str) -> str:
    """Its text alone."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@asynccontextmanager
async def open_console(
    folder: Path, scopes: str = FILL, *, more: str = "", url: str = URL
) -> AsyncGenerator[Console]:
    """`more` stands before everything else of the configuration but what the demo has."""
    roles = f'{ROLES}\nadminister = ["keeper", "librarian"]'
    shelved(folder, roles, f"{more}\n{scopes}\n{ARCHIVE}")
    configuration, shelf, archive = load(folder / "remit.toml"), Shelf(), Shelf()
    archive.tools = (replace(PUT, source="archive"),)
    settings = configuration.document.sources
    sources = {
        "shelf": Connected(settings["shelf"], shelf, None),
        "archive": Connected(settings["archive"], archive, None),
    }
    async with assemble(configuration, sources) as service:
        yield Console(service, configuration, shelf, url)
