"""The table of clients in the documentation is of the versions that the tests run."""

import json
import re
from importlib import metadata
from pathlib import Path

from tests.npm import PINNED

TABLE = Path(__file__).parents[2] / "docs/clients.md"


def test_the_documentation_names_the_versions_that_are_tested() -> None:
    pins = json.loads((PINNED / "package.json").read_text())["dependencies"]
    told = re.findall(r"^\|[^|]+\| `([^`]+)` (\S+) \|.+\| `([\w.]+)` \|$", TABLE.read_text(), re.MULTILINE)
    assert len(told) == 8
    for package, version, program in told:
        assert version == (pins[package] if package in pins else metadata.version(package))
        assert Path(__file__).with_name(program).exists()
