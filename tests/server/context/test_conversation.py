"""A model reads two sources and writes by placeholder: the person sees who it is, the model never does."""

import json
import logging
import random
import re
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies.call import Transport
from policies.document import LocalIdentity
from policies.labels import PERSONAL
from server.assembly import Service
from server.history import search
from server.identity import Identity
from tests.leaks import leaks
from tests.rounds import rounds
from tests.server.context.desk import (
    LENA,
    OMAR,
    Era,
    Model,
    code,
    customers,
    everything,
    opened,
    rows_of,
    said,
)
from tests.server.places import Place
from tests.tools.sqlite_file import execute

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T06", "T28")]

SHOP = "SELECT id, name, email FROM customers ORDER BY id"
DESK = "SELECT id, customer_name, email, subject FROM tickets"
PSEUDONYM = re.compile(r"<[A-Z_]+_[1-9][0-9]*_[a-z2-7]{6}>")


@pytest.fixture
async def service(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with opened(place, tmp_path, monkeypatch) as service:
        yield service


def somebody_else(model: Model, tenant: str = "acme") -> Model:
    bob = LocalIdentity(user="bob", tenant=tenant, roles=("analyst",))
    pipeline = replace(model.service.pipeline, identity=Identity(bob))
    return Model(replace(model.service, pipeline=pipeline), model.era)


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_model_reads_two_sources_and_changes_the_right_record_by_placeholders(
    service: Service, tmp_path: Path, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    model = Model(service, era)
    (_, omar, _), (_, lena, mail) = await model.rows("shop_query", SHOP)
    ((_, also_lena, also_mail, subject),) = await model.rows("desk_query", DESK)
    assert (also_lena, also_mail, subject) == (lena, mail, "broken lamp")
    assert omar != lena
    assert all(PSEUDONYM.fullmatch(text) for text in (omar, lena, mail))

    sql = f"UPDATE customers SET note = 'Ask {lena} at {mail}' WHERE name = '{lena}' AND email = '{mail}'"
    done = await model.call("shop_write", sql=sql)
    assert not done.is_error, done
    assert customers(tmp_path) == [(1, *OMAR, ""), (2, *LENA, f"Ask {LENA[0]} at {LENA[1]}")]

    (shown,) = model.shown
    assert f"Ask {LENA[0]} at {LENA[1]}" in shown
    assert lena not in shown
    ((_, name, _, note),) = rows_of(done)
    assert (name, note) == (lena, f"Ask {lena} at {mail}")
    kept = [entry.body for entry in await search(service.store)]
    assert not leaks(
        {
            "the transcript": everything(model).encode(),
            "the log of the process": caplog.text.encode(),
            "the audit log": "\n".join(kept).encode(),
        },
        *LENA,
        OMAR[1],
    )
    answered = [json.loads(body) for body in kept if '"answered"' in body and "shop_write" in body]
    assert [(entry["restored"], entry["pseudonyms"]) for entry in answered] == [(2, 2)]


async def test_the_page_shows_who_it_is_and_taking_it_back_tells_the_model_no_more(
    service: Service, tmp_path: Path
) -> None:
    model = Model(service, forms=False)
    _, (_, lena, _) = await model.rows("shop_query", SHOP)
    sql = f"UPDATE customers SET note = 'Ask {lena}' WHERE name = '{lena}'"
    waiting = await model.call("shop_write", sql=sql)
    assert "/approve/" in said(waiting)
    ada = service.identity.of(Transport.STDIO, None)
    (question,) = await service.deciding.waiting(ada)
    (change,) = question.effect.changes
    assert (change.after or {})["note"] == f"Ask {LENA[0]}"
    assert await service.deciding.decide(question.id, ada, yes=True, why="", digest=question.digest)

    done = await model.call("shop_write", sql=sql)
    assert customers(tmp_path)[1][3] == f"Ask {LENA[0]}"
    action: Any = done.structured_content or {}
    model.forms = True
    undone = await model.call("remit_undo", id=action["action"]["id"])
    assert rows_of(undone)[0][1] == lena
    assert customers(tmp_path)[1][3] == ""
    assert not leaks({"the transcript": everything(model).encode()}, *LENA)


async def test_a_value_that_was_given_back_shows_nowhere_in_the_answer(
    service: Service, tmp_path: Path
) -> None:
    model = Model(service)
    _, (_, lena, _) = await model.rows("shop_query", SHOP)
    execute(tmp_path / "shop.db", "UPDATE customers SET note = 'xxlena hoffmannxx' WHERE id = 1")
    sql = f"SELECT id, note FROM customers WHERE name = '{lena}' OR note LIKE '%{lena}%'"
    assert await model.rows("shop_query", sql) == [[1, f"xx{lena}xx"], [2, ""]]


async def test_what_a_source_says_is_taken_for_no_placeholder(service: Service, tmp_path: Path) -> None:
    model = Model(service)
    _, (_, lena, _) = await model.rows("shop_query", SHOP)
    execute(tmp_path / "shop.db", f"UPDATE customers SET note = 'mail {lena} and <EMAIL_ADDRESS_9_abcdef>'")
    result = await model.call("shop_query", sql="SELECT note FROM customers WHERE id = 1")
    assert rows_of(result) == [["mail <PERSON> and <EMAIL_ADDRESS>"]]
    assert not PSEUDONYM.search(said(result))


async def test_ten_thousand_forged_and_foreign_placeholders_are_refused_and_all_alike(
    service: Service, tmp_path: Path
) -> None:
    model = Model(service)
    bob, elsewhere = somebody_else(model), somebody_else(model, tenant="another")
    before = [text for row in await model.rows("shop_query", SHOP) for text in row[1:]]
    await model.call("remit_forget")
    await model.rows("shop_query", "SELECT id FROM customers")
    ((_, lena, *_),) = await model.rows("shop_query", f"{SHOP} LIMIT 1 OFFSET 1")
    foreign = [
        text for other in (bob, elsewhere) for row in await other.rows("shop_query", SHOP) for text in row[1:]
    ]
    chance, letters = random.Random(5), string.ascii_lowercase + "234567"

    def forged() -> str:
        check = "".join(chance.choices(letters, k=6))
        made: list[str] = [
            f"<{chance.choice(PERSONAL)}_{chance.randint(1, 9)}_{check}>",
            chance.choice([*before, *foreign]),
            chance.choice(foreign).replace("_1_", "_2_"),
            lena.replace("PERSON", chance.choice(["ORGANIZATION", "LOCATION"])),
            lena[:-2] + chance.choice(letters.replace(lena[-2], "")) + ">",
            lena.upper(),
            lena.rsplit("_", 1)[0] + ">",
        ]
        return chance.choice(made)

    answers: set[str] = set()
    async with model.talking() as client:
        for number in range(rounds(300, 10_000)):
            text = forged()
            sql = f"UPDATE customers SET note = '{text}' WHERE id = 1"
            if number % 2:
                sql = f"SELECT id FROM customers WHERE name = '{text}' OR name = '{lena}'"
            result = await model.say(client, ("shop_write", "shop_query")[number % 2], sql=sql)
            assert code(result) == "invalid_argument"
            answers.add(said(result))
    assert len(answers) == 1
    assert not model.shown
    assert customers(tmp_path)[0][3] == ""
    assert await model.rows("shop_query", f"SELECT id FROM customers WHERE name = '{lena}'") == [[2]]


async def test_what_was_forgotten_is_in_no_file_and_no_memory(service: Service, tmp_path: Path) -> None:
    model = Model(service)
    _, (_, lena, _) = await model.rows("shop_query", SHOP)
    forgotten = await model.call("remit_forget")
    assert rows_of(forgotten) == [["EMAIL_ADDRESS", 2], ["PERSON", 2]]
    assert code(await model.call("shop_query", sql=f"SELECT id FROM customers WHERE name = '{lena}'")) == (
        "invalid_argument"
    )
    ((_, _, _, sources, held),) = rows_of(await model.call("remit_context"))
    assert (sources, held) == ("shop (confidential)", None)
    _, (_, again, _) = await model.rows("shop_query", SHOP)
    assert again != lena
