"""The entities that spaCy's recognizer sees, decided for all words at once.

spaCy decides word by word, and asks at each for the interpreter's lock for every one of some seventy moves:
that took longer than the neural network. Outside an entity the network looks at one word alone, so all of
these are decided together, and only the insides of entities are walked through, in step for all documents.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

_FEATURES: Final = 3  # of a state: the word, the first word of the entity that is open, the last of it so far
_NO_WORD: Final = -1
_TOGETHER: Final = 8_000  # words that the network sees at once: it takes some kilobytes for each

_Scores: TypeAlias = NDArray[np.float32]
_Walk: TypeAlias = Generator[tuple[int, int], _Scores, list["Entity"]]
"""Asks for the scores of a word within the entity that begins at another."""


@dataclass(frozen=True, slots=True)
class Entity:
    """The words of a document from `start`, without `end`."""

    start: int
    end: int
    label: str


class Recognizer:
    """The best move at each word (BILUO: begin, in, last, unit, out), as spaCy's greedy search takes it.

    Raises `ValueError` for a recognizer that is laid out otherwise than those of spaCy's own models.
    """

    def __init__(self, ner: Any) -> None:
        self._model = ner.model
        if (
            self._model.get_ref("lower").get_dim("nF") != _FEATURES
            or not self._model.attrs["has_upper"]
            or self._model.attrs["unseen_classes"]
        ):
            raise ValueError("what this recognizer looks at in a state is not known here")
        names = [ner.moves.get_class_name(number).partition("-") for number in range(ner.moves.n_moves)]
        self._labels = [label for _, _, label in names]
        self._begins = np.array([move == "B" for move, _, _ in names])
        self._opens = np.array([move in {"B", "U"} and label != "" for move, _, label in names])
        self._in = {label: number for number, (move, _, label) in enumerate(names) if move == "I"}
        self._last = {label: number for number, (move, _, label) in enumerate(names) if move == "L"}
        self._out = next(number for number, (move, _, _) in enumerate(names) if move == "O")

    def find(self, docs: Sequence[Doc]) -> list[list[Entity]]:
        """What spaCy finds in documents that no other component has seen."""
        return [found for some in _groups(docs) for found in self._find(some)]

    def _find(self, docs: Sequence[Doc]) -> list[list[Entity]]:
        if not any(map(len, docs)):
            return [[] for _ in docs]
        network = self._model.predict(docs)
        ends = np.cumsum([len(doc) for doc in docs])
        moves = self._outside(network, docs, ends)
        openings = np.flatnonzero(moves != self._out)
        by_doc = np.split(openings, np.searchsorted(openings, ends[:-1]))
        walks = [
            self._walk({int(word): int(moves[word]) for word in words}, int(end) - len(doc), int(end))
            for words, doc, end in zip(by_doc, docs, ends, strict=True)
        ]
        return _in_step(walks, network)

    def _outside(self, network: Any, docs: Sequence[Doc], ends: NDArray[np.int_]) -> NDArray[np.int_]:
        """The move at each word if no entity is open there."""
        count = int(ends[-1])
        states = np.full((count, _FEATURES), _NO_WORD, dtype=np.int32)
        states[:, 0] = np.arange(count)
        scores = _scores(network, states)
        open_to = np.tile(self._opens, (count, 1))
        open_to[ends[[len(doc) > 0 for doc in docs]] - 1] &= ~self._begins
        open_to[np.concatenate([doc.to_array("IS_SPACE") for doc in docs]).astype(bool)] = False
        open_to[:, self._out] = True
        best: NDArray[np.int_] = np.where(open_to, scores, -np.inf).argmax(axis=1)
        return best

    def _walk(self, openings: Mapping[int, int], start: int, end: int) -> _Walk:
        found: list[Entity] = []
        position = start
        for first, move in openings.items():
            if first < position:
                continue
            label = self._labels[move]
            word = first
            if self._begins[move]:
                word += 1
                while word < end - 1:
                    scores = yield word, first
                    if scores[self._last[label]] > scores[self._in[label]]:
                        break
                    word += 1
            position = word + 1
            found.append(Entity(first - start, position - start, label))
        return found


def _groups(docs: Sequence[Doc]) -> Iterator[Sequence[Doc]]:
    group: list[Doc] = []
    words = 0
    for doc in docs:
        if group and words + len(doc) > _TOGETHER:
            yield group
            group, words = [], 0
        group.append(doc)
        words += len(doc)
    if group:
        yield group


def _in_step(walks: Sequence[_Walk], network: Any) -> list[list[Entity]]:
    found: list[list[Entity]] = [[] for _ in walks]
    answers: dict[int, _Scores | None] = dict.fromkeys(range(len(walks)))
    while answers:
        asked: dict[int, tuple[int, int]] = {}
        for number, answer in answers.items():
            try:
                asked[number] = walks[number].send(answer)  # type: ignore[arg-type]
            except StopIteration as ended:
                found[number] = ended.value
        states = np.array([(word, first, word - 1) for word, first in asked.values()], dtype=np.int32)
        answers = dict(zip(asked, _scores(network, states), strict=True)) if asked else {}
    return found


def _scores(network: Any, states: NDArray[np.int32]) -> _Scores:
    """Of each move in each state."""
    scores: _Scores = network.vec2scores.predict(network.state2vec.predict(states))
    return scores
