"""The demo, run as a newcomer runs it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from server.demo.organisation import found
from server.demo.steps import ACTIONS, ALONE, STEPS

PROGRAMS = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}


def run(command: Sequence[str | Path], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=100
    )


def test_the_tour_goes_as_told(tmp_path: Path, free_port: int) -> None:
    listen = f"127.0.0.1:{free_port}"
    done = run(
        [PROGRAMS / "remit", "demo", "--once", "--dir", tmp_path / "shop", "--listen", listen], tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(STEPS) + len(ACTIONS) + len(ALONE)}. {ALONE[-1].told}" in done.stdout
    assert "The log is whole" in done.stdout
    assert all(secret not in done.stdout for secret in ("Hoffmann", "4111 1111", "AKIA", "\u200b", "\x1b"))


def test_a_tour_that_goes_otherwise_fails(tmp_path: Path, free_port: int) -> None:
    configuration = found(tmp_path / "shop")
    text = configuration.read_text()
    configuration.write_text(text.replace('rows = "territory = :territory"', ""))
    listen = f"127.0.0.1:{free_port}"
    done = run(
        [PROGRAMS / "remit", "demo", "--once", "--dir", tmp_path / "shop", "--listen", listen], tmp_path
    )
    assert done.returncode == 1
    assert "went otherwise" in done.stderr
