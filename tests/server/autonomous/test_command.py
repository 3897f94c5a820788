"""`remit autonomous`: what is on, for whom, until when, and what to do about what is not."""

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server import cli
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
    return ("on", tool, "--scope", scope, "--until", until, "--why", "tests", "--by", "grace")


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
    assert listed["used_today"] == {"calls": 0, "rows": 0}
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
