"""The wheel, installed in an empty environment, is the product: pytest alone sees the checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from server.demo.organisation import found
from tests.clients.visit import TOOLS

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"


def run(command: Sequence[str | Path], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder], ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs, with the wheel and its locked dependencies alone."""
    environment = tmp_path_factory.mktemp("empty") / "environment"
    uv = Path(sys.executable).with_name("uv")
    run([uv, "venv", "--quiet", "--python", sys.executable, environment], wheel.parent)
    python = environment / "bin/python"
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python]
    run([*install, "--require-hashes", "--requirement", LOCK], wheel.parent)
    run([*install, "--no-deps", wheel], wheel.parent)
    return python.parent


def test_the_wheel_puts_nothing_but_remit_into_site_packages(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"remit"}
    assert "remit/policies/default.cedar" in names
    assert "remit/server/metrics/remit.rules.yml" in names
    assert not [name for name in names if "test" in name]


@pytest.mark.threat("T54")
def test_every_dependency_is_pinned_by_its_hash() -> None:
    for lock in sorted(ROOT.glob("*.lock")):
        entries = lock.read_text().replace("\\\n", "").splitlines()
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


@pytest.mark.timeout(300)
def test_the_installed_program_serves_a_client_from_another_folder(installed: Path, tmp_path: Path) -> None:
    configuration = found(tmp_path / "organisation")

    async def ask() -> list[str]:
        server = StdioServerParameters(
            command=str(installed / "remit"),
            args=["serve", "--stdio", "--config", str(configuration)],
            cwd=str(tmp_path),
        )
        async with Client(server) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert anyio.run(ask) == TOOLS


@pytest.mark.timeout(300)
def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert run([installed / "remit", "--version"], tmp_path).startswith("remit ")
