"""Personal data that has a form: addresses, numbers, dates. Names have none: see language.py."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.redaction.identifiers import births, cards, documents, network, persons, phones, streets
from policies.redaction.linear import Screen
from policies.redaction.spans import Finding

__all__ = ["GUESSED", "PROVEN", "Finder", "find_identifiers", "find_proven"]


@dataclass(frozen=True, slots=True)
class Finder:
    """`find` is given a folded text and what stands to the left of it: the name of its column or key.

    Where none of the `screens` touches the text, nothing is found; `led`, if they are asked of `births.led`.
    """

    screens: Sequence[Screen]
    find: Callable[[str, str], Iterator[Finding]]
    led: bool = False
    label: str = ""  # of all that is found, where that is one


EMAILS: Final = Finder([network.EMAILS], lambda text, _: network.find_emails(text), label="EMAIL_ADDRESS")
CARDS: Final = Finder([cards.SCREEN], cards.find_cards)
PROVEN: Final = (
    EMAILS,
    CARDS,
    Finder([documents.SCREEN], documents.find_documents),
    Finder([births.SCREEN], births.find_births, led=True, label="DATE_OF_BIRTH"),
)
"""Those that weigh more than the name of a column."""

GUESSED: Final = (
    Finder([network.IPS], network.find_ips),
    Finder([phones.SCREEN], phones.find_phones),
    Finder([network.HARDWARE], lambda text, _: network.find_hardware(text)),
    Finder([network.WALLETS], lambda text, _: network.find_wallets(text)),
    Finder([streets.SCREEN], lambda text, _: streets.find_streets(text)),
    Finder(persons.PERSONS, lambda text, _: persons.find_persons(text)),
    Finder([persons.FIRMS], lambda text, _: persons.find_firms(text)),
)


def find_identifiers(text: str, before: str, *, guesses: bool = True) -> Iterator[Finding]:
    """All that a pattern finds in a folded text, behind screens that are cheap and hold back most cells.

    `before` is what stands to the left of the text: the name of its column or key. Without `guesses`, only
    what weighs more than the name of a column.
    """
    for finder in (*PROVEN, *GUESSED) if guesses else PROVEN:
        yield from finder.find(text, before)


def find_proven(text: str) -> Iterator[Finding]:
    """What proves itself, in a text that is put together from cells: an e-mail address, a card, an IBAN."""
    yield from EMAILS.find(text, "")
    yield from CARDS.find(text, "")
