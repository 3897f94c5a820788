"""Names of people and firms that the words around them give away, some of them without a capital."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

_PART: Final = r"\p{Lu}[\p{Ll}'\x{2019}]+(?:[-'\x{2019}]\p{Lu}?[\p{L}]+)*"
_OF: Final = r"(?:van|von|der|den|de|del|di|da|bin|al|la|ter)"
_NAME: Final = rf"{_PART}(?: (?:{_OF} )?{_PART}){{0,3}}"
_EDGE: Final = r"(?:^|[^\p{L}\p{N}_])"
_TITLED: Final = Pattern(
    rf"{_EDGE}(?:(?i:mr|mrs|ms|miss|dr|prof|mme|frau|herr|señora?|sra?|signora?|madame|"
    rf"monsieur)\.? (?P<name>{_NAME})"
    r"|(?i:mrs?|miss)\.? (?P<plain>[\p{Ll}]{3,20}))"
)
_ADDRESSED: Final = Pattern(
    rf"{_EDGE}(?:(?i:dear|hi|hello|hey|ciao|hallo|bonjour|hola|fyi|ping(?:ed)?|paged|ty|thx|cheers|best|"
    rf"regards|thanks|attn:?|"
    r"report(?:ed|s|ing) to|holder|beneficiary|(?:presented|signed|approved|reviewed|requested) by|"
    r"spoke (?:to|with)|ask(?:ed)?|"
    r"tell|told|my name is|name is|name's|this is|assigned to|on behalf of|patient|kundin|kunde|cliente|"
    r"mismatch for|wrote to),?[ \n]+)"
    rf"(?P<name>{_NAME})"
)
# In a chat, names go without capitals; then only a greeting with its comma is sure.
_SMALL: Final = r"\p{Ll}[\p{L}'\x{2019}-]{2,20}"
_GREETED: Final = Pattern(
    rf"(?:^|[\s\"])(?:(?i:hey|hi|ty|thx|thanks|hello)) (?P<name>{_SMALL})(?:[,!]|$)"
    rf"|(?:name's|name is) (?P<called>{_SMALL}(?: {_SMALL})?)(?:[,.!]| (?:and|but|from|i|here)\b|$)"
    r"|(?:^|[\s\"(])@(?P<handle>\p{Ll}[\p{Ll}0-9_-]{1,30})(?:[ ,!?:]|$)"
    r"|(?:TODO|FIXME|HACK|XXX|NOTE)\((?P<todo>@?\p{L}[\p{L}._-]{1,30})\)"
)
_CAPITAL: Final = r"\p{Lu}[\p{L}'\x{2019}.-]+"
_MAILED: Final = Pattern(rf"(?P<name>{_NAME}|{_CAPITAL}(?: {_CAPITAL}){{1,3}}) <[^<>@\s]+@")
PERSONS: Final = (Screen([_TITLED]), Screen([_ADDRESSED]), Screen([_GREETED]), Screen([_MAILED]))
_FORM: Final = (
    r"(?:Inc|Incorporated|Corp|Corporation|CORPORATION|INCORPORATED|LIMITED|HOLDINGS|GROUP|Ltd|LTD|Limited|LLC|LLP|PLC|plc|GmbH|AG|KG|KGaA|SE|SA|S\.A|SAS|SARL|S\.r\.l"
    r"|SpA|S\.p\.A|BV|B\.V|NV|N\.V|AB|AS|Oyj?|ApS|Pty|Co|Holdings|Group|Bancorp|Partners|Trust)"
)
_LINK: Final = r"(?:and|of|de|y|&)"
_FIRM_WORD: Final = r"[\p{Lu}0-9&][\p{L}\p{N}&'\x{2019}./-]*"
_FIRM: Final = Pattern(
    rf"(?P<name>{_FIRM_WORD}(?:,? (?:{_FIRM_WORD}|{_LINK})){{0,6}}?,? {_FORM}(?:\.|[^\p{{L}}\p{{N}}]|$)"
    r"(?: ?(?:Ltd|Limited|Inc|KG|II|III|IV|AG|plc)\b\.?)?)"
)
FIRMS: Final = Screen([_FIRM])
_NOT_NAMES: Final = frozenset({
    "all", "and", "again", "anyone", "back", "both", "channel", "everyone", "everybody", "folks", "for",
    "guys", "have", "here", "just",
    "media", "override", "param", "return", "returns", "see", "team", "that", "the", "there", "this",
    "throws", "was", "who", "you",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "support", "sales",
    "admin", "ooo", "sir", "madam",
    "legal", "finance", "please", "much", "lot", "not", "are", "has", "but", "she", "regards", "wishes",
    "colleagues", "customer",
    "customers", "world", "mr", "mrs", "ms", "dr",
    "prof", "center", "billing", "security", "kind", "best", "i", "we", "it", "if", "when",
})  # fmt: skip


def find_persons(text: str) -> Iterator[Finding]:
    for screen, (pattern, groups) in zip(
        PERSONS,
        (
            (_TITLED, ("name", "plain")),
            (_ADDRESSED, ("name",)),
            (_GREETED, ("name", "called", "handle", "todo")),
            (_MAILED, ("name",)),
        ),
        strict=True,
    ):
        for match in pattern.find(text) if screen.passes(text) else ():
            group = next(name for name in groups if match.start(name) >= 0)
            if match[group].split(" ")[0].lower() not in _NOT_NAMES:
                yield Finding(*match.span(group), "PERSON", Weight.SHAPE)


def find_firms(text: str) -> Iterator[Finding]:
    """Firms, by the legal form that ends their name."""
    if not FIRMS.passes(text):
        return
    for match in _FIRM.find(text):
        start, end = match.span("name")
        while text[end - 1] in " ,;:)\"'\n\t|":
            end -= 1
        if text[start].isupper() or text[start].isdigit():
            yield Finding(start, end, "ORGANIZATION", Weight.SHAPE)
