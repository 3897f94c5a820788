"""What the name of a column, key or label says of its values: the surest sign of personal data there is."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from policies.redaction.given import is_given_name
from policies.redaction.lexicon import NOT_NAMES
from policies.redaction.linear import Joined, Pattern, Screen
from policies.redaction.vocabulary import (
    ADDRESSES,
    AMBIGUOUS,
    BEFORE,
    CERTAIN,
    COMPANIES,
    NOTHING,
    OF_ADDRESSES,
    ONLY_PEOPLE_HAVE,
    ONLY_THINGS_HAVE,
    PARTS,
    PARTS_OF_NAMES,
    PEOPLE,
    POSSIBLE,
    QUALIFIERS,
    THINGS,
    WITH_DIGITS,
    WITH_PARTS,
    Suffix,
)
from policies.redaction.words import words_of


class Beside(NamedTuple):
    """What the names of a record say: that it is a person's, or that it has a price."""

    of_a_person: bool = False
    priced: bool = False


_ALONE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Context:
    """Where a value stands. `beside` is what the record's names say of it, `within` are those around it.

    `label` is what the source says that it is, whatever it is called.
    """

    name: str = ""
    beside: Beside = _ALONE
    within: tuple[str, ...] = ()
    label: str = ""

    def __hash__(self) -> int:
        """Of the name alone: contexts of one name that differ are rare, and this is asked for each cell."""
        return hash(self.name)


NOWHERE: Final = Context()


@dataclass(frozen=True, slots=True)
class Meaning:
    """`certain`: the value is of this kind however it looks. Otherwise it must also look like it.

    `declared`: the source says so, and not a name alone.
    """

    label: str
    certain: bool
    declared: bool = False


_NOTHING: Final = Pattern(
    r"|[\x{2013}\x{2014}_.?*\s-]+|null|none|nil|n/?a|nan|unknown|undefined|empty|true|false|yes|no|y|n|t|f|ok"
    r"|not (?:set|given|provided|available)|varchar.*|text|string|str|integer|int|bigint",
    fold_case=True,
)
_NOTHINGS: Final = Screen([Pattern(rf"^(?:{_NOTHING.expression})$")])
_PARTICLE: Final = (
    "(?:van|von|vom|der|den|de|del|della|di|da|das|do|dos|du|des|la|le|el|bin|ibn|al|af|av|zu|ten|ter|op|y|e)"
)
_PARTICLES: Final = Pattern(_PARTICLE)
_NAME_WORD: Final = rf"(?:(?:d['\x{{2019}}])?[\p{{Lu}}\p{{Lo}}][\p{{L}}\p{{M}}'\x{{2019}}.-]*|{_PARTICLE})"
_NAME_LIKE: Final = Pattern(rf"{_NAME_WORD},?(?:[ \x{{a0}}]{_NAME_WORD},?){{0,7}}")
_WORDS: Final = Pattern(r"[\p{L}\p{M}'\x{2019} \x{a0}.,-]+")
_MOST_WORDS: Final = 5
_PREFIXES: Final = frozenset(
    {"", "user", "txt", "str", "p", "c", "u", "e"}
)  # of a name that is nobody else's
_FEW: Final = 100  # names of a record that many have
_VOTES: Final = 20
_FEWEST_YES: Final = 3
_LONGEST_NAME: Final = 80  # characters
_LONGEST_SUFFIX: Final = 4  # words
_SHORTEST_BEFORE: Final = 3  # characters
_WHOLE: Final = frozenset({"username"})  # a word of its own, and of an account
_LOSING_CASE: Final = frozenset({"PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS"})


def meaning(context: Context) -> Meaning | None:
    """What the source or else the name says, or nothing."""
    if context.label:
        return Meaning(context.label, certain=True, declared=True)
    return _meaning(context.name, context.beside.of_a_person, context.within)


def beside(names: Iterable[str]) -> Beside:
    """Of a record with these names: looked at once, for there may be a great many of them (threat T40)."""
    names = frozenset(names)
    return _of_few(names) if len(names) <= _FEW else _of(names)


def _of(names: frozenset[str]) -> Beside:
    return Beside(
        of_a_person=any(_certain(name) in ONLY_PEOPLE_HAVE for name in names)
        or {"first", "last"} <= {name.lower() for name in names},
        priced=any(ONLY_THINGS_HAVE.intersection(words_of(name)[-1:]) for name in names),
    )


_of_few: Final = lru_cache(maxsize=1024)(_of)


@lru_cache(maxsize=8192)
def _certain(name: str) -> str | None:
    return _suffix(_stem(name), CERTAIN)


@lru_cache(maxsize=8192)
def _meaning(name: str, of_a_person: bool, within: tuple[str, ...]) -> Meaning | None:  # noqa: FBT001 - a key
    words = _stem(name)
    if not words or tuple(words[-2:]) in NOTHING or tuple(_words(name)[-2:]) in NOTHING:
        return None
    around = {word for outer in within for word in words_of(outer)}
    if words[-1] in ADDRESSES and len(words) > 1 and words[-2] in OF_ADDRESSES:
        other = OF_ADDRESSES[words[-2]]
        return Meaning(other, certain=True) if other else None
    if len(words) == 1 and within:
        if words[0] in PARTS and (whole := _certain(within[-1])) in WITH_PARTS:
            return Meaning(whole, certain=True)
        if words[0] in PARTS_OF_NAMES and words_of(within[-1])[-1:] in {("name",), ("names",)}:
            return Meaning("PERSON", certain=True)
    if len(words) == 1 and words[0] in PARTS_OF_NAMES and (of_a_person or around & PEOPLE):
        return Meaning("PERSON", certain=False)
    if words[-1] in {"number", "no", "num"} and len(words) == 1:
        return Meaning("CREDIT_CARD", certain=True) if around & {"card", "creditcard"} else None
    if words[-1] == "line" and around & {*ADDRESSES, "addresses"}:
        return Meaning("STREET_ADDRESS", certain=True)
    if label := _suffix(words, CERTAIN) or _suffix(_words(name), CERTAIN):
        return Meaning(label, certain=True)
    label = _suffix(words, POSSIBLE)
    if words[-1] in {"name", "names"}:
        return _named(words, around, of_a_person=of_a_person)
    return Meaning(label, certain=False) if label else None


def are_people(values: Iterable[str]) -> bool:
    """Whether most values of a column are names with a given name in them, whatever the column is called."""
    few = list(islice((value for value in values if value), _VOTES))
    yes = sum(_NAME_LIKE.whole(value) and any(map(is_given_name, value.split())) for value in few)
    return yes >= _FEWEST_YES and yes > len(few) / 2


def is_a_label(text: str) -> bool:
    """Whether the text is itself what a form calls a field: `Tel`, `Driver license`, `Email`."""
    words = words_of(text)
    return bool(words) and (words in CERTAIN or words in POSSIBLE or all(word in THINGS for word in words))


def is_of_a_thing(context: Context) -> bool:
    """Whether values under this name are names of things, which look much like names of people."""
    return _is_of_a_thing(context.name, context.beside.priced, context.within[-1:])


@lru_cache(maxsize=8192)
def _is_of_a_thing(name: str, priced: bool, within: tuple[str, ...]) -> bool:  # noqa: FBT001 - a key
    words = words_of(name)
    if not words:
        return False
    if words[-1] in THINGS or words[-2:] in NOTHING or words[-1].removesuffix("name") in THINGS:
        return True
    if words[-1] not in {"name", "title"}:
        return False
    if len(words) > 1:
        return words[-2] in THINGS
    around = words_of(within[0])[-1:] if within else ()
    return priced or any(word in THINGS or word.removesuffix("s") in THINGS for word in around)


@lru_cache(maxsize=256)
def is_particle(word: str) -> bool:
    return _PARTICLES.whole(word)


def fits(value: str, found: Meaning) -> bool:
    """Whether the value is what its name says: all of it is masked then."""
    return not _NOTHING.whole(value[:_LONGEST_NAME]) and _looks_it(value, found)


def fitting(values: Sequence[str], found: Meaning) -> set[int]:
    """The numbers of those of the values that fit once they are stripped, at less than the cost of each."""
    stripped = [value.strip() for value in values]
    unclear = Joined(stripped).touched(_NOTHINGS)
    return {
        number
        for number, value in enumerate(stripped)
        if (
            fits(value, found)
            if number in unclear or len(value) > _LONGEST_NAME or "\n" in value
            else _looks_it(value, found)
        )
    }


def _looks_it(value: str, found: Meaning) -> bool:
    if found.declared:
        return True
    if not found.certain:
        return len(value) <= _LONGEST_NAME and (_NAME_LIKE.whole(value) or _is_named(value))
    if found.label in WITH_DIGITS:
        return sum(map(str.isdigit, value)) >= 4
    if found.label == "EMAIL_ADDRESS":
        return any(map(str.isalpha, value))
    if found.label == "IP_ADDRESS":
        return any(sign in value for sign in ".:") and any(map(str.isalnum, value))
    return value[:1].isalnum() or any(map(str.isalnum, value))


def _is_named(value: str) -> bool:
    """Whether one of a few words is a given name, and none a common one, in whatever case."""
    words = value.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and any(map(is_given_name, words))
        and NOT_NAMES.isdisjoint(map(str.lower, words))
        and _WORDS.whole(value)
    )


def _words(name: str) -> list[str]:
    """Without accents, which names of columns have or have not."""
    words = words_of(name)
    if name.isascii():
        return list(words)
    return [
        "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
        for word in words
    ]


def _stem(name: str) -> list[str]:
    words = [word for word in _words(name) if not word.isdigit()]
    while len(words) > 1 and words[-1] in QUALIFIERS:
        words.pop()
    return [*words[:-1], *_parted(words[-1])] if words else words


@lru_cache(maxsize=8192)
def _parted(word: str) -> tuple[str, ...]:
    """The two words of `clientip` and `customername`, which are one where case was lost."""
    if word in _WHOLE or (word,) in CERTAIN or (word,) in POSSIBLE:
        return (word,)
    for place in range(_SHORTEST_BEFORE, len(word) - 1):
        before, after = word[:place], word[place:]
        if before in BEFORE and (after == "name" or CERTAIN.get((after,)) in _LOSING_CASE):
            return before, after
    return (word,)


def _suffix(words: list[str], table: Mapping[Suffix, str]) -> str | None:
    for length in range(min(_LONGEST_SUFFIX, len(words)), 0, -1):
        if label := table.get(tuple(words[-length:])):
            return label
    return None


def _named(words: list[str], around: AbstractSet[str], *, of_a_person: bool) -> Meaning | None:
    """A bare `name`, or some thing's: who it is of, its neighbours say."""
    before = words[-2] if len(words) > 1 else ""
    if before in COMPANIES or (not before and around & COMPANIES and not around & PEOPLE):
        return Meaning("ORGANIZATION", certain=True)
    if before in AMBIGUOUS:
        return Meaning("PERSON", certain=False)
    if before in PEOPLE - {"user"} or (not before and around & PEOPLE):
        return Meaning("PERSON", certain=True)
    if before in {"display", "nick"} or (of_a_person and before in _PREFIXES):
        return Meaning("PERSON", certain=False)
    return None
