"""That deciding all words at once finds what spaCy finds word by word."""

# pyright: reportPrivateUsage=false

from collections.abc import Sequence
from typing import TypeAlias

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from policies.language_model import MODEL
from policies.redaction.entities import Recognizer
from policies.redaction.language import Reading, passages_of
from policies.redaction.redactor import Redactor
from policies.redaction.spans import Finding, Weight
from tests.policies.redaction.tables import cases
from tests.rounds import rounds

Entities: TypeAlias = list[list[tuple[int, int, str]]]

WORDS = (
    "Anna",
    "Smith",
    "of",
    "the",
    "New",
    "York",
    "Bank",
    "from",
    "12",
    "May",
    "2024",
    "$",
    "  ",
    "\n",
    ",",
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load(MODEL, enable=["ner"])


def spacys_own(nlp: Language, texts: Sequence[str]) -> Entities:
    return [[(found.start, found.end, found.label_) for found in nlp(text).ents] for text in texts]


def at_once(nlp: Language, texts: Sequence[str]) -> Entities:
    found = Recognizer(nlp.get_pipe("ner")).find([nlp.make_doc(text) for text in texts])
    return [[(entity.start, entity.end, entity.label) for entity in each] for each in found]


def test_in_lines_of_many_kinds_the_same_is_found(nlp: Language) -> None:
    lines = [line for case in cases("pii_more.jsonl")[:: rounds(3, 1)] for line in case.text.split("\n")]
    found = at_once(nlp, lines)
    assert found == spacys_own(nlp, lines)
    assert sum(map(len, found)) > len(lines) / 4


@settings(deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=4))
def test_wherever_a_text_ends_the_same_is_found(nlp: Language, texts: list[str]) -> None:
    assert at_once(nlp, texts) == spacys_own(nlp, texts)


def test_a_name_is_read_with_the_words_that_the_network_sees_around_it(redactor: Redactor) -> None:
    line = " ".join(["so it was said to us by", "Zarkova Quellin", "that it is as good as it was"] * 3)
    read: Reading = {}
    redactor._detector._model.find([passages_of(line, [])], read)
    assert list(read) == [
        "said to us by Zarkova Quellin that it is as",
    ]


def test_what_is_settled_is_not_asked_again_and_still_read_beside_a_question(redactor: Redactor) -> None:
    text = "Anna Smith wrote\nAnna Smith met Zarkova Quellin"
    settled = [Finding(0, 10, "PERSON", Weight.GUESS), Finding(17, 27, "PERSON", Weight.GUESS)]
    read: Reading = {}
    redactor._detector._model.find([passages_of(text, settled)], read)
    assert list(read) == ["Anna Smith met Zarkova Quellin"]
