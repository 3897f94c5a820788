"""The words of a name: of a column, a key, a variable."""

from functools import lru_cache
from typing import Final

from policies.redaction.linear import Pattern
from policies.redaction.spans import placeholders

_WORD: Final = Pattern(r"\p{Lu}+\p{Ll}*|[\p{Ll}\p{Lo}]+|[0-9]+")
_LONGEST: Final = 256  # characters: a longer name is a text


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """`customerEmail2`, `customer_email_2` and `Customer E-mail 2` alike, in lower case.

    Case parts words, and a run of capitals is one word: `HTTPPort` is httpport, `DB_PASSWORD` db, password.
    """
    name = name[:_LONGEST]
    if placeholders(name):
        return ()  # it held data, so that it names nothing
    return tuple(match[0].lower() for match in _WORD.find(name))
