"""Numbers that states, banks and hospitals give to people. Most have no form: the words beside say it."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.identifiers.cues import cue
from policies.redaction.identifiers.shapes import stands_alone
from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

_SSN: Final = Pattern(r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}")
_BARE_SSN: Final = Pattern(r"[0-9]{9}")
_SAYS: Final = (
    r"(?:\s*\(?(?:no|number|num|nr|#|id)\.?\)?)?(?:\s+(?:is|was|on file(?: is| was)?|of))?"
    r"[\"']?\s*[:=#]?\s*[\"']?"
)
_WORDED: Final = tuple(
    (label, Pattern(rf"(?:^|[^\p{{L}}])(?:{words}){_SAYS}(?P<value>{value})", fold_case=True))
    for label, words, value in (
        ("UK_NHS", r"nhs", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"),
        ("US_PASSPORT", r"passports?", r"[A-Z]{0,2}[0-9]{6,9}"),
        (
            "US_DRIVER_LICENSE",
            r"driver'?s?'? licen[cs]e|driving licen[cs]e|licen[cs]e|dl",
            r"[A-Z]{0,2}[0-9][0-9A-Z-]{4,15}",
        ),
        ("US_BANK_NUMBER", r"bank account|account|acct|konto(?:nummer)?|a/c", r"[0-9]{8,17}"),
        ("US_BANK_NUMBER", r"routing|aba|sort code", r"[0-9]{9}|[0-9]{2}-[0-9]{2}-[0-9]{2}"),
        ("TAX_ID", r"tax id|tin|itin|steuer-?(?:id|nummer)|utr", r"[0-9][0-9 /-]{7,13}[0-9]"),
        ("NATIONAL_ID", r"national insurance|nino|ni", r"[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"),
        (
            "NATIONAL_ID",
            r"national id|identity card|personnummer|cpf|dni|nie|aadhaar|pesel|curp|bsn|nric",
            r"[A-Z0-9][A-Z0-9 .-]{5,18}[A-Z0-9]",
        ),
        ("MEDICAL_RECORD", r"mrn|medical record", r"[A-Z]{0,3}-?[0-9]{5,12}"),
    )
)
SCREEN: Final = Screen([_SSN, _BARE_SSN, *(pattern for _, pattern in _WORDED)])


def find_documents(text: str, before: str) -> Iterator[Finding]:
    if not SCREEN.passes(text):
        return
    for match in _SSN.find(text):
        if stands_alone(text, match.start(), match.end(), joints="-.") and match[0][3] == match[0][6]:
            yield Finding(match.start(), match.end(), "US_SSN", Weight.PROOF)
    for match in _BARE_SSN.find(text):
        if (
            stands_alone(text, match.start(), match.end(), joints="-.")
            and cue(text, match.start(), before) == "ssn"
        ):
            yield Finding(match.start(), match.end(), "US_SSN", Weight.PROOF)
    for label, pattern in _WORDED:
        for match in pattern.find(text):
            start, end = match.span("value")
            if stands_alone(text, start, end) and any(c.isdigit() for c in match["value"]):
                yield Finding(start, end, label, Weight.PROOF)
