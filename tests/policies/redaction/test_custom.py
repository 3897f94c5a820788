"""Recognizers of an operator's own."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.call import Column, Kind, Table
from policies.recognizers import Recognizer, RecognizerPattern
from policies.redaction.detector import Detector, Group
from policies.redaction.identifiers import Finder
from policies.redaction.identifiers.custom import finder_of
from policies.redaction.masks import Masks
from policies.redaction.names import Context
from policies.redaction.redactor import Redactor
from policies.redaction.sieve import sieve
from policies.treatments import DEFAULTS, Treatment, Treatments
from tests.rounds import rounds

STAFF = Recognizer(
    name="staff",
    supported_entity="CUSTOM_STAFF_NUMBER",
    patterns=(
        RecognizerPattern(regex=r"\bEMP-[0-9]{6}\b"),
        RecognizerPattern(regex=r"\b[0-9]{6}\b", score=0.1),
        RecognizerPattern(regex=r"personnel file (?P<value>[a-z][0-9]+)"),
    ),
    context=("staff", "badge no"),
)
PROJECTS = Recognizer(
    name="projects", supported_entity="CUSTOM_PROJECT", deny_list=("Bluebird", "Bluebird Two", "Zaunkönig")
)
CHARTS = Recognizer(
    name="charts", supported_entity="MEDICAL_RECORD", patterns=(RecognizerPattern(regex="KH/[0-9]{4}"),)
)
OWN = (STAFF, PROJECTS, CHARTS)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(recognizers=OWN)


def found(finder: Finder, text: str, before: str = "") -> list[str]:
    return [text[each.start : each.end] for each in finder.find(text, before)]


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("recognizer", "text", "expected"),
    [
        (STAFF, "ask EMP-123456 or emp-654321", ["EMP-123456", "emp-654321"]),
        (STAFF, "order 123456", []),
        (STAFF, "staff: 123456", ["123456"]),
        (STAFF, "Badge no 123456", ["123456"]),
        (STAFF, "staff\n123456", []),
        (STAFF, "staffing 123456", []),
        (STAFF, "the personnel file x99 is closed", ["x99"]),
        (PROJECTS, "bluebird, bluebird", ["bluebird", "bluebird"]),
        (PROJECTS, "Bluebird Bluebird Two Bluebird Twos", ["Bluebird", "Bluebird Two", "Bluebird"]),
        (PROJECTS, "bluebirds, a_bluebird, xbluebird, zaunkönige", []),
        (PROJECTS, "ZAUNKÖNIG", ["ZAUNKÖNIG"]),
    ],
)
def test_a_recognizer_finds_what_it_says(recognizer: Recognizer, text: str, expected: Sequence[str]) -> None:
    assert found(finder_of(recognizer), text) == expected


@pytest.mark.parametrize("name", ["staff_no", "staffNumber", "Staff"])
def test_the_name_of_a_column_is_context(name: str) -> None:
    assert found(finder_of(STAFF), "123456", name) == ["123456"]


@pytest.mark.threat("T27")
def test_what_an_operator_knows_is_masked_wherever_it_stands(redactor: Redactor) -> None:
    table = Table(
        (Column("id", Kind.NUMBER), Column("staff_no", Kind.TEXT), Column("doc", Kind.JSON)),
        (
            (1, "123456", {"project": "bluebird", "EMP-111111": "KH/1234", "order": "123456"}),
            (2, "654321", {"project": "none", "note": "the bluebird of EMP-222222"}),
        ),
    )
    masked, _ = redactor.mark(table).masked(Masks())
    staff, project = "<CUSTOM_STAFF_NUMBER>", "<CUSTOM_PROJECT>"
    assert masked.rows == (
        (1, staff, {"project": project, staff: "<MEDICAL_RECORD>", "order": "123456"}),
        (2, staff, {"project": "none", "note": f"the {project} of {staff}"}),
    )


@pytest.mark.threat("T27")
def test_an_operators_own_kinds_are_treated_as_rules_say_and_else_as_the_classification() -> None:
    ruled = Treatments({**DEFAULTS["confidential"], "CUSTOM_PROJECT": Treatment.KEEP})
    assert ruled.of("CUSTOM_PROJECT") is Treatment.KEEP
    assert ruled.of("CUSTOM_STAFF_NUMBER") is Treatment.PSEUDONYM
    assert Treatments(DEFAULTS["restricted"], {}, Treatment.HIDE).of("CUSTOM_PROJECT") is Treatment.HIDE


@pytest.mark.threat("T27")
def test_masks_of_an_operators_own_kinds_are_left_as_they_are(redactor: Redactor) -> None:
    masked = redactor.mask("EMP-123456 of bluebird, staff 123456")
    assert masked == "<CUSTOM_STAFF_NUMBER> of <CUSTOM_PROJECT>, staff <CUSTOM_STAFF_NUMBER>"
    assert redactor.mask(masked) == masked


@pytest.mark.threat("T40")
def test_no_text_takes_a_recognizer_long() -> None:
    greedy = Recognizer(
        name="greedy",
        supported_entity="CUSTOM_GREEDY",
        patterns=(RecognizerPattern(regex="(a+)+b"), RecognizerPattern(regex="(x|x)*y")),
    )
    assert found(finder_of(greedy), "a" * 100_000 + "x" * 100_000) == []


pieces = st.sampled_from(
    [
        "EMP-123456",
        "123456",
        "staff",
        "bluebird",
        "Bluebird Two",
        "KH/1234",
        "-",
        "\n",
        "personnel file x9",
        "ä",
        " ",
    ]
)


@given(
    st.lists(st.lists(pieces, max_size=4).map(" ".join), max_size=5, unique=True),
    st.sampled_from(["", "staff", "note"]),
)
@settings(max_examples=rounds(30, 2000), deadline=None)
def test_the_sieve_clears_nothing_that_a_recognizer_finds(texts: list[str], name: str) -> None:
    finders = [finder_of(each) for each in OWN]
    sieved = sieve(texts, Context(name), finders, personal=True)
    for number, text in enumerate(texts):
        if any(found(finder, text, name) for finder in finders):
            assert number in sieved.open


def test_recognizers_that_there_are_none_of_change_nothing(redactor: Redactor) -> None:
    text = "EMP-123456 of bluebird"
    assert Detector().find([Group(Context(), personal=True, texts=[text])]) == [{}]
    assert redactor.spans(text)
