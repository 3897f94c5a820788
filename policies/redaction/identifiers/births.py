"""Dates of birth: any date that the words beside it call one."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Pattern
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
_BORN: Final = Pattern(
    r"(?:^|[^\p{L}])(?:born|d\.?o\.?b\.?|date of birth|birth ?dat(?:e|um)|birthday|birth|bday"
    rf"|geb(?:oren|urtstag|urtsdatum)?|née?|nacid[oa]|nat[oa]){_BETWEEN}(?P<date>{_DATE})",
    fold_case=True,
)


def find_births(text: str, before: str) -> Iterator[Finding]:
    said = f"{before} is " if before and len(before) < 64 else ""
    for match in _BORN.find(said + text):
        start, end = match.span("date")
        if start >= len(said):
            yield Finding(start - len(said), end - len(said), "DATE_OF_BIRTH", Weight.PROOF)
