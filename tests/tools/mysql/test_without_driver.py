"""A remit that was installed without the extra."""

import subprocess
import sys
from pathlib import Path

import pytest

from policies.errors import ConfigurationError
from policies.secret import Secret
from policies.sources import MysqlSource
from tools import catalogue

WITHOUT = """
import sys
sys.modules["asyncmy"] = None
import server.commands.sql, tools.catalogue
"""


def test_the_commands_of_sql_and_the_catalogue_need_no_driver() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT], cwd=Path(__file__).parents[3], check=True, timeout=60)


def test_a_source_without_its_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        del name

    monkeypatch.setattr(catalogue, "find_spec", absent)
    source = MysqlSource.model_validate({"kind": "mysql", "dsn": "mysql://u@127.0.0.1/shop"})
    with pytest.raises(ConfigurationError) as missing:
        catalogue.connect("shop", source, Path(), Secret)
    assert "remit[mysql]" in missing.value.remedy
