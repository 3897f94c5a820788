"""Payment cards (ISO/IEC 7812) and bank accounts (ISO 13616)."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.identifiers.cues import cue
from policies.redaction.identifiers.shapes import digits_of, stands_alone
from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

_CARD: Final = Pattern(r"[0-9](?:[ .-]{0,2}[0-9]){11,18}")
_GROUPED: Final = Pattern(
    r"[0-9]{4}([ .-])[0-9]{4}[ .-][0-9]{4}[ .-][0-9]{1,7}|[0-9]{4}[ .-][0-9]{6}[ .-][0-9]{4,5}"
)
_ISSUERS: Final = Pattern(r"4.*|5[0-9].*|2[2-7].*|3[0-9].*|6.*")
_IBAN: Final = Pattern(r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,32}")
# Lengths by country, from the IBAN registry of SWIFT.
_IBAN_LENGTHS: Final = {
    country: int(length)
    for length, countries in {
        "15": "NO", "16": "BE", "18": "DK FI FO GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH CR HR LI LV", "22": "BG BH DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES FK HN MD PK RO SA SE SK TN VG YE", "25": "LY PT ST", "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM", "28": "AL AZ BY CY DO GT HU LB NI PL SV", "29": "BR EG PS QA UA",
        "30": "JO KW MU", "31": "MT SC", "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip

_EDGE: Final = r"(?:^|[^\p{L}\p{N}_])"
SCREEN: Final = Screen(
    [
        # Twelve digits in groups are a telephone's, and no card's.
        Pattern(rf"{_EDGE}[2-6](?:[0-9]{{11}}|(?:[ .-]{{0,2}}[0-9]){{12}})"),
        Pattern(
            rf"(?:^|[^\p{{L}}\p{{N}}])(?i:{'|'.join(_IBAN_LENGTHS)})[0-9]{{2}}(?:[ -]?[A-Za-z0-9]){{11}}"
        ),
    ]
)
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")  # and the digits of the double added up


def find_cards(text: str, before: str) -> Iterator[Finding]:
    """Numbers that pass Luhn or are grouped as on a card; beside the word, any of a card's length."""
    if not SCREEN.passes(text):
        return
    for match in _CARD.find(text):
        start, end = match.span()
        number = digits_of(match[0])
        if not stands_alone(text, start, end, joints="-.") or not _ISSUERS.whole(number):
            continue
        proven = len(number) >= 13 and luhn(number)
        if (
            _GROUPED.whole(match[0])
            or (proven and cue(text, start, before) != "other")
            or (match[0] == number and cue(text, start, before) == "card")
        ):
            yield Finding(start, end, "CREDIT_CARD", Weight.PROOF if proven else Weight.SHAPE)
    for match in _IBAN.find(text):
        yield from _iban(text, match.start(), match.end(), before)


def is_card(number: str) -> bool:
    """Whether a bare number has the length, issuer and check digit of a card."""
    return (
        number.isascii()
        and number.isdigit()
        and len(number) in {15, 16}
        and _ISSUERS.whole(number)
        and luhn(number)
    )


def _iban(text: str, start: int, end: int, before: str) -> Iterator[Finding]:
    """An account at the start of the match: its country says how long it is."""
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None or (start and text[start - 1].isalnum()):
        return
    stop, count = start, 0
    while stop < end and count < length:
        count += text[stop].isalnum()
        stop += 1
    number = "".join(c for c in text[start:stop] if c.isalnum()).upper()
    if count < length or (stop < len(text) and text[stop].isalnum()):
        return
    if mod97(number) or cue(text, start, before) in {"iban", "card"} or _mostly_digits(number):
        yield Finding(start, stop, "IBAN_CODE", Weight.PROOF)


def _mostly_digits(number: str) -> bool:
    return sum(c.isdigit() for c in number[4:]) >= len(number) // 2


def luhn(number: str) -> bool:
    return (sum(map(int, number[::-2])) + sum(map(int, number[-2::-2].translate(_DOUBLED)))) % 10 == 0


def mod97(iban: str) -> bool:
    """ISO 7064, MOD 97-10."""
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1
