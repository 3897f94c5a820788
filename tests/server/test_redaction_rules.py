"""The rules of a source, as its users meet them."""

import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies.call import (
    Caller,
    Column,
    Fresh,
    Kind,
    Plan,
    Raw,
    Reply,
    Request,
    Restored,
    Table,
    Tier,
    Transport,
)
from policies.document import LocalIdentity
from policies.errors import Denied
from server.assembly import Service, assemble
from server.configuration import load
from server.demo.organisation import found
from server.identity import Identity
from tests.proofs import call_of, grant_of

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T27")]

RULES = """
[sources.shop.redaction.entities]
CREDIT_CARD = "refuse"

[sources.shop.redaction.columns]
"customers.territory" = "drop"
"main.customers.id" = "hide"

[sources.shop.redaction.roles.support.entities]
CREDIT_CARD = "mask"

[sources.shop.redaction.roles.support.columns]
"customers.email" = "keep"
"""
MAIL = "maria.fernandez@example.com"


@asynccontextmanager
async def shop(folder: Path, rules: str = RULES) -> AsyncGenerator[Service]:
    file = found(folder)
    file.write_text(file.read_text().replace('read = ["analyst"]', 'read = ["analyst", "support"]') + rules)
    async with assemble(load(file)) as service:
        yield service


async def ask(service: Service, sql: str, *roles: str) -> Reply:
    who = LocalIdentity(user="ada", tenant="acme", roles=roles, claims={"territory": "EMEA"})
    caller = Caller(Transport.STDIO, "tests")
    request = Request(secrets.token_hex(16), caller, "shop_query", {"sql": sql})
    return await replace(service.pipeline, identity=Identity(who)).run(request)


async def test_each_user_sees_what_the_rules_of_their_roles_say(tmp_path: Path) -> None:
    sql = "SELECT email AS x, territory AS y, lower(email) AS z FROM customers WHERE id = 1"
    async with shop(tmp_path) as service:
        analyst, support = [await ask(service, sql, role) for role in ("analyst", "support")]
        both = await ask(service, sql, "analyst", "support")
    assert MAIL not in json.dumps(analyst.structured) + analyst.text
    assert support.structured["rows"] == both.structured["rows"] == [[MAIL, MAIL]]
    for reply in (analyst, support):
        structured: Any = reply.structured
        assert [column["name"] for column in structured["columns"]] == ["x", "z"]
        assert structured["left_out"] == ["main.customers.territory"]
        assert "Left out by a rule of this source: main.customers.territory." in reply.text


async def test_a_refusal_names_the_kind_and_not_the_value(tmp_path: Path) -> None:
    sql = "SELECT body FROM messages WHERE body LIKE '%card%'"
    async with shop(tmp_path) as service:
        with pytest.raises(Denied) as refusal:
            await ask(service, sql, "analyst")
        support = await ask(service, sql, "support")
    assert refusal.value.rule == "redaction"
    assert "CREDIT_CARD" in refusal.value.message
    assert "<CREDIT_CARD *1111>" in support.text


async def test_no_form_of_a_statement_gets_at_what_a_column_holds(tmp_path: Path) -> None:
    people = ("Fernandez", "maria", "zednanref", "ferna", "maria.fernandez", "4d61726961")
    async with shop(tmp_path) as service:
        for value in (
            "name AS status",
            "substr(name, 1, 5) AS status",
            "name || '' AS status",
            "hex(email) AS code",
            "upper(name) AS status",
            "(SELECT max(email) FROM customers) AS n",
            "json_object('x', name) AS doc",
            "replace(email, '@', ' at ') AS note",
            "CASE WHEN id > 0 THEN name END AS status",
            "group_concat(substr(email, 1, 5)) OVER (ORDER BY id ROWS 1 PRECEDING) AS note",
        ):
            reply = await ask(service, f"SELECT {value} FROM customers WHERE id = 1", "analyst")
            answer = (json.dumps(reply.structured["rows"]) + reply.text).lower()
            assert not [person for person in people if person.lower() in answer], value
        counted = await ask(service, "SELECT count(email) AS n FROM customers", "analyst")
    assert counted.structured["rows"] == [[3]]


async def test_the_answer_to_an_action_is_not_refused_since_it_is_done(tmp_path: Path) -> None:
    card = "card 4111 1111 1111 1111"
    table = Table((Column("note", Kind.TEXT),), ((card,),))
    async with shop(tmp_path) as service:
        for tool in service.catalogue.tools:
            if tool.name not in {"shop_query", "shop_write"}:
                continue
            grant = grant_of(Plan(call_of(tool), {}, "1"))
            restored = Restored(Fresh(grant.approval.admission), {})
            redaction = service.pipeline.redaction.redact(Raw(grant, table), restored)
            if tool.tier is Tier.READ:
                with pytest.raises(Denied, match="CREDIT_CARD"):
                    await redaction
            else:
                assert (await redaction).table.rows == (("card <CREDIT_CARD>",),)
