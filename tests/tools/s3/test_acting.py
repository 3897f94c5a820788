"""Acting in a bucket: what is shown, done once, taken back, and found again."""

from typing import Any

import pytest

from policies.errors import Conflict, Denied, InDoubt, InvalidArgument, NotFound, StaleConfirmation
from tests.proofs import Notes
from tests.seaweedfs import Seaweed
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tests.tools.s3.desk import Desk
from tests.tools.s3.gate import Gate
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = Fault(502, b"")


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
    await desk.take_back("delete", done)
    told = desk.root.get_object(Bucket=desk.bucket, Key="shop/logo.png")
    assert told["Body"].read() == b"\x89PNG\x00"


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
    assert "no former versions" in planned.effect.final


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


class Meddling(Notes):
    """Somebody else writes once it is noted, right before it is sent."""

    def __init__(self, desk: Desk, path: str) -> None:
        super().__init__()
        self._desk, self._path = desk, path

    async def note(self, effect: object, mark: object) -> None:
        await super().note(effect, mark)  # type: ignore[arg-type]
        self._desk.put(self._path, "meddled")


@pytest.mark.parametrize("verb", ["write", "delete", "move"])
async def test_what_changes_in_the_last_moment_is_not_overwritten(desk: Desk, verb: str) -> None:
    desk.put("shop/a.txt", "old")
    arguments: dict[str, Any] = {
        "write": {"folder": "shop", "name": "a.txt", "text": "new"},
        "delete": {"file": "shop/a.txt"},
        "move": {"file": "shop/a.txt", "folder": "tenant-a"},
    }[verb]
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(await desk.plan(verb, **arguments), Meddling(desk, "shop/a.txt"))
    assert desk.get("shop/a.txt") == "meddled"
    assert desk.get("tenant-a/a.txt") is None


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


@pytest.mark.parametrize("verb", ["write", "delete"])
async def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(desk: Desk, verb: str) -> None:
    desk.put("shop/a.txt", "old")
    arguments: dict[str, Any] = {
        "write": {"folder": "shop", "name": "b.txt", "text": "new"},
        "delete": {"file": "shop/a.txt"},
    }[verb]
    planned = await desk.plan(verb, **arguments)
    await desk.carry_out(planned, Losing(desk.gate, losses=[LOST]))
    assert len(desk.writes) == 1
    assert (desk.get("shop/b.txt") == "new") if verb == "write" else desk.get("shop/a.txt") is None


async def test_where_nobody_can_tell_it_stays_in_doubt_until_it_is_traced(desk: Desk) -> None:
    notes = Losing(desk.gate, losses=[LOST], faults=[])
    planned = await desk.plan("write", folder="shop", name="a.txt", text="new")
    assert planned.effect is not None

    class Silent(Losing):
        async def note(self, effect: object, mark: object) -> None:
            await super().note(effect, mark)  # type: ignore[arg-type]
            desk.gate.refusing = [Fault(500, b"")]

    with pytest.raises(InDoubt):
        await desk.carry_out(planned, Silent(desk.gate))
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    assert await desk.trace_now(planned.effect, {}) is Trace.UNDER_WAY
    _, done = await desk.carry_out(await desk.plan("write", folder="shop", name="a.txt", text="new"), notes)
    assert await desk.trace(done) is Trace.DONE


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_move_of_which_half_is_lost_is_found_whole_or_in_doubt(desk: Desk, lost: int) -> None:
    """The copy is one request, the deletion another."""
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    assert planned.effect is not None
    plain = Fault(204, b"", {"etag": "x"})
    try:
        await desk.carry_out(planned, Losing(desk.gate, losses=[*[plain] * lost, LOST]))
    except InDoubt:
        assert lost == 0
        assert await desk.trace(planned.effect) is Trace.UNKNOWN
        assert (desk.get("shop/a.txt"), desk.get("tenant-a/a.txt")) == ("hello", "hello")
    else:
        assert await desk.trace(planned.effect) is Trace.DONE
        assert (desk.get("shop/a.txt"), desk.get("tenant-a/a.txt")) == (None, "hello")


async def test_a_copy_that_fails_behind_a_good_status_is_no_copy(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    planned = await desk.plan("move", file="shop/a.txt", folder="tenant-a")
    desk.gate.refusing = [Fault(200, b"<Error><Code>InternalError</Code></Error>")]
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    assert desk.get("shop/a.txt") == "hello"


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
