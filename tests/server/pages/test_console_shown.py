"""What the console shows: names from outside as text, what waits, how much, and how that compares."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from policies.call import User
from policies.halt import Scope
from policies.milliseconds import HOUR
from policies.thresholds import Anomalies
from server.actions import State
from server.administering.figures import FRESH, HOURS, Figures, size
from server.administering.rights import Rights
from server.administering.work import MOST, Work
from server.halting import rows
from server.inventory import Inventory
from server.store import Store
from server.transaction import Transaction, now_ms
from tests.server.pages.administrators import GRACE, HAL, IDA, Console, open_console, said

pytestmark = pytest.mark.anyio

SCRIPT = "<script>ran = true</script>"
HOSTILE = f"{SCRIPT}\u202eevil\x1b[2J"
WHOLE = Rights(User("grace", "acme", frozenset()), frozenset(), frozenset(), everything=True)


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with open_console(tmp_path) as console:
        yield console


async def put(console: Console, statement: str, rows_of: Sequence[Sequence[Any]]) -> None:
    """In the store, as another process would."""
    places = ", ".join(f"${number}" for number in range(1, len(rows_of[0]) + 1))

    def putting() -> Transaction[None]:
        for row in rows_of:
            yield f"{statement} VALUES ({places})", tuple(row)

    await console.service.store.run(putting)


ACTIONS = (
    "INSERT INTO actions (id, tenant, user_id, source, tool, wish, once, binding, channel, state, asked_at, "
    "asked, until, confirmed_by, approved_by, why, ended_at, undoes, items, content, outcome, tier)"
)


def action(name: str, now: int, state: State = State.OPEN, /, **changed: Any) -> Sequence[Any]:
    facts: dict[str, Any] = {
        "id": name, "tenant": "north", "user": "bob", "source": "shelf", "tool": "shelf_put", "wish": name,
        "once": "", "binding": "", "channel": "", "state": state.value, "asked_at": now, "asked": 1,
        "until": now + 60_000, "confirmed_by": "", "approved_by": "", "why": "", "ended_at": 0, "undoes": "",
        "items": "[]", "content": "", "outcome": "", "tier": "act",
    }  # fmt: skip
    return [*{**facts, **changed}.values()]


@pytest.mark.threat("T17", "T34")
async def test_an_action_that_does_not_open_leaves_the_switch_where_it_is(console: Console) -> None:
    now = await console.service.store.read(now_ms)
    await put(console, ACTIONS, [action("broken", now, tenant="acme", user="grace", source="shelf")])
    async with console.browser(GRACE) as seat:
        assert "can’t be said now" in said(await seat.page())
        assert "Halted, in every process" in said(await seat.done("halt", what="everything", why="a leak"))


async def test_names_and_reasons_from_outside_are_text(console: Console) -> None:
    store = console.service.store
    now = await store.read(now_ms)
    await store.at_once(partial(rows.halt, Scope(tenant=HOSTILE, tool=HOSTILE), HOSTILE, HOSTILE))
    hostile = {"tenant": HOSTILE, "user": HOSTILE, "tool": HOSTILE}
    await put(
        console,
        ACTIONS,
        [action("one", now, State.OPEN, **hostile), action("two", now, State.STARTED, **hostile)],
    )
    await put(
        console,
        "INSERT INTO delegations (scope, tool, digest, granted_at, granted_by, why, until_at)",
        [("lost", HOSTILE, "d", now, HOSTILE, HOSTILE, now + HOUR)],
    )
    await put(console, "INSERT INTO sources_off (source, at, why)", [("shelf", now, HOSTILE)])
    async with console.browser(GRACE) as seat:
        page = await seat.page()
        assert "<script" not in page
        assert not set("\u202e\x1b") & set(page)
        assert page.count("&lt;script&gt;ran = true&lt;/script&gt;") >= 10
        assert '<span class="escape">\\u202e</span>' in page
        told = await seat.done("halt", what="part", user=HOSTILE, why=HOSTILE)
        assert "<script" not in told
        assert not set("\u202e\x1b") & set(told)


async def test_whoever_may_decide_what_waits_gets_there(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/four.cedar").write_text(
        'forbid (principal, action == Action::"act_unapproved", resource);'
        'permit (principal in Role::"keeper", action == Action::"approve", resource);'
    )
    async with open_console(tmp_path, more='[policy]\npath = "policy"\n') as console:
        asked = await console.alone.asked("shelf_put", a="1")
        async with console.browser(GRACE) as seat, console.browser(HAL) as foreign:
            page = await seat.page()
            assert "shelf_put ada acme" in said(page)
            assert f'<a href="/approve/{asked.question.action}">Decide' in page
            page = await foreign.page()  # of another tenant, whose approver he is not
            assert "shelf_put ada acme" in said(page)
            assert "/approve/" not in page


async def test_who_administers_one_source_sees_what_is_done_there_alone(console: Console) -> None:
    now = await console.service.store.read(now_ms)
    elsewhere = {"source": "archive", "tool": "archive_put", "user": "eve"}
    await put(
        console,
        ACTIONS,
        [
            action("a", now),
            action("b", now, State.STARTED, tool="shelf_put_auto", tier="auto"),
            action("c", now, State.OPEN, **elsewhere),
            action("d", now, State.STARTED, **elsewhere),
        ],
    )
    async with console.browser(IDA) as seat, console.browser(GRACE) as other:
        mine, all_of_it = said(await seat.page()), said(await other.page())
        for page in (mine, all_of_it):
            assert "shelf_put bob north" in page
            assert "shelf_put_auto bob north started" in page
        assert "eve" not in mine
        assert "archive" not in mine
        assert all_of_it.count("eve") >= 2


async def test_a_look_shows_a_bounded_part_of_many(console: Console) -> None:
    now = await console.service.store.read(now_ms)
    many = [
        action(f"{state}{n}", now + n, state)
        for n in range(MOST + 5)
        for state in (State.OPEN, State.STARTED)
    ]
    await put(console, ACTIONS, many)
    work = Work(console.service.store)
    waiting, under_way = await work.waiting(WHOLE), await work.under_way(WHOLE, [])
    for some in (waiting, under_way):
        assert (len(some.found), some.more) == (MOST, True)
    async with console.browser(GRACE) as seat:
        page = said(await seat.page())
        assert "remit actions --state open lists all" in page
        assert f"Pending {MOST}+" in page


async def test_a_source_outside_the_inventory_is_told_with_what_to_do(console: Console) -> None:
    now = await console.service.store.read(now_ms)
    await put(
        console,
        "INSERT INTO source_records (source, digest, tested_at, tested_by, enabled_at, enabled_by, why, "
        "review_at, used_at)",
        [("lost", "d", now, "root", now, "root", "tests", now, 0)],
    )
    await put(console, "INSERT INTO sources_off (source, at, why)", [("archive", now, "a leak there")])
    async with console.browser(GRACE) as seat, console.browser(IDA) as other:
        page = said(await seat.page())
        assert "the configuration does not name it" in page
        assert "remit source disable lost" in page
        assert "archive sqlite restricted anyone closed switched off: a leak there" in page
        assert "archive_put – closed closed" in page
        assert "lost" not in said(await other.page())


async def test_figures_are_what_the_store_has_beside_their_thresholds(console: Console) -> None:
    service = console.service
    now = await service.store.read(now_ms)
    hour = now // HOUR
    await put(
        console,
        "INSERT INTO activity (tenant, user_id, hour, tool, source, calls, errors, bytes, largest)",
        [
            ("acme", "ada", hour, "shelf_put", "shelf", 40, 2, 0, 1_500_000),
            ("acme", "bob", hour, "shelf_put", "shelf", 30, 3, 0, 10),
            ("acme", "eve", hour, "shelf_put", "shelf", 3, 3, 0, 10),
            ("acme", "ada", hour - 5, "shelf_put", "shelf", 7, 0, 0, 10),
            ("acme", "ada", hour - HOURS, "shelf_put", "shelf", 999, 0, 0, 10),
        ],
    )
    await put(
        console,
        "INSERT INTO anomalies (id, at, kind, tenant, user_id, subject, span, content)",
        [(str(n), now - 2 * HOUR, "sources_combined", "", "", str(n), "", "") for n in range(3)],
    )
    await put(
        console,
        "INSERT INTO authentication_failures (subject, at, failures)",
        [("a", now, 4), ("b", now, 5), ("b", now - 1, 1)],
    )
    figures = {figure.title: figure for figure in await service.administration.figures.look()}
    assert list(figures) == [
        "Request volume",
        "Error rate",
        "Response size",
        "Connections outside change management",
        "Authentication failures",
        "Sources combined",
    ]
    assert {title: (each.now, each.most, each.over) for title, each in figures.items()} == {
        "Request volume": ("0.0 x", "3 x", False),
        "Error rate": ("10.0 %", "5 %", True),  # bob's: eve has too few calls to tell
        "Response size": ("1.5 MB", "1.0 MB", True),
        "Connections outside change management": ("0", "0", False),
        "Authentication failures": ("6", "5", True),
        "Sources combined": ("0", "3", False),
    }
    volume, errors, sources = (
        figures[title].bars for title in ("Request volume", "Error rate", "Sources combined")
    )
    assert {len(each.bars) for each in figures.values()} == {HOURS}
    assert [bar.said for bar in volume if bar.figure] == ["7", "73"]
    assert (volume[-1].figure, volume[-6].figure) == (73, 7)
    assert errors[-1].said == "11.0 %"
    assert [bar.figure for bar in sources if bar.figure] == [3]
    async with console.browser(GRACE) as seat:
        page = await seat.page()
        assert page.count('<svg role="img"') == 6
        assert page.count("<title id=") == 6
        assert "73" in page


async def test_who_looks_at_the_figures_again_and_again_reads_them_once(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("server.administering.figures.monotonic", lambda: clock[0])
    figures: Figures = console.service.administration.figures
    first = await figures.look()
    clock[0] += FRESH
    assert await figures.look() is first
    clock[0] += 0.1
    assert await figures.look() is not first


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_000_000, "1.0 MB"), (2e9, "2.0 GB")],
)
def test_a_size_is_said_as_people_read_it(number: float, text: str) -> None:
    assert size(number) == text


async def test_everybody_of_a_tenant_that_is_halted_leaves_the_tools_of_others_open(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        page = said(await seat.done("halt", what="part", tenant="north", why="a leak"))
        assert "look whether it is spelt right" in page  # no call of that tenant is on record
        assert "shelf_put – open off" in page
        page = said(await seat.done("halt", what="part", source="shelf", tier="act", why="a leak"))
        assert "shelf_put – halted halted" in page
        assert "archive_put – open off" in page


async def test_either_store_says_the_same(store: Store) -> None:
    now = await store.read(now_ms)
    hour = now // HOUR

    def putting() -> Transaction[None]:
        yield (
            """INSERT INTO activity (tenant, user_id, hour, tool, source, calls, errors, bytes, largest)
            VALUES ('acme', 'ada', $1, 'shelf_put', 'shelf', 40, 2, 5000, 3000)""",
            (hour,),
        )
        for state in (State.OPEN, State.STARTED):
            yield (
                f"{ACTIONS} VALUES ({', '.join(f'${n}' for n in range(1, 23))})",
                tuple(action(state, now, state)),
            )

    await store.run(putting)
    work, some = (
        Work(store),
        Rights(User("ida", "acme", frozenset()), frozenset({"shelf_put"}), frozenset(), everything=False),
    )
    for rights in (WHOLE, some):
        assert [one.action for one in (await work.waiting(rights)).found] == ["open"]
        assert [one.action for one in (await work.under_way(rights, ())).found] == ["started"]
    figures = Figures(store, Inventory({}), Anomalies(), lambda: 0.0, context_minutes=30)
    volume, errors, size_of, *_ = await figures.look()
    assert (volume.bars[-1].figure, errors.now, errors.bars[-1].said, size_of.now) == (
        40,
        "5.0 %",
        "5.0 %",
        "3.0 kB",
    )
