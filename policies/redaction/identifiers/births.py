"""Dates of birth: any date that the words beside it call one."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

_MONTH: Final = (
    r"(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|mar(?:ch|s|zo)?|märz|apr(?:il)?|avril|may|mai|mayo"
    r"|june?|juni|juin|july?|juli|juillet|aug(?:ust)?|août|sep(?:t|tember)?|o[ck]t(?:ober)?|nov(?:ember)?"
    r"|de[cz](?:ember)?)\.?"
)
_DATE: Final = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of )?{_MONTH},?[ -][0-9]{{2,4}}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})"
)
# Neither another number nor a mask between the word and the date.
_BETWEEN: Final = r"[^0-9\n\x{fffc}]{0,24}?"
_WORD: Final = (
    r"(?:^|[^\p{L}])(?:born|d\.?o\.?b\.?|date of birth|birth ?dat(?:e|um)|birthday|birth|bday"
    r"|geb(?:oren|urtstag|urtsdatum)?|née?|nacid[oa]|nat[oa])"
)
_BORN: Final = Pattern(rf"{_WORD}{_BETWEEN}(?P<date>{_DATE})", fold_case=True)
_LEADING: Final = Pattern(_WORD, fold_case=True)
SCREEN: Final = Screen([_BORN])


def led(text: str, before: str) -> str:
    """The text behind the name of its column or key, as if one spoke, where that name is of a birth."""
    return f"{before} is {text}" if before and len(before) < 64 and _leads(before) else text


@lru_cache(maxsize=4096)
def _leads(name: str) -> bool:
    return _LEADING.first(name) is not None


def find_births(text: str, before: str) -> Iterator[Finding]:
    whole = led(text, before)
    if not SCREEN.passes(whole):
        return
    said = len(whole) - len(text)
    for match in _BORN.find(whole):
        start, end = match.span("date")
        if start >= said:
            yield Finding(start - said, end - said, "DATE_OF_BIRTH", Weight.PROOF)
