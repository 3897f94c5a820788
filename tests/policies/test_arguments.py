"""Arguments have one canonical form, or are refused by the name of their field."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.arguments import MAX_DEPTH, MAX_STRING, ArgumentSchema
from policies.canonical import canonical
from policies.errors import InvalidArgument

DATA = Path(__file__).parent.parent / "data"
SCHEMA = ArgumentSchema(
    {
        "type": "object",
        "properties": {
            "sql": {"type": "string", "minLength": 1, "maxLength": MAX_STRING},
            "table": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.]{0,126}$"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
        },
        "additionalProperties": False,
    }
)
ANY = ArgumentSchema({"type": "object"})

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def refused(arguments: dict[str, object], schema: ArgumentSchema = SCHEMA) -> str:
    with pytest.raises(InvalidArgument) as caught:
        schema.check(arguments)
    return caught.value.message


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"limit": 2**53 + 1}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"limit": float("inf")}, "limit"),
        ({"limit": json.loads("1e400")}, "limit"),
        ({"limit": "10"}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 0}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"sql": None}, "sql"),
        ({"sql": ["SELECT 1"]}, "sql"),
        ({"sql": "SELECT\u200b1"}, "sql"),
        ({"sql": "SELECT \u202e1"}, "sql"),
        ({"sql": "SELECT 1\x00"}, "sql"),
        ({"sql": "SELECT '\ud800'"}, "sql"),
        ({"sql": "SELECT '\U000e0041'"}, "sql"),
        ({"sql": "x" * (MAX_STRING + 1)}, "sql"),
        ({"table": "сustomers"}, "table"),
        ({"table": "customers\u00a0"}, "table"),
    ],
)
def test_a_hostile_argument_is_refused_by_the_name_of_its_field(
    arguments: dict[str, object], field: str
) -> None:
    assert field in refused(arguments)


@pytest.mark.threat("T30")
def test_a_field_name_in_look_alike_letters_is_refused() -> None:
    refused({"ѕql": "SELECT 1"})


@pytest.mark.threat("T35")
@pytest.mark.parametrize("name", ["user_id", "__proto__", "hunter2"])
def test_an_argument_that_there_is_not_is_refused_by_those_that_there_are(name: str) -> None:
    said = refused({name: "ceo"})
    assert "no argument of that name" in said
    assert name not in said


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    "arguments", [{"hunter2": "\x00"}, {"sql": {"hunter2": ["\x00"]}}, {"sql": {"hunter2": {"sql": 2**60}}}]
)
def test_a_refusal_never_repeats_a_name_that_the_caller_made_up(arguments: dict[str, object]) -> None:
    assert "hunter2" not in refused(arguments)


@pytest.mark.threat("T35")
def test_a_refusal_never_repeats_the_value() -> None:
    assert "hunter2" not in refused({"table": "hunter2 hunter2"})
    assert "hunter2" not in refused({"limit": "hunter2"})


@pytest.mark.threat("T31")
def test_deep_nesting_is_refused_and_does_not_overflow() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    refused({"x": deep}, ANY)


def test_nesting_up_to_the_limit_passes() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    ANY.check({"x": deep})


@pytest.mark.threat("T31")
def test_too_many_values_are_refused() -> None:
    assert "100000" in refused({"x": [0] * 100_001}, ANY)


@pytest.mark.threat("T31")
def test_a_refusal_gives_back_little_of_the_names_it_was_sent() -> None:
    deep: object = "\x00"
    for _ in range(60):
        deep = {"n" * 128: [deep]}
    cases: list[tuple[dict[str, object], ArgumentSchema]] = [
        ({str(number): 0 for number in range(50_000)}, SCHEMA),
        ({"n" * 128 + str(number): 0 for number in range(9)}, SCHEMA),
        ({"x": deep}, ANY),
    ]
    for arguments, schema in cases:
        assert len(refused(arguments, schema)) < 400


def test_honest_unicode_in_text_passes_composed() -> None:
    assert ANY.check({"x": "Zoe\u0308 Łukasz 東京 🙂"}) == {"x": "Zo\u00eb Łukasz 東京 🙂"}


def test_a_whole_number_written_as_a_float_is_that_number() -> None:
    assert canonical(SCHEMA.check({"limit": 10.0})) == '{"limit":10}'


@pytest.mark.threat("T30")
@given(st.dictionaries(st.text(), json_values))
def test_what_passes_is_its_own_canonical_form(arguments: dict[str, object]) -> None:
    try:
        clean = ANY.check(arguments)
    except InvalidArgument:
        return
    assert ANY.check(clean) == clean
    assert ANY.check(json.loads(canonical(clean))) == clean
    assert all(unicodedata.is_normalized("NFC", key) for key in clean)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "case",
    [json.loads(line) for line in (DATA / "hostile_args.jsonl").read_text().split("\n") if line],
    ids=lambda case: case["id"],
)
def test_hostile_text_names_no_table(case: dict[str, str]) -> None:
    """No payload, whatever its kind, passes where an identifier is asked for."""
    refused({"table": case["text"]})
