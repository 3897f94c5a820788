"""What is remembered of values that were examined before."""

# pyright: reportPrivateUsage=false

from threading import Barrier, Thread

import pytest

from policies.call import Kind, Raw, Redacted
from policies.canonical import Json
from policies.redaction.language import Reading, passages_of
from policies.redaction.masks import Masks
from policies.redaction.redactor import Redactor
from policies.treatments import Treatments
from tests.policies.redaction.tables import cases, raw_of
from tests.rounds import rounds

COLUMNS = {"id": Kind.NUMBER, "note": Kind.TEXT}
NOTE = "Lena Hoffmann called about the contract, her mail is lena@example.com."


def at_once(redactor: Redactor, raw: Raw) -> Redacted | None:
    marked = redactor.mark_at_once(raw.table)
    return None if marked is None else redactor.redact(raw, marked)


def test_a_table_that_was_redacted_before_is_redacted_alike_under_a_boundary_of_its_own(
    redactor: Redactor,
) -> None:
    rows: list[list[Json]] = [[1, NOTE]]
    first = redactor.redact(raw_of(COLUMNS, rows, call="call-1"))
    again = at_once(redactor, raw_of(COLUMNS, rows, call="call-2"))
    assert again is not None
    assert (again.table, again.masked, again.hidden) == (first.table, first.masked, first.hidden)
    assert again.text.splitlines()[2:-2] == first.text.splitlines()[2:-2]
    assert again.text.splitlines()[1] != first.text.splitlines()[1]
    assert again.grant.plan.call.id == "call-2"


@pytest.mark.threat("T40")
def test_a_long_text_is_not_redacted_at_once_though_it_is_known(redactor: Redactor) -> None:
    known = raw_of(COLUMNS, [[1, "No more than this. " * 2_000]])
    redactor.redact(known)
    assert at_once(redactor, known) is None


MASKED = "<PERSON> called about the contract, her mail is <EMAIL_ADDRESS>."


@pytest.mark.parametrize(
    ("other", "rows"),
    [
        (raw_of(COLUMNS, [[1, NOTE + "."]]), [(1, MASKED + ".")]),
        (raw_of(COLUMNS, [["1", NOTE]]), [("1", MASKED)]),
        (raw_of(COLUMNS, [[True, NOTE]]), [(True, MASKED)]),
        (raw_of({"id": Kind.TEXT, "note": Kind.TEXT}, [[1, NOTE]]), [(1, MASKED)]),
        (raw_of({"id": Kind.NUMBER, "city": Kind.TEXT}, [[1, "Bath"]]), [(1, "<LOCATION>")]),
        (raw_of(COLUMNS, [[1, NOTE], [2, NOTE]]), [(1, MASKED), (2, MASKED)]),
    ],
)
def test_a_table_that_differs_in_anything_has_an_answer_of_its_own(
    redactor: Redactor, other: Raw, rows: list[tuple[Json, ...]]
) -> None:
    redactor.redact(raw_of(COLUMNS, [[1, NOTE]]))
    for redacted in (at_once(redactor, other), redactor.redact(other)):
        if redacted is not None:
            assert [(*map(repr, row),) for row in redacted.table.rows] == [(*map(repr, row),) for row in rows]


@pytest.fixture(scope="module")
def newcomer() -> Redactor:
    """One that has seen nothing that another has."""
    return Redactor()


@pytest.mark.parametrize("file", ["pii.jsonl", "secrets.jsonl"])
def test_what_is_redacted_at_once_is_redacted_alike(
    redactor: Redactor, newcomer: Redactor, file: str
) -> None:
    count = 0
    for case in cases(file)[:: rounds(4, 1)]:
        raw = raw_of({"id": Kind.NUMBER, "value": Kind.TEXT}, [[1, case.text]])
        redacted = at_once(newcomer, raw)
        if redacted is not None:
            count += 1
            assert redacted == redactor.redact(raw)
    assert count > rounds(25, 100)


@pytest.mark.parametrize(
    "rows",
    [
        [[1, "Yesterday Zebulon Quartermaine met us."]],
        [[1, "so much for that " * 80]],
        [[number, "plain"] for number in range(9)],
    ],
    ids=["names to read", "long", "many"],
)
def test_what_may_take_long_is_not_redacted_at_once(newcomer: Redactor, rows: list[list[Json]]) -> None:
    assert at_once(newcomer, raw_of(COLUMNS, rows)) is None


def test_a_value_is_judged_anew_under_another_name(redactor: Redactor) -> None:
    rows = [["Reading"], ["Bath"]]
    as_things = redactor.redact(raw_of({"hobby": Kind.TEXT}, rows))
    as_places = redactor.redact(raw_of({"city": Kind.TEXT}, rows))
    assert [row[0] for row in as_things.table.rows] == ["Reading", "Bath"]
    assert [row[0] for row in as_places.table.rows] == ["<LOCATION>", "<LOCATION>"]


def test_what_is_nested_too_deeply_is_redacted_and_not_remembered(redactor: Redactor) -> None:
    value: object = NOTE
    for _ in range(5_000):
        value = [value]
    raw = raw_of({"deep": Kind.JSON}, [[value]])  # type: ignore[list-item]  # as deep as no type says
    assert "Lena" not in redactor.redact(raw).text
    assert at_once(redactor, raw) is None


def test_no_value_is_kept(newcomer: Redactor) -> None:
    redactor = newcomer
    note = "Spoke with Zebulon Quartermaine today."
    redacted = redactor.redact(raw_of({"note": Kind.TEXT}, [[note]]))
    assert redacted.table.rows == (("Spoke with <PERSON> today.",),)
    remembered = redactor._known._young, redactor._detector._known._young
    assert all(remembered)
    assert all(word not in repr(remembered) for word in ("Zebulon", "Spoke", "today"))


@pytest.mark.threat("T27")
def test_what_is_found_is_the_same_whatever_stands_in_its_place(redactor: Redactor) -> None:
    rows: list[list[Json]] = [[1, NOTE], [2, {"email": "bob@example.com", "note": [NOTE]}]]
    raw = raw_of(COLUMNS, rows)
    marked = redactor.mark(raw.table)
    plain = redactor.redact(raw, marked)
    assert plain == redactor.redact(raw)
    numbered = redactor.redact(raw, marked, Masks(pseudonyms=lambda label, text: f"<{label}_{len(text)}>"))
    assert numbered.masked == plain.masked
    assert numbered.table.rows[0][1] == (
        "<PERSON_13> called about the contract, her mail is <EMAIL_ADDRESS_16>."
    )


def test_what_is_to_have_a_pseudonym_is_told_in_its_order(redactor: Redactor) -> None:
    rows: list[list[Json]] = [
        [1, NOTE],
        [2, {"email": "bob@example.com", "eve@example.com": ["4111 1111 1111 1111", "AKIA2G3JYK74PYANIO4X"]}],
    ]
    assert redactor.mark(raw_of(COLUMNS, rows).table).wanted(Treatments()) == [
        ("PERSON", "Lena Hoffmann"),
        ("EMAIL_ADDRESS", "lena@example.com"),
        ("EMAIL_ADDRESS", "bob@example.com"),
        ("EMAIL_ADDRESS", "eve@example.com"),
    ]


@pytest.mark.threat("T27")
def test_the_findings_of_one_table_are_none_of_another(redactor: Redactor) -> None:
    marked = redactor.mark(raw_of(COLUMNS, [[1, "plain"]]).table)
    with pytest.raises(ValueError, match="another table"):
        redactor.redact(raw_of(COLUMNS, [[1, NOTE]]), marked)


def test_threads_that_read_together_are_each_told_their_own(redactor: Redactor) -> None:
    model = redactor._detector._model
    people = ("Lena Hoffmann", "Maria Silva", "Peter Schmidt", "Grace Taylor", "Oliver Dubois", "Anna Nowak")
    texts = [f"Yesterday {person} met us at the office in Berlin." for person in people]
    alone: list[Reading] = []
    for text in texts:
        reading: Reading = {}
        model.find([passages_of(text, [])], reading)
        alone.append(reading)
    together: list[Reading] = [{} for _ in texts]
    start = Barrier(len(texts))

    def read(index: int) -> None:
        start.wait(10)
        model.find([passages_of(texts[index], [])], together[index])

    threads = [Thread(target=read, args=(index,)) for index in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert together == alone
