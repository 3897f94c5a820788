"""What became of an action whose process went is found out, and it is never tried again (threat T47)."""

# pyright: reportPrivateUsage=false

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import pytest

from policies.change import Effect
from policies.errors import InDoubt, NotFound, Refusal, StaleConfirmation, UpstreamFailed
from policies.sources import Source
from server.actions import Action, State
from server.assembly import Service, assemble
from server.recovery import Recovery
from server.transaction import Transaction
from server.vault import Connected, Vault
from tests.server.alerts.senders import alerts
from tests.server.calls import Everything
from tests.server.confirmed import Confirmed
from tests.server.oauth.far import DeskSource
from tests.server.shelf import Shelf, shelf_service, shelved
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T47")]


class ProcessGoneError(Exception):
    """Stands for a kill: whatever comes after it in a call does not happen."""


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(apple="red")


@pytest.fixture
async def user(tmp_path: Path, shelf: Shelf) -> AsyncGenerator[Confirmed]:
    async with shelf_service(shelved(tmp_path), shelf) as service:
        yield Confirmed(service)


async def gone() -> None:
    raise ProcessGoneError


def recovery(service: Service, shelf: Shelf, tmp_path: Path, source: Source | None = None) -> Recovery:
    source = source or shelved(tmp_path / "again").document.sources["shelf"]
    audit = service.pipeline.audit
    sources = {"shelf": Connected(source, shelf, None)}
    connections = service.pipeline.vault._connections  # pyright: ignore[reportPrivateUsage]
    renewing = service.pipeline.vault._renewing  # pyright: ignore[reportPrivateUsage]
    own = service.pipeline.vault._own  # pyright: ignore[reportPrivateUsage]
    enabled = partial(Everything().hold, service.store)
    return Recovery(service.store, audit, Vault(sources, own, connections, renewing, enabled=enabled))


async def lapse(service: Service) -> None:
    """As if the time of whoever carries actions out were over."""

    def lapsing() -> Transaction[None]:
        yield "UPDATE actions SET until = 0 WHERE state = 'started'", ()

    await service.store.run(lapsing)


async def state(service: Service) -> State:
    found = await service.store.read(lambda: service.pipeline.audit.actions.read("ORDER BY asked_at DESC"))
    return found[0].state


@pytest.mark.parametrize(
    ("trail", "ended"),
    [(Trace.DONE, State.DONE), (Trace.NOT_DONE, State.FAILED), (Trace.UNKNOWN, State.IN_DOUBT)],
)
async def test_an_action_that_was_noted_is_traced(
    user: Confirmed, shelf: Shelf, tmp_path: Path, trail: Trace, ended: State
) -> None:
    shelf.after_note = gone
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    finding = recovery(user.service, shelf, tmp_path)
    await finding.look()
    assert await state(user.service) is State.STARTED
    await lapse(user.service)
    shelf.trail = Trace.UNDER_WAY
    await finding.look()
    assert await state(user.service) is State.STARTED
    shelf.trail = trail
    await finding.look()
    assert await state(user.service) is ended
    assert shelf.put == []
    assert (await user.events())[-1] == "recovered"
    told = ["action_in_doubt"] if ended is State.IN_DOUBT else []
    assert [alert.kind for alert in await alerts(user.service.store)] == told


async def test_an_action_over_an_account_that_was_taken_away_is_in_doubt(
    user: Confirmed, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.after_note = gone
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    desk = DeskSource()  # which takes each user's own account
    finding = recovery(user.service, shelf, tmp_path, desk)
    await lapse(user.service)
    shelf.trail = Trace.DONE  # which nobody can look at any more
    await finding.look()
    assert await state(user.service) is State.IN_DOUBT


async def test_nobody_looks_into_a_source_that_is_not_enabled_any_more(user: Confirmed, shelf: Shelf) -> None:
    def forget() -> Transaction[None]:
        yield "DELETE FROM source_records", ()

    shelf.after_note = gone
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    await lapse(user.service)
    shelf.trail = Trace.DONE
    await user.service.store.run(forget)
    pipeline = user.service.pipeline
    await Recovery(user.service.store, pipeline.audit, pipeline.vault).look()
    assert await state(user.service) is State.STARTED


async def test_an_action_in_a_source_that_is_not_configured_any_more_stops_no_start(
    tmp_path: Path, shelf: Shelf
) -> None:
    configuration = shelved(tmp_path)
    async with shelf_service(configuration, shelf) as service:
        shelf.after_note = gone
        with pytest.raises(ProcessGoneError):
            await Confirmed(service).put(apple="green")
        await lapse(service)
    async with assemble(configuration, {}) as service:
        assert await state(service) is State.STARTED


async def test_an_action_without_a_note_was_not_done(user: Confirmed, shelf: Shelf, tmp_path: Path) -> None:
    async def kill() -> None:
        await lapse(user.service)
        await recovery(user.service, shelf, tmp_path).look()

    shelf.before_note = kill
    with pytest.raises(StaleConfirmation):
        await user.put(apple="green")
    assert await state(user.service) is State.FAILED
    assert shelf.put == []


async def test_a_note_that_comes_while_it_is_traced_counts(
    user: Confirmed, shelf: Shelf, tmp_path: Path
) -> None:
    """Recovery read the action before it was noted, and settles it after."""
    finding = recovery(user.service, shelf, tmp_path)
    shelf.after_note = gone
    before: list[bool] = []

    async def settle() -> None:
        await lapse(user.service)
        (action,) = await user.service.store.read(finding._lost)
        before.append(action.content.noted)
        settled.append(action)

    settled: list[Action] = []
    shelf.before_note = settle
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    assert before == [False]
    await user.service.store.run(lambda: finding._resolve(settled[0], State.FAILED))
    assert await state(user.service) is State.STARTED


async def test_what_is_in_doubt_is_not_tried_again(user: Confirmed, shelf: Shelf, tmp_path: Path) -> None:
    shelf.after_note = gone
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    await lapse(user.service)
    await recovery(user.service, shelf, tmp_path).look()
    with pytest.raises(InDoubt) as doubt:
        await user.put(apple="green")
    assert "nobody can say" in doubt.value.message.lower()
    assert shelf.put == []


async def test_an_action_that_was_done_and_not_answered_is_not_done_again(
    user: Confirmed, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.after_note = gone
    shelf.trail = Trace.DONE
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    await lapse(user.service)
    await recovery(user.service, shelf, tmp_path).look()
    again = await user.put(apple="green")
    assert again.replayed
    assert "its answer was lost" in again.text
    assert shelf.put == []


async def test_a_system_that_does_not_answer_is_asked_again(
    user: Confirmed, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(effect: Effect, mark: object) -> Trace:
        raise UpstreamFailed("It does not answer.")

    shelf.after_note = gone
    with pytest.raises(ProcessGoneError):
        await user.put(apple="green")
    await lapse(user.service)
    monkeypatch.setattr(shelf, "trace", down)
    finding = recovery(user.service, shelf, tmp_path)
    await finding.look()
    assert await state(user.service) is State.STARTED
    monkeypatch.undo()
    shelf.trail = Trace.DONE
    await finding.look()
    assert await state(user.service) is State.DONE


async def test_what_fails_before_its_note_has_failed(user: Confirmed, shelf: Shelf) -> None:
    async def fail() -> None:
        raise UpstreamFailed("No.")

    shelf.before_note = fail
    with pytest.raises(UpstreamFailed):
        await user.put(apple="green")
    assert await state(user.service) is State.FAILED
    shelf.before_note = shelf.after_note
    assert not (await user.put(apple="green")).replayed
    assert shelf.records == {"apple": "green"}


@pytest.mark.threat("T50")
async def test_an_action_is_taken_back_once(user: Confirmed, shelf: Shelf) -> None:
    done = await user.put(apple="green", pear="new")
    assert shelf.records == {"apple": "green", "pear": "new"}
    undone = await user.undo(done.action)
    assert shelf.records == {"apple": "red"}
    with pytest.raises(Refusal) as again:
        await user.undo(done.action)
    assert "taken back already" in again.value.message
    redone = await user.undo(undone.action)
    assert shelf.records == {"apple": "green", "pear": "new"}
    assert redone.action not in {done.action, undone.action}


@pytest.mark.threat("T50")
async def test_a_record_whose_key_came_with_the_answer_is_taken_back_by_that_key(
    user: Confirmed, shelf: Shelf
) -> None:
    shelf.named = {"pear": "pear-1"}
    done = await user.put(pear="new")
    assert shelf.records == {"apple": "red", "pear-1": "new"}
    await user.undo(done.action)
    assert shelf.records == {"apple": "red"}


@pytest.mark.threat("T50")
async def test_a_part_of_an_action_is_taken_back(user: Confirmed, shelf: Shelf) -> None:
    done = await user.put(apple="green", pear="new", fig="new")
    await user.undo(done.action, items=[1, 3])
    assert shelf.records == {"apple": "red", "pear": "new"}
    with pytest.raises(Refusal):
        await user.undo(done.action, items=[2, 3])
    await user.undo(done.action)
    assert shelf.records == {"apple": "red"}


@pytest.mark.threat("T50")
async def test_what_was_changed_since_is_not_written_over(user: Confirmed, shelf: Shelf) -> None:
    done = await user.put(apple="green")
    shelf.records["apple"] = "yellow"
    with pytest.raises(Refusal):
        await user.undo(done.action)
    assert shelf.records == {"apple": "yellow"}


async def test_a_final_action_says_so_and_is_not_taken_back(user: Confirmed, shelf: Shelf) -> None:
    shelf.final = "a message that was read stays read"
    done = await user.put(apple="green")
    assert "can't be taken back" in user.asked[0]
    assert "can't be taken back" in done.text.lower()
    with pytest.raises(Refusal) as refused:
        await user.undo(done.action)
    assert "stays read" in refused.value.message


@pytest.mark.threat("T36")
async def test_an_action_of_somebody_else_looks_like_none(user: Confirmed, shelf: Shelf) -> None:
    del shelf
    done = await user.put(apple="green")
    messages: set[str] = set()
    for stranger, action in ((user.as_somebody_else(), done.action), (user, "no such action")):
        with pytest.raises(NotFound) as refused:
            await stranger.undo(action)
        messages.add(refused.value.message)
    assert len(messages) == 1
