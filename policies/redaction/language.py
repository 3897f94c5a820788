"""Names of people and places in prose: a spaCy model. The one place that knows spaCy and Presidio.

Of Presidio the part that holds up (docs/redaction.md): its checksums for crypto addresses. It would hand on
spaCy's entities as they are, at a third of their cost again. Its patterns for the rest are replaced by
policies/redaction/identifiers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias, cast

import spacy
from presidio_analyzer.predefined_recognizers import CryptoRecognizer
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import (
    NumpyOps,  # pyright: ignore[reportUnknownVariableType]  # compiled, without types
    set_current_ops,
)

from policies.language_model import MODEL, does_not_load
from policies.redaction.capitals import may_hold_a_name, possible_names
from policies.redaction.entities import Entity, Recognizer
from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import BLANK, Finding, Weight, merge

_LANGUAGE: Final = "en"
_LABELS: Final = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
}
_CRYPTO: Final = CryptoRecognizer()
_THRESHOLD: Final = 0.5
# numpy's own matrix product, in one thread (server/cli.py), is twice as fast as thinc's.
_OPS: Final = cast("Any", NumpyOps(use_blis=False))
_NOT_NEEDED: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
_LONGEST: Final = 2_000  # characters that are read together
_BATCH: Final = 64  # passages
_BATCH_SIZE: Final = 4_000  # characters
_AROUND: Final = 4  # words on either side: the network sees no further
_MARKS: Final = ",;:?!"
# A run of characters without a space that is no word of any language: it costs the tokenizer dearly.
_SHOUTED: Final = Pattern(r"\p{Lu}[\p{Lu}'\x{2019}-]+(?: \p{Lu}[\p{Lu}'\x{2019}-]+)+")
_LUMP_LENGTH: Final = 80
_LUMP: Final = Pattern(rf"\S{{{_LUMP_LENGTH},}}")
_SHORTEST_TOKEN: Final = 26  # characters
_TOKEN: Final = Pattern(r"\b(?:bc1|[13])[A-Za-z0-9]{25,62}\b")  # as long as a crypto address
LONG_TOKENS: Final = Screen([_TOKEN])
_SHOUTS: Final = Screen([_SHOUTED])

Passage: TypeAlias = tuple[int, str]
"""Some words of a text, and where they begin in it."""

Reading: TypeAlias = dict[str, list[Finding]]
"""Findings by passage."""


@dataclass(eq=False, slots=True)
class _Order:
    """Lines to be read, and what was found in each once they are."""

    lines: Sequence[str]
    found: Sequence[list[Finding]] | None = None


class LanguageModel:
    """Finds names in English. Never touches the network.

    Raises `ConfigurationError` where the model is missing.
    """

    def __init__(self) -> None:
        try:
            set_current_ops(_OPS)
            nlp = spacy.load(MODEL, exclude=_NOT_NEEDED)
            recognizer = Recognizer(nlp.get_pipe("ner"))
        except (OSError, ValueError) as error:
            raise does_not_load() from error
        # A pool of one: a memory zone is a state of the whole vocabulary, so one thread at a time has it.
        self._free: SimpleQueue[tuple[Language, Recognizer]] = SimpleQueue()
        self._free.put((nlp, recognizer))
        self._waiting: SimpleQueue[_Order] = SimpleQueue()

    def find(self, passages: Sequence[Sequence["Passage"]], read: Reading) -> list[list[Finding]]:
        """For each text, what is found in those of its passages that the model is to read.

        `read` keeps what was found in a passage, for the next time.
        """
        unread = dict.fromkeys(line for each in passages for _, line in each if line not in read)
        for batch in _batches(unread):
            self._read(batch, read)
        return [
            [
                Finding(f.start + start, f.end + start, f.label, f.weight)
                for start, line in each
                for f in read[line]
            ]
            for each in passages
        ]

    def _read(self, lines: Sequence[str], read: Reading) -> None:
        """Who gets the model reads for all who wait for it: many lines at once cost half of one by one."""
        order = _Order(lines)
        self._waiting.put(order)
        model = self._free.get()
        try:
            if order.found is None:
                _serve(*model, order, self._others(order))
        finally:
            self._free.put(model)
        read.update(zip(lines, order.found or (), strict=True))

    def _others(self, own: "_Order") -> list["_Order"]:
        others: list[_Order] = []
        size = len(own.lines)
        while size < _BATCH:
            try:
                order = self._waiting.get_nowait()
            except Empty:
                break
            if order is not own and order.found is None:
                others.append(order)
                size += len(order.lines)
        return others


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """So many at once, and so long, that nobody waits for long until it is somebody else's turn."""
    batch: list[str] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == _BATCH or size + len(line) > _BATCH_SIZE):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _serve(nlp: Language, recognizer: Recognizer, own: _Order, others: Sequence[_Order]) -> None:
    """If this fails, the others find their orders unfilled, and fill them by themselves."""
    orders = [own, *others]
    lines = list(dict.fromkeys(line for order in orders for line in order.lines))
    found: Reading = {}
    set_current_ops(_OPS)
    # Without it the vocabulary keeps every new word for good.
    with nlp.memory_zone():  # pyright: ignore[reportUnknownMemberType]  # spaCy leaves it half annotated
        docs = [nlp.make_doc(line) for line in lines]
        for line, doc, entities in zip(lines, docs, recognizer.find(docs), strict=True):
            found[line] = [*_names(doc, entities), *_tokens(line)]
    for order in orders:
        order.found = [found[line] for line in order.lines]


def _names(doc: Doc, entities: Sequence[Entity]) -> Iterator[Finding]:
    for entity in entities:
        if label := _LABELS.get(entity.label):
            last = doc[entity.end - 1]
            yield Finding(doc[entity.start].idx, last.idx + len(last), label, Weight.GUESS)


def _tokens(line: str) -> Iterator[Finding]:
    if may_hold_a_token(line):
        for result in _CRYPTO.analyze(line, ["CRYPTO"]):
            if result.score >= _THRESHOLD:
                yield Finding(result.start, result.end, result.entity_type, Weight.PROOF)


def worth_reading(text: str) -> bool:
    """Whether the model could find anything: a word that may be a name, or a token that is long enough."""
    return any(map(may_hold_a_name, set(_spoken(text).split("\n")))) or may_hold_a_token(text)


def may_hold_a_token(text: str) -> bool:
    """Whether something in the text could be a crypto address."""
    return len(text) >= _SHORTEST_TOKEN and LONG_TOKENS.passes(text)


def _spoken(text: str) -> str:
    """Runs of words in capitals as names are written elsewhere: the model has seen few that shout."""
    if not _SHOUTS.passes(text):
        return text
    parts: list[str] = []
    position = 0
    for match in _SHOUTED.find(text):
        start, end = match.span()
        softer = match[0].title()
        parts += (text[position:start], softer if len(softer) == end - start else match[0])
        position = end
    return "".join([*parts, text[position:]])


def passages_of(text: str, settled: Sequence[Finding]) -> list[Passage]:
    """What the model is to read of a text: some words around each that could be a name and is not settled.

    Each is read by itself: what is masked in one changes nothing in another, and equal ones are read once.
    """
    passages: list[Passage] = []
    plain = _without_lumps(_spoken(text))
    asked = _blanked(plain, settled)
    line_start = 0
    for line in plain.split("\n"):
        start = 0
        while start < len(line):
            end = min(len(line), start + _LONGEST)
            if end < len(line):
                cut = line.rfind(" ", start, end)
                end = cut + 1 if cut > start else end
            piece = line[start:end]
            if may_hold_a_token(piece):
                passages.append((line_start + start, piece))
            else:
                passages += (
                    (line_start + start + first, piece[first:last])
                    for first, last in _around(piece, asked[line_start + start : line_start + end])
                )
            start = end
        line_start += len(line) + 1
    return passages


def _blanked(text: str, settled: Sequence[Finding]) -> str:
    parts: list[str] = []
    position = 0
    for found in merge(settled):
        parts += (text[position : found.start], BLANK * found.length)
        position = found.end
    return "".join([*parts, text[position:]])


def _around(piece: str, asked: str) -> Sequence[tuple[int, int]]:
    """Stretches of the piece with each possible name and some words on either side."""
    stretches: list[tuple[int, int]] = []
    for first, last in sorted(possible_names(asked)):
        start, end = _before(piece, first), _after(piece, last)
        if stretches and start <= stretches[-1][1]:
            start, until = stretches.pop()
            end = max(end, until)
        stretches.append((start, end))
    return stretches


def _before(piece: str, position: int) -> int:
    """Where the words begin that the network sees before the one at the position."""
    start = piece.rfind(" ", 0, position) + 1
    left = _AROUND
    while start and left:
        end = start - 1
        start = piece.rfind(" ", 0, end) + 1
        marks = _marks_behind(piece, start, end)
        if marks >= left:
            return end - left
        left -= marks + 1
    return start


def _after(piece: str, position: int) -> int:
    """Where the words end that the network sees behind the one at the position."""
    end = _end_of_word(piece, position)
    left = _AROUND - _marks_behind(piece, position, end)
    while end < len(piece) and left > 0:
        start = end + 1
        end = _end_of_word(piece, start)
        left -= 1 + _marks_behind(piece, start, end)
    return end + min(left, 0)


def _end_of_word(piece: str, position: int) -> int:
    end = piece.find(" ", position)
    return len(piece) if end < 0 else end


def _marks_behind(piece: str, start: int, end: int) -> int:
    """How many marks end a word. Each is a word of its own to the network."""
    return end - start - len(piece[start:end].rstrip(_MARKS))


def _without_lumps(text: str) -> str:
    parts: list[str] = []
    position = 0
    for lump in _LUMP.find(text):
        parts += (text[position : lump.start()], " " * (lump.end() - lump.start()))
        position = lump.end()
    return "".join([*parts, text[position:]])
