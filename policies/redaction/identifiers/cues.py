"""The words to the left of a number, which say what it is more surely than its form does."""

import re
from typing import Final

from policies.redaction.linear import Pattern

_REACH: Final = 64  # characters to the left
_WORDS: Final[dict[str, str]] = {
    "phone": r"""
        (?:tele)?phones? tel telefon[oe]? téléphone mob mobil mobile cell cellulare call(?:ed|ing|s|back)?
        dial fax
        whats[ ]?app signal sms otp text(?:ed|s)? ring rang reach(?:ed|able|es)? (?:direct[ ])?line hotline
        extension voicemail landline contact msisdn ph [tmpf]:
        (?:my|new|his|her|their|direct|contact)[ ]numbers? numbers?[ ](?:is|are) numéro número numero
        rufnummer nummer handy erreichbar anrufen appelez llámame
    """,
    "card": r"""
        cards? credit debit visa master[ ]?card amex american[ ]express discover maestro cc pan karte
        tarjeta carte
    """,
    "iban": "iban wire bic swift",
    "ssn": "ssns? social social[ ]security sozialversicherung",
    "address": r"""
        ips? ip[ ]address client from remote host(?:s|name)? (?:white|allow|block)list block ban addr
        address login
        peer src source forwarded[a-z-]*
    """,
    "version": r"""
        versions? v ver releases? released build bump upgrade[ds]? deploy(?:ed|ing)? section changelog tag sdk
        firmware rev
    """,
    "other": r"""
        orders? order_no refund replaces? invoices? inv sku tickets? cases? track(?:ing)? parcel shipment
        shipping
        label ref(?:erence)? batch batch_no lot ids? serial port commit parts? item isbn ean upc barcode
        jobs? trace
        session sid pr issues? po epoch ts timestamp amount total price budget quote qty quantity rows?
        bytes size
        error status code account_id user_id customer_id zip postal jira
        (?:part|order|serial|ticket|case|invoice|tracking|item|reference|account)[ ]numbers?
    """,
}


def _either(words: str) -> str:
    """`[ ]` is a space within one of the words. A longer one stands before those that it begins with."""
    return "|".join(sorted(re.split(r"(?<!\[)\s+(?!\])", words.strip()), key=len, reverse=True))


_CUE: Final = Pattern(
    r"(?:^|[^\p{L}])(?:"
    + "|".join(f"(?P<{kind}>{_either(words)})" for kind, words in _WORDS.items())
    + r")(?:[^\p{L}]|$)",
    fold_case=True,
)


def left_of(text: str, start: int, before: str) -> str:
    """What stands to the left of `start` on its line, so far as it may tell of it."""
    window = text[max(0, start - _REACH) : start]
    window = window[window.rfind("\n") + 1 :]
    return f"{before} {window}" if start < _REACH and before else window


def cue(text: str, start: int, before: str) -> str:
    """The kind of the nearest telling word to the left of `start`, on its line; empty where there is none."""
    window = left_of(text, start, before)
    kind = ""
    # One after the other: the character that ends one word begins the next, so that matches overlap.
    while (match := _CUE.first(window)) is not None:
        kind = next(name for name in _WORDS if match[name])
        window = window[max(match.end() - 1, 1) :]
    return kind
