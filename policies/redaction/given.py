"""People by their given names: who bears one that is no word besides is a person, whatever else is said."""

import re
from collections.abc import Iterator
from typing import Final

from policies.redaction.given_names import GIVEN_NAMES
from policies.redaction.lexicon import NOT_NAMES
from policies.redaction.linear import Match, Pattern
from policies.redaction.spans import Finding, Weight

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_PART: Final = r"\p{Lu}[\p{L}'\x{2019}]+(?:-\p{L}[\p{L}'\x{2019}]+)*"
_PARTICLE: Final = r"(?:van|von|vom|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|af|av|zu|ter|y)"
_INITIAL: Final = r"\p{Lu}\."
_CHAIN: Final = Pattern(
    rf"(?:^|[^\p{{L}}\p{{N}}_./\\$@-])(?P<name>{_PART}"
    rf"(?: (?:{_PARTICLE} ){{0,2}}(?:{_PART}|{_INITIAL})){{0,7}})"
)
_WORD: Final = Pattern(rf"{_PART}|{_INITIAL}")
_MOST_WORDS: Final = 4
_QUOTES: Final = frozenset("'\u2019")
_OWNING: Final = ("'s", "\u2019s")
_DECLARED: Final = re.compile(
    r"(?:[<{\[=$#]"
    r"|\b(?:class|import|new|extends|implements|package|module|interface|struct|enum|const|let) )\Z"
)
_GOING_ON: Final = re.compile(r"[\d_@(/\\=\[{]|<[^/]|\.\w")
# Who speaks, in a chat: `[10:08] elaine: morning`, `elaine: morning`, `<elaine> morning`, `Elaine 9:41 AM`.
_CLOCK: Final = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_SPEAKER: Final = Pattern(
    rf"(?:^|\n)[>* \t]{{0,4}}(?P<time>[\[(](?:[0-9./-]{{6,10}},? )?{_CLOCK}[\])] ?(?:- )?)?[<*@]{{0,2}}"
    rf"(?P<name>\p{{L}}[\p{{L}}'\x{{2019}}.-]{{1,30}}(?: \p{{Lu}}[\p{{L}}'\x{{2019}}.-]{{0,30}}){{0,3}})"
    rf"(?:[*]{{0,2}}>?:[*]{{0,2}} |> | {{1,2}}(?:[\[(]?{_CLOCK}[\])]?)(?:[:\n]|$))"
)
# Words after which a chat names somebody, with or without a capital.
_MENTIONED: Final = Pattern(
    r"(?:^|[^\p{L}\p{N}_])(?:(?i:hey|hi|hiya|hello|yo|morning|ping(?:ed|ing)?|ask(?:ed|ing)?|tell|told|cc|cc'd"
    r"|thanks|thank you|thx|ty|cheers|sorry|poked?|dm|dm'ed|call(?:ed)?|with|from|by|and|for|to|is|let"
    r"|loop(?: in)?|name is|name's|i'm|i am|this is|it's|assign(?:ed)? to|congrats|welcome|bye|met|saw|as"
    r"|that|when|if))"
    r"[ ,]{1,2}@?(?P<name>\p{Ll}[\p{Ll}'\x{2019}]{2,20})(?:[^\p{L}\p{N}_.@/:=(-]|[.:](?:\s|$)|$)"
)


def is_given_name(word: str) -> bool:
    word = word.lower()
    if word.endswith(_OWNING):
        word = word[:-2]
    return word in GIVEN_NAMES or ("-" in word and any(part in GIVEN_NAMES for part in word.split("-")))


def find_given(text: str) -> Iterator[Finding]:
    known = not GIVEN_NAMES.isdisjoint(_LETTERS.findall(text.lower()))
    if known:
        yield from _capitalized(text)
        for match in _MENTIONED.find(text):
            if is_given_name(match["name"]):
                yield Finding(*match.span("name"), "PERSON", Weight.GUESS)
    yield from _speakers(text, known=known)


def _capitalized(text: str) -> Iterator[Finding]:
    """From a given name to the end of its bearer's: what follows with a capital and is no common word."""
    for match in _CHAIN.find(text):
        start = match.start("name")
        words = list(_WORD.find(match["name"]))
        first = next((at for at, word in enumerate(words) if is_given_name(word[0])), len(words))
        end, count = 0, 0
        for word in words[first : first + _MOST_WORDS]:
            if word[0].lower() in NOT_NAMES:
                break
            end, count = word.end(), count + 1
        if not count or _GOING_ON.match(text, match.end("name")):
            continue
        if count == 1 and (words[first][0].isupper() or _is_declared(text, start)):
            continue
        if text[: start + end].endswith(_OWNING):
            end -= len("'s")
        while text[start + end - 1] in _QUOTES:
            end -= 1
        yield Finding(start + words[first].start(), start + end, "PERSON", Weight.GUESS)


def _is_declared(text: str, start: int) -> bool:
    """Whether it is a type or a module of a program that has the name."""
    return _DECLARED.search(text[max(0, start - 16) : start]) is not None


def _speakers(text: str, *, known: bool) -> Iterator[Finding]:
    """Whoever speaks in turn with somebody who is known for a person is one."""
    turns: list[Match] = list(_SPEAKER.find(text)) if known or "[" in text or "(" in text else []
    sure = {turn.start() for turn in turns if turn["time"] or is_given_name(turn["name"].partition(" ")[0])}
    for turn in turns if sure else ():
        name = turn["name"]
        if (turn.start() in sure or name[0].isupper()) and NOT_NAMES.isdisjoint(name.lower().split()):
            yield Finding(*turn.span("name"), "PERSON", Weight.SHAPE)
