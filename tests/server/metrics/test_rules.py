"""The rules that are shipped for Prometheus: each fires above its threshold, and not at it."""

import re
import subprocess
from pathlib import Path

import pytest

from server.metrics.figures import Collected, Figures
from server.metrics.meters import Meters
from server.metrics.rules import RULES
from tests.backends import MissingError, missing, program

TESTS = Path(__file__).with_name("rules.yml")


@pytest.fixture(scope="module")
def promtool() -> Path:
    try:
        return program("promtool", "prometheus")
    except MissingError as error:
        missing(error.what, error.remedy)


def test_each_rule_fires_above_its_threshold_and_not_at_it(promtool: Path, tmp_path: Path) -> None:
    tests = tmp_path / "tests.yml"
    tests.write_text(f"rule_files: [{RULES}]\n{TESTS.read_text()}")
    for verb, file in (("check", RULES), ("test", tests)):
        done = subprocess.run(
            [promtool, verb, "rules", file], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_is_tested_both_ways() -> None:
    rules = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert rules
    for rule in rules:
        assert TESTS.read_text().count(f"alertname: {rule}\n") == 1  # what fires
        assert TESTS.read_text().count(f"alertname: {rule},") == 1  # what does not


def test_each_metric_of_a_rule_is_one_that_there_is() -> None:
    own = {sample for metric in Meters().all.collect() for sample in _names(metric.name, metric.type)}
    stored = {
        sample for metric in Collected(Figures(), 0).collect() for sample in _names(metric.name, metric.type)
    }
    assert {*re.findall(r"\bremit_\w+", RULES.read_text())} <= own | stored


def _names(name: str, kind: str) -> set[str]:
    return {
        "counter": {f"{name}_total"},
        "histogram": {f"{name}_bucket", f"{name}_sum", f"{name}_count"},
    }.get(kind, {name})
