"""The structure of texts that hold data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.canonical import Json
from policies.redaction.layout import decode, layout
from policies.redaction.names import beside

scalars = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def fields(text: str) -> list[tuple[str, str]]:
    return [(f.context.name, text[f.start : f.end]) for f in layout(text).fields]


def leaves(value: Json) -> list[Json]:
    match value:
        case dict():
            return [leaf for item in value.values() for leaf in leaves(item)]
        case list():
            return [leaf for item in value for leaf in leaves(item)]
        case _:
            return [value]


@given(
    tree=st.dictionaries(st.text(max_size=8), trees, max_size=4) | st.lists(trees, max_size=4),
    ascii_only=st.booleans(),
)
def test_every_leaf_of_json_is_a_field(*, tree: Json, ascii_only: bool) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only)
    form = layout(text)
    assert form.whole
    read = [
        decode(text[f.start : f.end])[0] if f.escaped else json.loads(text[f.start : f.end])
        for f in form.fields
    ]
    assert read == leaves(tree)


def test_a_field_of_json_knows_its_record() -> None:
    form = layout('{"customer": {"name": "Ada", "email": "x"}}')
    name = form.fields[0].context
    assert (name.name, name.within, name.beside) == ("name", ("customer",), beside({"name", "email"}))


def test_rows_under_a_list_of_columns_stand_under_their_names() -> None:
    assert fields('{"columns": ["id", "email"], "rows": [[1, "a@b.c"], [2, "d@e.f"]]}') == [
        ("id", "1"),
        ("email", "a@b.c"),
        ("id", "2"),
        ("email", "d@e.f"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name,email\nAda,a@b.c\nBob,d@e.f\n",
        "name | email\n-----+------\nAda  | a@b.c\nBob | d@e.f\n(2 rows)\n",
        "| name | email |\n|---|---|\n| Ada | a@b.c |\n| Bob | d@e.f |\n",
        'name;email\n"Ada";a@b.c\nBob;d@e.f',
        "name\temail\nAda\ta@b.c\nBob\td@e.f",
    ],
)
def test_a_table_in_a_text_is_read_by_its_header(text: str) -> None:
    assert [field for field in fields(text) if field[0]] == [
        ("name", "Ada"),
        ("email", "a@b.c"),
        ("name", "Bob"),
        ("email", "d@e.f"),
    ]


def test_an_insert_names_its_values() -> None:
    text = "INSERT INTO t (name, ssn) VALUES\n ('Ada', '1'),\n ('Bob', 2);"
    assert fields(text)[:4] == [("name", "Ada"), ("ssn", "1"), ("name", "Bob"), ("ssn", "2")]


def test_the_rows_of_a_dump_stand_under_its_columns() -> None:
    dump = "COPY public.staff (id, full_name) FROM stdin;\n7\tAda Moss\n8\t\\N\n\\.\n9\tx"
    assert fields(dump) == [("id", "7"), ("full_name", "Ada Moss"), ("id", "8")]


def test_an_element_of_xml_names_what_it_holds() -> None:
    text = "<c:person><lastName a='1'>Moss</lastName><note> <![CDATA[hi]]> </note><br/></c:person>"
    assert fields(text) == [("lastName", "Moss"), ("note", "hi"), ("a", "1")]
    assert [f.context.within for f in layout(text).fields][:2] == [("person",), ("person",)]


def test_a_line_of_a_vcard_names_its_value() -> None:
    card = "BEGIN:VCARD\nFN:Ada Moss\nTEL;TYPE=CELL:+44 20 7946 0018\nEND:VCARD"
    assert ("FN", "Ada Moss") in fields(card)
    assert ("TEL", "+44 20 7946 0018") in fields(card)


def test_pairs_are_read_line_by_line() -> None:
    text = 'Name: Ada Lovelace\nlevel=info user=ada dob=10 msg="a b"'
    assert fields(text) == [
        ("Name", "Ada Lovelace"),
        ("level", "info"),
        ("user", "ada"),
        ("dob", "10"),
        ("msg", "a b"),
    ]


@given(st.text(st.sampled_from("ab1\"\\{}[]:,|=;\n\t '()"), max_size=200))
def test_every_field_lies_in_the_text(text: str) -> None:
    assert all(0 <= f.start <= f.end <= len(text) for f in layout(text).fields)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50), ascii_only=st.booleans())
def test_the_inside_of_a_json_string_is_decoded_in_place(*, text: str, ascii_only: bool) -> None:
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    decoded, places = decode(raw)
    assert decoded == text
    assert len(places) == len(decoded) + 1
    assert all(decode(raw[a:b])[0] == c for c, a, b in zip(decoded, places, places[1:], strict=False))


def test_json_that_is_nested_too_deep_to_walk_is_read_as_a_text() -> None:
    assert not layout("[" * 500 + "]" * 500).whole
    assert not layout("[" * 100_000).whole
