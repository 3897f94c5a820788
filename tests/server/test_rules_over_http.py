"""Rules for redaction and contexts, through a server that listens and clients that are somebody else's."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final

import pytest
from mcp.client import Client

from policies.treatments import Treatment
from server.configuration import load
from tests.server.oidc.forgeries import Forge
from tests.server.oidc.house import House, configured, open_house
from tests.server.oidc.issuer import URL
from tests.tools.sqlite_file import execute

pytestmark = pytest.mark.anyio

MAIL, CARD = "lena.hoffmann@example.com", "4111 1111 1111 1111"
COLUMNS: Final = [f"{treatment}_{what}" for treatment in Treatment for what in ("email", "doc")] + [
    "mask_card"
]
PEOPLE: Final = f"""
[limits]
burst = 1000

[sources.people]
kind = "sqlite"
dsn = "sqlite:people.db"
owner = "a team"
purpose = "tests"
classification = "confidential"
[sources.people.roles]
read = ["analyst"]
[sources.people.tables.people]
columns = {["id", *COLUMNS]}
[sources.people.redaction.columns]
""" + "\n".join(f'"people.{column}" = "{column.partition("_")[0]}"' for column in COLUMNS)
PSEUDONYM: Final = r"<EMAIL_ADDRESS_1_[a-z2-7]{6}>"
# By what is done: what an answer has for the column as it is, and for what is made of it.
SHOWN: Final = {
    "keep": (re.escape(MAIL), re.escape(MAIL[:4].upper())),
    "pseudonym": (PSEUDONYM, "<EMAIL_ADDRESS>"),
    "mask": ("<EMAIL_ADDRESS>", "<EMAIL_ADDRESS>"),
    "hide": ("<EMAIL_ADDRESS>", "<EMAIL_ADDRESS>"),
}


@pytest.fixture
async def house(tmp_path: Path, free_port: int, forge: Forge) -> AsyncGenerator[House]:
    file = configured(tmp_path, forge.issuer.url, URL).file
    file.write_text(file.read_text() + PEOPLE)
    execute(tmp_path / "people.db", f"CREATE TABLE people (id INTEGER, {' TEXT, '.join(COLUMNS)} TEXT)")
    values = [CARD if "card" in c else MAIL if "email" in c else f'{{"email": "{MAIL}"}}' for c in COLUMNS]
    execute(tmp_path / "people.db", f"INSERT INTO people VALUES (1, {', '.join(map(repr, values))})")
    async with open_house(load(file), free_port) as opened:
        yield opened


async def ask(client: Client, value: str, where: str = "") -> Any:
    """The answer's one row, or the text of its refusal."""
    result = await client.call_tool(
        "people_query", {"sql": f"SELECT id, {value} AS status FROM people {where}"}
    )
    assert MAIL[5:] not in str(result) or value.startswith(("keep", "json_extract(keep", "(SELECT keep")), (
        value
    )
    if result.is_error:
        return str(result.content)
    answer: Any = result.structured_content
    return [*answer["rows"][0], *answer["left_out"]]


@pytest.mark.threat("T27")
async def test_each_rule_for_a_column_holds_in_whatever_form_it_is_asked_for(
    house: House, forge: Forge
) -> None:
    async with house.client(forge.sign(sub="ada"), "modern") as client:
        for rule in Treatment:
            mail, doc = f"{rule}_email", f"{rule}_doc"
            taken = [
                (mail, mail),
                (f"(SELECT {mail} FROM people AS other WHERE other.id = people.id)", mail),
                (f"json_extract({doc}, '$.email')", doc),
                (f"{doc} ->> 'email'", doc),
            ]
            made = [(f"upper(substr({mail}, 1, 4))", mail), (f"substr(upper({doc} ->> 'email'), 1, 4)", doc)]
            for (value, column), place in [*((each, 0) for each in taken), *((each, 1) for each in made)]:
                answer = await ask(client, value)
                if rule == "refuse":
                    assert f"main.people.{column} that may not leave this source" in answer, value
                elif rule == "drop":
                    assert answer == [1, f"main.people.{column}"], value
                else:
                    assert len(answer) == 2, value
                    assert re.fullmatch(SHOWN[rule][place], str(answer[1])), (value, answer)
        assert await ask(client, "mask_card") == [1, "<CREDIT_CARD *1111>"]
        assert await ask(client, "mask_card || ''") == [1, "<CREDIT_CARD>"]
        assert await ask(client, "coalesce(keep_email, hide_email)") == [1, "<EMAIL_ADDRESS>"]


@pytest.mark.threat("T28")
async def test_two_clients_of_one_person_have_contexts_of_their_own(house: House, forge: Forge) -> None:
    editor, terminal = (forge.sign(sub="ada", client_id=client) for client in ("editor", "terminal"))
    async with house.client(editor, "modern") as one, house.client(terminal, "modern") as other:
        _, here = await ask(one, "pseudonym_email")
        _, there = await ask(other, "pseudonym_email")
        assert here != there
        for client, own, foreign in ((one, here, there), (other, there, here)):
            assert await ask(client, "pseudonym_email", f"WHERE pseudonym_email = '{own}'") == [1, own]
            refusal = await ask(client, "pseudonym_email", f"WHERE pseudonym_email = '{foreign}'")
            assert "invalid_argument" in refusal
        assert not (await one.call_tool("remit_forget", {})).is_error
        assert "invalid_argument" in await ask(one, "pseudonym_email", f"WHERE pseudonym_email = '{here}'")
        assert await ask(other, "pseudonym_email", f"WHERE pseudonym_email = '{there}'") == [1, there]
    # What a client calls itself decides nothing: the token does.
    async with house.client(terminal, "legacy") as again:
        assert await ask(again, "pseudonym_email") == [1, there]
