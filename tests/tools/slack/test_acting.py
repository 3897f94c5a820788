"""Acting in a pretend Slack: what is shown, done once, taken back, and found again."""

import pytest

from policies.errors import Denied, NotFound, UpstreamFailed
from tests.tools.rest.faults import Fault
from tests.tools.slack.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


async def test_a_post_says_who_can_read_it_and_is_deleted_where_it_is_taken_back(desk: Desk) -> None:
    planned = await desk.plan("post", text="Hello & <b> https://a.example/x")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert (change.target, change.after) == (
        desk.place["channel"],
        {"text": "Hello &amp; &lt;b&gt; https://a.example/x"},
    )
    assert planned.effect.destinations == ("#shop",)
    assert planned.effect.readers == ("everybody of the workspace, and the 2 who are in it are told",)
    assert planned.effect.hidden == ()
    assert desk.writes == []
    table, done = await desk.carry_out(planned)
    sent = next(each for each in desk.workspace.gate.asked if each.method == "chat.postMessage").arguments
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["link_names"]) == (False, False, False)
    assert desk.workspace.texts("shop") == ["Hello &amp; &lt;b&gt; https://a.example/x"]
    assert (await desk.records("history", channel=desk.place["channel"]))[0]["message"] == table.rows[0][0]
    assert done.readers == planned.effect.readers
    _, undone = await desk.take_back("post", done)
    assert desk.workspace.texts("shop") == []
    await desk.take_back("post", undone)
    assert len(desk.workspace.texts("shop")) == 1


async def test_a_reply_is_in_its_thread_and_taken_back_from_it(desk: Desk) -> None:
    root = desk.workspace.post("bob", "shop", "The basket is slow")
    _, done = await desk.act("reply", message=root, text="I look at it")
    assert done.changes[0].target == f"{desk.place['channel']}/{root}"
    thread = await desk.records("thread", channel=desk.place["channel"], message=root)
    assert [each["text"] for each in thread] == ["The basket is slow", "I look at it"]
    await desk.take_back("reply", done)
    assert len(await desk.records("thread", channel=desk.place["channel"], message=root)) == 1
    with pytest.raises(NotFound):
        await desk.plan("reply", message="1700000000.000000", text="To nobody")


async def test_a_message_is_edited_and_says_again_what_it_said(desk: Desk) -> None:
    message = desk.workspace.post("ada", "shop", "Old")
    _, done = await desk.act("edit", message=message, text="New")
    assert done.changes[0].before == {"text": "Old"}
    assert desk.workspace.texts("shop") == ["New"]
    await desk.take_back("edit", done)
    assert desk.workspace.texts("shop") == ["Old"]


async def test_a_message_is_deleted_and_posted_anew_and_what_hangs_on_it_is_told(desk: Desk) -> None:
    message = desk.workspace.post("ada", "shop", "Once")
    _, done = await desk.act("delete", message=message)
    assert desk.workspace.texts("shop") == []
    assert not done.final
    await desk.take_back("delete", done)
    assert desk.workspace.texts("shop") == ["Once"]
    root = desk.workspace.post("ada", "shop", "With replies")
    desk.workspace.post("bob", "shop", "A reply", thread=root)
    planned = await desk.plan("delete", message=root)
    assert planned.effect is not None
    assert "hang on nothing" in planned.effect.final


@pytest.mark.threat("T23")
async def test_where_it_goes_and_whom_it_tells_is_said(desk: Desk) -> None:
    planned = await desk.plan("post", text="<!here> lunch")
    assert planned.effect is not None
    assert planned.effect.hidden == ("Slack tells everybody in the channel, or in a group, of it",)
    desk.workspace.gate.shared.add("shop")
    planned = await desk.plan("post", text="Hello")
    assert planned.effect is not None
    assert planned.effect.destinations == ("#shop (shared outside)",)
    assert "other organisations" in planned.effect.readers[0]


async def test_who_is_not_in_the_channel_posts_nothing_there(desk: Desk) -> None:
    eve = Desk(desk.workspace, "eve")
    with pytest.raises(NotFound):
        await eve.plan("post", text="Hello")
    planned = await desk.plan("post", text="Hello")
    desk.workspace.gate.left.add("shop")
    with pytest.raises(NotFound):
        await desk.carry_out(planned)
    assert desk.writes == []


async def test_what_slack_refuses_was_not_done(desk: Desk) -> None:
    planned = await desk.plan("post", text="Hello")
    for error, refusal in ((b"restricted_action", Denied), (b"something_new", UpstreamFailed)):
        desk.workspace.gate.refusing = Fault(200, b'{"ok": false, "error": "' + error + b'"}')
        with pytest.raises(refusal):
            await desk.carry_out(planned)
    assert desk.workspace.texts("shop") == []
