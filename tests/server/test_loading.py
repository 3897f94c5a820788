"""A client is greeted while the language model still loads, and nothing leaves before it has read it."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.errors import ConfigurationError, Denied
from policies.language_model import MODEL
from server.demo.organisation import found
from server.loading import Loading
from tests.server.test_commands import Run, remit
from tests.server.test_serve import HELLO, READY, REMIT, Process, question

__all__ = ["remit"]

REAL = Path(str(distribution(MODEL).locate_file(MODEL)))
GATE = "gate"
BEHIND_A_GATE = f"""
from importlib.metadata import distribution
from pathlib import Path
import spacy.util

def load(**options):
    Path(__file__).with_name("{GATE}").read_text()
    return spacy.util.load_model_from_init_py({str(REAL / "__init__.py")!r}, **options)
"""
BROKEN = f"""
from importlib.metadata import distribution
from pathlib import Path

def load(**options):
    Path(__file__).with_name("{GATE}").read_text()
    raise OSError("a file of the model is cut short")
"""
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@contextmanager
def server(tmp_path: Path, model: str) -> Generator[tuple[Process, Path]]:
    """A server over stdio whose model loads once something is written to the gate."""
    package = tmp_path / "packages" / MODEL
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(model)
    gate = package / GATE
    os.mkfifo(gate)
    with (
        (tmp_path / "server.log").open("w") as log,
        subprocess.Popen(
            [REMIT, "serve", "--stdio", "--config", found(tmp_path / "demo")],
            env={**os.environ, "PYTHONPATH": str(package.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Process(process), gate
        finally:
            process.kill()


def asked(speaking: Process, *messages: dict[str, Any]) -> dict[str, Any]:
    speaking.send(*messages)
    return speaking.receive()


def test_a_client_is_greeted_before_the_model_is_loaded(tmp_path: Path) -> None:
    with server(tmp_path, BEHIND_A_GATE) as (speaking, gate):
        assert asked(speaking, HELLO)["result"]["serverInfo"]
        speaking.send(READY, question(7, "SELECT name FROM customers ORDER BY id LIMIT 1"))
        assert asked(speaking, LIST)["result"]["tools"]
        gate.write_text("open")
        answer = speaking.receive()
        assert answer["id"] == 7
        ((name,),) = answer["result"]["structuredContent"]["rows"]
        assert name.startswith("<PERSON")


def test_what_greets_imports_nothing_that_reads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, server.commands.serve; print(*sys.modules, sep='\\n')"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "server.pipeline" in loaded
    assert not {name for name in loaded if name.startswith("policies.redaction.")}
    light = {"policies.outgoing", "policies.outgoing.found", "policies.outgoing.sent"}
    assert not {name for name in loaded if name.startswith("policies.outgoing")} - light
    assert not loaded & {"spacy", "thinc", "presidio_analyzer", "re2", "asyncpg", "numpy"}


@pytest.mark.threat("T27")
def test_where_the_model_does_not_load_calls_are_refused_and_the_server_ends(tmp_path: Path) -> None:
    with server(tmp_path, BROKEN) as (speaking, gate):
        asked(speaking, HELLO)
        speaking.send(READY, question(7, "SELECT name FROM customers ORDER BY id LIMIT 1"))
        gate.write_text("open")
        answer = speaking.receive()
        assert answer["id"] == 7
        assert answer["result"]["isError"]
        assert "denied" in json.dumps(answer)
        assert speaking.process.wait(60) == 1
    said = (tmp_path / "server.log").read_text()
    assert "does not load" in said
    assert "Install the package" in said


@pytest.mark.threat("T27")
def test_a_missing_model_stops_the_start_before_anything_is_served(
    remit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = found(tmp_path)
    monkeypatch.setattr("policies.language_model.MODEL", "en_core_web_of_nobody")
    status, out, err = remit("serve", "--stdio", "--config", configuration)
    assert (status, out) == (1, "")
    assert "en_core_web_of_nobody does not load" in err
    assert "Install the package" in err


def test_the_doctor_tells_which_model_there_is_and_what_to_do_without_it(
    remit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = found(tmp_path)
    status, out, _ = remit("doctor", "--config", configuration)
    assert status == 0
    assert f"redaction: the language model {MODEL} 3." in out
    (told,) = json.loads(remit("doctor", "--config", configuration, "--json")[1])
    assert (told["about"], told["well"]) == ("redaction", True)
    monkeypatch.setattr("policies.language_model.MODEL", "en_core_web_of_nobody")
    status, out, _ = remit("doctor", "--config", configuration, "--json")
    assert status == 1
    (told,) = json.loads(out)
    assert (told["about"], told["well"], told["fatal"]) == ("redaction", False, True)
    assert "en_core_web_of_nobody" in told["what"]
    assert "Install the package" in told["remedy"]


@pytest.mark.anyio
async def test_what_can_not_be_imported_refuses_each_call_and_says_so_to_the_operator() -> None:
    def load() -> Any:
        raise ConfigurationError("no library", where="here", remedy="Install it.")

    loading = Loading(load)
    for _ in range(2):
        with pytest.raises(Denied, match="can't mask"):
            await loading.ready()
    assert loading.failed is not None
    assert loading.failed.remedy == "Install it."


@pytest.mark.anyio
async def test_many_who_wait_have_it_loaded_once_and_one_who_leaves_ends_it_for_nobody() -> None:
    loads: list[int] = []

    def load() -> Any:
        loads.append(1)

    loading = Loading(load)
    with anyio.CancelScope() as leaving:
        leaving.cancel()
        await loading.ready()
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(loading.ready)
    assert loads == [1]
