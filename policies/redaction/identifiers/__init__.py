"""Personal data that has a form: addresses, numbers, dates. Names have none: see language.py."""

from collections.abc import Iterator

from policies.redaction.identifiers.births import find_births
from policies.redaction.identifiers.cards import find_cards
from policies.redaction.identifiers.documents import find_documents
from policies.redaction.identifiers.network import find_emails, find_hardware, find_ips
from policies.redaction.identifiers.persons import find_firms, find_persons
from policies.redaction.identifiers.phones import find_phones
from policies.redaction.identifiers.streets import find_streets
from policies.redaction.spans import Finding

__all__ = ["find_identifiers", "find_proven"]


def find_identifiers(text: str, before: str, *, guesses: bool = True) -> Iterator[Finding]:
    """All that a pattern finds in a folded text, behind gates that are cheap and hold back most cells.

    `before` is what stands to the left of the text: the name of its column or key. Without `guesses`, only
    what weighs more than the name of a column, and the other things may or may not be found.
    """
    digits = any(character in text for character in "0123456789")
    if "@" in text:
        yield from find_emails(text)
    if digits:
        yield from find_cards(text, before)
        yield from find_documents(text, before)
        yield from find_births(text, before)
    if not guesses:
        return
    if digits or "::" in text:
        yield from find_ips(text, before)
    if digits:
        yield from find_phones(text, before)
        yield from find_hardware(text)
        yield from find_streets(text)
    yield from find_persons(text)
    yield from find_firms(text)


def find_proven(text: str) -> Iterator[Finding]:
    """What proves itself, in a text that is put together from cells: an e-mail address, a card, an IBAN."""
    if "@" in text:
        yield from find_emails(text)
    yield from find_cards(text, "")
