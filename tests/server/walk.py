"""One person's walk through a whole remit: every tool, each way that an action goes, and what is left of it.

The source `shop` is an SQLite file; `ledger` is a PostgreSQL on which each user has an account of their own,
`archive` one that everybody reads with a shared account, `stock` a MariaDB that everybody writes to with one,
`lake` an emulator of Snowflake behind one token, `code` a pretend GitLab, `hub` an emulator of GitHub, `chat`
one of Slack, `team` one of Teams, `files` an S3, `papers` a pretend Drive, and `docs` a pretend SharePoint.
All that goes there, comes back, is shown, is logged or is kept can be looked through afterwards.
"""

import io
import json
import logging
import os
import re
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import anyio
import httpx2
import mcp_types as types
from mcp.client import Client

from policies.call import Call, Grant, Plan, Raw, Tier, Tool, Transport, User
from policies.canonical import Json, each_text
from policies.change import Effect
from policies.results import Address, address
from policies.secret import Credential
from policies.sources import KINDS
from server.assembly import Service, assemble, connected
from server.commands.autonomous import switched_on
from server.commands.serve import pages_of
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.listening import HttpServer
from server.logs import JsonLines
from server.own.result import RESULT
from server.vault import Connected
from tests.backends import Postgres, free_port
from tests.backlot import MINUTES, ROOT, SHOP, TEAM_NOTES, Backlot
from tests.databases import Databases
from tests.emulate import Emulate
from tests.loopback import listening
from tests.proxy import Proxy, proxy
from tests.seaweedfs import Key, Seaweed
from tests.server.enabling import enable_all, tomorrow
from tests.server.oidc.house import OIDC, House, Way
from tests.server.oidc.issuer import PretendIssuer, Signer
from tests.server.pages.house import fields
from tests.snowduck import Snowduck
from tests.tools.drive.gate import ACTS as DRIVE_SCOPES
from tests.tools.drive.site import Site as DriveSite
from tests.tools.github.hub import Hub, Shop
from tests.tools.gitlab.site import Site, serving
from tests.tools.gitlab.world import LOG, propose, run
from tests.tools.s3.gate import Gate
from tests.tools.sharepoint.gate import ACTS as SHAREPOINT_SCOPES
from tests.tools.sharepoint.site import Site as SharepointSite
from tests.tools.sharepoint.world import LIBRARY
from tests.tools.slack.workspace import Site as SlackSite
from tests.tools.slack.workspace import Workspace
from tests.tools.snowflake.gate import READER, Who
from tests.tools.snowflake.lab import Account as LakeAccount
from tests.tools.teams.team import Site as TeamsSite
from tests.tools.teams.team import Team
from tools.authorization import Authorization
from tools.connector import Connector, Finding, Ledger, Session, Trace

CLIENT_LOGS: Final = ("httpx2", "httpcore2", "mcp.client", "client")  # the test's own client, not the server
PAGES: Final = "remit-pages"
SIGN_IN: Final = f'\n[identity.oidc.sign_in]\nclient_id = "{PAGES}"\n'
SOURCES: Final = """
[limits]
calls_per_minute = 100000
burst = 10000
questions_per_hour = 1000

[context]
turns = 1000

[results]
characters = 1000
turns = 1000

[sources.ledger]
kind = "postgres"
dsn = "postgresql://127.0.0.1:{port}/{database}"
tls = "disable"
reason = "it knows logins alone"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.ledger.roles]
read = ["analyst"]
act = ["analyst"]
act_unconfirmed = ["analyst"]

[sources.ledger.tables.orders]
columns = ["id", "status"]
key = ["id"]
write = ["status"]

[scopes.orders]
tool = "ledger_write"
roles = ["analyst"]
targets = ["orders"]
kinds = ["update"]
fields.status.max_length = 20
rows = 5
per_hour = {{ calls = 10, rows = 50 }}
per_day = {{ calls = 10, rows = 50 }}

[sources.archive]
kind = "postgres"
dsn = "postgresql://{reader}@127.0.0.1:{port}/{database}"
tls = "disable"
credential = "shared"
reason = "everybody reads the same"
password = "env:{variable}"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.archive.roles]
read = ["analyst"]

[sources.archive.tables.orders]
columns = ["id", "status"]

[sources.stock]
kind = "mysql"
dsn = "mysql://{keeper}@127.0.0.1:{mariadb}/{database}"
tls = "disable"
credential = "shared"
reason = "everybody writes the same"
password = "env:{stock_variable}"
bare_tables = true
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.stock.roles]
read = ["analyst"]
act = ["analyst"]

[sources.stock.tables.orders]
columns = ["id", "status"]
key = ["id"]
write = ["status"]

[sources.lake]
kind = "snowflake"
dsn = "snowflake://127.0.0.1:{lake}/SHOP"
role = "remit"
warehouse = "remit_wh"
credential = "shared"
reason = "everybody writes the same"
token = "env:{lake_variable}"
bare_tables = true
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.lake.roles]
read = ["analyst"]
act = ["analyst"]

[sources.lake.tables.orders]
columns = ["id", "status"]
key = ["id"]
write = ["status"]

[sources.code]
kind = "gitlab"
url = "http://127.0.0.1:{gitlab}"
projects = ["acme/*"]
acts = ["create_issue", "update_issue", "comment", "propose_change"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.code.roles]
read = ["analyst"]
act = ["analyst"]

[sources.hub]
kind = "github"
url = "http://127.0.0.1:{github}"
repositories = ["acme/*"]
acts = ["create_issue", "update_issue", "comment", "propose_change"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.hub.roles]
read = ["analyst"]
act = ["analyst"]

[sources.chat]
kind = "slack"
channels = ["*"]
url = "http://127.0.0.1:{slack}"
acts = ["post", "reply"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.chat.roles]
read = ["analyst"]
act = ["analyst"]

[sources.files]
kind = "s3"
url = "http://127.0.0.1:{s3}"
bucket = "{bucket}"
folders = ["shop"]
acts = ["write", "move", "delete"]
reason = "a key for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.files.roles]
read = ["analyst"]
act = ["analyst"]

[sources.papers]
kind = "drive"
url = "http://127.0.0.1:{drive}"
folders = ["papers-shop"]
acts = ["write", "move", "delete"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.papers.roles]
read = ["analyst"]
act = ["analyst"]

[sources.docs]
kind = "sharepoint"
url = "http://127.0.0.1:{sharepoint}"
drive = "{library}"
folders = ["docs-folder"]
acts = ["write", "move", "delete"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.docs.roles]
read = ["analyst"]
act = ["analyst"]

[sources.team]
kind = "teams"
channels = ["*"]
url = "http://127.0.0.1:{teams}"
acts = ["post", "reply"]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.team.roles]
read = ["analyst"]
act = ["analyst"]

# People stand in most of the sources here, and not all that is written is to be asked on our page.
[flow]
combined = 100

[directory]
addresses = ["ada@acme.example"]

[directory.places]
code = ["acme/shop"]
hub = ["acme/shop"]
chat = ["#shop"]
team = ["acme / notes"]
files = ["{bucket}"]
"""
VARIABLE: Final = "REMIT_TEST_ARCHIVE"
STOCK_VARIABLE: Final = "REMIT_TEST_STOCK"
LAKE_VARIABLE: Final = "REMIT_TEST_LAKE"
ORDERS: Final = """
CREATE TABLE orders (id int PRIMARY KEY, status text);
INSERT INTO orders SELECT id, 'new' FROM generate_series(1, 60) id;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {login}, {reader};
GRANT SELECT ON orders TO {login}, {reader};
GRANT UPDATE (status) ON orders TO {login};
"""
STOCK: Final = (
    "CREATE TABLE orders (id int PRIMARY KEY, status varchar(40))",
    "INSERT INTO orders SELECT seq, 'new' FROM seq_1_to_60",
)
LAKE: Final = (
    "CREATE SCHEMA IF NOT EXISTS {0}.PUBLIC",
    "CREATE TABLE ORDERS (ID INT, STATUS VARCHAR(40))",
    "INSERT INTO ORDERS SELECT i, 'new' FROM (SELECT UNNEST(range(1, 61)) AS i)",
)
LAKE_GRANTS: Final = (
    *READER,
    *((right, "TABLE", "SHOP.PUBLIC.ORDERS") for right in ("INSERT", "UPDATE", "DELETE")),
)
STOCK_GRANTS: Final = ("SELECT ON `{0}`.orders", "INSERT, UPDATE, DELETE ON `{0}`.orders")

Arguments = Mapping[str, Any]
_ROOM: Final = {"channel": SHOP}
_THREAD: Final = {**_ROOM, "message": ROOT}
READ: Final[Mapping[str, Sequence[Arguments]]] = {
    "schema": [{}],
    "query": [
        {"sql": "SELECT id, status FROM orders ORDER BY id"},
        {"sql": "SELECT id, status, 'too long for one answer' AS note FROM orders ORDER BY id"},
    ],
    "explain": [{"sql": "SELECT id FROM orders"}],
    "repositories": [{}],
    "search": [{"project": "acme/shop", "search": "total"}],
    "read": [{"project": "acme/shop", "path": "src/basket.py"}],
    "issues": [{"project": "acme/shop"}],
    "issue": [{"project": "acme/shop", "issue": 30}],
    "proposals": [{"project": "acme/shop"}],
    "proposal": [{"project": "acme/shop", "merge_request": 1}],
    "jobs": [{"project": "acme/shop"}],
    "log": [{"project": "acme/shop", "job": 501}],
    "channels": [{}],
    "history": [_ROOM],
    "thread": [_THREAD],
    "chat_search": [{"search": "again"}],
    "team_search": [{"search": "again"}],
    "remit_actions": [{}],
    "remit_sources": [{}],
    "remit_context": [{}],
    RESULT.name: [{"id": "0" * 32}],
    "remit_forget": [{}],
    "files_search": [{"search": "notes"}],
    "list": [{"folder": "shop"}],
    "info": [{"file": "shop/notes.txt"}],
    "files_read": [{"file": "shop/notes.txt"}],
    "papers_search": [{"search": "notes"}],
    "papers_list": [{"folder": "papers-shop"}],
    "papers_info": [{"file": "papers-notes"}],
    "papers_read": [{"file": "papers-notes"}],
    "docs_search": [{"search": "notes"}],
    "docs_list": [{"folder": "docs-folder"}],
    "docs_info": [{"file": "docs-notes"}],
    "docs_read": [{"file": "docs-notes"}],
    "remit_connect": [
        {"source": name} for name in ("ledger", "code", "hub", "chat", "files", "papers", "docs", "team")
    ],
}
"""What each tool that reads is called with, by verb or by its whole name."""
_SQL: Final[Sequence[Arguments]] = (
    {"sql": "UPDATE orders SET status = '{0}' WHERE id = 3"},
    {"sql": "UPDATE orders SET status = '{0}' WHERE id BETWEEN 10 AND 40"},
)
VALUES: Final = ("lost", "found")
_SHOP: Final = {"project": "acme/shop"}
STORED: Final = tuple(
    f"{act}-{value}-{n}.txt" for act in ("move", "delete") for value in VALUES for n in (1, 2)
)
ACTS: Final[Mapping[str, Sequence[Arguments]]] = {
    # A form is enough for the first of them; the other is asked on our page alone.
    "write": _SQL,
    # The first of them goes alone; the other is asked, for it is more than its scope allows.
    "write_auto": (
        {"sql": "UPDATE orders SET status = '{0}' WHERE id = 4"},
        {"sql": "UPDATE orders SET status = '{0}' WHERE id BETWEEN 45 AND 55"},
    ),
    "create_issue": ({**_SHOP, "title": "{0}"}, {**_SHOP, "title": "{0} again"}),
    "update_issue": ({**_SHOP, "issue": 30, "title": "{0}"}, {**_SHOP, "issue": 29, "title": "{0}"}),
    "comment": ({**_SHOP, "issue": 30, "text": "{0}"}, {**_SHOP, "issue": 30, "text": "{0} again"}),
    # Pipelines run for both of them.
    "propose_change": tuple(
        {
            **_SHOP,
            "branch": f"{{0}}-{number}",
            "title": "{0}",
            "files": [{"path": "{0}.md", "content": "{0}"}],
        }
        for number in (1, 2)
    ),
    # In Slack the second of them tells everybody, and is asked on our page.
    "post": ({**_ROOM, "text": "{0}"}, {**_ROOM, "text": "<!here> {0} again"}),
    "reply": ({**_THREAD, "text": "{0}"}, {**_THREAD, "text": "<!here> {0} again"}),
    "files_write": tuple({"folder": "shop", "name": f"{{0}}-{n}.txt", "text": "{0}"} for n in (1, 2)),
    "papers_write": tuple({"folder": "papers-shop", "name": f"{{0}}-{n}", "text": "{0}"} for n in (1, 2)),
    "papers_move": tuple({"file": f"papers-move-{{0}}-{n}", "folder": "papers-moved"} for n in (1, 2)),
    "papers_delete": tuple({"file": f"papers-delete-{{0}}-{n}"} for n in (1, 2)),
    "docs_write": tuple({"folder": "docs-folder", "name": f"{{0}}-{n}", "text": "{0}"} for n in (1, 2)),
    "docs_move": tuple({"file": f"docs-move-{{0}}-{n}", "folder": "docs-moved"} for n in (1, 2)),
    "docs_delete": tuple({"file": f"docs-delete-{{0}}-{n}"} for n in (1, 2)),
    "move": tuple({"file": f"shop/move-{{0}}-{n}.txt", "folder": "shop/moved"} for n in (1, 2)),
    "delete": tuple({"file": f"shop/delete-{{0}}-{n}.txt"} for n in (1, 2)),
}
"""What each tool that acts is called with, by verb or by its whole name, with another value each time."""
UNDO: Final = "remit_undo"
WRONG: Final[Sequence[Arguments]] = ({"token": "x"}, {"sql": "SELECT ssn FROM customers"}, {"sql": "SELECT"})


class Wire:
    """A system behind that keeps all that the server hands it, but for the credential."""

    authorization: Authorization | None = None

    def __init__(self, behind: Connector, sent: list[str]) -> None:
        self._behind = behind
        self._sent = sent

    @property
    def tools(self) -> Sequence[Tool]:
        return self._behind.tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        self._sent.append(repr((user, credential)))
        async with self._behind.open(user, credential) as session:
            yield WiredSession(session, self._sent)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return await self._behind.inspect(credential)

    async def close(self) -> None:
        await self._behind.close()


class WiredSession:
    def __init__(self, behind: Session, sent: list[str]) -> None:
        self._behind = behind
        self._sent = sent

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        self._sent.append(repr(call) + json.dumps(call.arguments))
        return await self._behind.plan(call, values)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        self._sent.append(repr(grant) + json.dumps(grant.plan.request))
        return await self._behind.carry_out(grant, ledger)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return await self._behind.trace(effect, mark)


@dataclass(frozen=True, slots=True)
class Account:
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Place:
    """A remit that is configured and not running, and everything around it.

    `account` is Ada's own on the ledger, `shared` are the passwords of the archive's and the stock's, and
    `lake_token` is everybody's at the lake. The other tokens are Ada's own: at the pretend GitLab, at the
    emulators of GitHub, Slack and Teams.
    """

    configuration: Configuration
    url: str
    port: int
    postgres: Postgres
    postgres_name: str
    store: str
    account: Account
    shared: tuple[str, str] = field(repr=False)
    lake_token: str = field(repr=False)
    relay: Proxy
    stock_relay: Proxy
    lake_relay: Proxy
    code: Site
    code_token: str = field(repr=False)
    code_relay: Proxy
    hub: Shop
    hub_token: str = field(repr=False)
    hub_relay: Proxy
    chat: Workspace
    chat_token: str = field(repr=False)
    chat_relay: Proxy
    s3: Gate
    bucket: str
    s3_key: Key
    s3_relay: Proxy
    drive: DriveSite
    drive_token: str = field(repr=False)
    drive_relay: Proxy
    docs: SharepointSite
    docs_token: str = field(repr=False)
    docs_relay: Proxy
    team: Team
    team_token: str = field(repr=False)
    team_relay: Proxy
    issuer: PretendIssuer
    signer: Signer

    @property
    def tokens(self) -> Sequence[str]:
        typed = self.code_token, self.lake_token, self.hub_token, self.chat_token, self.drive_token
        return *typed, self.team_token, self.docs_token, self.s3_key.secret

    @property
    def folder(self) -> Path:
        return self.configuration.document.root

    def token(self, **claims: object) -> str:
        whole = {"aud": f"{self.url}/mcp", "scope": "openid remit:read remit:act", **claims}
        return self.signer.sign(self.issuer.claims(**whole))

    def put_there(self, file: str) -> None:
        """What a tool is to move or to delete, if it is not there: a key of S3's, or an id."""
        if file.startswith("docs-"):
            if file not in self.docs.at.world.items:
                self.docs.put(file, "x", called=file, within=self.docs.named("shop"))
            return
        if file.startswith("papers-"):
            there = self.drive.world.files.get(file)
            if there is None or there.trashed:
                self.drive.put(file, "x", called=file, within=self.drive.named("shop"))
            return
        assert self.s3.behind is not None
        s3 = self.s3.behind.client(self.s3.behind.root)
        if not s3.list_objects_v2(Bucket=self.bucket, Prefix=file).get("KeyCount"):
            s3.put_object(Bucket=self.bucket, Key=file, Body=b"x")

    def files(self) -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}

    async def dump(self) -> dict[str, bytes]:
        """Every table of the store, where that is not a file."""
        if not self.store:
            return {}
        dumped: dict[str, bytes] = {}
        async with self.postgres.admin(self.store) as admin:
            for row in await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                kept = io.BytesIO()
                await admin.copy_from_table(row["tablename"], output=kept)
                dumped[f"the table {row['tablename']}"] = kept.getvalue()
        return dumped


@asynccontextmanager
async def place(folder: Path, databases: Databases, signer: Signer, engine: str) -> AsyncGenerator[Place]:
    """`engine` is that of the store."""
    postgres, mariadb = databases.postgres, databases.mariadb
    name = f"walk_{secrets.token_hex(4)}"
    login, reader = f"{name}_ada", f"{name}_reader"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    await postgres.create_database(name)
    account, shared = Account(login, await postgres.create_login(login)), await postgres.create_login(reader)
    async with postgres.admin(name) as admin:
        await admin.execute(ORDERS.format(login=login, reader=reader))
    issuer = PretendIssuer(signer.published())
    issuer.describe(authorization_endpoint=f"{issuer.url}/auth", token_endpoint=f"{issuer.url}/token")
    await mariadb.create_database(name)
    await mariadb.run(*STOCK, database=name)
    keeper = f"{name}_keeper"
    grants = (each.format(name) for each in STOCK_GRANTS)
    kept = await mariadb.create_account(keeper, *grants, encrypted=False)
    async with (
        proxy(postgres.port) as relay,
        proxy(mariadb.port) as stock_relay,
        _snowflake(databases.snowduck, name.upper()) as (lake_token, lake_relay),
        _gitlab() as (site, code_relay),
        _github(databases.emulate) as (shop, hub_relay),
        _slack(databases.backlot) as (workspace, chat_relay),
        _s3(databases.seaweed) as (gate, bucket, key, s3_relay),
        _drive() as (papers, drive_relay),
        _sharepoint() as (docs, docs_relay),
        _teams(databases.backlot) as (team, team_relay),
    ):
        file = found(folder)
        text = file.read_text()
        server, store = f'url = "{url}"\nstore = "sqlite:remit.db"\n', ""
        if engine == "postgres":
            store = f"{name}_store"
            server = f'url = "{url}"\n{await _store(folder, postgres, store)}'
        assert 'store = "sqlite:remit.db"\n' in text
        text = text.replace('store = "sqlite:remit.db"\n', server)
        behind = {
            "port": relay.port,
            "mariadb": stock_relay.port,
            "database": name,
            "lake": lake_relay.port,
            "gitlab": code_relay.port,
            "github": hub_relay.port,
            "slack": chat_relay.port,
            "s3": s3_relay.port,
            "bucket": bucket,
            "drive": drive_relay.port,
            "sharepoint": docs_relay.port,
            "library": LIBRARY,
            "teams": team_relay.port,
            "keeper": keeper,
            "reader": reader,
        }
        secrets_of = {VARIABLE: shared, STOCK_VARIABLE: kept, LAKE_VARIABLE: lake_token}
        variables = {"variable": VARIABLE, "stock_variable": STOCK_VARIABLE, "lake_variable": LAKE_VARIABLE}
        more = SOURCES.format(**behind, **variables)
        file.write_text(text + OIDC.format(issuer=issuer.url) + SIGN_IN + more)
        configuration = load(file)
        await enable_all(configuration.document)
        await switched_on(configuration.document, "orders", tomorrow(), "the test needs it")
        assert {source.kind for source in configuration.document.sources.values()} == {*KINDS}
        try:
            with patch.dict(os.environ, secrets_of):
                yield Place(
                    configuration=configuration,
                    url=url,
                    port=port,
                    postgres=postgres,
                    postgres_name=name,
                    store=store,
                    account=account,
                    shared=(shared, kept),
                    lake_token=lake_token,
                    relay=relay,
                    stock_relay=stock_relay,
                    lake_relay=lake_relay,
                    code=site,
                    code_token=site.tokens.give("ada", "api"),
                    code_relay=code_relay,
                    hub=shop,
                    hub_token=shop.gate.give("ada", writes=True),
                    hub_relay=hub_relay,
                    chat=workspace,
                    chat_token=workspace.give("ada", acts=True),
                    chat_relay=chat_relay,
                    s3=gate,
                    bucket=bucket,
                    s3_key=key,
                    s3_relay=s3_relay,
                    drive=papers,
                    drive_token=papers.give("ada", DRIVE_SCOPES),
                    drive_relay=drive_relay,
                    docs=docs,
                    docs_token=docs.give("ada", SHAREPOINT_SCOPES),
                    docs_relay=docs_relay,
                    team=team,
                    team_token=team.give("ada", acts=True),
                    team_relay=team_relay,
                    issuer=issuer,
                    signer=signer,
                )
        finally:
            issuer.close()
    async with postgres.admin() as admin:
        for database in filter(None, (name, store)):
            await admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
        await admin.execute(f"DROP ROLE {login}, {reader}")
    await mariadb.run(f"DROP DATABASE {name}", f"DROP USER {keeper}")


@asynccontextmanager
async def _snowflake(behind: Snowduck, name: str) -> AsyncGenerator[tuple[str, Proxy]]:
    """A token, and the way there."""
    behind.run(f"CREATE DATABASE {name}", "MEMORY")
    for statement in LAKE:
        behind.run(statement.format(name), name)
    with listening(LakeAccount) as account:
        credential = account.renew(behind, name, Who(grants=LAKE_GRANTS)).credential
        port = urlsplit(account.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield credential.secret.reveal(), relay


@asynccontextmanager
async def _gitlab() -> AsyncGenerator[tuple[Site, Proxy]]:
    with serving() as site:
        propose(site.gitlab.projects[0], {"src/prices.py": b"PRICES = {}\n"})
        run(site.gitlab.projects[0], LOG)
        port = urlsplit(site.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield site, relay


@asynccontextmanager
async def _github(behind: Emulate) -> AsyncGenerator[tuple[Shop, Proxy]]:
    with listening(Hub) as hub:
        shop = Shop(hub, behind, "shop")
        for title in ("One", "Two"):
            shop.run("POST", "/issues", title=title)
        shop.propose({"src/prices.py": "PRICES = {}\n"})
        head = shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
        shop.gate.actions.run(shop.path, head, LOG)
        port = urlsplit(hub.url).port
        assert port is not None
        async with proxy(port) as relay:
            shop.gate.actions.url = f"http://127.0.0.1:{relay.port}"  # where the store of logs is
            yield shop, relay


@asynccontextmanager
async def _slack(behind: Backlot) -> AsyncGenerator[tuple[Workspace, Proxy]]:
    with listening(SlackSite) as site:
        workspace = Workspace(site, behind)
        port = urlsplit(site.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield workspace, relay


@asynccontextmanager
async def _s3(behind: Seaweed) -> AsyncGenerator[tuple[Gate, str, Key, Proxy]]:
    """With its bucket, and a key for it."""
    with listening(Gate) as gate:
        gate.behind = behind
        bucket, root = behind.bucket(), behind.client(behind.root)
        for name in ("notes.txt", *STORED):
            root.put_object(Bucket=bucket, Key=f"shop/{name}", Body=f"This is {name}.".encode())
        port = urlsplit(gate.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield gate, bucket, behind.give(bucket, ["shop"]), relay


@asynccontextmanager
async def _drive() -> AsyncGenerator[tuple[DriveSite, Proxy]]:
    with listening(DriveSite) as site:
        shop = site.folder("shop", called="papers-shop")
        site.folder("moved", called="papers-moved", within=shop)
        for name in ("notes", *(each.removesuffix(".txt") for each in STORED)):
            site.put(name, f"This is {name}.", called=f"papers-{name}", within=shop)
        port = urlsplit(site.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield site, relay


@asynccontextmanager
async def _sharepoint() -> AsyncGenerator[tuple[SharepointSite, Proxy]]:
    with listening(SharepointSite) as site:
        shop = site.folder("shop", called="docs-folder")
        site.folder("moved", called="docs-moved", within=shop)
        for name in ("notes", *(each.removesuffix(".txt") for each in STORED)):
            site.put(name, f"This is {name}.", called=f"docs-{name}", within=shop)
        port = urlsplit(site.url).port
        assert port is not None
        async with proxy(port) as relay:
            site.at.store = f"http://127.0.0.1:{relay.port}"  # where it keeps what files hold
            yield site, relay


@asynccontextmanager
async def _teams(behind: Backlot) -> AsyncGenerator[tuple[Team, Proxy]]:
    with listening(TeamsSite) as site:
        port = urlsplit(site.url).port
        assert port is not None
        async with proxy(port) as relay:
            yield Team(site, behind), relay


async def _store(folder: Path, postgres: Postgres, name: str) -> str:
    await postgres.create_database(name)
    password = folder / "store-password"
    password.touch(mode=0o600)
    password.write_text(postgres.password)
    dsn = f"{postgres.dsn(name)}?sslmode=verify-full&sslrootcert={postgres.ca}"
    return f'store = "{dsn}"\nstore_password = "file:{password.name}"\n'


class Ada:
    """In front of a client and a browser. `shown` is all that she saw. She says yes to whatever is asked, and
    types a wrong password first where she `errs`.
    """

    def __init__(self, at: Place, browser: httpx2.AsyncClient, id_claims: Mapping[str, object]) -> None:
        self.shown: list[str] = []
        self.asked: list[str] = []
        self.errs = True
        self._at = at
        self._browser = browser
        self._id_claims = id_claims

    async def sign_in(self) -> None:
        """Anew: as often as pages are seen here, one session may not be used within a minute."""
        self._browser.cookies.clear()
        sent = await self._see("GET", "/sign-in?next=/approvals")
        asked = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
        claims = {"aud": PAGES, "nonce": asked["nonce"], "client_id": None, "scope": None, **self._id_claims}
        token = self._at.signer.sign(self._at.issuer.claims(**claims), {"typ": "JWT"})
        answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        self._at.issuer.answer("/realm/token", json.dumps(answer).encode())
        back = await self._see("GET", f"/sign-in/callback?state={asked['state']}&code=x")
        assert back.status_code == 303, back.text

    async def answer(self, context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        self.shown.append(params.model_dump_json())
        if isinstance(params, types.ElicitRequestURLParams):
            await self.visit(params.url)
            return types.ElicitResult(action="accept")
        self.asked.append("by a form")
        return types.ElicitResult(action="accept", content={"approve": True})

    async def visit(self, url: str) -> None:
        """Does on the page what it is there for."""
        path = url.removeprefix(self._at.url)
        if path.startswith("/connect/"):
            await self.sign_in()  # one browser may not try six accounts within a minute
        page = await self._see("GET", path)
        if path.startswith("/connect/"):
            self.asked.append("to connect")
            own = {"login": self._at.account.login, "secret": self._at.account.password}
            at = self._at
            tokens = {
                "code": at.code_token,
                "hub": at.hub_token,
                "chat": at.chat_token,
                "team": at.team_token,
                "papers": at.drive_token,
                "docs": at.docs_token,
            }
            for source, token in tokens.items():
                if f"Connect {source}" in page.text:
                    assert 'name="login"' not in page.text
                    own = {"secret": token}
            if "Connect files" in page.text:
                assert "Access key ID" in page.text
                own = {"login": at.s3_key.id, "secret": at.s3_key.secret}
            if self.errs:
                wrong = {**own, "secret": f"{own['secret']} "}
                again = await self._see("POST", path, {**fields(page), **wrong})
                assert again.status_code == 422, again.text
            done = await self._see("POST", path, {**fields(page), **own})
        else:
            self.asked.append("on a page")
            typed = re.search(r"Type <strong>([^<]*)</strong>", page.text)
            said = {"decision": "yes", **({"typed": typed[1]} if typed else {})}
            done = await self._see("POST", path, {**fields(page), **said})
        assert done.status_code == 200, done.text

    async def look_around(self) -> None:
        for path in ("/approvals", "/connections", "/nowhere", "/approve/nothing", "/connect/nothing"):
            await self._see("GET", path)

    async def _see(self, method: str, path: str, form: Mapping[str, str] | None = None) -> httpx2.Response:
        answer = await self._browser.request(method, path, data=form)
        # Her own cookie is for her browser.
        heads = [f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie"]
        self.shown.append(f"{answer.status_code}\n{heads}\n{answer.text}")
        return answer


@dataclass
class Walk:
    """What is left of it. `open` are the tools that the person has, `called` those that gave them something,
    `kept` where large results are, `done` the actions by tool that were not taken back, and `asked` the ways
    by which the person was asked.
    """

    sinks: dict[str, bytes] = field(default_factory=dict[str, bytes])
    open: set[str] = field(default_factory=set[str])
    called: set[str] = field(default_factory=set[str])
    kept: list[Address] = field(default_factory=list[Address])
    done: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    asked: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def running(at: Place, wire: Callable[[Connector], Connector]) -> AsyncGenerator[Service]:
    """`wire` is laid between the server and each system."""
    document = at.configuration.document
    wired = {
        name: Connected(source.settings, wire(source.connector), source.credential)
        for name, source in connected(document).items()
    }
    async with assemble(at.configuration, wired) as service, anyio.create_task_group() as tasks:
        pages = pages_of(service, document, Transport.HTTP)
        server = HttpServer(service, document, ("127.0.0.1", at.port), pages=pages)
        tasks.start_soon(server.serve)
        with anyio.fail_after(60):
            await server.ready.wait()
        try:
            yield service
        finally:
            server.stop()


async def walk(
    at: Place, way: Way, token: str, refused: str, *, past: Collection[str] = (), **id_claims: object
) -> Walk:
    """`refused` is a token that does not count, `past` are sources that are walked past, and `id_claims` are
    of the ID token that she signs in with.

    The log is left to whoever captures it.
    """
    sent: list[str] = []
    answers: list[str] = []
    walked = Walk()
    async with (
        running(at, lambda behind: Wire(behind, sent)) as service,
        httpx2.AsyncClient(base_url=at.url, headers={"origin": at.url}, timeout=30) as browser,
    ):
        house, ada = House(at.url, service), Ada(at, browser, id_claims)
        await ada.sign_in()
        async with house.client(token, way, ada.answer) as client:
            listed = await client.list_tools()
            answers.append(listed.model_dump_json())
            tools = [tool for tool in service.catalogue.tools if tool.source not in past]
            walked.open = {tool.name for tool in listed.tools} & {tool.name for tool in tools}
            for tool in tools:
                answers += await _misuse(client, tool)
                answers += await _use(walked, client, tool, ada, VALUES[0])
            answers.append(str(await client.call_tool("nowhere", {})))
        async with house.client(token, way) as client:  # that can ask nobody
            acting = [tool for tool in tools if tool.tier is not Tier.READ]
            for number, (_, of_one) in enumerate(groupby(acting, lambda tool: tool.source)):
                if number % 2 == 0:  # nor may one address sign in as often as there are sources
                    await ada.sign_in()
                for tool in of_one:
                    answers += await _use(walked, client, tool, ada, VALUES[1])
        await ada.look_around()
        async with house.browser(refused) as stranger:
            for answer in (
                await stranger.post("/mcp", json={}),
                await stranger.get(f"/mcp?access_token={token}", headers={"authorization": ""}),
            ):
                answers.append(answer.text + str(answer.headers))
        walked.sinks |= at.files()  # while it runs: the store's write-ahead log is there
        walked.asked = ada.asked
    walked.sinks |= {
        "what went to PostgreSQL": bytes(at.relay.sent),
        "what went to MariaDB": bytes(at.stock_relay.sent),
        "what went to Snowflake": bytes(at.lake_relay.sent),
        "what went to GitLab": bytes(at.code_relay.sent),
        "what went to GitHub": bytes(at.hub_relay.sent),
        "what went to Slack": bytes(at.chat_relay.sent),
        "what went to S3": bytes(at.s3_relay.sent),
        "what went to Drive": bytes(at.drive_relay.sent),
        "what went to SharePoint": bytes(at.docs_relay.sent),
        "what went to Teams": bytes(at.team_relay.sent),
        "what went to the connectors": "\n".join(sent).encode(),
        "what went to the issuer": "\n".join([*at.issuer.heads, str(at.issuer.posted)]).encode(),
        "the answers": "\n".join(answers).encode(),
        "the pages and questions": "\n".join(ada.shown).encode(),
        **await at.dump(),
    }
    return walked


async def _misuse(client: Client, tool: Tool) -> list[str]:
    return [(await client.call_tool(tool.name, dict(wrong))).model_dump_json() for wrong in WRONG]


async def _use(walked: Walk, client: Client, tool: Tool, ada: Ada, value: str) -> list[str]:
    """Calls the tool as it should be called. One that nobody has told here how to call fails the test."""
    wanted: Sequence[Arguments]
    if tool.name == UNDO:
        wanted = [{"id": actions.pop()} for actions in walked.done.values()]
    elif tool.name == RESULT.name:
        wanted = [{"id": walked.kept.pop().handle}]
    elif tool.tier is Tier.READ:
        wanted = reading(tool)
    else:
        wanted = acting(tool, value)
    results: list[types.CallToolResult] = []
    for arguments in wanted:
        result = await client.call_tool(tool.name, dict(arguments))
        facts = (result.meta or {})["remit/call"]
        if facts.get("code") == "needs_answer":
            results.append(result)
            await ada.visit(facts["url"])
            result = await client.call_tool(tool.name, dict(arguments))
        results.append(result)
        if not result.is_error:
            walked.called.add(tool.name)
            told: Any = result.structured_content
            if kept := address(told.get("whole", "")):
                walked.kept.append(kept)
            action = told.get("action")
            if action and tool.name != UNDO:
                assert (action["state"], action["replayed"]) == ("done", False)
                walked.done.setdefault(tool.name, []).append(action["id"])
    return [result.model_dump_json() for result in results]


def reading(tool: Tool) -> list[Arguments]:
    """What a tool that reads is called with."""
    return [placed(tool, each) for each in READ[tool.name if tool.name in READ else tool.verb]]


def placed(tool: Tool, arguments: Arguments) -> Arguments:
    """As the system calls it: a forge has numbered its issues and requests, and Teams its messages."""
    if tool.source == "team":
        known = {SHOP: TEAM_NOTES, ROOT: MINUTES}
        return {name: known.get(value, value) for name, value in arguments.items()}
    if tool.source != "hub" or "project" not in arguments:
        return arguments
    names = {"project": "repository", "merge_request": "pull_request"}
    numbers = {("issue", 30): 1, ("issue", 29): 2, ("merge_request", 1): 3}
    return {
        names.get(name, name): numbers.get((name, value), value) if isinstance(value, int) else value
        for name, value in arguments.items()
    }


def acting(tool: Tool, value: str) -> list[Arguments]:
    """What a tool that acts is called with."""
    verb = tool.name.removeprefix(f"{tool.source}_")
    asked = next(ACTS[name] for name in (tool.name, verb, tool.verb) if name in ACTS)
    filled = [each_text(dict(each), lambda text: text.format(value)) for each in asked]
    return [placed(tool, each) for each in cast("list[Arguments]", filled)]


def logged(records: Sequence[logging.LogRecord]) -> bytes:
    """As the server would write them, of every level, and each message whole."""
    own = [record for record in records if not record.name.startswith(CLIENT_LOGS)]
    return "\n".join(
        line for record in own for line in (JsonLines().format(record), record.getMessage())
    ).encode()
