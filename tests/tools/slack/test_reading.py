"""Reading from a pretend Slack: every tool, pages, who sees what, and how long messages live."""

from typing import Any

import pytest

from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound, UpstreamFailed
from tests.tools.rest.faults import Fault
from tests.tools.slack.desk import Desk

pytestmark = pytest.mark.anyio

SOMEBODY = "1700000000.000000"


async def test_the_channels_that_the_user_is_in_are_listed(desk: Desk) -> None:
    told = {str(each["name"]): each for each in await desk.records("channels")}
    assert {*told} == {"general", "shop"}
    assert (told["shop"]["kind"], told["shop"]["members"], told["shop"]["shared_outside"]) == (
        "public",
        2,
        False,
    )
    assert told["shop"]["channel"] == desk.place["channel"]
    desk.connector = desk.with_settings(private=True)
    assert {str(each["name"]) for each in await desk.records("channels")} == {"board", "general", "shop"}
    desk.connector = desk.with_settings(private=True, channels=["shop", "board"], max_rows=1)
    assert {str(row[1]) for row in await desk.all_rows("channels")} == {"board", "shop"}


async def test_two_users_see_different_things(desk: Desk) -> None:
    eve = Desk(desk.workspace, "eve")
    assert {str(each["name"]) for each in await eve.records("channels")} == {"general"}
    message = desk.workspace.post("ada", "shop", "The basket is slow")
    reads: list[tuple[str, dict[str, Any]]] = [("history", {}), ("thread", {"message": message})]
    for verb, arguments in reads:
        with pytest.raises(NotFound):
            await eve.table(verb, channel=desk.place["channel"], **arguments)
    assert await eve.records("search", search="basket") == []
    assert len(await desk.records("search", search="basket")) == 1


async def test_a_channel_that_is_not_open_looks_like_one_that_does_not_exist(desk: Desk) -> None:
    board = desk.workspace.channel("board")
    desk.workspace.post("ada", "board", "The numbers are secret")
    said: set[str] = set()
    for channel in (board, "C0NOWHERE00"):
        with pytest.raises(NotFound) as refused:
            await desk.table("history", channel=channel)
        said.add(refused.value.message)
    assert len(said) == 1
    assert await desk.records("search", search="numbers") == []
    desk.connector = desk.with_settings(channels=["general"], private=True)
    with pytest.raises(NotFound):
        await desk.table("history", channel=desk.place["channel"])
    desk.connector = desk.with_settings(private=True)
    assert [each["text"] for each in await desk.records("history", channel=board)] == [
        "The numbers are secret"
    ]


async def test_messages_are_read_as_people_see_them_the_newest_first(desk: Desk) -> None:
    bob = desk.workspace.user("bob")
    root = desk.workspace.post("ada", "shop", f"Ask <@{bob}> &amp; <https://a.example/x|the page>")
    desk.workspace.post("bob", "shop", "At once", thread=root)
    desk.workspace.post("bob", "shop", "More")
    told = await desk.records("history", channel=desk.place["channel"])
    assert [each["text"] for each in told] == ["More", f"Ask <@{bob}> & the page (https://a.example/x)"]
    assert (told[1]["author_name"], told[1]["replies"], told[1]["edited"]) == ("Ada Lovelace", 1, False)
    thread = await desk.records("thread", channel=desk.place["channel"], message=root)
    assert [(each["author_name"], each["text"]) for each in thread] == [
        ("Ada Lovelace", f"Ask <@{bob}> & the page (https://a.example/x)"),
        ("Bob Stone", "At once"),
    ]
    with pytest.raises(NotFound):
        await desk.table("thread", channel=desk.place["channel"], message=SOMEBODY)


@pytest.mark.parametrize("retention", [{}, {"retention_days": 365}])
@pytest.mark.parametrize("size", [1, 2, 50])
async def test_pages_follow_each_other_without_a_gap(
    desk: Desk, size: int, retention: dict[str, int]
) -> None:
    root = desk.workspace.post("ada", "shop", "Message 0")
    for number in range(1, 4):
        desk.workspace.post("ada", "shop", f"Message {number}")
        desk.workspace.post("bob", "shop", f"Reply {number}", thread=root)
    desk.connector = desk.with_settings(max_rows=size, **retention)
    rows = await desk.all_rows("history", channel=desk.place["channel"])
    assert [row[3] for row in rows] == [f"Message {number}" for number in (3, 2, 1, 0)]
    rows = await desk.all_rows("thread", channel=desk.place["channel"], message=root)
    assert [row[3] for row in rows] == ["Message 0", *(f"Reply {number}" for number in (1, 2, 3))]
    rows = await desk.all_rows("search", search="Message")
    assert {str(row[5]) for row in rows} == {f"Message {number}" for number in range(4)}


async def test_a_hit_in_a_channel_that_is_not_open_takes_no_other_with_it(desk: Desk) -> None:
    desk.workspace.post("ada", "shop", "The basket is slow")
    desk.workspace.post("ada", "board", "The basket is secret")
    assert [each["text"] for each in await desk.records("search", search="basket")] == ["The basket is slow"]


async def test_a_search_stays_in_the_channel_that_it_names_and_takes_no_filters(desk: Desk) -> None:
    desk.workspace.post("ada", "shop", "The basket is slow")
    desk.workspace.post("ada", "general", "The basket is fast")
    (hit,) = await desk.records("search", search="basket", channel=desk.place["channel"])
    assert (hit["channel_name"], hit["text"]) == ("shop", "The basket is slow")
    with pytest.raises(InvalidArgument, match="quotes"):
        await desk.table("search", search='x" from:eve "')


async def test_what_is_older_than_its_retention_is_in_no_answer(desk: Desk) -> None:
    young = desk.workspace.put("shop", "Of 29 days", days=29)
    old = desk.workspace.put("shop", "Of 31 days", days=31)
    assert {str(row[3]) for row in await desk.all_rows("history", channel=desk.place["channel"])} == {
        "Of 29 days",
        "Of 31 days",
    }
    desk.connector = desk.with_settings(retention_days=30)
    assert [row[3] for row in await desk.all_rows("history", channel=desk.place["channel"])] == ["Of 29 days"]
    assert [row[5] for row in await desk.all_rows("search", search="days")] == ["Of 29 days"]
    assert len(await desk.all_rows("thread", channel=desk.place["channel"], message=young)) == 1
    with pytest.raises(NotFound):
        await desk.table("thread", channel=desk.place["channel"], message=old)


async def test_a_token_that_was_revoked_stops_with_the_next_call(desk: Desk) -> None:
    await desk.table("channels")
    desk.workspace.gate.end(desk.token)
    with pytest.raises(NeedsConnection):
        await desk.table("channels")


@pytest.mark.threat("T09")
async def test_a_token_that_may_do_too_much_or_too_little_is_refused(desk: Desk) -> None:
    desk.connector = desk.with_settings(acts=[])
    desk.token = desk.workspace.give("ada", acts=True)
    with pytest.raises(Denied) as denied:
        await desk.table("channels")
    assert denied.value.rule == "over_privileged"
    desk.token = desk.workspace.give("ada")
    assert await desk.records("channels")
    desk.connector = desk.with_settings()
    desk.token = desk.workspace.give("ada")
    with pytest.raises(Denied) as denied:
        await desk.plan("post", text="Hello")
    assert denied.value.rule == "insufficient_scope"
    desk.token = desk.workspace.gate.give("ada", ["channels:read"])
    with pytest.raises(Denied) as denied:
        await desk.table("channels")
    assert denied.value.rule == "insufficient_scope"


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(429, headers={"retry-after": "3600"}), LimitReached),
        (Fault(502), UpstreamFailed),
        (Fault(200, b"no JSON"), UpstreamFailed),
        (Fault(200, b'{"ok": false, "error": "SENTINEL-VENDOR"}'), UpstreamFailed),
        (Fault(200, b'{"ok": false, "error": "token_expired"}'), NeedsConnection),
        (
            Fault(200, b'{"ok": true, "channels": [{"id": 1, "is_member": true, "is_private": false}]}'),
            UpstreamFailed,
        ),
        (Fault(302, headers={"location": "http://127.0.0.1/"}), UpstreamFailed),
    ],
)
async def test_a_failure_is_told_in_our_words(desk: Desk, fault: Fault, error: Any) -> None:
    await desk.table("channels")
    desk.workspace.gate.faults = [fault] * 3
    with pytest.raises(error) as refused:
        await desk.table("channels")
    assert "SENTINEL" not in f"{refused.value} {getattr(refused.value, 'detail', '')}"
