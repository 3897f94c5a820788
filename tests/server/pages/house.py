"""The pages over a store of their own, a pretended keeper of questions, and a browser without a screen."""

import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from html import unescape
from pathlib import Path

import httpx2

from policies.call import Transport, User
from policies.change import Change, Effect
from policies.decision import Policy
from policies.document import Document, LocalIdentity, Oidc
from policies.document import Identity as IdentitySettings
from policies.sources import PostgresSource
from server.administering.administration import Administration
from server.anomalies.failures import Failures
from server.anomalies.findings import Findings
from server.audit import open_audit
from server.autonomous.delegations import Delegations
from server.connecting import Connecting
from server.connections import Connections
from server.decisions import Decisions
from server.endings import Endings
from server.identity import Identity
from server.inventory import Inventory
from server.keys import Ring, open_keys, open_masters
from server.monitoring import Monitoring
from server.oauth.granting import Granting
from server.pages.app import Pages
from server.pages.decisions import Question
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind, Tickets
from server.store import Store, open_store
from server.vault import Connected
from tests.server.calls import Everything
from tests.server.shelf import Shelf
from tools.catalogue import Catalogue

SCHEMA = (Path(__file__).parents[3] / "policies/schema.cedarschema").read_text()
URL = "http://127.0.0.1:8787"
ADA = LocalIdentity(user="ada", tenant="acme", roles=("analyst",))
DIGEST = "3f9c1b7a24de" * 5 + "beef"
ONE = "k3yOfTheFirstQuestion1"
TWO = "k3yOfAnotherQuestion_2"

SHOP = PostgresSource(kind="postgres", dsn="postgresql://db.acme.example/shop")
PRICE = Change(
    "orders", {"id": 7}, before={"id": 7, "status": "open", "price": "5.00"}, after={"status": "paid"}
)


def question(name: str = ONE, effect: Effect | None = None, **changes: object) -> Question:
    now = round(time.time() * 1000)
    facts: dict[str, object] = {
        "id": name,
        "role": "confirm",
        "requester": "ada",
        "tool": "shop_write",
        "client": "an editor",
        "title": "Change rows of shop",
        "effect": effect or Effect((PRICE,)),
        "risk": "low",
        "reasons": (),
        "digest": DIGEST,
        "asked_at": now,
        "expires_at": now + 600_000,
    }
    return Question(**{**facts, **changes})  # type: ignore[arg-type]


class Keeper:
    """A `Decider` that keeps questions by who may see them, and what was decided."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str, str], Question] = {}
        self.decided: list[tuple[str, str, bool, str, str]] = []

    def ask(self, one: Question, user: str = "ada", tenant: str = "acme") -> None:
        self.open[tenant, user, one.id] = one

    async def question(self, id: str, user: User) -> Question | None:  # noqa: A002 - as it is called there
        return self.open.get((user.tenant, user.id, id))

    async def waiting(self, user: User) -> Sequence[Question]:
        return [one for (*who, _), one in self.open.items() if who == [user.tenant, user.id]]

    async def decide(self, id: str, user: User, *, yes: bool, why: str, digest: str) -> bool:  # noqa: A002
        one = self.open.get((user.tenant, user.id, id))
        if one is None or one.digest != digest:
            return False
        del self.open[user.tenant, user.id, id]
        self.decided.append((id, user.id, yes, why, digest))
        return True


class House:
    def __init__(self, pages: Pages, keeper: Keeper, url: str, store: Store) -> None:
        self.pages = pages
        self.store = store
        self.keeper = keeper
        self.url = url
        self.app = pages.at(url)

    def browser(self, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        """Follows no redirect by itself, and sends what a form of our page would."""
        transport = httpx2.ASGITransport(self.app, client=(address, 50_000), raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=self.url, headers={"origin": self.url})

    async def link(self, local: LocalIdentity = ADA) -> str:
        ticket = await self.pages.tickets.issue(Kind.LINK, link_content(local), LINK_LASTS)
        return link("", ticket)

    async def signed_in(self, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        browser = self.browser(address)
        done = await send(browser, await self.link())
        assert done.status_code == 303, done.text
        return browser


@asynccontextmanager
async def house(
    folder: Path,
    *,
    oidc: Oidc | None = None,
    local: LocalIdentity | None = ADA,
    url: str = URL,
    transport: Transport = Transport.HTTP,
) -> AsyncGenerator[House]:
    settings = {"local": local, "oidc": oidc}
    document = Document(
        root=folder,
        identity=IdentitySettings.model_validate(settings),
        server={"url": url},  # type: ignore[arg-type]
    )
    keeper = Keeper()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(document, None))
        masters = await open_masters(document, store)
        keys = await open_keys(masters, store)
        audit = await stack.enter_async_context(
            open_audit(store, keys, document.audit, document.within(document.audit.checkpoints))
        )
        connections = Connections(store, audit, Ring(store, masters))
        connecting = Connecting(
            {"shop": Connected(SHOP, Shelf(), None)},
            connections,
            tickets := Tickets(store, keys),
            audit,
            Granting({}, tickets),
            admitted=partial(
                Everything().hold_on_record, store, audit, finding=Findings(audit, document.anomalies).outside
            ),
        )
        yield House(
            Pages.of(
                document,
                transport,
                store=store,
                keys=keys,
                identity=Identity(local, oidc),
                decider=keeper,
                connecting=connecting,
                endings=Endings(store, audit, connections, Decisions(store, audit)),
                failures=Failures(),
                administration=Administration.of(
                    document,
                    store=store,
                    keys=keys,
                    monitoring=Monitoring.of(store, audit, document.anomalies),
                    policy=Policy(SCHEMA, {}, {}),
                    catalogue=Catalogue((), lambda _user, _tool, _transport: None),
                    inventory=Inventory({}),
                    delegations=Delegations({}),
                ),
            ),
            keeper,
            url,
            store,
        )


def fields(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a question's form."""
    assert page.status_code in {200, 422}, page.text
    form = page.text.rpartition('<form class="decide"')[2]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in hidden}


async def send(
    browser: httpx2.AsyncClient,
    path: str,
    data: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    return await browser.post(path, data=data or {"any": "thing"}, headers=headers)


async def decide(browser: httpx2.AsyncClient, name: str = ONE, **said: str) -> httpx2.Response:
    """Opens the page and presses a button."""
    path = f"/approve/{name}"
    return await send(browser, path, {**fields(await browser.get(path)), "decision": "yes", **said})
