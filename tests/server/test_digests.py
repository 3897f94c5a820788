"""What the audit log says of texts and values from outside."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.canonical import Json
from server.digests import describe, printable, tenant_key

TEXTS = st.text(st.characters(exclude_categories=()), max_size=300)  # with lone surrogates and controls
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
KEY = tenant_key(b"k" * 32, "acme", "s" * 64)


@pytest.mark.threat("T34")
@given(TEXTS)
def test_a_text_is_printable_bounded_and_has_bytes(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 256
    assert shown.encode().decode() == shown


@given(TEXTS, TEXTS)
@example("\x00", "\\x00")
@example("\\", "\\\\")
def test_two_texts_never_read_the_same(one: str, other: str) -> None:
    assert (printable(one) == printable(other)) == (one == other)


@given(st.text(st.characters(categories=["L", "N"]), max_size=256))
def test_a_plain_name_reads_as_it_is(name: str) -> None:
    assert printable(name) == name


@given(st.integers(200, 300), st.sampled_from(["x", "\\", "\x00", "\u202e", "\ud800", "😀"]))
def test_long_texts_that_differ_at_their_end_read_differently(length: int, character: str) -> None:
    one, other = printable(character * length), printable(character * length + "!")
    assert one != other


@pytest.mark.threat("T46")
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_said_of_arguments_that_nobody_vouches_for_is_bounded(arguments: dict[str, object]) -> None:
    facts = describe(arguments, vouched=False).facts(KEY)
    assert facts["arguments"] == len(arguments)
    assert len(json.dumps(facts).encode()) < 100 + 350 * len(arguments)


@given(VALUES, VALUES)
def test_equal_values_and_only_those_have_equal_hashes(one: object, other: object) -> None:
    assert (hash_of(one) == hash_of(other)) == (text_of(one) == text_of(other))


def text_of(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def hash_of(value: object) -> Json:
    asked = describe({"x": value}, vouched=True).facts(KEY)["asked"]
    assert isinstance(asked, list)
    assert isinstance(asked[0], dict)
    return asked[0]["hmac"]


@pytest.mark.threat("T46")
@given(VALUES)
def test_a_hash_is_keyed(value: object) -> None:
    plain = hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    elsewhere = tenant_key(b"k" * 32, "acme", "t" * 64)
    assert hash_of(value) not in {plain, elsewhere.of(bytes.fromhex(plain))}
    assert hash_of(value) == KEY.of(bytes.fromhex(plain))


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        (None, {"type": "null"}),
        (True, {"type": "boolean"}),
        (2**53 + 1, {"type": "number"}),
        (1.5, {"type": "number"}),
        ("zoë", {"type": "string", "length": 3}),
        ([1, [2]], {"type": "array", "length": 2}),
        ({"a": {}}, {"type": "object", "length": 1}),
    ],
)
def test_an_argument_is_described_by_its_type_and_length(value: object, facts: dict[str, Json]) -> None:
    asked = describe({"x": value}, vouched=True).facts(KEY)["asked"]
    assert isinstance(asked, list)
    assert isinstance(asked[0], dict)
    assert {key: said for key, said in asked[0].items() if key != "hmac"} == {"name": "x"} | facts
