"""A pseudonym stands for one value within one user's context, for every process, and for nobody after it."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from policies.call import User
from policies.document import Window
from policies.errors import InvalidArgument
from policies.labels import PERSONAL
from policies.pseudonyms import Item
from server.connections import Connections
from server.context import book
from server.context.contexts import Contexts
from server.decisions import Decisions
from server.endings import Ending, Endings
from server.keys import Ring, rows
from server.store import Store
from tests.rounds import rounds
from tests.server.calls import ADA
from tests.server.context.house import House, hand_out, open_house
from tests.server.keys.test_root import masters_of

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T06", "T28")]

LENA: Item = ("PERSON", "Lena Hoffmann")
OMAR: Item = ("PERSON", "Omar Haddad")
MAIL: Item = ("EMAIL_ADDRESS", "lena@example.com")
MINUTE = 60_000
UNKNOWN = (
    "A placeholder in the arguments stands for nothing in this conversation now. Read the record again, and "
    "use a placeholder exactly as that answer has it."
)


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(store, tmp_path, Window(minutes=2, turns=4)) as house:
        yield house


def endings(house: House) -> Endings:
    connections = Connections(
        house.store, house.audit, Ring(house.store, masters_of(house.folder, "remit.key"))
    )
    return Endings(house.store, house.audit, connections, Decisions(house.store, house.audit))


async def is_refused(contexts: Contexts, house: House, user: User, text: str) -> bool:
    try:
        restored = await contexts.restore(await house.begin(user, sql=f"... = '{text}'"))
    except InvalidArgument as refusal:
        return refusal.message == UNKNOWN
    assert text in restored.values
    return False


async def test_calls_of_a_user_and_their_client_are_turns_of_one_context(house: House) -> None:
    one, again = [(await house.admit()).context for _ in range(2)]
    assert (again.id, again.turns, again.begun_at) == (one.id, 2, one.begun_at)
    others = [
        replace(ADA, client="another client"),
        replace(ADA, tenant="another"),
        replace(ADA, id="bob"),
    ]
    ids = {(await house.admit(user)).context.id for user in others}
    assert len(ids | {one.id}) == 4


async def test_another_context_begins_when_its_calls_or_its_minutes_are_over(house: House) -> None:
    ids = [(await house.admit()).context.id for _ in range(5)]
    assert len(set(ids[:4])) == 1
    assert ids[4] != ids[0]
    await house.do(("UPDATE contexts SET used_at = used_at - $1", (2 * MINUTE,)))
    assert (await house.admit()).context.id not in ids


async def test_the_same_value_has_the_same_pseudonym_in_every_process_and_call(house: House) -> None:
    one, other = house.process(), house.process()
    first = await hand_out(one, await house.admit(), [LENA, MAIL, LENA])
    second = await hand_out(other, await house.admit(), [MAIL, OMAR, LENA])
    assert {item: second[item] for item in (LENA, MAIL)} == first
    assert [second[item].rsplit("_", 1)[0] for item in (LENA, OMAR, MAIL)] == [
        "<PERSON_1",
        "<PERSON_2",
        "<EMAIL_ADDRESS_1",
    ]
    assert await hand_out(one, await house.admit(), [LENA, MAIL]) == first


async def test_processes_that_hand_out_at_the_same_time_give_each_value_one_and_each_one_value(
    house: House,
) -> None:
    chance = random.Random(3)
    house.window = Window(turns=1000)
    items = [(chance.choice(PERSONAL[:3]), f"value {number}") for number in range(40)]
    for _ in range(rounds(3, 40)):
        user = replace(ADA, id=f"ada {chance.random()}")
        processes = [house.process() for _ in range(3)]
        admission = await house.admit(user)
        told = await asyncio.gather(
            *(
                hand_out(process, admission, chance.sample(items, chance.randint(1, 20)))
                for process in processes
                for _ in range(4)
            )
        )
        late = await hand_out(house.process(), admission, items)
        assert len(set(late.values())) == len(items)
        assert all(late[item] == text for each in told for item, text in each.items())


async def test_calls_that_want_pseudonyms_at_once_share_a_page(house: House) -> None:
    process, admission = house.process(), await house.admit()
    names = [("PERSON", f"Name {number}") for number in range(50)]
    told = await asyncio.gather(*(hand_out(process, admission, [name, LENA]) for name in names))
    assert len({text for each in told for text in each.values()}) == 51
    assert all(each.keys() == {name, LENA} for each, name in zip(told, names, strict=True))
    _, pages = await house.count()
    assert pages <= 2


async def test_what_was_handed_out_is_given_back_by_any_process(house: House) -> None:
    handed = await hand_out(house.process(), await house.admit(), [LENA, MAIL])
    fresh = await house.begin(sql=f"WHERE name = '{handed[LENA]}' AND mail = '{handed[MAIL]}'")
    restored = await house.process().restore(fresh)
    assert restored.values == {handed[LENA]: LENA[1], handed[MAIL]: MAIL[1]}


async def test_what_was_not_handed_out_in_the_very_context_is_refused_and_all_of_it_alike(
    house: House,
) -> None:
    contexts = house.process()
    mine = (await hand_out(contexts, await house.admit(), [LENA]))[LENA]
    assert not await is_refused(contexts, house, ADA, mine)
    for stranger in (replace(ADA, id="bob"), replace(ADA, tenant="another"), replace(ADA, client="another")):
        assert await is_refused(contexts, house, stranger, mine)
    assert await is_refused(contexts, house, ADA, mine.replace("_1_", "_2_"))
    assert await is_refused(contexts, house, ADA, mine.replace("PERSON", "EMAIL_ADDRESS"))
    await house.do(("UPDATE contexts SET used_at = used_at - $1", (2 * MINUTE,)))
    assert await is_refused(contexts, house, ADA, mine)


async def test_nothing_is_left_of_a_context_that_was_forgotten(house: House) -> None:
    one, other = house.process(), house.process()
    admission = await house.admit()
    handed = await hand_out(one, admission, [LENA])
    await hand_out(other, admission, [LENA])
    ((sealed,),) = await house.do(("SELECT sealed FROM context_pages", ()))
    assert "Lena" not in sealed
    await one.forget(admission.context)
    assert await house.count() == (0, 0)
    await other.sweep()
    assert not one._books  # pyright: ignore[reportPrivateUsage]
    assert not other._books  # pyright: ignore[reportPrivateUsage]
    kept = b"".join(file.read_bytes() for file in house.folder.glob("remit.db*"))
    assert sealed.encode() not in kept
    assert sealed[-40:].encode() not in kept
    assert await is_refused(other, house, ADA, handed[LENA])
    # A call that was under way, and comes too late.
    assert await hand_out(one, admission, [OMAR]) == {}
    assert (await house.count())[1] == 0


async def test_what_is_over_is_swept_by_any_process(house: House) -> None:
    contexts = house.process()
    await hand_out(contexts, await house.admit(), [LENA])
    await contexts.sweep()
    assert await house.count() == (1, 1)
    await house.do(("UPDATE contexts SET used_at = used_at - $1", (2 * MINUTE,)))
    await house.process().sweep()
    assert await house.count() == (0, 0)
    await contexts.sweep()
    assert not contexts._books  # pyright: ignore[reportPrivateUsage]


async def test_pages_of_a_context_that_another_has_taken_the_place_of_are_swept(house: House) -> None:
    contexts = house.process()
    for _ in range(3):
        await house.admit()
    await hand_out(contexts, await house.admit(), [LENA])
    await house.admit()
    assert await house.count() == (1, 1)
    await contexts.sweep()
    assert await house.count() == (1, 0)


@pytest.mark.threat("T43")
@pytest.mark.parametrize("end", ["user", "everywhere", "session"])
async def test_a_sign_out_ends_the_contexts_with_it_and_another_sign_in_begins_anew(
    house: House, end: str
) -> None:
    contexts, user = house.process(), replace(ADA, session="s1", since=None)
    handed = await hand_out(contexts, await house.admit(user), [LENA])
    await hand_out(contexts, await house.admit(replace(user, id="bob", session="s2")), [LENA])
    await house.do(("INSERT INTO context_results SELECT user_id, id, 'shop', '', 0, 1, '' FROM contexts", ()))
    whose = {"user": ("acme", "ada", ""), "everywhere": ("", "ada", ""), "session": ("", "", "s1")}[end]
    ending = partial(endings(house).ending, Ending(*whose, 1, 1), keep_connections=True)
    await house.store.run(ending)
    assert await house.count() == (1, 1)
    assert [tuple(row) for row in await house.do(("SELECT id FROM context_results", ()))] == [("bob",)]
    await house.do(("DELETE FROM endings", ()))
    assert await is_refused(contexts, house, replace(user, session="s3"), handed[LENA])


async def test_there_is_an_end_to_what_a_context_holds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST", 2)
    contexts, admission = house.process(), await house.admit()
    assert set(await hand_out(contexts, admission, [LENA, MAIL, OMAR])) == {LENA, MAIL}
    assert set(await hand_out(contexts, admission, [OMAR, LENA])) == {LENA}
    assert (
        await hand_out(house.process(), await house.admit(), [("PERSON", "x" * 1_001), ("PERSON", "")]) == {}
    )
    assert (await house.count())[1] == 1


async def test_half_a_character_gets_no_pseudonym_and_stops_nobody(house: House) -> None:
    broken: Item = ("PERSON", "Lena \ud800")
    assert set(await hand_out(house.process(), await house.admit(), [broken, OMAR])) == {OMAR}


async def test_a_tenant_whose_key_was_destroyed_gets_no_pseudonyms_and_plain_masks(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    handed = await hand_out(house.process(), await house.admit(), [LENA])
    assert handed
    await house.store.run(partial(rows.destroy, "acme"))
    assert await hand_out(house.process(), await house.admit(), [LENA, OMAR]) == {}
    assert "no pseudonyms can be given" in caplog.text


async def test_a_page_is_kept_under_no_key_that_was_destroyed_meanwhile(house: House) -> None:
    contexts, admission = house.process(), await house.admit()
    assert await hand_out(contexts, admission, [LENA])
    await house.store.run(partial(rows.destroy, "acme"))
    assert await hand_out(contexts, admission, [OMAR])
    pages = await house.do(("SELECT page, sealed FROM context_pages ORDER BY page", ()))
    assert [(page, sealed.split(".")[1]) for page, sealed in pages] == [(1, "1"), (2, "2")]


async def test_three_thousand_new_values_are_one_page(house: House) -> None:
    many: list[Item] = [("PERSON", f"Person {number}") for number in range(3_000)]
    assert len(await hand_out(house.process(), await house.admit(), many)) == 3_000
    assert await house.count() == (1, 1)
