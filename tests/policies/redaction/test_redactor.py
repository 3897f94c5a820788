"""From a raw result to what may leave."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.errors import ConfigurationError, Refusal
from policies.redaction import language as language_module
from policies.redaction.redactor import Redactor
from policies.redaction.spans import Span
from policies.redaction.tree import TOO_DEEP
from policies.structured import structured
from tests.policies.redaction.tables import ROOT, cases, raw_of

TOKEN = "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"
PEM = [
    "-----BEGIN PRIVATE KEY-----",
    *["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw"] * 4,
    "-----END PRIVATE KEY-----",
]
TEXTS = [
    "Anna Hoffmann wrote to bob@example.com",
    f"token {TOKEN}",
    "call me on +1 212 555 0147",
    "4111 1111 1111 1111",
    '{"email": "a@b.example", "note": "Mr. Smith"}',
    "password: hunter2!x",
    "<PERSON> and [secret: github_pat #1]",
    "a\u200bb \U000e0041 \x1b[0m",
    "name,email\nAda Lovelace,ada@x.example",
    "born 10 December 1815 in London",
]  # fmt: skip

words = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(TEXTS)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
columns = st.builds(
    Column, words | st.sampled_from(["email", "name", "ssn", "api_key", "notes"]), st.sampled_from(Kind)
)
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Column], list[list[Json]]]:
    heading = draw(st.lists(columns, min_size=1, max_size=4))
    row = st.lists(values, min_size=len(heading), max_size=len(heading))
    return heading, draw(st.lists(row, max_size=4))


def cells_of(redactor: Redactor, name: str, kind: Kind, *values: Json) -> list[Json]:
    return [row[0] for row in redactor.redact(raw_of({name: kind}, [[value] for value in values])).table.rows]


@relaxed
@given(tables())
@example(([Column("a|b", Kind.TEXT)], [["one | two"], [" "], ["[x](y)"], [7]]))
def test_a_table_that_comes_again_is_written_as_it_was(
    redactor: Redactor, table: tuple[list[Column], list[list[Json]]]
) -> None:
    try:
        first = redactor.redact(raw_of(*table))
    except Refusal:
        return
    assert redactor.redact(raw_of(*table)).text == first.text


@pytest.mark.threat("T27")
def test_a_column_that_says_what_it_holds_is_masked_whole(redactor: Redactor) -> None:
    assert cells_of(redactor, "email", Kind.TEXT, "not really an address", None, "") == [
        "<EMAIL_ADDRESS>",
        None,
        "",
    ]
    assert cells_of(redactor, "ssn", Kind.NUMBER, 123456789) == ["<US_SSN>"]
    assert cells_of(redactor, "dob", Kind.TIME, "1815-12-10") == ["<DATE_OF_BIRTH>"]
    assert cells_of(redactor, "api_key", Kind.UUID, "0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a") == [
        "[secret: generic_b64 #1]"
    ]


def test_numbers_times_and_names_of_the_catalogue_are_let_be(redactor: Redactor) -> None:
    assert cells_of(redactor, "total", Kind.NUMBER, 2125550147, "12.50") == [2125550147, "12.50"]
    assert cells_of(redactor, "created_at", Kind.TIME, "2024-05-06T07:08:09Z") == ["2024-05-06T07:08:09Z"]
    assert cells_of(redactor, "table", Kind.NAME, "Jordan Baker") == ["Jordan Baker"]


@pytest.mark.threat("T27")
def test_text_in_a_column_of_numbers_is_text(redactor: Redactor) -> None:
    assert cells_of(redactor, "total", Kind.NUMBER, "mail bob@example.com") == ["mail <EMAIL_ADDRESS>"]


@pytest.mark.threat("T27")
def test_a_column_of_card_numbers_goes_by_no_name(redactor: Redactor) -> None:
    assert cells_of(redactor, "x", Kind.NUMBER, 4111111111111111, 5500005555555559) == [
        "<CREDIT_CARD *1111>",
        "<CREDIT_CARD *5559>",
    ]
    assert cells_of(redactor, "x", Kind.NUMBER, 4111111111111111, 17) == [4111111111111111, 17]


@pytest.mark.threat("T27")
def test_json_is_walked_to_its_leaves_and_keys(redactor: Redactor) -> None:
    document: Json = {
        "customer": {"name": "Zoe Ray", "id": 7},
        "bob@example.com": [True, None, TOKEN],
        "eve@example.com": 2,
    }
    assert cells_of(redactor, "doc", Kind.JSON, document) == [
        {
            "customer": {"name": "<PERSON>", "id": 7},
            "<EMAIL_ADDRESS>": [True, None, "[secret: github_pat #1]"],
            "<EMAIL_ADDRESS> (2)": 2,
        }
    ]


@pytest.mark.threat("T27")
def test_json_in_a_column_of_text_is_walked_too(redactor: Redactor) -> None:
    text = json.dumps({"customer": {"name": "Zoë Ray"}, "key": "AKIA\u200b2G3JYK74PYANIO4X"})
    [masked] = cells_of(redactor, "doc", Kind.TEXT, text)
    assert masked == '{"customer": {"name": "<PERSON>"}, "key": "[secret: aws_access_key_id #1]"}'


@pytest.mark.threat("T27")
def test_the_name_of_a_column_can_carry_data(redactor: Redactor) -> None:
    result = redactor.redact(raw_of({"bob@example.com": Kind.NUMBER, TOKEN: Kind.NUMBER}, [[1, 2]]))
    assert [column.name for column in result.table.columns] == ["<EMAIL_ADDRESS>", "[secret: github_pat #1]"]


@pytest.mark.threat("T27")
def test_a_table_of_settings_names_its_values_in_another_column(redactor: Redactor) -> None:
    raw = raw_of(
        {"setting": Kind.TEXT, "value": Kind.TEXT}, [["smtp_password", "Winter24"], ["theme", "Winter24x"]]
    )
    assert [row[1] for row in redactor.redact(raw).table.rows] == [
        "[secret: password #1]",
        "[secret: password #1]x",
    ]


@pytest.mark.threat("T27")
def test_the_same_secret_has_the_same_number_in_both_halves(redactor: Redactor) -> None:
    other = "glpat-jUNEunFASl0tAgH-Lbh1"
    result = redactor.redact(raw_of({"a": Kind.TEXT, "b": Kind.TEXT}, [[TOKEN, other], [other, TOKEN]]))
    one, two = "[secret: github_pat #1]", "[secret: gitlab_pat #2]"
    assert result.table.rows == ((one, two), (two, one))
    assert f"{one} | {two}\n{two} | {one}" in result.text
    assert result.masked == {"github_pat": 2, "gitlab_pat": 2}


@pytest.mark.threat("T27")
def test_a_key_with_a_line_in_each_row_is_masked_line_by_line(redactor: Redactor) -> None:
    rows: list[list[Json]] = [[number, line] for number, line in enumerate(["before", *PEM, "after"])]
    result = redactor.redact(raw_of({"n": Kind.NUMBER, "line": Kind.TEXT}, rows))
    lines = [row[1] for row in result.table.rows]
    assert (lines[0], lines[-1]) == ("before", "after")
    assert all(str(line).startswith("[secret: pem_pkcs8 #") for line in lines[1:-1])
    assert "MIIE" not in result.text + json.dumps(structured(result))


@pytest.mark.threat("T27")
def test_a_card_in_four_columns_is_a_card(redactor: Redactor) -> None:
    raw = raw_of(dict.fromkeys("abcd", Kind.TEXT), [["4111", "1111", "1111", "1111"], ["a", "b", "c", "d"]])
    assert redactor.redact(raw).table.rows == (("<CREDIT_CARD>",) * 4, ("a", "b", "c", "d"))


@pytest.mark.threat("T22")
def test_a_hidden_character_does_not_part_a_secret(redactor: Redactor) -> None:
    result = redactor.redact(raw_of({"note": Kind.TEXT}, [[TOKEN[:9] + "\u200b\U000e0041" + TOKEN[9:]]]))
    assert result.table.rows == (("[secret: github_pat #1]",),)
    assert result.hidden == 2


def test_what_is_nested_too_deep_is_left_out_and_says_so(redactor: Redactor) -> None:
    deep: Json = TOKEN
    for _ in range(100):
        deep = [deep]
    result = redactor.redact(raw_of({"doc": Kind.JSON}, [[deep]]))
    assert TOO_DEEP in result.text
    assert TOKEN not in result.text


def test_how_the_table_goes_on_is_kept(redactor: Redactor) -> None:
    raw = raw_of({"id": Kind.NUMBER}, [[1]])
    table = Table(raw.table.columns, raw.table.rows, truncated=True, cut_cells=3, next="eyJvZmZzZXQiOjF9")
    result = redactor.redact(type(raw)(raw.grant, table)).table
    assert (result.truncated, result.cut_cells, result.next) == (True, 3, "eyJvZmZzZXQiOjF9")


@relaxed
@given(tables())
def test_no_table_makes_redaction_fail_but_by_refusing(
    redactor: Redactor, table: tuple[list[Column], list[list[Json]]]
) -> None:
    try:
        result = redactor.redact(raw_of(*table))
    except Refusal:
        return
    assert len(result.table.rows) == len(table[1])
    result.text.encode()


@relaxed
@given(tables())
def test_redacting_twice_is_redacting_once(
    redactor: Redactor, table: tuple[list[Column], list[list[Json]]]
) -> None:
    once = redactor.redact(raw_of(*table))
    again = redactor.redact(raw_of(once.table.columns, once.table.rows))
    # As text, because a NaN is not equal to itself.
    assert repr((again.table.columns, again.table.rows)) == repr((once.table.columns, once.table.rows))
    assert (dict(again.masked), again.hidden) == ({}, 0)


@pytest.mark.threat("T27")
@relaxed
@given(st.lists(words, min_size=1, max_size=4))
def test_neither_half_holds_what_the_other_masked(redactor: Redactor, texts: list[str]) -> None:
    result = redactor.redact(
        raw_of({"email": Kind.TEXT, "note": Kind.TEXT}, [[text, text] for text in texts])
    )
    for cells in (row for row in result.table.rows):
        for cell in cells:
            assert str(cell).count("<") <= result.text.count("<")
    halves = result.text, json.dumps(structured(result), ensure_ascii=False)
    for secret in (TOKEN, "bob@example.com", "4111 1111 1111 1111", "Hoffmann", "hunter2!x"):
        assert all(secret not in half for half in halves)


@relaxed
@given(words)
def test_spans_slice_the_text_as_it_was_given(redactor: Redactor, text: str) -> None:
    spans = redactor.spans(text)
    assert spans == sorted(spans)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_spans_point_into_a_text_with_hidden_characters(redactor: Redactor) -> None:
    text = "cafe\u0301 \u200bbob@exa\u200bmple.com\u200b!"
    [span] = redactor.spans(text)
    assert (span.label, text[span.start : span.end].replace("\u200b", "")) == (
        "EMAIL_ADDRESS",
        "bob@example.com",
    )
    assert redactor.mask(text) == "café <EMAIL_ADDRESS>!"


@pytest.mark.threat("T27")
def test_masking_a_masked_text_changes_nothing(redactor: Redactor) -> None:
    for case in cases("pii.jsonl")[:150]:
        once = redactor.mask(case.text)
        assert redactor.mask(once) == once


def test_a_placeholder_is_no_way_around_redaction(redactor: Redactor) -> None:
    assert redactor.mask("<PERSON> Anna Hoffmann <bob@example.com>").count("Hoffmann") == 0
    assert redactor.mask(f"[secret: x #1] {TOKEN}") == "[secret: x #1] [secret: github_pat #1]"


def test_several_threads_share_one_redactor(redactor: Redactor) -> None:
    texts = [f"{text} {number}" for number, text in enumerate(TEXTS * 3)]
    expected = [redactor.mask(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(redactor.mask, texts)) == expected


def test_a_missing_model_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_module, "MODEL", "en_core_web_of_nobody")
    with pytest.raises(ConfigurationError, match="does not load"):
        Redactor()


def test_a_redactor_is_made_without_a_network_and_without_a_cache() -> None:
    program = (
        "import socket, builtins, pathlib\n"
        "def never(*_, **__): raise AssertionError('the network')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = never\n"
        "pathlib.Path.mkdir = never\n"
        "from policies.redaction.redactor import Redactor\n"
        "print(Redactor().mask('Anna Hoffmann, bob@example.com, https://x.example'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "<PERSON>, <EMAIL_ADDRESS>, https://x.example\n"


def test_a_span_is_what_the_command_prints(redactor: Redactor) -> None:
    assert redactor.spans("to bob@example.com") == [Span(3, 18, "EMAIL_ADDRESS")]
