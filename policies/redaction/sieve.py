"""Which texts of a column need a closer look, asked of all of them at once.

A column has many values and few kinds of them. One pass of a screen over all of its texts costs less than a
look at a single one, and what a screen touches is asked of that screen's finder alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from policies.redaction import capitals
from policies.redaction.folding import fold
from policies.redaction.given import find_given
from policies.redaction.identifiers import GUESSED, PROVEN, Finder
from policies.redaction.identifiers.births import led
from policies.redaction.language import LONG_TOKENS, worth_reading
from policies.redaction.layout import Layout, layout
from policies.redaction.linear import Joined, Screen
from policies.redaction.names import Context, fitting, is_of_a_thing, meaning
from policies.redaction.secrets import SCREENS, find_secrets, is_credential
from policies.redaction.spans import BLANK, Finding, placeholders

# Whole values in which nothing but a date of birth is ever found, whatever their column is called: UUIDs, and
# dates and times as in ISO 8601.
_HARMLESS: Final = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
# A text without any of these is one value, and unmasked.
_FORMED: Final = re.compile(r"[:=\n<]|\[secret: |^\s*[{[]|values", re.IGNORECASE)
_LONG: Final = 2_000  # characters
_SECRETS: Final = Finder(SCREENS, lambda text, _: iter(find_secrets(text)))


@dataclass(frozen=True, slots=True)
class Sieved:
    """Some texts by their numbers: `whole` is what their name says, and `open` are to be looked at.

    In all others nothing is found.
    """

    whole: AbstractSet[int]
    open: AbstractSet[int]


def sieve(texts: Sequence[str], context: Context, own: Sequence[Finder] = (), *, personal: bool) -> Sieved:
    """Clears no text in which the detector would find anything. The texts are clean.

    `own` are the operator's own finders.
    """
    everything = frozenset(range(len(texts)))
    name = context.name
    if context.label or is_credential(name) or placeholders(name):
        return Sieved(frozenset(), everything)
    harmless = {number for number, text in enumerate(texts) if _HARMLESS.fullmatch(text)}
    sifted = _Sifted(texts, name, everything - harmless)
    sifted.ask(_SECRETS)
    if not personal:
        return Sieved(frozenset(), sifted.found)
    said = meaning(context) if name else None
    whole = frozenset[int]() if said is None else fitting(sifted.folded, said)
    sifted.found |= {number for number in whole if BLANK in texts[number]}
    sifted.found |= _formed(texts, everything - harmless)
    sifted.found |= sifted.read(LONG_TOKENS)
    same = [finder for finder in PROVEN if said is not None and finder.label == said.label]
    for finder in (*own, *PROVEN):
        if finder not in same:
            sifted.ask(finder)
    sifted.leave(whole)
    for finder in (*same, *GUESSED):
        sifted.ask(finder)
    if not is_of_a_thing(context):
        unread = sifted.read(capitals.SCREEN) - sifted.found
        sifted.found |= {number for number in unread if worth_reading(texts[number])}
        sifted.ask_each(find_given)
    return Sieved(whole - sifted.found, sifted.found)


class _Sifted:
    """Texts under one name, and the numbers of those in which something was found."""

    def __init__(self, texts: Sequence[str], name: str, asked: AbstractSet[int]) -> None:
        self.folded: Sequence[str] = texts if "".join(texts).isascii() else [fold(text) for text in texts]
        self.found: set[int] = set()
        self._texts = texts
        self._left: AbstractSet[int] = frozenset()
        self._name = name
        self._all = Joined(self.folded)
        self._ask(asked)

    def leave(self, known: AbstractSet[int]) -> None:
        """Asks no more of these."""
        if known:
            self._left = known
            self._ask(set(self._asked) - known)

    def _ask(self, asked: AbstractSet[int]) -> None:
        self._asked = sorted(asked)
        if len(asked) == len(self._texts):
            self._joined = self._all
        else:
            self._joined = Joined([self.folded[number] for number in self._asked])
        if self.folded is self._texts:
            self._unfolded = self._joined
        else:
            self._unfolded = Joined([self._texts[number] for number in self._asked])

    def read(self, screen: Screen) -> set[int]:
        """Those that the screen touches as they are written."""
        return {self._asked[number] for number in self._unfolded.touched(screen)}

    def ask_each(self, find: Callable[[str], Iterator[Finding]]) -> None:
        for number in self._asked:
            if number not in self.found and _confirmed(find(self.folded[number]), self._texts[number]):
                self.found.add(number)

    def ask(self, finder: Finder) -> None:
        """What is no use without the name before it is asked of all, whatever it looks like by itself."""
        if finder.led:
            led_texts = [led(text, self._name) for text in self.folded]
            joined = self._all if led_texts == self.folded else Joined(led_texts)
            touched = {number for screen in finder.screens for number in joined.touched(screen)}
        else:
            joined = self._joined
            touched = {self._asked[number] for screen in finder.screens for number in joined.touched(screen)}
        for number in touched - self.found - self._left:
            if _confirmed(finder.find(self.folded[number], self._name), self._texts[number]):
                self.found.add(number)


def _formed(texts: Sequence[str], asked: AbstractSet[int]) -> set[int]:
    """Joined that hold masks, or values with names of their own."""
    return {
        number
        for number in asked
        if _FORMED.search(text := texts[number])
        and (len(text) > _LONG or placeholders(text) or layout(text) != Layout())
    }


def _confirmed(findings: Iterator[Finding], text: str) -> bool:
    """Whether there are any in the text. A long one is read but once, and that is by who looks at it."""
    return len(text) > _LONG or next(findings, None) is not None
