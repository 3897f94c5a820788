"""Pseudonyms: `<PERSON_1_k7qm2a>` stands for one value in one user's context (threats T22, T28).

A label, a number of its own for each label, and a check: six letters of the keyed hash of context, label and
number. Who lacks the key can't make one up, and one of another context has another check. It is compared
before anything is looked up, so what is refused for it tells nothing of what there is.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.canonical import Json, canonical, each_text
from policies.labels import ANY, OWN, PERSONAL

Item: TypeAlias = tuple[str, str]
"""A label, and the text that was found to be of its kind."""

CHECK: Final = 6  # letters of base32, 30 bits
LONGEST: Final = 1_000  # characters of a value that gets one
_EXACT: Final = re.compile(rf"<({ANY})_([1-9][0-9]{{0,5}})_([a-z2-7]{{{CHECK}}})>")
# Whatever a model may have made of one, so that it is refused and not written down as it stands.
_LIKE: Final = re.compile(
    rf"<(?:(?:{'|'.join(PERSONAL)})_\w{{1,40}}|{OWN}_[0-9]\w{{0,39}}|[A-Z][A-Z_]{{0,40}}_[0-9]{{1,9}}_[a-z2-7]{{{CHECK}}})>",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """`number` counts from 1 within the label."""

    label: str
    number: int
    check: str

    def __str__(self) -> str:
        return f"<{self.label}_{self.number}_{self.check}>"


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes the pseudonyms of one context, and knows them again. Without a text form: it holds the key."""

    _key: bytes
    _context: str

    def __repr__(self) -> str:
        return "Mint()"

    def make(self, label: str, number: int) -> Pseudonym:
        return Pseudonym(label, number, self._check(label, number))

    def know(self, text: str) -> Pseudonym | None:
        """None for what was not made here: another form, another context, or made up."""
        found = _EXACT.fullmatch(text)
        if found is None:
            return None
        label, number, check = found[1], int(found[2]), found[3]
        if not hmac.compare_digest(check, self._check(label, number)):
            return None
        return Pseudonym(label, number, check)

    def _check(self, label: str, number: int) -> str:
        said = canonical(["remit pseudonym 1", self._context, label, number]).encode()
        return base64.b32encode(hmac.digest(self._key, said, "sha256"))[:CHECK].decode().lower()


def alike(text: str) -> list[str]:
    """All in the text that looks like a pseudonym, whoever made it."""
    return [found[0] for found in _LIKE.finditer(text)] if "<" in text else []


def within(value: Json) -> Iterator[str]:
    """What looks like a pseudonym in the texts of a value and in its keys."""
    match value:
        case str():
            yield from alike(value)
        case list():
            for item in value:
                yield from within(item)
        case dict():
            for key, item in value.items():
                yield from alike(key)
                yield from within(item)
        case _:
            pass


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the pseudonyms of `values` replaced by what they stand for."""
    if not values or "<" not in text:
        return text
    return _LIKE.sub(lambda found: values.get(found[0], found[0]), text)


def filled_in(value: Json, values: Mapping[str, str]) -> Json:
    """The same for all texts of a value, and for its keys."""
    return each_text(value, lambda text: filled(text, values))


def defused(text: str) -> str:
    """The text of a source, in which nothing is taken for a pseudonym: `<PERSON_1_k7qm2a>` is `<PERSON>`."""
    return _EXACT.sub(r"<\1>", text) if "<" in text else text
