"""Every answered threat has a test that carries its id, and every id that a test carries is a threat."""

import ast
from pathlib import Path

from tests.threats import ANSWERED, OPEN

TESTS = Path(__file__).parent


def carried() -> dict[str, list[str]]:
    """The files whose tests carry an id, by id."""
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.threat":
                for argument in node.args:
                    found.setdefault(ast.literal_eval(argument), []).append(file.name)
    return found


def test_every_answered_threat_has_its_test() -> None:
    assert not {threat.id for threat in ANSWERED} - carried().keys()


def test_every_id_that_a_test_carries_is_an_answered_threat() -> None:
    assert not carried().keys() - {threat.id for threat in ANSWERED}


def test_a_threat_is_listed_once() -> None:
    ids = [threat.id for threat in (*ANSWERED, *OPEN)]
    assert len(ids) == len(set(ids))
    assert sorted(ids) == [f"T{number:02}" for number in range(1, 56)]
