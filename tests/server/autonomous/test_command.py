"""`remit autonomous`: what is on, for whom, until when, and what to do about what is not."""

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.allowance import MINUTE
from server import cli
from server.autonomous.uses import use
from server.commands.opened import opened
from server.configuration import load
from server.limits import WRITE
from server.steady_clock import CLOCK
from server.transaction import Transaction, now_ms
from tests.server.autonomous.alone import FILL, ROLES
from tests.server.shelf import shelved

Run = Callable[..., tuple[int, str]]
TODAY = datetime.now(UTC).date()
SCOPES = FILL.replace("shelf_put", "shelf_write").replace('targets = ["shelf"]', 'targets = ["t"]')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    shelved(tmp_path, ROLES, SCOPES)
    path = tmp_path / "remit.toml"
    text = path.read_text()
    tables = 'tables.t = { columns = ["id", "value"], key = ["id"], write = ["value"] }'
    path.write_text(text.replace('tables.t.columns = ["id"]', tables))
    return path


@pytest.fixture
def remit(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["remit", "autonomous", *arguments, "--config", str(file)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        monkeypatch.setattr("server.logs.configure", lambda: None)
        monkeypatch.setattr("server.commands.autonomous.operator", lambda: "grace")
        try:
            status = cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 2
        out, err = capsys.readouterr()
        return status, out + err

    run("off", "shelf_write", "--why", "the store is made")
    return run


def on(days: int = 0, tool: str = "shelf_write", scope: str = "fill") -> tuple[str, ...]:
    until = (TODAY + timedelta(days=days)).isoformat()
    return ("on", tool, "--scope", scope, "--until", until, "--why", "tests")


def only(remit: Run) -> dict[str, Any]:
    status, told = remit("list", "--json")
    assert status == 0
    scopes: list[dict[str, Any]] = json.loads(told)
    (scope,) = scopes
    return scope


def test_a_scope_is_on_until_a_day_and_off_at_a_word(remit: Run, file: Path) -> None:
    assert (only(remit)["state"], only(remit)["until"]) == ("off", None)
    assert remit(*on(tool="shelf_write_auto"))[0] == 0
    listed = only(remit)
    assert listed["tool"] == "shelf_write_auto"
    assert (listed["state"], listed["until"], listed["granted_by"]) == ("on", TODAY.isoformat(), "grace")
    assert (listed["why"], listed["who"], listed["remedy"]) == ("tests", {"users": ["ada"]}, "")
    assert listed["used_in_the_hour"] == listed["used_in_the_day"] == {"calls": 0, "rows": 0}
    status, told = remit("off", "shelf_write", "--why", "tests")
    assert (status, told) == (0, "shelf_write_auto is off within fill.\n")
    assert only(remit)["state"] == "off"
    assert "remit autonomous on shelf_write --scope fill" in remit("list")[1]
    assert remit("off", "shelf_write", "--why", "tests") == (0, "shelf_write_auto was not on.\n")


@pytest.mark.parametrize(("days", "status"), [(-1, 1), (0, 0), (90, 0), (91, 1)])
def test_the_last_day_is_at_most_ninety_days_ahead(remit: Run, days: int, status: int) -> None:
    assert remit(*on(days))[0] == status
    assert (only(remit)["state"] == "on") is (status == 0)


def test_a_scope_that_is_changed_counts_for_nothing_until_it_is_switched_on_again(
    remit: Run, file: Path
) -> None:
    remit(*on())
    file.write_text(file.read_text().replace("max_length = 5", "max_length = 6"))
    listed = only(remit)
    assert listed["state"] == "changed"
    assert "it was changed since" in listed["remedy"]
    remit(*on())
    assert only(remit)["state"] == "on"


def test_a_scope_that_is_gone_is_listed_with_its_end(remit: Run, file: Path) -> None:
    remit(*on())
    text = file.read_text()
    file.write_text(text.replace("scopes.fill", "scopes.other"))
    status, told = remit("list", "--json")
    assert {each["scope"]: each["state"] for each in json.loads(told)} == {"other": "off", "fill": "gone"}
    assert "remit autonomous off shelf_write --scope fill" in told
    remit("off", "shelf_write", "--why", "tests")
    assert only(remit)["scope"] == "other"
    assert status == 0


def test_what_is_used_up_is_listed_by_the_windows_and_the_clock_that_are_counted_by(
    remit: Run, file: Path
) -> None:
    """The steady clock is a day ahead of the store's."""

    async def used() -> None:
        async with opened(load(file).document) as its:
            await its.store.run(using)

    def using() -> Transaction[None]:
        ahead = (yield from now_ms()) * 1000 + 1440 * MINUTE
        yield WRITE, (CLOCK, ahead)
        for ago, rows in ((0, 1), (59 * MINUTE, 1), (61 * MINUTE, 1), (1442 * MINUTE, 1)):
            yield from use("fill", rows, ahead - ago)

    anyio.run(used)
    listed = only(remit)
    assert listed["used_in_the_hour"] == {"calls": 2, "rows": 2}
    assert listed["per_hour"] == {"calls": 3, "rows": 5}
    assert listed["used_in_the_day"] == {"calls": 3, "rows": 3}
    text = remit("list")[1]
    assert "within an hour: 2 of 3 calls, 2 of 5 records" in text
    assert "within a day: 3 of 100 calls, 3 of 100 records" in text


@pytest.mark.parametrize("wrong", [("shelf_wirte",), ("shelf_write", "--scope", "fil")])
def test_to_switch_off_what_there_is_not_says_so_and_what_there_is(
    remit: Run, wrong: tuple[str, ...]
) -> None:
    remit(*on())
    status, told = remit("off", *wrong, "--why", "tests")
    assert status == 1
    assert "nothing was switched off. There is: shelf_write within fill." in told
    assert only(remit)["state"] == "on"


def test_what_is_shown_for_copying_is_one_word_to_a_shell(remit: Run, file: Path) -> None:
    async def odd() -> None:
        async with opened(load(file).document) as its:
            await its.store.run(delegated)

    def delegated() -> Transaction[None]:
        yield "INSERT INTO delegations VALUES ('a; b', 'shelf_write', '', 0, '', '', 0)", ()

    anyio.run(odd)
    assert "remit autonomous off shelf_write --scope 'a; b' --why" in remit("list")[1]


@pytest.mark.parametrize(
    "wrong", [on(tool="shelf_query"), on(scope="nothing"), (*on()[:5], "soon", *on()[6:])]
)
def test_what_there_is_not_is_bad_usage(remit: Run, wrong: tuple[str, ...]) -> None:
    assert remit(*wrong)[0] == 2
    assert only(remit)["state"] == "off"


def test_a_scope_that_nothing_can_come_of_is_switched_on_with_a_word(remit: Run, file: Path) -> None:
    file.write_text(file.read_text().replace('act_unconfirmed = ["analyst"]', ""))
    status, told = remit(*on())
    assert status == 0
    assert "no role may act on shelf without being asked" in told
