"""What the audit log holds of every call, however it ends, and what happens when it can't."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.call import Approval, Grant, Plan, Request, Tier, User
from policies.errors import (
    AuditUnavailable,
    ConfigurationError,
    Denied,
    LimitReached,
    Refusal,
    UpstreamFailed,
)
from server.audit import Audit, Record, open_audit
from server.chain import Entry
from server.history import entries, examine, search
from server.store import Store, StoreUnavailable, Transaction
from tests.server.calls import (
    ADA,
    SETTINGS,
    Pipeline,
    buckets,
    keys,
    limited,
    memories,
    permit,
    redacted,
    request,
)

pytestmark = pytest.mark.anyio

CANARY = "hunter2-canary"


@pytest.fixture
async def audit(store: Store, tmp_path: Path) -> AsyncIterator[Audit]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        audit.memories = memories(store)
        yield audit


@pytest.fixture
def pipeline(store: Store, audit: Audit) -> Pipeline:
    return Pipeline(store, audit)


async def bodies(store: Store) -> list[dict[str, Any]]:
    return [json.loads(entry.body) async for entry in entries(store)]


async def calls(store: Store) -> list[dict[str, Any]]:
    """What the log says of calls, without how long they took and when."""
    return [body for body in await bodies(store) if body["event"] not in {"opened", "closed"}]


async def test_a_read_is_on_record_as_asked_before_it_acts_and_as_answered_before_it_leaves(
    store: Store, pipeline: Pipeline
) -> None:
    before: list[str] = []

    async def look(_: Grant) -> None:
        before.extend(body["event"] for body in await calls(store))

    await pipeline.run(act=look, sql="SELECT 1")
    assert before == ["asked"]
    asked, answered = await calls(store)
    assert {
        key: asked[key] for key in ("event", "user", "tenant", "client", "transport", "source", "tool")
    } == {
        "event": "asked",
        "user": "ada",
        "tenant": "acme",
        "client": "t 1",
        "transport": "stdio",
        "source": "shop",
        "tool": "shop_query",
    }
    assert (asked["policies"], asked["policy"], asked["tier"]) == (["shipped.read"], "v1", "read")
    assert (answered["event"], answered["rows"], answered["bytes"]) == ("answered", 1, len("one row"))
    assert (answered["masked"], answered["hidden"]) == ({"EMAIL": 2}, 1)
    assert answered["plan"] == pipeline.grants[-1].plan.digest
    assert asked["call"] == answered["call"]
    assert 0 <= asked["ms"] <= answered["ms"]
    assert 0 < asked["at"] <= answered["at"]


async def test_a_write_is_on_record_as_intended_before_it_acts(store: Store, pipeline: Pipeline) -> None:
    before: list[str] = []

    async def look(_: Grant) -> None:
        before.extend(body["event"] for body in await calls(store))

    reply = await pipeline.run(act=look, tier=Tier.ACT)
    assert before == ["asked", "intended"]
    intended = (await calls(store))[1]
    assert (intended["plan"], intended["by"]) == (pipeline.grants[-1].plan.digest, "ada")
    assert reply.receipt.sequence == pipeline.grants[-1].receipt.sequence + 1


@pytest.mark.threat("T23")
async def test_nothing_is_answered_that_no_context_would_know_of(
    store: Store, audit: Audit, pipeline: Pipeline
) -> None:
    audit.memories = None
    with pytest.raises(RuntimeError, match="no context would know"):
        await pipeline.run(sql="SELECT 1")
    audit.memories = memories(store, {})
    with pytest.raises(KeyError, match="shop"):
        await pipeline.run(sql="SELECT 1")
    assert [body["event"] for body in await calls(store)] == ["asked", "failed"] * 2


async def test_a_read_costs_two_commits_a_write_three_and_a_refusal_before_admission_one(
    store: Store, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    run = store.run

    async def counted(transaction: Any) -> Any:
        nonlocal commits
        commits += 1
        return await run(transaction)

    pipeline = Pipeline(store, audit)  # the question that it asks is another call's
    monkeypatch.setattr(store, "run", counted)
    await pipeline.run()
    assert commits == 2
    await pipeline.run(tier=Tier.AUTO)
    assert commits == 5
    with pytest.raises(Denied):
        await refuse(audit, Denied("No.", rule="r"))
    assert commits == 6


async def within(
    audit: Audit, asked: Request, step: Callable[[Record], Awaitable[object]], user: User = ADA
) -> None:
    async with audit.record(asked) as record:
        record.identify(user)
        await step(record)


async def refuse(audit: Audit, error: BaseException, arguments: dict[str, object] | None = None) -> None:
    async with audit.record(request(arguments)) as record:
        record.identify(ADA)
        raise error


async def test_a_refusal_is_on_record_with_its_code_and_rule_and_reaches_the_caller_as_it_is(
    store: Store, audit: Audit
) -> None:
    error = Denied("No.", rule="not_open")
    with pytest.raises(Denied) as refusal:
        await refuse(audit, error, {"sql": CANARY})
    assert refusal.value is error
    (entry,) = await calls(store)
    assert (entry["event"], entry["code"], entry["rule"]) == ("refused", "denied", "not_open")
    assert (entry["user"], entry["tool"], entry["arguments"]) == ("ada", "shop_query", 1)


async def test_a_refusal_of_nobody_is_on_record_too(store: Store, audit: Audit) -> None:
    with pytest.raises(Denied):
        async with audit.record(request()):
            raise Denied("Who are you?", rule="unknown_caller")
    (entry,) = await calls(store)
    assert (entry["user"], entry["tenant"], entry["rule"]) == ("", "", "unknown_caller")


async def test_a_call_over_its_limit_is_on_record_as_refused_and_not_as_asked(
    store: Store, audit: Audit
) -> None:
    limits = limited(store, audit, buckets(calls_per_minute=1, burst=1))
    outcomes = list[str]()
    for _ in range(2):
        asked = request()
        try:
            async with audit.record(asked) as record:
                record.identify(ADA)
                await limits.admit(permit(asked), record)
                raise Denied("Enough.", rule="r")
        except Refusal as refusal:
            outcomes.append(refusal.code)
    assert outcomes == ["denied", "limit_reached"]
    assert [(e["event"], e.get("code", "")) for e in await calls(store)] == [
        ("asked", ""),
        ("refused", "denied"),
        ("refused", "limit_reached"),
    ]


async def test_a_fault_is_on_record_as_failed_with_its_kind_alone(store: Store, audit: Audit) -> None:
    with pytest.raises(ZeroDivisionError):
        await refuse(audit, ZeroDivisionError(CANARY))
    (entry,) = await calls(store)
    assert (entry["event"], entry["code"], entry["cause"]) == ("failed", "failed", "ZeroDivisionError")


async def test_a_call_that_ends_without_a_reply_is_on_record_as_failed(store: Store, audit: Audit) -> None:
    with pytest.raises(RuntimeError, match="without a reply"):
        async with audit.record(request()) as record:
            record.identify(ADA)
    (entry,) = await calls(store)
    assert entry["event"] == "failed"


async def test_a_cancelled_call_is_on_record_as_cancelled(store: Store, pipeline: Pipeline) -> None:
    acting = anyio.Event()

    async def hang(_: Grant) -> None:
        acting.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: pipeline.run(act=hang))
        await acting.wait()
        group.cancel_scope.cancel()
    assert [entry["event"] for entry in await calls(store)] == ["asked", "cancelled"]


async def test_a_caller_that_goes_away_while_a_refusal_is_written_does_not_take_it_along(
    store: Store, audit: Audit
) -> None:
    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as scope:
            scope.cancel()
            with pytest.raises(Denied):
                await refuse(audit, Denied("No.", rule="r"))
        group.cancel_scope.cancel()
    assert [entry["event"] for entry in await calls(store)] == ["refused"]


async def test_no_proof_of_one_call_is_good_for_another(store: Store, audit: Audit) -> None:
    limits = limited(store, audit)
    one, other = request(), request()
    async with audit.record(one) as first:
        first.identify(ADA)
        allowed = permit(one)
        admission = await limits.admit(allowed, first)
        approval = Approval(admission, Plan(allowed.call, {}, "c1"), "x")
        with pytest.raises(RuntimeError, match="a permit for another call"):
            await within(audit, other, lambda second: limits.admit(allowed, second))
        with pytest.raises(RuntimeError, match="an approval for another call"):
            await within(audit, other, lambda second: second.intend(approval))
        grant = await first.intend(approval)
        with pytest.raises(RuntimeError, match="a second grant"):
            await first.intend(approval)
        with pytest.raises(RuntimeError, match="a result of another call"):
            await within(audit, other, lambda second: second.finish(redacted(grant)))
        await first.finish(redacted(grant))
        with pytest.raises(RuntimeError, match="a second reply"):
            await first.finish(redacted(grant))


@pytest.mark.threat("T46")
async def test_no_value_of_a_call_is_in_the_store_whatever_its_place(
    store: Store, audit: Audit, pipeline: Pipeline
) -> None:
    await pipeline.run(text=f"answer {CANARY}", sql=f"SELECT '{CANARY}'", other=CANARY)
    nested: dict[str, object] = {"a": {CANARY: [CANARY]}, CANARY: 1, "b": [CANARY], "c": CANARY}
    cause = RuntimeError(CANARY)
    failure = UpstreamFailed(f"said {CANARY}", detail=CANARY)
    failure.__cause__ = cause
    for error in (Denied(CANARY, rule="r", detail=CANARY), failure, ValueError(CANARY)):
        with pytest.raises(type(error)):
            await refuse(audit, error, nested)
    everything = json.dumps([body async for body in entries(store)], default=vars_of)
    assert len(await calls(store)) == 5
    for form in (
        CANARY,
        base64.b64encode(CANARY.encode()).decode()[:12],
        hashlib.sha256(CANARY.encode()).hexdigest(),
    ):
        assert form not in everything


def vars_of(entry: Entry) -> list[object]:
    return [entry.writer, entry.sequence, *entry.columns, entry.body, entry.hash]


@pytest.mark.threat("T46")
async def test_equal_values_have_equal_hashes_within_a_tenant_and_no_other(
    store: Store, pipeline: Pipeline, tmp_path: Path
) -> None:
    other = User("bob", "globex", frozenset())
    for user in (ADA, ADA, other):
        await pipeline.run(user=user, sql=CANARY)
    asked = [body["asked"][0] for body in await calls(store) if body["event"] == "asked"]
    assert asked[0] == asked[1]
    assert asked[0]["hmac"] != asked[2]["hmac"]
    assert {key: asked[0][key] for key in ("name", "type", "length")} == {
        "name": "sql",
        "type": "string",
        "length": len(CANARY),
    }

    def read_salt() -> Transaction[str]:
        rows = yield "SELECT salt FROM audit_salts WHERE tenant = $1", ("acme",)
        salt: str = rows[0][0]
        return salt

    salt = await store.read(read_salt)
    key = hmac.digest(keys(tmp_path).derive("audit values"), f"{salt}:acme".encode(), "sha256")
    text = hashlib.sha256(json.dumps(CANARY).encode()).digest()
    assert hmac.digest(key, text, "sha256").hex() == asked[0]["hmac"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": float("nan")},
        {"x": 10**5000},
        {"\ud800": "\udfff"},
        {"x": "\x1b[31m\r\n"},
        {"x" * 100_000: 1},
        {str(number): number for number in range(5000)},
    ],
)
async def test_arguments_of_any_form_are_on_record(
    store: Store, audit: Audit, arguments: dict[str, object]
) -> None:
    with pytest.raises(Denied):
        await refuse(audit, Denied("No.", rule="r"), arguments)
    (entry,) = await calls(store)
    assert entry["arguments"] == len(arguments)
    assert len(entry["asked"]) == min(len(arguments), 64)
    assert all("name" not in argument for argument in entry["asked"])


async def test_arguments_nested_without_end_are_on_record(store: Store, audit: Audit) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Denied):
        await refuse(audit, Denied("No.", rule="r"), {"x": deep})
    (entry,) = await calls(store)
    assert [set(argument) for argument in entry["asked"]] == [{"type", "name_hmac", "length"}]
    while deep:  # freed level by level: the interpreter would recurse
        deep = deep.pop()  # type: ignore[assignment]  # it is a list of lists


@pytest.mark.threat("T34")
async def test_a_client_that_names_itself_with_control_characters_writes_none(
    store: Store, audit: Audit
) -> None:
    hostile = "\x1b]0;own\x07 \u202eevil\u2066\r\n{} \ud800\x9b31m\\"

    async def refused(_: Record) -> None:
        raise Denied("No.", rule=hostile)

    user = User(hostile, hostile, frozenset())
    with pytest.raises(Denied):
        await within(audit, request(tool=hostile * 1000, client=hostile), refused, user)
    (entry,) = await calls(store)
    for field in ("client", "tool", "user", "tenant", "rule"):
        assert entry[field].isprintable()
        assert len(entry[field]) <= 256
    assert (await search(store, user=hostile))[0].columns[1] == "refused"


@pytest.mark.threat("T34", "T35")
async def test_a_refusals_detail_goes_to_the_process_log_and_not_into_the_entry(
    store: Store, audit: Audit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "remit.audit"), pytest.raises(Denied):
        await refuse(audit, Denied("No.", rule="r", detail=CANARY))
    (line,) = [record for record in caplog.records if record.name == "remit.audit"]
    assert vars(line)["detail"] == CANARY
    assert vars(line)["call"] == (await calls(store))[0]["call"]


@pytest.mark.threat("T45")
@pytest.mark.parametrize("step", ["asked", "intended", "answered"])
async def test_without_a_record_nothing_is_done_and_nothing_leaves(
    store: Store, audit: Audit, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The store fails from the given entry on."""
    pipeline = Pipeline(store, audit)
    run, order = store.run, ["asked", "intended", "answered"]
    seen = 0

    async def failing(transaction: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen > order.index(step):
            raise StoreUnavailable("gone")
        return await run(transaction)

    monkeypatch.setattr(store, "run", failing)
    with pytest.raises(AuditUnavailable) as refusal:
        await pipeline.run(tier=Tier.ACT)
    assert pipeline.carried_out == ([] if step != "answered" else pipeline.carried_out[:1])
    assert isinstance(refusal.value.__cause__, AuditUnavailable)
    monkeypatch.undo()
    assert [entry["event"] for entry in await calls(store)] == order[: order.index(step)]


@pytest.mark.threat("T45")
@pytest.mark.parametrize(
    "error", [Denied("No.", rule="r"), ValueError("odd"), LimitReached("x", retry_after=1)]
)
async def test_a_refusal_that_cannot_be_recorded_reaches_the_caller_as_audit_unavailable(
    audit: Audit, store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def failing(_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store, "run", failing)
    with pytest.raises(AuditUnavailable) as refusal:
        await refuse(audit, error)
    assert refusal.value.__cause__ is error
    monkeypatch.undo()


async def test_a_cancellation_that_cannot_be_recorded_stays_a_cancellation(
    audit: Audit, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store, "run", failing)
    with pytest.raises(asyncio.CancelledError):
        await refuse(audit, asyncio.CancelledError())
    assert "could not be put on record" in caplog.text
    monkeypatch.undo()


@pytest.mark.threat("T44")
async def test_a_log_that_was_changed_under_the_running_process_stops_it(
    store: Store, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    """An older copy of the store, put back, lacks what was acknowledged."""
    await pipeline.run()

    def forget() -> Transaction[None]:
        yield "DELETE FROM audit_entries WHERE sequence > $1", (2,)

    await store.run(forget)
    done = list(pipeline.carried_out)
    with pytest.raises(AuditUnavailable, match="not as remit left it"):
        await pipeline.run()
    assert pipeline.carried_out == done
    assert "not what this process wrote" in caplog.text


@pytest.mark.threat("T44")
async def test_an_end_of_the_log_that_was_written_anew_stops_the_process(
    store: Store, pipeline: Pipeline
) -> None:
    await pipeline.run()

    def forge() -> Transaction[None]:
        yield "UPDATE audit_entries SET hash = $1 WHERE sequence = $2", ("0" * 64, 3)

    await store.run(forge)
    with pytest.raises(AuditUnavailable, match="not as remit left it"):
        await pipeline.run()


async def test_an_entry_of_unknown_outcome_does_not_break_the_chain(
    store: Store, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A commit that was kept although its caller was told that it failed."""
    run = store.run

    async def kept_but_lost(transaction: Any) -> Any:
        await run(transaction)
        raise StoreUnavailable("the connection broke at the commit")

    for _ in range(3):
        monkeypatch.setattr(store, "run", kept_but_lost)
        with pytest.raises(AuditUnavailable):
            await pipeline.run()
        monkeypatch.setattr(store, "run", run)
        await pipeline.run()
    report = await examine(store, tmp_path / "second", tmp_path / "second/public.pem")
    assert report.ok, report.faults
    assert report.entries == 1 + 3 * (2 + 2)


async def test_concurrent_calls_are_one_chain(store: Store, pipeline: Pipeline, tmp_path: Path) -> None:
    await asyncio.gather(*(pipeline.run(sql=str(number)) for number in range(100)))
    report = await examine(store, tmp_path / "second", tmp_path / "second/public.pem")
    assert report.ok, report.faults
    assert report.entries == 201


async def test_a_writer_names_the_heads_of_those_before_it(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
            await Pipeline(store, audit).run()
    opened = [body for body in await bodies(store) if body["event"] == "opened"]
    assert sorted(len(body["heads"]) for body in opened) == [0, 1, 1]
    assert sorted(head[1] for body in opened for head in body["heads"]) == [4, 4]


async def test_a_log_whose_process_is_gone_takes_no_more_entries(store: Store, tmp_path: Path) -> None:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        pipeline = Pipeline(store, audit)
    with pytest.raises(AuditUnavailable, match="shutting down"):
        await pipeline.run()
    assert pipeline.carried_out == []
    report = await examine(store, tmp_path / "second", tmp_path / "second/public.pem")
    assert (report.ok, report.unsigned, report.uncopied) == (True, 0, 0)


async def test_another_stores_keys_than_the_second_place_knows_stop_the_start(
    store: Store, tmp_path: Path
) -> None:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second"):
        pass
    with pytest.raises(ConfigurationError, match=r"another store's key. Restore the store"):
        async with open_audit(store, keys(tmp_path / "another"), SETTINGS, tmp_path / "second"):
            pass


async def test_the_log_is_searched_by_user_tool_time_and_code(
    store: Store, pipeline: Pipeline, audit: Audit
) -> None:
    await pipeline.run()
    await pipeline.run(tier=Tier.ACT)
    bob = User("bob", "acme", frozenset())
    await pipeline.run(user=bob)
    with pytest.raises(Denied):
        await refuse(audit, Denied("No.", rule="r"))
    newest = await search(store)
    assert len(newest) == 1 + 2 + 3 + 2 + 1
    assert newest[0].columns[1] == "refused"
    assert {entry.columns[4] for entry in await search(store, user="bob")} == {"bob"}
    assert len(await search(store, user="bob")) == 2
    assert len(await search(store, tool="shop_write")) == 3
    assert len(await search(store, code="denied")) == 1
    assert len(await search(store, user="bob", code="denied")) == 0
    assert len(await search(store, limit=4)) == 4
    assert len(await search(store, call=pipeline.grants[-1].plan.call.id)) == 2
    assert len(await search(store, since=newest[0].columns[0] + 1)) == 0
    assert len(await search(store, since=newest[-1].columns[0])) == len(newest)
    assert await search(store, user="' OR 1=1 --") == []
