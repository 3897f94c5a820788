"""What one context holds, as far as this process has read its pages: no I/O here.

A page is a list of labels and values. A value's number is its place among those of its label, over all pages
in their order, so that every process that reads them comes to the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from policies.pseudonyms import LONGEST, Item, Mint, Pseudonym

MOST: Final = 10_000  # values of one context
MOST_CHARACTERS: Final = 400_000  # of them together


class Book:
    def __init__(self, mint: Mint) -> None:
        self.pages = 0
        self.counts: Counter[str] = Counter()
        self._mint = mint
        self._characters = 0
        self._pseudonyms: dict[Item, str] = {}
        self._values: dict[tuple[str, int], str] = {}

    def add(self, page: Sequence[Item]) -> None:
        """The next page."""
        self.pages += 1
        for label, value in page:
            self.counts[label] += 1
            number = self.counts[label]
            self._pseudonyms[label, value] = str(self._mint.make(label, number))
            self._values[label, number] = value
            self._characters += len(value)

    def new(self, wanted: Iterable[Item]) -> list[Item]:
        """Those of them that are in no page, each once and in their order, as far as there is room."""
        page: list[Item] = []
        room, characters = MOST - len(self._pseudonyms), MOST_CHARACTERS - self._characters
        for item in dict.fromkeys(wanted):
            length = len(item[1])
            if item in self._pseudonyms or not 0 < length <= LONGEST or not _is_text(item[1]):
                continue
            if len(page) == room or length > characters:
                break
            page.append(item)
            characters -= length
        return page

    def pseudonyms(self, wanted: Iterable[Item]) -> Mapping[Item, str]:
        """Of those of them that have one."""
        return {item: self._pseudonyms[item] for item in wanted if item in self._pseudonyms}

    def values(self, known: Mapping[str, Pseudonym]) -> Mapping[str, str]:
        """What each text stands for, without those that stand for nothing."""
        return {
            text: value
            for text, pseudonym in known.items()
            if (value := self._values.get((pseudonym.label, pseudonym.number))) is not None
        }


def _is_text(value: str) -> bool:
    """False for halves of surrogate pairs, which nothing writes down."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
