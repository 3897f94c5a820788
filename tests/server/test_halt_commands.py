"""`remit halt` and `remit resume`, as an administrator uses them when something is going wrong."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.errors import Halted
from policies.halt import EVERYTHING
from server.assembly import assemble
from server.commands import halt, resume
from server.commands.doctor import halts
from server.commands.operator import operator
from server.configuration import document_of, load
from server.demo.organisation import found
from server.halting.flights import Flight
from server.halting.recording import is_recorded
from server.history import search
from server.keys import store_password
from server.store import Reader, StoreUnavailable, open_store
from server.transaction import Transaction
from tests.server.test_action_commands import action_of
from tests.server.test_commands import Run, remit
from tests.server.test_inventory import call
from tools.connector import Finding

__all__ = ["remit"]

pytestmark = pytest.mark.threat("T42")


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return found(tmp_path)


def be(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (halt, resume):
        monkeypatch.setattr(module, "operator", lambda: name)


def entries(at: Path, *events: str) -> list[dict[str, Any]]:
    async def reading() -> list[dict[str, Any]]:
        document = document_of(at)
        async with open_store(document, store_password(document)) as store:
            return [json.loads(entry.body) for entry in reversed(await search(store))]

    return [entry for entry in anyio.run(reading) if entry["event"] in events]


def test_a_halt_stops_what_it_names_until_it_goes_on(remit: Run, at: Path) -> None:
    action = action_of(at)
    status, out, err = remit("halt", "--source", "shop", "--why", "a leak", "--config", at)
    assert (status, err) == (0, "Halted: source shop, in every process.\n")
    assert out == "Nothing was in flight.\nIt goes on with: remit resume --source shop --why TEXT\n"
    status, _, err = remit("undo", action, "--config", at, given="yes\n")
    assert status == 1
    assert "This is halted: ask an administrator" in err
    assert "source shop  since" in remit("halt", "--list", "--config", at)[1]
    assert remit("resume", "--source", "hr", "--why", "over", "--config", at)[0] == 1
    status, out, _ = remit("resume", "--source", "shop", "--why", "over", "--config", at)
    assert (status, out) == (0, "It goes on: source shop, in every process.\n")
    assert remit("undo", action, "--config", at, given="yes\n")[0] == 0
    assert remit("halt", "--list", "--config", at)[1] == "Nothing is halted.\n"


def test_a_halt_is_told_as_json_and_is_on_record(remit: Run, at: Path) -> None:
    given = ("--tenant", "acme", "--tier", "act", "--why", "a\nleak", "--json", "--config", at)
    told = json.loads(remit("halt", *given)[1])
    assert told == {
        "halted": {"tenant": "acme", "tier": "act"},
        "everything": False,
        "epoch": 1,
        "in_flight": [],
        "recorded": True,
        "unheard": ["no call of a tenant acme is on record"],
    }
    listed = json.loads(remit("halt", "--list", "--json", "--config", at)[1])
    (one,) = listed["halts"]
    assert (one["scope"], one["by"], one["why"]) == (told["halted"], operator(), "a\nleak")
    assert (listed["readable"], listed["resume_asked"]) == (True, None)
    (entry,) = entries(at, "halted")
    assert (entry["by"], entry["tier"], entry["in_flight"]) == (operator(), "act", 0)
    assert entry["why"] == r"a\nleak"


def test_who_halts_without_a_name_halts_everything_and_two_people_lift_it(
    remit: Run, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, "ada")
    assert json.loads(remit("halt", "--why", "all of it", "--json", "--config", at)[1])["everything"]
    asked = json.loads(remit("resume", "--everything", "--why", "over", "--json", "--config", at)[1])
    code = asked["code"]
    assert "ada asked to lift" in remit("halt", "--list", "--config", at)[1]
    status, _, err = remit("resume", "--confirm", code, "--why", "yes", "--config", at)
    assert status == 1
    assert "somebody else has to confirm it" in err
    be(monkeypatch, "bob")
    assert remit("resume", "--confirm", f"{code}x", "--why", "yes", "--config", at)[0] == 1
    assert "everything  since" in remit("halt", "--list", "--config", at)[1]
    assert remit("resume", "--confirm", code, "--why", "yes", "--config", at)[0] == 0
    assert remit("resume", "--confirm", code, "--why", "yes", "--config", at)[0] == 1
    told = [(entry["event"], entry["by"]) for entry in entries(at, "halted", "resumed", "resume_asked")]
    assert told == [("halted", "ada"), ("resume_asked", "ada"), ("resumed", "bob")]


def test_only_those_who_are_named_lift_a_full_halt(
    remit: Run, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.write_text(f'{at.read_text()}\n[kill_switch]\nlifted_by = ["ada", "bob"]\n')
    remit("halt", "--why", "all of it", "--config", at)
    be(monkeypatch, "eve")
    assert "none of those that may lift" in remit("resume", "--why", "over", "--config", at)[2]
    be(monkeypatch, "ada")
    code = json.loads(remit("resume", "--why", "over", "--json", "--config", at)[1])["code"]
    be(monkeypatch, "eve")
    assert remit("resume", "--confirm", code, "--why", "yes", "--config", at)[0] == 1
    be(monkeypatch, "bob")
    assert remit("resume", "--confirm", code, "--why", "yes", "--config", at)[0] == 0


def test_one_name_is_not_two_people(remit: Run, at: Path) -> None:
    at.write_text(f'{at.read_text()}\n[kill_switch]\nlifted_by = ["ada", "ada"]\n')
    status, _, err = remit("halt", "--list", "--config", at)
    assert status == 1
    assert "name two accounts or more" in err


def test_who_runs_it_is_not_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    me = operator()
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert operator() == me
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    monkeypatch.setenv("SUDO_UID", "0")
    assert operator() == "uid 4000000000"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", "3999999999")
    assert operator() == "uid 3999999999"


def test_a_halt_needs_neither_the_keys_nor_the_policies_and_the_next_server_puts_it_on_record(
    remit: Run, at: Path
) -> None:
    whole = at.read_text()
    broken = whole.replace("[keys]\n", '[policy]\npath = "nowhere/"\n\n[keys]\n')
    assert broken != whole
    at.write_text(broken.replace('master = "file:', 'master = "env:NOWHERE_TO_BE_FOUND" # "file:'))
    status, out, err = remit("halt", "--why", "all of it", "--json", "--config", at)
    told = json.loads(out)
    assert (status, told["everything"], told["in_flight"], told["recorded"]) == (0, True, [], False)
    assert "the next server to run does it" in err
    at.write_text(whole)

    async def serve() -> None:
        async with assemble(load(at)) as service:
            with anyio.fail_after(10):
                while not await is_recorded(service.store, 1):  # noqa: ASYNC110 - the server does it by itself
                    await anyio.sleep(0.02)
            assert service.halting.seen is not None
            assert [str(one.scope) for one in service.halting.seen.halts] == ["everything"]

    anyio.run(serve)
    assert [entry["why"] for entry in entries(at, "halted")] == ["all of it"]


def test_a_store_that_nobody_has_served_yet_is_halted_all_the_same(remit: Run, at: Path) -> None:
    assert not (at.parent / "remit.db").exists()
    assert remit("halt", "--why", "not yet", "--config", at)[0] == 0
    assert "everything" in remit("halt", "--list", "--config", at)[1]


def test_where_nobody_can_list_what_is_in_flight_the_halt_stands_and_says_so(
    remit: Run, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(halt, "PATIENCE", 0)
    assert remit("halt", "--why", "first", "--config", at)[0] == 0
    with monkeypatch.context() as patch:
        patch.setattr("server.store.Store.run", gone)
        status, out, err = remit("halt", "--user", "ada", "--why", "then", "--config", at)
    assert status == 1
    assert "run the same command again" in out
    assert "Halted: user ada" in err
    assert "user ada" in remit("halt", "--list", "--config", at)[1]


def test_it_waits_as_long_as_it_is_told_for_what_is_in_flight(capsys: pytest.CaptureFixture[str]) -> None:
    flight = Flight("a1", "acme", "ada", "shop", "shop_write", "act", "started")
    over = Flight("a1", "acme", "ada", "shop", "shop_write", "act", "done")

    class Ending(Reader):
        def __init__(self) -> None:
            self.looks = 0

        async def read(self, transaction: Callable[[], Transaction[Any]]) -> Any:
            self.looks += 1
            return [over if self.looks > 1 else flight]

    wait = partial(halt.ended, Ending(), EVERYTHING, 1, [flight])
    assert anyio.run(partial(wait, 0)) == [flight]
    assert anyio.run(partial(wait, 20)) == [over]
    halt.tell(halt.Halted(EVERYTHING, 1, [flight], recorded=True))
    said = capsys.readouterr().out
    assert "In flight when it was halted: 1\n  a1  started   shop_write  acme/ada\n" in said
    assert "remit actions --state started" in said


def test_a_name_that_nobody_has_heard_of_is_told(remit: Run, at: Path) -> None:
    told = remit(
        "halt", "--source", "shpo", "--user", "adda", "--tool", "hr_query", "--why", "x", "--config", at
    )
    assert told[0] == 0
    for said in ("no source shpo", "a user adda", "a tool hr_query"):
        assert said in told[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("halt",),
        ("halt", "--why", " "),
        ("halt", "--why", "x" * 501),
        ("halt", "--source", "", "--why", "x"),
        ("halt", "--tier", "write", "--why", "x"),
        ("halt", "--everything", "--user", "ada", "--why", "x"),
        ("halt", "--wait", "-1", "--why", "x"),
        ("halt", "--list", "--why", "x"),
        ("resume",),
        ("resume", "--confirm", "c", "--user", "ada", "--why", "x"),
    ],
)
def test_what_is_halted_is_said_plainly_or_not_at_all(
    remit: Run, at: Path, arguments: tuple[str, ...]
) -> None:
    assert remit(*arguments, "--config", at)[0] == 2
    assert remit("halt", "--everything", "--why", "x", "--config", at)[0] == 0


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_confirmation_without_a_code_lifts_nothing_and_says_so(
    remit: Run, at: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    be(monkeypatch, "ada")
    remit("halt", "--why", "all of it", "--config", at)
    remit("resume", "--why", "over", "--config", at)
    be(monkeypatch, "bob")
    status, out, err = remit("resume", "--confirm", "", "--why", "yes", *more, "--config", at)
    assert (status, out) == (2, "")
    assert "the code is empty" in err
    assert "everything  since" in remit("halt", "--list", "--config", at)[1]


def test_what_is_shown_for_copying_is_one_word_to_a_shell(remit: Run, at: Path) -> None:
    out = remit("halt", "--user", "a; b", "--why", "x", "--config", at)[1]
    assert "remit resume --user 'a; b' --why TEXT\n" in out
    (told,) = anyio.run(findings, at)
    assert "remit resume --user 'a; b' --why TEXT" in told.remedy


def test_where_the_configuration_says_so_an_unreadable_switch_halts_reads_of_a_whole_remit(at: Path) -> None:
    at.write_text(f'{at.read_text()}\n[kill_switch]\nunreadable = "everything"\n')

    def losing() -> Transaction[None]:
        yield "DELETE FROM kill_switch", ()

    async def serve() -> None:
        async with assemble(load(at)) as service:
            await call(service, "shop_query")
            await service.store.run(losing)
            with pytest.raises(Halted):
                await call(service, "shop_query", 2)

    anyio.run(serve)


async def findings(at: Path) -> list[Finding]:
    document = document_of(at)
    async with open_store(document, store_password(document)) as store:
        return await halts(store)


def test_the_doctor_tells_of_what_is_halted_and_of_a_switch_that_cannot_be_read(remit: Run, at: Path) -> None:
    import apsw

    remit("halt", "--tool", "shop_write", "--why", "a leak", "--config", at)
    (told,) = anyio.run(findings, at)
    assert "a leak" in told.what
    assert "remit resume --tool shop_write" in told.remedy
    connection: Any = apsw.Connection(str(at.parent / "remit.db"))
    connection.execute("DELETE FROM kill_switch")
    connection.close()
    (told,) = anyio.run(findings, at)
    assert (told.fatal, "nothing acts" in told.what) == (True, True)
    status, out, _ = remit("halt", "--list", "--config", at)
    assert (status, "Nobody can say" in out) == (1, True)
    assert json.loads(remit("halt", "--list", "--json", "--config", at)[1]) == {"readable": False}
    remit("halt", "--why", "mend it", "--config", at)
    assert remit("halt", "--list", "--config", at)[0] == 0
