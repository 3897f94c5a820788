"""Acting in a bucket: what is shown, done once, taken back, and found again."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from policies.canonical import Json
from policies.change import Effect
from policies.errors import (
    Conflict,
    Denied,
    InDoubt,
    InvalidArgument,
    NotFound,
    StaleConfirmation,
    UpstreamFailed,
)
from tests.proofs import Notes
from tests.seaweedfs import Seaweed
from tests.tools.rest.faults import Fault
from tests.tools.s3.desk import Desk
from tests.tools.s3.gate import Gate
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = [
    Fault(502, b""),
    Fault(503, b"<Error><Code>SlowDown</Code></Error>", {"retry-after": "0"}),
    Fault(200, b"<half", half=True),
]
DENIED = Fault(403, b"<Error><Code>AccessDenied</Code></Error>")
COPIED = "shop/a.txt", "tenant-a/a.txt"


class Then(Notes):
    """What happens once it is noted, right before it is sent."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    async def note(self, effect: Effect, mark: Json) -> None:
        await super().note(effect, mark)
        self._happens()


def losing(gate: Gate, *losses: Fault | None) -> Then:
    return Then(lambda: gate.losses.extend(losses))


def refusing(gate: Gate, *refusals: Fault | None) -> Then:
    return Then(lambda: gate.refusing.extend(refusals))


async def test_a_file_is_made_and_gone_where_it_is_taken_back(desk: Desk) -> None:
    planned = await desk.plan("write", folder="shop/2026", name="a b.txt", text="hello ü")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert (change.target, change.before) == ("shop/2026", None)
    assert change.after == {"name": "a b.txt", "text": "hello ü"}
    assert planned.effect.destinations == (desk.bucket,)
    assert desk.bucket in planned.effect.readers[0]
    assert desk.writes == []
    table, done = await desk.carry_out(planned)
    assert table.rows[0][0] == "shop/2026/a b.txt"
    assert desk.get("shop/2026/a b.txt") == "hello ü"
    assert len(desk.writes) == 1
    _, undone = await desk.take_back("write", done)
    assert desk.get("shop/2026/a b.txt") is None
    await desk.take_back("write", undone)
    assert desk.get("shop/2026/a b.txt") == "hello ü"


async def test_a_text_is_replaced_and_holds_again_what_it_held(desk: Desk) -> None:
    desk.put("shop/a.txt", "old")
    _, done = await desk.act("write", folder="shop", name="a.txt", text="new")
    (change,) = done.changes
    assert (change.before or {})["text"] == "old"
    assert desk.get("shop/a.txt") == "new"
    await desk.take_back("write", done)
    assert desk.get("shop/a.txt") == "old"


async def test_what_is_no_text_or_says_the_same_is_not_replaced(desk: Desk) -> None:
    desk.put("shop/logo.png", b"\x89PNG\x00")
    desk.put("shop/long.txt", "x" * 20_001)
    desk.put("shop/a.txt", "same")
    for name, text in (("logo.png", "x"), ("long.txt", "x"), ("a.txt", "same")):
        with pytest.raises(InvalidArgument):
            await desk.plan("write", folder="shop", name=name, text=text)


async def test_a_file_is_deleted_and_there_again(desk: Desk) -> None:
    desk.put("shop/logo.png", b"\x89PNG\x00")
    _, done = await desk.act("delete", file="shop/logo.png")
    assert not done.final
    assert desk.get("shop/logo.png") is None
    _, undone = await desk.take_back("delete", done)
    told = desk.root.get_object(Bucket=desk.bucket, Key="shop/logo.png")
    assert told["Body"].read() == b"\x89PNG\x00"
    _, again = await desk.take_back("delete", undone)
    assert desk.get("shop/logo.png") is None
    await desk.take_back("delete", again)
    desk.root.head_object(Bucket=desk.bucket, Key="shop/logo.png")


async def test_what_is_kept_beside_a_text_stays_where_it_is_replaced(desk: Desk) -> None:
    beside: dict[str, Any] = {
        "ContentType": "text/markdown",
        "CacheControl": "max-age=60",
        "ContentDisposition": "inline",
        "ContentLanguage": "de",
        "Metadata": {"owner": "anna"},
    }
    desk.put("shop/a.md", "old", **beside)
    _, done = await desk.act("write", folder="shop", name="a.md", text="new")
    await desk.take_back("write", done)
    told = desk.root.head_object(Bucket=desk.bucket, Key="shop/a.md")
    assert {name: told[name] for name in beside} == beside
    assert desk.get("shop/a.md") == "old"


async def test_a_file_in_no_folder_is_moved_and_deleted_and_where_it_was(
    gate: Gate, seaweed: Seaweed
) -> None:
    desk = Desk(gate, seaweed, folders=["*"])
    desk.put("a.txt", "hello")
    _, moved = await desk.act("move", file="a.txt", folder="shop")
    await desk.take_back("move", moved)
    assert (desk.get("a.txt"), desk.get("shop/a.txt")) == ("hello", None)
    _, deleted = await desk.act("delete", file="a.txt")
    await desk.take_back("delete", deleted)
    assert desk.get("a.txt") == "hello"


async def test_a_file_that_is_too_large_to_be_read_is_deleted_and_there_again(
    gate: Gate, seaweed: Seaweed
) -> None:
    desk = Desk(gate, seaweed, max_file_bytes=1_000)
    desk.put("shop/large.txt", "x" * 6_000_000)
    _, done = await desk.act("delete", file="shop/large.txt")
    await desk.take_back("delete", done)
    assert len(desk.get("shop/large.txt") or "") == 6_000_000


async def test_where_no_versions_are_kept_a_deletion_is_said_to_be_final(
    gate: Gate, seaweed: Seaweed
) -> None:
    desk = Desk(gate, seaweed, seaweed.bucket(versions=False))
    desk.put("shop/a.txt", "x")
    planned = await desk.plan("delete", file="shop/a.txt")
    assert planned.effect is not None
    assert "could put back" in planned.effect.final


async def test_a_file_is_moved_and_is_where_it_was(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a/2026", name="b.txt")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert (change.after or {}) == {"folder": "tenant-a/2026", "name": "b.txt"}
    table, done = await desk.carry_out(planned)
    assert table.rows[0][0] == "tenant-a/2026/b.txt"
    assert (desk.get("shop/a.txt"), desk.get("tenant-a/2026/b.txt")) == (None, "hello")
    _, undone = await desk.take_back("move", done)
    assert (desk.get("shop/a.txt"), desk.get("tenant-a/2026/b.txt")) == ("hello", None)
    await desk.take_back("move", undone)
    assert (desk.get("shop/a.txt"), desk.get("tenant-a/2026/b.txt")) == (None, "hello")


async def test_nothing_is_moved_or_written_over_something_else(desk: Desk) -> None:
    desk.put("shop/a.txt", "a")
    desk.put("shop/b.txt", "b")
    with pytest.raises(InvalidArgument, match="of that name"):
        await desk.plan("move", file="shop/a.txt", folder="shop", name="b.txt")
    planned = await desk.plan("move", file="shop/a.txt", folder="shop", name="c.txt")
    made = await desk.plan("write", folder="shop", name="d.txt", text="new")
    desk.put("shop/c.txt", "c")
    desk.put("shop/d.txt", "d")
    for plan in (planned, made):
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
    assert [desk.get(f"shop/{name}.txt") for name in "abcd"] == ["a", "b", "c", "d"]


async def test_what_changed_since_it_was_shown_is_not_done(desk: Desk) -> None:
    for name in "abc":
        desk.put(f"shop/{name}.txt", "old")
    plans = [
        await desk.plan("write", folder="shop", name="a.txt", text="new"),
        await desk.plan("delete", file="shop/b.txt"),
        await desk.plan("move", file="shop/c.txt", folder="tenant-a"),
    ]
    for name in "abc":
        desk.put(f"shop/{name}.txt", "newer")
    for plan in plans:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
    assert [desk.get(f"shop/{name}.txt") for name in "abc"] == ["newer"] * 3
    assert desk.get("tenant-a/c.txt") is None


@pytest.mark.parametrize("verb", ["write", "delete", "move"])
async def test_what_changes_in_the_last_moment_is_not_overwritten(desk: Desk, verb: str) -> None:
    desk.put("shop/a.txt", "old")
    arguments: dict[str, Any] = {
        "write": {"folder": "shop", "name": "a.txt", "text": "new"},
        "delete": {"file": "shop/a.txt"},
        "move": {"file": "shop/a.txt", "folder": "tenant-a"},
    }[verb]
    planned = await desk.plan(verb, **arguments)
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned, Then(lambda: desk.put("shop/a.txt", "meddled")))
    assert desk.get("shop/a.txt") == "meddled"
    assert desk.get("tenant-a/a.txt") is None


async def test_what_comes_to_be_there_in_the_last_moment_is_not_overwritten(desk: Desk) -> None:
    for name in "ab":
        desk.put(f"shop/{name}.txt", "old")
    _, deleted = await desk.act("delete", file="shop/b.txt")
    inverse = [change.inverse() for change in deleted.changes]
    for planned, path in (
        (await desk.plan("write", folder="shop", name="c.txt", text="new"), "shop/c.txt"),
        (await desk.plan("move", file="shop/a.txt", folder="tenant-a"), "tenant-a/a.txt"),
        (await desk.plan("delete", undo=inverse), "shop/b.txt"),
    ):
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(planned, Then(partial(desk.put, path, "meddled")))
        assert desk.get(path) == "meddled"
    assert desk.get("shop/a.txt") == "old"


async def test_nothing_is_put_back_over_something_else(desk: Desk) -> None:
    for name in "ab":
        desk.put(f"shop/{name}.txt", "old")
    _, moved = await desk.act("move", file="shop/a.txt", folder="tenant-a")
    _, deleted = await desk.act("delete", file="shop/b.txt")
    for name in "ab":
        desk.put(f"shop/{name}.txt", "other")
    with pytest.raises(Conflict):
        await desk.take_back("move", moved)
    with pytest.raises(InvalidArgument, match="of that name"):
        await desk.take_back("delete", deleted)
    assert [desk.get(f"shop/{name}.txt") for name in "ab"] == ["other"] * 2


async def test_what_changed_since_it_was_done_is_not_taken_back(desk: Desk) -> None:
    desk.put("shop/a.txt", "old")
    _, written = await desk.act("write", folder="shop", name="a.txt", text="new")
    _, made = await desk.act("write", folder="shop", name="b.txt", text="new")
    for name in "ab":
        desk.put(f"shop/{name}.txt", "newer")
    for done in (written, made):
        with pytest.raises(Conflict):
            await desk.take_back("write", done)
    assert [desk.get(f"shop/{name}.txt") for name in "ab"] == ["newer"] * 2


ONCE: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("write", {"folder": "shop", "name": "b.txt", "text": "new"}, "shop/b.txt", "new"),
    ("write", {"folder": "shop", "name": "a.txt", "text": "new"}, "shop/a.txt", "new"),
    ("delete", {"file": "shop/a.txt"}, "shop/a.txt", None),
]


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("act", ONCE)
async def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(
    desk: Desk, lost: Fault, act: tuple[str, dict[str, Any], str, str | None]
) -> None:
    verb, arguments, path, then = act
    desk.put("shop/a.txt", "old")
    _, done = await desk.carry_out(await desk.plan(verb, **arguments), losing(desk.gate, lost))
    assert len(desk.writes) == 1
    assert desk.get(path) == then
    await desk.take_back(verb, done)
    assert desk.get("shop/a.txt") == "old"


@pytest.mark.parametrize("lost", LOST)
async def test_a_deletion_or_a_making_that_is_taken_back_may_lose_its_answer(desk: Desk, lost: Fault) -> None:
    desk.put("shop/a.txt", "old")
    _, deleted = await desk.act("delete", file="shop/a.txt")
    planned = await desk.plan("delete", undo=[change.inverse() for change in deleted.changes])
    await desk.carry_out(planned, losing(desk.gate, lost))
    assert desk.get("shop/a.txt") == "old"


async def test_something_else_where_one_was_put_back_is_neither_done_nor_not_done(desk: Desk) -> None:
    """An object under a key of KMS, for one, is called otherwise once it is copied."""
    desk.put("shop/a.txt", "old")
    _, deleted = await desk.act("delete", file="shop/a.txt")
    planned = await desk.plan("delete", undo=[change.inverse() for change in deleted.changes])
    assert planned.effect is not None
    desk.gate.between = lambda: desk.put("shop/a.txt", "other")
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, losing(desk.gate, LOST[0]))
    with pytest.raises(UpstreamFailed):
        await desk.trace(planned.effect)


@pytest.mark.parametrize("fault", [Fault(500, b""), LOST[1]])
async def test_where_nobody_can_tell_it_stays_in_doubt_until_it_is_traced(desk: Desk, fault: Fault) -> None:
    planned = await desk.plan("write", folder="shop", name="a.txt", text="new")
    assert planned.effect is not None
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, refusing(desk.gate, fault))
    assert len(desk.writes) == 1
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    assert await desk.trace_now(planned.effect, {}) is Trace.UNDER_WAY
    again = await desk.plan("write", folder="shop", name="a.txt", text="new")
    _, done = await desk.carry_out(again, losing(desk.gate, LOST[0]))
    assert await desk.trace(done) is Trace.DONE


async def test_an_object_that_is_no_longer_seen_is_not_told_to_be_deleted(desk: Desk) -> None:
    desk.put("shop/a.txt", "old")
    planned = await desk.plan("delete", file="shop/a.txt")
    assert planned.effect is not None
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, refusing(desk.gate, Fault(500, b"")))
    desk.gate.faults = [Fault(403, b"")]  # as to who may list it, and not read it
    assert await desk.trace(planned.effect) is Trace.UNKNOWN
    desk.behind.allow(desk.key.user, desk.bucket, ["tenant-a"])
    assert await desk.trace(planned.effect) is Trace.UNKNOWN
    assert desk.get("shop/a.txt") == "old"


async def test_an_object_that_was_made_and_changed_since_is_not_told_to_be_none(desk: Desk) -> None:
    planned = await desk.plan("write", folder="shop", name="a.txt", text="new")
    assert planned.effect is not None
    await desk.carry_out(planned)
    since: Json = {"since": "2020-01-01T00:00:00+00:00"}
    assert await desk.trace(planned.effect, since) is Trace.DONE
    desk.put("shop/a.txt", "newer")
    assert await desk.trace(planned.effect, since) is Trace.UNKNOWN


@pytest.mark.parametrize("status", [202, 302, 408])
async def test_an_answer_that_is_no_refusal_does_not_tell_that_nothing_was_done(
    desk: Desk, status: int
) -> None:
    desk.put("shop/a.txt", "old")
    planned = await desk.plan("write", folder="shop", name="a.txt", text="new")
    await desk.carry_out(planned, losing(desk.gate, Fault(status, b"")))
    assert (desk.get("shop/a.txt"), len(desk.writes)) == ("new", 1)


@pytest.mark.parametrize("lost", LOST)
async def test_a_move_whose_copy_is_not_heard_of_is_in_doubt(desk: Desk, lost: Fault) -> None:
    """The copy is one request, the deletion another."""
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    assert planned.effect is not None
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, losing(desk.gate, lost))
    assert await desk.trace(planned.effect) is Trace.UNKNOWN
    assert [desk.get(path) for path in COPIED] == ["hello", "hello"]


@pytest.mark.parametrize("lost", LOST)
async def test_a_move_whose_deletion_is_not_heard_of_is_found_done(desk: Desk, lost: Fault) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    _, done = await desk.carry_out(planned, losing(desk.gate, None, lost))
    assert len(desk.writes) == 2
    assert await desk.trace(done) is Trace.DONE
    assert [desk.get(path) for path in COPIED] == [None, "hello"]


async def test_what_changes_between_the_copy_and_the_deletion_stays_and_the_copy_goes(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    desk.gate.between = lambda: desk.put("shop/a.txt", "meddled")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    assert [desk.get(path) for path in COPIED] == ["meddled", None]


async def test_what_is_gone_between_the_copy_and_the_deletion_has_been_moved(desk: Desk) -> None:
    """There is one copy of it then, which stays."""
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    desk.gate.between = lambda: desk.drop("shop/a.txt")
    await desk.carry_out(planned)
    assert [desk.get(path) for path in COPIED] == [None, "hello"]


async def test_what_may_not_be_deleted_is_not_moved_and_the_copy_goes(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    with pytest.raises(Denied):
        await desk.carry_out(planned, refusing(desk.gate, None, DENIED))
    assert [desk.get(path) for path in COPIED] == ["hello", None]


async def test_a_copy_that_cant_be_taken_away_again_is_in_doubt(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, refusing(desk.gate, None, DENIED, DENIED))
    assert [desk.get(path) for path in COPIED] == ["hello", "hello"]


async def test_a_move_of_a_key_whose_rights_end_meanwhile_is_not_told_as_done(desk: Desk) -> None:
    """What is not to be seen any more looks like what is gone."""
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    desk.gate.between = lambda: desk.behind.allow(desk.key.user, desk.bucket, ["other"])
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    assert [desk.get(path) for path in COPIED] == ["hello", "hello"]


@pytest.mark.parametrize(
    "answer",
    [
        Fault(200, b"<Error><Code>InternalError</Code></Error>"),
        Fault(200, b""),
        Fault(200, b"<CopyObjectResult/>"),
        Fault(204, b"", {"etag": '"x"'}),
    ],
)
async def test_a_copy_that_fails_behind_a_good_status_is_no_copy(desk: Desk, answer: Fault) -> None:
    desk.put("shop/a.txt", "hello")
    desk.put("shop/b.txt", "hello")
    _, deleted = await desk.act("delete", file="shop/b.txt")
    inverse = [change.inverse() for change in deleted.changes]
    for planned in (
        await desk.plan("move", file="shop/a.txt", folder="tenant-a"),
        await desk.plan("delete", undo=inverse),
    ):
        with pytest.raises(InDoubt):
            await desk.carry_out(planned, refusing(desk.gate, answer))
    assert desk.get("shop/a.txt") == "hello"


async def test_an_answer_that_does_not_say_what_was_written_is_looked_up(desk: Desk) -> None:
    planned = await desk.plan("write", folder="shop", name="a.txt", text="new")
    await desk.carry_out(planned, losing(desk.gate, Fault(200, b"")))
    assert len(desk.writes) == 1


async def test_a_key_that_may_only_read_changes_nothing(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    desk.key = desk.behind.give(desk.bucket, desk.folders, acts=False)
    for verb, arguments in (
        ("write", {"folder": "shop", "name": "b.txt", "text": "x"}),
        ("delete", {"file": "shop/a.txt"}),
    ):
        with pytest.raises(Denied, match="access key"):
            await desk.act(verb, **arguments)
    assert desk.get("shop/a.txt") == "hello"


async def test_nothing_is_done_outside_the_folders(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    desk.put("other/b.txt", "hello")
    acts: list[tuple[str, dict[str, Any]]] = [
        ("write", {"folder": "other", "name": "c.txt", "text": "x"}),
        ("move", {"file": "shop/a.txt", "folder": "other"}),
        ("move", {"file": "other/b.txt", "folder": "shop"}),
        ("delete", {"file": "other/b.txt"}),
    ]
    for verb, arguments in acts:
        with pytest.raises(NotFound):
            await desk.plan(verb, **arguments)
    for name in ("../other/x", "..", "a/b", "a\\b", " "):
        with pytest.raises(InvalidArgument):
            await desk.plan("write", folder="shop", name=name, text="x")
    assert desk.writes == []
