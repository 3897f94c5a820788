"""Reading from a pretend Teams: every tool, pages, who sees what, and how long messages live."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest

from policies.arguments import ArgumentSchema
from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound, UpstreamFailed
from tests.backlot import MINUTES
from tests.proofs import tool_of
from tests.tools.rest.faults import Fault
from tests.tools.teams.desk import Desk
from tests.tools.teams.gate import ACTS, READS

pytestmark = pytest.mark.anyio

SOMEBODY = "1700000000000"


def names(told: Sequence[Any]) -> set[str]:
    return {str(each["name"]) for each in told}


async def test_the_channels_that_the_user_is_in_are_listed(desk: Desk) -> None:
    told = {str(each["name"]): each for each in await desk.records("channels")}
    assert {*told} == {"acme / general", "acme / notes", "acme / shop"}
    shop = told["acme / shop"]
    assert (shop["channel"], shop["kind"]) == (desk.place["channel"], "standard")
    desk.connector = desk.with_settings(private=True)
    assert names(await desk.records("channels")) == {*told, "acme / board"}
    desk.connector = desk.with_settings(private=True, channels=["acme / shop", "acme / board"], max_rows=1)
    assert {str(row[1]) for row in await desk.all_rows("channels")} == {"acme / board", "acme / shop"}
    desk.connector = desk.with_settings(channels=["acme / *", "other / shop"])
    assert names(await desk.records("channels")) == {*told}
    desk.team.gate.archived.add("notes")
    assert names(await desk.records("channels")) == {"acme / general", "acme / shop"}


async def test_two_users_see_different_things(desk: Desk) -> None:
    eve = Desk(desk.team, "eve", private=True)
    desk.connector = desk.with_settings(private=True)
    board = desk.team.channel("board")
    message = desk.team.post("ada", "board", "The numbers are secret")
    assert "acme / board" not in names(await eve.records("channels"))
    reads: list[tuple[str, dict[str, Any]]] = [("history", {}), ("thread", {"message": message})]
    for verb, arguments in reads:
        with pytest.raises(NotFound):
            await eve.table(verb, channel=board, **arguments)
        assert len(await desk.records(verb, channel=board, **arguments)) == 1
    assert await eve.records("search", search="numbers") == []
    assert len(await desk.records("search", search="numbers")) == 1


async def test_who_is_not_in_the_team_sees_nothing_of_it_though_graph_would_show_it(desk: Desk) -> None:
    desk.team.post("ada", "shop", "The basket is slow")
    assert len(await desk.records("history", channel=desk.place["channel"])) == 1
    desk.team.gate.outside.add("ada")
    assert await desk.records("channels") == []
    assert await desk.records("search", search="basket") == []
    with pytest.raises(NotFound):
        await desk.table("history", channel=desk.place["channel"])


async def test_a_channel_that_is_not_open_looks_like_one_that_does_not_exist(desk: Desk) -> None:
    board = desk.team.channel("board")
    desk.team.post("ada", "board", "The numbers are secret")
    chat = desk.team.chat("ada", "bob")
    nowhere = f"{desk.team.id}/19:00000000000000000000000000000000@thread.tacv2"
    elsewhere = f"00000000-0000-4000-8000-000000000000/{board.partition('/')[2]}"
    said: set[str] = set()
    for channel in (board, nowhere, elsewhere, chat):
        with pytest.raises(NotFound) as refused:
            await desk.table("history", channel=channel)
        said.add(refused.value.message)
    assert len(said) == 1
    assert await desk.records("search", search="numbers") == []
    desk.connector = desk.with_settings(channels=["acme / general"], private=True)
    with pytest.raises(NotFound):
        await desk.table("history", channel=desk.place["channel"])
    desk.connector = desk.with_settings()
    desk.team.gate.shared.add("shop")
    with pytest.raises(NotFound):
        await desk.table("history", channel=desk.place["channel"])
    desk.connector = desk.with_settings(private=True)
    for channel in (board, str(desk.place["channel"])):
        await desk.table("history", channel=channel)
    kinds = {str(each["name"]): each["kind"] for each in await desk.records("channels")}
    assert (kinds["acme / shop"], kinds["acme / board"]) == ("shared", "private")


@pytest.mark.parametrize(
    "channel",
    [
        "{team}",
        "{team}/",
        "{team}/../general",
        "{team}/19:a@thread.tacv2/messages",
        "{team}/19:a%2f@thread.tacv2",
        "{team}/19:a@thread.tacv2?x=1",
        "../chats/19:a@thread.v2",
        "chats/8:orgid:x",
        "chats/19:a@thread.v2/../b",
        "CHATS/19:a@thread.v2",
    ],
)
async def test_what_is_no_id_of_a_channel_is_asked_of_nobody(desk: Desk, channel: str) -> None:
    schema = ArgumentSchema(tool_of(desk.connector, "history").input_schema)
    with pytest.raises(InvalidArgument):
        schema.check({"channel": channel.format(team=desk.team.id)})
    assert schema.check({"channel": desk.place["channel"]})
    assert schema.check({"channel": "chats/19:a-b_c@unq.gbl.spaces"})


async def test_a_team_whose_name_another_has_is_told_with_its_id(desk: Desk) -> None:
    desk.connector = desk.with_settings(channels=["acme / shop"])
    assert names(await desk.records("channels")) == {"acme / shop"}
    twin = "00000000-0000-4000-8000-000000000000"
    desk.team.gate.teams.append({"id": twin, "displayName": "acme", "isArchived": False})
    with pytest.raises(NotFound):
        await desk.table("history", channel=desk.place["channel"])
    desk.connector = desk.with_settings(channels=[f"acme ({desk.team.id}) / shop"])
    await desk.table("history", channel=desk.place["channel"])


async def test_messages_are_read_as_people_see_them(desk: Desk) -> None:
    notes, eve = desk.team.channel("notes"), desk.team.users["eve"]["id"]
    told = await desk.records("history", channel=notes)
    assert [each["text"] for each in told] == [
        "See the plan (https://a.example/x) & tell",
        f"Minutes of Monday\n\nAsked: <@{eve}>",
    ]
    assert (told[0]["author_name"], told[0]["file_names"], told[0]["edited"]) == (
        "Ada Lovelace",
        ["plan.docx"],
        False,
    )
    assert told[1]["sent_at"] == "2020-01-01T10:00:00+00:00"
    thread = await desk.records("thread", channel=notes, message=MINUTES)
    assert [each["text"] for each in thread][1:] == ["Reply 2", "Reply 1", "Reply 0"]
    assert thread[0]["message"] == MINUTES
    assert all(str(each["message"]).startswith(f"{MINUTES}/") for each in thread[1:])
    desk.team.post("bob", "shop", "Details", subject="A title")
    (said,) = await desk.records("history", channel=desk.place["channel"])
    assert said["text"] == "A title\nDetails"
    with pytest.raises(NotFound):
        await desk.table("thread", channel=notes, message=SOMEBODY)


async def test_what_was_deleted_is_told_nowhere(desk: Desk) -> None:
    message = desk.team.post("bob", "shop", "Taken back")
    assert len(await desk.records("search", search="taken")) == 1
    desk.team.gate.said.all[-1].deleted = 1
    for verb, arguments in (("history", {}), ("search", {"search": "taken"})):
        given = {"channel": desk.place["channel"], **arguments}
        assert await desk.records(verb, **given) == []
    with pytest.raises(NotFound):
        await desk.table("thread", channel=desk.place["channel"], message=message)


@pytest.mark.parametrize("retention", [{}, {"retention_days": 365}])
@pytest.mark.parametrize("size", [1, 2, 50])
async def test_pages_follow_each_other_without_a_gap(
    desk: Desk, size: int, retention: dict[str, int]
) -> None:
    root = desk.team.post("ada", "shop", "Message 0")
    for number in range(1, 4):
        desk.team.post("ada", "shop", f"Message {number}")
        desk.team.post("bob", "shop", f"Reply {number}", root=root)
    desk.connector = desk.with_settings(max_rows=size, **retention)
    rows = await desk.all_rows("history", channel=desk.place["channel"])
    assert [row[3] for row in rows] == [f"Message {number}" for number in (0, 3, 2, 1)]
    rows = await desk.all_rows("thread", channel=desk.place["channel"], message=root)
    assert [row[3] for row in rows] == ["Message 0", *(f"Reply {number}" for number in (3, 2, 1))]
    rows = await desk.all_rows("search", search="Message")
    assert [row[5] for row in rows] == [f"Message {number}" for number in (3, 2, 1, 0)]


async def test_what_backlot_pages_follows_without_a_gap(desk: Desk) -> None:
    desk.connector = desk.with_settings(max_rows=1)
    rows = await desk.all_rows("thread", channel=desk.team.channel("notes"), message=MINUTES)
    assert [row[3] for row in rows][1:] == ["Reply 2", "Reply 1", "Reply 0"]
    assert len(await desk.all_rows("history", channel=desk.team.channel("notes"))) == 2


async def test_a_link_to_a_next_page_is_followed_nowhere_else(desk: Desk) -> None:
    for number in range(4):
        desk.team.post("ada", "shop", f"Message {number}")
    assert not desk.team.gate.links.startswith(desk.team.url)
    desk.connector = desk.with_settings(max_rows=2)
    assert len(await desk.all_rows("history", channel=desk.place["channel"])) == 4
    desk.team.gate.links = "https://evil.example/#"
    with pytest.raises(UpstreamFailed):
        await desk.all_rows("history", channel=desk.place["channel"])


async def test_a_cursor_that_was_made_up_leads_nowhere(desk: Desk) -> None:
    for number in range(3):
        desk.team.post("ada", "shop", f"Message {number}")
    desk.connector = desk.with_settings(max_rows=2)
    table = await desk.table("history", channel=desk.place["channel"])
    assert table.next is not None
    said = json.loads(base64.urlsafe_b64decode(table.next + "=" * (-len(table.next) % 4)))
    made_up = json.dumps({**said, "mark": "elsewhere"}).encode()
    forged = base64.urlsafe_b64encode(made_up).rstrip(b"=").decode()
    with pytest.raises(InvalidArgument, match="cursor"):
        await desk.table("history", channel=desk.place["channel"], cursor=forged)
    with pytest.raises(InvalidArgument, match="cursor"):
        await desk.table("history", channel=desk.team.channel("notes"), cursor=table.next)


async def test_a_message_of_another_channel_is_not_told_whatever_graph_answers(desk: Desk) -> None:
    desk.team.post("ada", "board", "The numbers are secret")
    stray = desk.team.gate.said.all[-1].told()
    await desk.table("channels")
    usual = desk.team.gate.behind.graph("me/joinedTeams", "ada")
    where, shop = usual["value"][0]["id"], str(desk.place["channel"]).partition("/")[2]
    channel = desk.team.gate.behind.graph(f"teams/{where}/channels/{shop}", "ada")
    answers = (usual, channel, {"value": [stray]})
    desk.team.gate.faults = [Fault(200, json.dumps(each).encode()) for each in answers]
    assert await desk.records("history", channel=desk.place["channel"]) == []
    assert desk.team.gate.faults == []


async def test_another_channel_than_was_asked_for_is_not_taken_for_it(desk: Desk) -> None:
    behind, shop = desk.team.gate.behind, str(desk.place["channel"]).partition("/")[2]
    chat = desk.team.chat("ada", "bob")
    joined = behind.graph("me/joinedTeams", "ada")
    notes = behind.graph(f"teams/{desk.team.channel('notes').replace('/', '/channels/')}", "ada")
    desk.connector = desk.with_settings(direct=True)
    await desk.table("channels")
    another: Any = {"id": "19:another@thread.v2"}
    asked = ((f"{desk.team.id}/{shop}", [joined, notes]), (chat, [another]))
    for channel, answers in asked:
        empty: Any = {"value": []}  # to whatever might be asked then
        desk.team.gate.faults = [Fault(200, json.dumps(each).encode()) for each in (*answers, empty, empty)]
        with pytest.raises(NotFound):
            await desk.table("history", channel=channel)
        desk.team.gate.faults = []


async def test_a_hit_in_a_channel_that_is_not_open_takes_no_other_with_it(desk: Desk) -> None:
    desk.team.post("ada", "shop", "The basket is slow")
    for number in range(30):
        desk.team.post("ada", "board", f"The basket is secret {number}")
    assert [each["text"] for each in await desk.records("search", search="basket")] == ["The basket is slow"]


async def test_a_reply_is_found_whole_and_by_its_thread(desk: Desk) -> None:
    root = desk.team.post("ada", "shop", "Begun")
    reply = desk.team.post("bob", "shop", "The basket is slow, and has been for weeks", root=root)
    (hit,) = await desk.records("search", search="basket")
    assert (hit["message"], hit["text"]) == (reply, "The basket is slow, and has been for weeks")
    assert (hit["channel"], hit["channel_name"]) == (desk.place["channel"], "acme / shop")


async def test_a_search_stays_in_the_channel_that_it_names_and_takes_no_filters(desk: Desk) -> None:
    desk.team.post("ada", "shop", "The basket is slow")
    desk.team.post("ada", "general", "The basket is fast")
    (hit,) = await desk.records("search", search="basket", channel=desk.place["channel"])
    assert hit["text"] == "The basket is slow"
    await desk.records("search", search="from:bob")
    asked = desk.team.gate.asked[-1].body["requests"][0]["query"]["queryString"]
    assert asked == '"from:bob"'
    with pytest.raises(InvalidArgument, match="quotes"):
        await desk.table("search", search='x" from:eve "')


async def test_without_the_permission_to_search_everything_else_is_read(desk: Desk) -> None:
    desk.connector = desk.with_settings(acts=[])
    desk.token = desk.team.gate.give("ada", [scope for scope in READS if scope != "Chat.Read"])
    assert await desk.records("channels")
    with pytest.raises(Denied) as denied:
        await desk.table("search", search="basket")
    assert denied.value.rule == "insufficient_scope"


@pytest.mark.parametrize("size", [1, 50])
async def test_what_is_older_than_its_retention_is_in_no_answer(desk: Desk, size: int) -> None:
    shop = desk.place["channel"]
    old = desk.team.put("shop", "Of 31 days", days=31)
    young = desk.team.put("shop", "Of 29 days", days=29)
    ancient = [desk.team.put("shop", f"Of {30 + day} days", days=30 + day) for day in range(2, 8)]
    desk.team.put("shop", "Reply of 31 days", days=31, root=young)
    desk.team.put("shop", "Reply of 29 days", days=29, root=ancient[0])
    desk.connector = desk.with_settings(max_rows=size)
    assert len(await desk.all_rows("history", channel=shop)) == 8
    desk.connector = desk.with_settings(max_rows=size, retention_days=30)
    assert [row[3] for row in await desk.all_rows("history", channel=shop)] == ["Of 29 days"]
    found = await desk.all_rows("search", search="days")
    assert {str(row[5]) for row in found} == {"Of 29 days", "Reply of 29 days"}
    assert [row[3] for row in await desk.all_rows("thread", channel=shop, message=young)] == ["Of 29 days"]
    told = await desk.all_rows("thread", channel=shop, message=ancient[0])
    assert [row[3] for row in told] == ["Reply of 29 days"]
    with pytest.raises(NotFound):
        await desk.table("thread", channel=shop, message=old)


async def test_many_old_messages_before_a_young_one_are_passed_over_page_by_page(desk: Desk) -> None:
    for day in range(14):
        message = desk.team.put("shop", f"Old {day}", days=40 + day)
        desk.team.put("shop", f"Reply {day}", days=1, root=message)
    desk.team.put("shop", "Young", days=20)
    desk.connector = desk.with_settings(max_rows=1, retention_days=30)
    first = await desk.table("history", channel=desk.place["channel"])
    assert (first.rows, first.truncated) == ((), True)
    assert sum(asked.path.endswith("/messages") for asked in desk.team.gate.asked) == 10
    assert [row[3] for row in await desk.all_rows("history", channel=desk.place["channel"])] == ["Young"]


async def test_chats_are_read_where_that_is_said(desk: Desk) -> None:
    chat, other = desk.team.chat("ada", "bob"), desk.team.chat("bob", "eve")
    desk.team.gate.say("bob", chat, "At one?")
    desk.team.gate.say("bob", other, "At one?")
    with pytest.raises(NotFound):
        await desk.table("history", channel=chat)
    assert await desk.records("search", search="one") == []
    desk.connector = desk.with_settings(direct=True, max_rows=2)
    rows = await desk.all_rows("channels")
    assert [row[1] for row in rows if row[2] == "direct"] == ["Ada Lovelace, Bob Stone"]
    assert len(rows) == 4
    assert [each["text"] for each in await desk.records("history", channel=chat)] == ["At one?"]
    assert [each["channel"] for each in await desk.records("search", search="one")] == [chat]
    with pytest.raises(NotFound):
        await desk.table("history", channel=other)


async def test_a_token_that_was_revoked_stops_with_the_next_call(desk: Desk) -> None:
    await desk.table("channels")
    desk.team.gate.end(desk.token)
    with pytest.raises(NeedsConnection):
        await desk.table("channels")


@pytest.mark.threat("T09")
async def test_a_token_that_may_do_too_much_or_too_little_is_refused(desk: Desk) -> None:
    desk.connector = desk.with_settings(acts=[])
    desk.token = desk.team.give("ada", acts=True)
    with pytest.raises(Denied) as denied:
        await desk.table("channels")
    assert denied.value.rule == "over_privileged"
    desk.token = desk.team.gate.give("ada", [*READS, "Mail.Read"])
    with pytest.raises(Denied):
        await desk.table("channels")
    desk.token = desk.team.gate.give("ada", [*READS, "openid", "offline_access"])
    assert await desk.records("channels")
    desk.connector = desk.with_settings()
    desk.token = desk.team.gate.give("ada", [*READS, ACTS[0]])
    with pytest.raises(Denied) as denied:
        await desk.plan("post", text="Hello")
    assert denied.value.rule == "insufficient_scope"
    for few in (["User.Read"], []):
        desk.token = desk.team.gate.give("ada", few) if few else "EwB4A8l6BAAU-opaque"
        with pytest.raises((Denied, NeedsConnection)):
            await desk.table("channels")


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(429, headers={"retry-after": "3600"}), LimitReached),
        (Fault(502), UpstreamFailed),
        (Fault(403), NotFound),
        (Fault(401), NeedsConnection),
        (Fault(200, b"no JSON"), UpstreamFailed),
        (Fault(200, b'{"value": [{"id": 1}]}'), UpstreamFailed),
        (Fault(200, b'{"value": {}}'), UpstreamFailed),
        (Fault(302, headers={"location": "http://127.0.0.1/"}), UpstreamFailed),
    ],
)
async def test_a_failure_is_told_in_our_words(desk: Desk, fault: Fault, error: Any) -> None:
    await desk.table("channels")
    desk.team.gate.faults = [fault] * 3
    with pytest.raises(error) as refused:
        await desk.table("channels")
    assert "SENTINEL" not in f"{refused.value} {getattr(refused.value, 'detail', '')}"
