import pytest

from policies.redaction.capitals import may_hold_a_name
from policies.redaction.language import worth_reading
from policies.redaction.redactor import Redactor


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    "line",
    [
        "call Anna about it",
        "# TODO(anna): thanks to Schmidt, see MAX_SIZE",
        'raise ValueError("Peter is not in")',
        "if owner == Anna: return None",
        "McDonald(x)",
        "for O'Neil; DeVito = LaRue",
        "reviewed by JohnSmith",
        "reviewed by JohnSmith (admin)",
        "SCHMIDT, ANNA",
        "ANNA  SCHMIDT",
        "ANNA K. SCHMIDT",
        "ANNA von SCHMIDT",
        "Ärzte",
        "at Übersee_1, Anna",
    ],
)
def test_what_may_be_a_name_is_read(line: str) -> None:
    assert may_hold_a_name(line)
    assert worth_reading(f"x = 1\n{line}\nreturn")


@pytest.mark.parametrize(
    "line",
    [
        'raise ValueError(f"x is {x}")',
        "static PyObject *parse(PyObject *self);",
        "TokenType.L_PAREN: exp.Floor,",
        "#define MAX_SIZE 8",
        "MAX_SIZE = MIN_SIZE * 2",
        "x = Utf8(y)",
        "the URL is gone",
        "return NULL; // HTTP",
        "def total(basket):",
        "",
    ],
)
def test_what_names_nobody_is_not_read(line: str) -> None:
    assert not may_hold_a_name(line)
    assert not worth_reading(line)


def test_words_in_capitals_are_read_together_and_not_alone() -> None:
    assert worth_reading("call ANNA SCHMIDT")
    assert not worth_reading("call ANNA")


@pytest.mark.threat("T27")
def test_names_between_lines_of_code_are_masked(redactor: Redactor) -> None:
    code = "class FooBar(BaseModel):\n    # Anna Schmidt asked, after PETER PARKER\n    SIZE = MAX_SIZE\n"
    masked = redactor.mask(code)
    assert "Schmidt" not in masked
    assert "PARKER" not in masked
    assert masked.startswith("class FooBar(BaseModel):\n")
    assert masked.endswith("\n    SIZE = MAX_SIZE\n")
