"""What the sieve lets pass without a look, and what it does not."""

# pyright: reportPrivateUsage=false

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.redaction.detector import Sample
from policies.redaction.folding import fold
from policies.redaction.identifiers import births, cards, documents, network, persons, phones, streets
from policies.redaction.linear import Pattern, Screen
from policies.redaction.names import Context, meaning
from policies.redaction.redactor import Redactor
from policies.redaction.secrets import assignments, keys, scan, urls
from policies.redaction.sieve import sieve
from policies.redaction.spans import BLANK, Finding, Span
from tests.policies.redaction.tables import cases
from tests.rounds import rounds

NAMES = ("", "note", "email", "full_name", "name", "phone", "city", "dob", "birth note", "iban", "ip", "sku")
PIECES = (
    "Anna Hoffmann", "ann@mail.example", "4111 1111 1111 1111", "+49 30 1234567", "2024-05-06", "06.05.1990",
    "born", "AKIA2G3JYK74PYANIO4X", "password: hunter2!x", "https://u:p4ss@x.example", "10 Main Street",
    "0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a", "8.8.4.7", "Acme Ltd", "<PERSON>", "order 17", "\n", "—", "—Anna",
    "Ａnna", "né", "{", '"a": ', "ok", "'", ",", ".", "", "DE89 3704 0044 0532 0130 00", "078-05-1120", BLANK,
)  # fmt: skip

EVERYTHING = Screen([Pattern("")])

texts = st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join)
names = st.sampled_from(NAMES)


def texts_of_corpora() -> list[str]:
    """Those of the corpora, and each of their lines."""
    whole = [case.text for case in cases("pii.jsonl") + cases("secrets.jsonl")]
    lines = chain.from_iterable(text.split("\n") for text in whole)
    return list(dict.fromkeys([*whole, *lines]))


def found_without(redactor: Redactor, text: str, context: Context) -> tuple[Span, ...]:
    """By looking at the text itself. Raises `ReadingNeeded` where the language model would be asked."""
    [found] = redactor._detector._settle([Sample(text, context, personal=True)], reading=False)
    assert found is not None
    return found


def lets_pass(redactor: Redactor, values: list[str], context: Context) -> int:
    """How many of the values the sieve decides. Asserts that a closer look decides the same."""
    sieved = sieve(values, context, personal=True)
    said = meaning(context)
    for number, value in enumerate(values):
        if number in sieved.whole:
            assert said is not None
            assert found_without(redactor, value, context) == (Span(0, len(value), said.label),), value
        elif number not in sieved.open:
            assert found_without(redactor, value, context) == (), value
    return len(values) - len(sieved.open)


@pytest.mark.threat("T27")
@pytest.mark.parametrize("name", NAMES[1 : rounds(3, len(NAMES))])
def test_nothing_is_found_in_what_passes_the_sieve(redactor: Redactor, name: str) -> None:
    assert lets_pass(redactor, texts_of_corpora()[:: rounds(4, 1)], Context(name)) > 100


@pytest.mark.threat("T27")
@settings(deadline=None, max_examples=rounds(100, 2_000))
@given(st.lists(texts, min_size=1, max_size=6), names)
@example([f"Anna {BLANK} Hoffmann"], "customer_name")
def test_no_text_hides_another_from_the_sieve(redactor: Redactor, values: list[str], name: str) -> None:
    context = Context(name)
    lets_pass(redactor, values, context)
    together = sieve(values, context, personal=True)
    for number, value in enumerate(values):
        alone = sieve([value], context, personal=True)
        assert (number in together.open, number in together.whole) == (0 in alone.open, 0 in alone.whole)


@pytest.mark.parametrize(
    "values",
    [
        ["0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a", "2024-05-06T07:08:09.123456Z", "2024-05-06 07:08+02"],
        ["paid", "open", "refunded", ""],
        ["Refund of 12.50 EUR was approved.", "Order 4711 shipped"],
        ["ORD-004711", "v1.12.3", "10.0.0.1"],
    ],
)
def test_usual_values_pass_the_sieve(values: list[str]) -> None:
    assert sieve(values, Context("note"), personal=True).open == set()


FINDERS: Mapping[ModuleType, Callable[[str], Iterable[Finding]]] = {
    assignments: lambda text: assignments.find_assigned(text, text.lower()),
    births: lambda text: births.find_births(text, "birth note"),
    cards: lambda text: cards.find_cards(text, "card"),
    documents: lambda text: documents.find_documents(text, ""),
    keys: keys.find_keys,
    network: lambda text: chain(network.find_ips(text, "ip"), network.find_hardware(text)),
    persons: lambda text: chain(persons.find_persons(text), persons.find_firms(text)),
    phones: lambda text: phones.find_phones(text, "call"),
    scan: scan.find_secrets,
    streets: streets.find_streets,
    urls: urls.find_urls,
}


@pytest.mark.threat("T27")
@pytest.mark.parametrize("module", FINDERS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_screen_holds_nothing_back(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = (" ".join(pair) for pair in product(PIECES, repeat=2))
    values = [fold(value) for value in (*texts_of_corpora(), *pairs)][:: rounds(2, 1)]
    screened = [list(FINDERS[module](value)) for value in values]
    for name, value in vars(module).items():
        if isinstance(value, Screen):
            monkeypatch.setattr(module, name, EVERYTHING)
        elif value is persons.PERSONS:
            monkeypatch.setattr(module, name, [EVERYTHING] * len(persons.PERSONS))
    assert screened == [list(FINDERS[module](value)) for value in values]
    assert any(screened)
