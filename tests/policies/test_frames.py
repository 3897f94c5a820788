"""A message has one meaning, or none."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.canonical import Json
from policies.frames import MAX_BYTES, MAX_NAME, BadFrame, message, parse

pytestmark = pytest.mark.threat("T31")

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_plain_json_is_taken_as_it_is(value: Json) -> None:
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.integers(1, 200), st.sampled_from(["[", '{"a":', '[{"]\\"": "[[[[", "b":']))
def test_no_nesting_beyond_sixty_four_passes_and_none_within_is_refused(depth: int, opening: str) -> None:
    close = {"[": "]", '{"a":': "}"}.get(opening, "}]")
    text = opening * depth + "1" + close * depth
    if depth * len(close) <= 64:
        parse(text.encode())
        return
    with pytest.raises(BadFrame, match="deep") as refused:
        parse(text.encode())
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "NaN"),
        (b"", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ('{"a": 1}'.encode("utf-16"), "not JSON"),
        ('{"a": 1}'.encode("utf-16-le"), "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 1_000_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
        (b'"' * 64 + b"[" * 100 + b"]" * 100, "deep"),
        (b"[" + b"1," * 200_000 + b"1]", "values"),
        (b"{" + b",".join(b'"%d":1' % n for n in range(100_001)) + b"}", "values"),
        (b'["' + b"a" * MAX_BYTES + b'"]', "bytes"),
    ],
)
def test_what_has_two_meanings_or_is_too_much_is_refused_at_once(frame: bytes, says: str) -> None:
    began = time.process_time()
    with pytest.raises(BadFrame, match=says) as refused:
        parse(frame)
    assert time.process_time() - began < 0.25
    assert 400 <= refused.value.status < 500
    assert len(refused.value.message) < 100


def test_many_commas_in_a_text_are_no_values() -> None:
    assert parse(json.dumps({"sql": "," * 200_000}).encode()) == {"sql": "," * 200_000}


names = st.text(max_size=MAX_NAME)
ids = names | st.integers(-(10**100), 10**100)
messages = (
    st.fixed_dictionaries(
        {"method": names}, optional={"id": ids, "params": st.dictionaries(st.text(), values)}
    )
    | st.fixed_dictionaries({"id": ids, "result": st.dictionaries(st.text(), values)})
    | st.fixed_dictionaries({"error": st.just({"code": 1, "message": ""}), "id": ids | st.none()})
)


@given(messages)
def test_every_message_of_json_rpc_is_one(told: dict[str, Json]) -> None:
    whole: dict[str, Json] = {"jsonrpc": "2.0", **told}
    assert message(json.dumps(whole).encode()) == whole


@pytest.mark.parametrize(
    "value",
    [
        [{"jsonrpc": "2.0", "method": "ping", "id": 1}],
        "ping",
        None,
        {"method": "ping", "id": 1},
        {"jsonrpc": "1.0", "method": "ping", "id": 1},
        {"jsonrpc": "2.0", "method": 1, "id": 1},
        {"jsonrpc": "2.0", "method": "ping", "id": None},
        {"jsonrpc": "2.0", "method": "ping", "id": True},
        {"jsonrpc": "2.0", "method": "ping", "id": 1.5},
        {"jsonrpc": "2.0", "method": "ping", "id": {}},
        {"jsonrpc": "2.0", "method": "ping", "id": 1, "params": [1]},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "result": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": "1", "message": ""}},
        {"jsonrpc": "2.0", "id": [], "error": {"code": 1, "message": ""}},
        {"jsonrpc": "2.0", "error": {"code": 1, "message": ""}},
    ],
)
def test_what_only_looks_like_a_message_is_none(value: Json) -> None:
    with pytest.raises(BadFrame, match="JSON-RPC"):
        message(json.dumps(value).encode())


@pytest.mark.threat("T31")
@pytest.mark.parametrize(
    "told",
    [
        {"id": "x" * 201, "method": "ping"},
        {"id": 10**200, "method": "ping"},
        {"id": 1, "method": "x" * 201},
        {"id": 1, "method": "x", "params": {"_meta": {"io.modelcontextprotocol/protocolVersion": "x" * 201}}},
        {"id": 1, "method": "x", "params": {"_meta": {"progressToken": "x" * 201}}},
    ],
)
def test_what_an_answer_gives_back_is_short(told: dict[str, Json]) -> None:
    with pytest.raises(BadFrame, match="at most 200 characters"):
        message(json.dumps({"jsonrpc": "2.0", **told}).encode())


@pytest.mark.threat("T30")
def test_half_a_character_is_refused_and_a_whole_one_is_not() -> None:
    assert parse(rb'"\ud83d\ude00 \\ud800"') == "\U0001f600 \\ud800"
    for half in (rb'"\ud83d"', rb'"\ude00\ud83d"', rb'{"\uDFFF": 1}', rb'"\ud83d\ud83d\ude00"'):
        with pytest.raises(BadFrame, match="not JSON"):
            parse(half)
