"""Telephone numbers: by their form where they are written as in E.164, else by the words beside them."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.identifiers.cues import cue
from policies.redaction.identifiers.plans import is_valid
from policies.redaction.identifiers.shapes import digits_of, stands_alone
from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

_NUMBER: Final = Pattern(
    r"(?:\+|\b00)?\(?\+?[0-9]{1,5}\)?(?:(?: ?[-./] ?| ?\(| ?\) ?| )?\(?[0-9]{1,12}\)?){0,7}(?:\s?(?:x|"
    r"ext\.?|extension|#)\s?[0-9]{1,6})?",
    fold_case=True,
)
# Seven digits, and between them no more than stands between the groups of a number.
SCREEN: Final = Screen([Pattern(r"[0-9](?:[ ./()-]{0,5}[0-9]){6}")])
_NORTH_AMERICAN: Final = Pattern(
    r"(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?:\s?(?:x|ext\.?|"
    r"#)\s?[0-9]{1,6})?",
    fold_case=True,
)
_DATE: Final = Pattern(
    r"(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}.*|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:19|"
    r"20)?[0-9]{2}(?: .*)?"
)
_SHORTEST, _LONGEST = 7, 15  # digits
_MONEY: Final = "$€£¥"


def find_phones(text: str, before: str) -> Iterator[Finding]:
    """Numbers of 7 to 15 digits that a `+`, their grouping, or a word to the left makes a telephone's."""
    if not SCREEN.passes(text):
        return
    for match in _NUMBER.find(text):
        start, end = _trim(text, *match.span())
        found = text[start:end]
        bare = found.lower().partition("x")[0].partition("ext")[0].partition("#")[0]
        count = len(digits_of(bare))
        # After a colon or a comma only a digit makes it the rest of a number: `tel:+44` is a link.
        joints = "-./:," if text[max(0, start - 2) : max(0, start - 1)].isdigit() else "-./"
        if not _SHORTEST <= count <= _LONGEST or not stands_alone(text, start, end, joints=joints):
            continue
        if text[start - 1 : start] in set(_MONEY) | {"#"} or _DATE.whole(found):
            continue
        if _is_phone(found, bare, count, cue(text, start, before)):
            yield Finding(start, end, "PHONE_NUMBER", Weight.SHAPE)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without what stands around the number: spaces, and brackets that don't belong to it."""
    while start < end and not (text[start].isdigit() or text[start] in "+("):
        start += 1
    while end > start and not (text[end - 1].isdigit() or text[end - 1] == ")"):
        end -= 1
    found = text[start:end]
    if found.endswith(")") and (found.count(")") > found.count("(") or found.find(")") == len(found) - 1):
        end -= 1
    if found.startswith("(") and text[start:end].count("(") > text[start:end].count(")"):
        start += 1
    return start, end


def _is_phone(found: str, bare: str, count: int, near: str) -> bool:
    if bare.startswith(("+", "(+")):
        return count >= 8
    if near in {"other", "card", "iban", "ssn"}:
        return False
    if _NORTH_AMERICAN.whole(found):
        return near != "version"
    if near == "phone":
        return count >= _SHORTEST and "." not in bare.replace(".", "", 3)
    grouped = any(sign in bare.strip("()") for sign in " -/.()")
    if bare.startswith(("0", "(0")) and grouped and 9 <= count <= 13:
        return is_valid(bare)
    return False
