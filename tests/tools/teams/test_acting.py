"""Acting in a pretend Teams: what is shown, done once, taken back, and found again."""

import pytest

from policies.errors import Conflict, Denied, InDoubt, InvalidArgument, NotFound
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tests.tools.teams.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

MARKED = "Hello <b>all</b> <at id=0>everyone</at> https://a.example/x"


async def test_a_post_says_who_can_read_it_and_is_deleted_where_it_is_taken_back(desk: Desk) -> None:
    planned = await desk.plan("post", text=f" {MARKED}\r\n")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert (change.target, change.after) == (desk.place["channel"], {"text": MARKED})
    assert planned.effect.destinations == ("acme / shop",)
    assert planned.effect.readers == ("the 3 members of the team",)
    assert desk.writes == []
    table, done = await desk.carry_out(planned)
    assert desk.team.texts("shop") == [MARKED]
    told = await desk.records("history", channel=desk.place["channel"])
    assert (told[0]["message"], told[0]["text"]) == (table.rows[0][0], MARKED)
    _, undone = await desk.take_back("post", done)
    assert desk.team.texts("shop") == []
    await desk.take_back("post", undone)
    assert (desk.team.texts("shop"), len(desk.team.gate.said.all)) == ([MARKED], 1)


@pytest.mark.threat("T23")
async def test_what_is_posted_is_text_and_mentions_nobody(desk: Desk) -> None:
    planned = await desk.plan("post", text=MARKED)
    assert planned.effect is not None
    assert planned.effect.hidden == ()
    await desk.carry_out(planned)
    sent = next(asked.body for asked in desk.team.gate.asked if asked.method == "POST")
    assert sent == {"body": {"contentType": "text", "content": MARKED}}


async def test_a_reply_is_in_its_thread_and_taken_back_from_it(desk: Desk) -> None:
    root = desk.team.post("bob", "shop", "The basket is slow")
    _, done = await desk.act("reply", message=root, text="I look at it")
    assert done.changes[0].target == f"{desk.place['channel']}/{root}"
    thread = await desk.records("thread", channel=desk.place["channel"], message=root)
    assert [each["text"] for each in thread] == ["The basket is slow", "I look at it"]
    reply = str(thread[1]["message"])
    _, edited = await desk.act("edit", message=reply, text="I looked at it")
    await desk.take_back("edit", edited)
    await desk.take_back("reply", done)
    assert desk.team.texts("shop") == ["The basket is slow"]
    with pytest.raises(NotFound):
        await desk.plan("reply", message="1700000000000", text="To nobody")


async def test_a_message_is_edited_and_says_again_what_it_said(desk: Desk) -> None:
    message = desk.team.post("ada", "shop", "Old")
    _, done = await desk.act("edit", message=message, text="New")
    assert (done.changes[0].before, done.final) == ({"text": "Old"}, "")
    assert desk.team.texts("shop") == ["New"]
    await desk.take_back("edit", done)
    assert desk.team.texts("shop") == ["Old"]
    with pytest.raises(InvalidArgument, match="change nothing"):
        await desk.plan("edit", message=message, text=" Old ")


async def test_what_an_edit_takes_from_a_message_for_good_is_said(desk: Desk) -> None:
    plain = desk.team.post("ada", "shop", "<p>One</p><p>two</p>", kind="html")
    rich = desk.team.post("ada", "shop", "<p>See <a href='https://a.example'>this</a></p>", kind="html")
    for message, final in ((plain, ""), (rich, "its format, links, mentions and files are not put back")):
        planned = await desk.plan("edit", message=message, text="New")
        assert planned.effect is not None
        assert planned.effect.final == final


async def test_a_message_that_was_deleted_is_there_again_as_itself(desk: Desk) -> None:
    message = desk.team.post("ada", "shop", "<p>With <b>format</b></p>", kind="html")
    desk.team.post("bob", "shop", "A reply", root=message)
    _, done = await desk.act("delete", message=message)
    assert (done.final, desk.team.texts("shop")) == ("", ["A reply"])
    with pytest.raises(NotFound):
        await desk.plan("edit", message=message, text="Of one that is gone")
    await desk.take_back("delete", done)
    assert desk.team.texts("shop") == ["<p>With <b>format</b></p>", "A reply"]
    assert desk.writes[-1].endswith(f"/messages/{message}/undoSoftDelete")


@pytest.mark.threat("T23")
async def test_where_it_goes_and_who_reads_it_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(private=True, direct=True)
    gate = desk.team.gate

    async def told(channel: str) -> tuple[str, str]:
        planned = await desk.plan("post", text="Hello", channel=channel)
        assert planned.effect is not None
        return planned.effect.destinations[0], planned.effect.readers[0]

    shop, board = desk.team.channel("shop"), desk.team.channel("board")
    assert await told(board) == ("acme / board", "the 1 who are in it")
    gate.guests = 1
    assert await told(shop) == (
        "acme / shop (shared outside)",
        "the 3 members of the team, 1 guests among them",
    )
    gate.guests, gate.shared = 0, {"shop"}
    assert await told(shop) == (
        "acme / shop (shared outside)",
        "the 3 who are in it, people of other organisations among them",
    )
    gate.silent, gate.shared = True, set()
    assert await told(shop) == (
        "acme / shop (shared outside)",
        "all members of the team; whether guests are among them is not known",
    )
    assert await told(desk.team.chat("ada", "bob")) == ("a direct message", "the 2 who are in it")
    assert await told(desk.team.chat("ada", strangers=["Mallory"])) == (
        "a direct message (shared outside)",
        "the 2 who are in it, people of other organisations among them",
    )


async def test_in_a_chat_everything_is_done_but_threads(desk: Desk) -> None:
    desk.connector = desk.with_settings(direct=True)
    desk.place = {"channel": desk.team.chat("ada", "bob")}
    place = str(desk.place["channel"])
    _, posted = await desk.act("post", text="At one?")
    message = str(posted.changes[0].key["message"])
    _, edited = await desk.act("edit", message=message, text="At two?")
    assert desk.team.texts(place) == ["At two?"]
    await desk.take_back("edit", edited)
    await desk.take_back("post", posted)
    assert desk.team.texts(place) == []
    with pytest.raises(InvalidArgument, match="teams_post"):
        await desk.plan("reply", message=message, text="No")
    acted = Desk(desk.team, direct=True, acts=["post"])
    acted.token = desk.team.give("ada", acts=True)
    with pytest.raises(Denied):
        await acted.plan("post", text="Hello")


async def test_a_post_that_changed_since_is_not_taken_back(desk: Desk) -> None:
    _, posted = await desk.act("post", text="Hello")
    desk.team.edit("ada", "shop", str(posted.changes[0].key["message"]), "Hello!")
    with pytest.raises(Conflict):
        await desk.take_back("post", posted)


async def test_who_is_not_in_the_team_posts_nothing_there(desk: Desk) -> None:
    eve = Desk(desk.team, "eve")
    desk.team.gate.outside.add("eve")
    with pytest.raises(NotFound):
        await eve.plan("post", text="Hello")
    planned = await desk.plan("post", text="Hello")
    desk.team.gate.outside.add("ada")
    with pytest.raises(NotFound):
        await desk.carry_out(planned)
    assert desk.writes == []


async def test_a_lost_answer_to_putting_back_is_found_too(desk: Desk) -> None:
    message = desk.team.post("ada", "shop", "Once")
    _, done = await desk.act("delete", message=message)
    planned = await desk.plan("delete", undo=[done.changes[0].inverse()])
    notes = Losing(desk.team.gate, losses=[Fault(502)])
    await desk.carry_out(planned, notes)
    assert desk.team.texts("shop") == ["Once"]


async def test_another_message_of_the_same_text_is_not_taken_for_the_one_put_back(
    desk: Desk,
) -> None:
    message = desk.team.post("ada", "shop", "Once")
    _, done = await desk.act("delete", message=message)
    planned = await desk.plan("delete", undo=[done.changes[0].inverse()])
    desk.team.post("ada", "shop", "Once")
    desk.team.gate.refusing = Fault(500)
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)


async def test_what_graph_refuses_was_not_done(desk: Desk) -> None:
    planned = await desk.plan("post", text="Hello")
    for status, refusal in ((403, Denied), (400, InvalidArgument), (404, NotFound)):
        desk.team.gate.refusing = Fault(status)
        with pytest.raises(refusal):
            await desk.carry_out(planned)
    assert desk.team.texts("shop") == []
