"""What the parser forgives and the database does not.

sqlglot reads thirty dialects with one parser, so it takes text that this database would refuse (`ORDER BY`
before `WHERE`, a comma too many, `LIMIT 5, 10`) and makes sense of it. A guard doesn't guess: such a text is
refused, in one pass over its tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot.tokenizer_core import Token, TokenType

from tools.sql.language import Language
from tools.sql.refusals import denied, named, unparsable

_RANKS = {
    TokenType.SELECT: 1,
    TokenType.FROM: 2,
    TokenType.WHERE: 3,
    TokenType.GROUP_BY: 4,
    TokenType.HAVING: 5,
    TokenType.WINDOW: 6,
    TokenType.QUALIFY: 6,
    TokenType.ORDER_BY: 7,
    TokenType.LIMIT: 8,
    TokenType.OFFSET: 8,
    TokenType.FETCH: 8,
}
_SET_OPERATIONS = {TokenType.UNION, TokenType.INTERSECT, TokenType.EXCEPT}
_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.TABLE, TokenType.L_PAREN}
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET}
_CONDITIONS = {TokenType.ON, TokenType.USING, TokenType.CROSS, TokenType.NATURAL}
_NO_START_OF_A_VALUE = {*_RANKS, *_SET_OPERATIONS, *_CLOSING, TokenType.COMMA} - {TokenType.SELECT}
_NEED_A_VALUE = {
    TokenType.WHERE,
    TokenType.GROUP_BY,
    TokenType.HAVING,
    TokenType.QUALIFY,
    TokenType.ORDER_BY,
    TokenType.LIMIT,
}
_SUBSCRIPTED = {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.STRING,
    TokenType.R_PAREN,
    TokenType.R_BRACKET,
    TokenType.L_BRACKET,
    TokenType.ARRAY,
}


@dataclass(slots=True)
class _Level:
    """What is known of one bracket, or of the whole text."""

    opening: TokenType | None
    rank: int = 0
    joins: int = 0
    conditions: int = 0
    seen: set[TokenType] = field(default_factory=set[TokenType])


def check(tokens: Sequence[Token], language: Language, types: frozenset[TokenType]) -> None:
    """Raises `InvalidArgument`, or `Denied` (rule `statement`) for what doesn't even begin as a query."""
    if not tokens:
        raise unparsable("There is no statement")
    if tokens[0].token_type not in _STARTS:
        raise denied(
            "statement",
            f"{named(tokens[0].text.upper())} begins no query, and only reading is open here",
            "Send a SELECT, a VALUES list, or WITH followed by a SELECT.",
        )
    levels = [_Level(None)]
    before: Token | None = None
    for index, token in enumerate(tokens):
        kind, level = token.token_type, levels[-1]
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        _check_spelling(token, after, language)
        if kind is TokenType.L_BRACKET and language.arrays_need_a_keyword:
            nested = before is not None and before.token_type is TokenType.COMMA and level.opening is kind
            if not nested and (before is None or before.token_type not in _SUBSCRIPTED | types):
                raise unparsable("A bare [ starts no value here", "Write ARRAY[...].")
        if kind in _OPENING:
            levels.append(_Level(kind))
        elif kind in _CLOSING:
            if len(levels) == 1:
                raise unparsable("A bracket is closed that was not opened", "Take it out.")
            _close(levels, language)
        elif kind is TokenType.COMMA:
            if after is None or after.token_type in _NO_START_OF_A_VALUE or _is_opening(before):
                raise unparsable("A comma stands before nothing", "Take it out.")
            if level.rank == _RANKS[TokenType.LIMIT] and not language.limit_takes_two:
                raise unparsable("LIMIT takes one number here", "Write LIMIT n OFFSET m.")
        else:
            _follow(level, token, before, after)
        before = token
    _close(levels, language)
    if levels:
        raise unparsable("A bracket is not closed", "Close it.")


def _close(levels: list[_Level], language: Language) -> None:
    level = levels.pop()
    if language.joins_need_a_condition and level.joins != level.conditions:
        raise unparsable("A join has no condition, or one too many", "Write JOIN ... ON ..., or CROSS JOIN.")


def _follow(level: _Level, token: Token, before: Token | None, after: Token | None) -> None:
    kind = token.token_type
    previous = before.token_type if before else None
    if kind in _SET_OPERATIONS:
        level.rank = 0
        level.seen.clear()
    elif kind is TokenType.FROM and previous is TokenType.DISTINCT:
        pass  # IS DISTINCT FROM
    elif kind is TokenType.FROM and (previous in _SET_OPERATIONS or _opens_query(level, previous)):
        raise unparsable("FROM stands without a SELECT", "Begin with SELECT.")
    elif kind in _RANKS and _is_clause(kind, previous):
        rank = _RANKS[kind]
        if rank < level.rank or kind in level.seen:
            raise unparsable(f"{token.text.upper()} is not in its place", "Mind the order of the clauses.")
        if kind in _NEED_A_VALUE and (after is None or after.token_type in _NO_START_OF_A_VALUE):
            raise unparsable(f"{token.text.upper()} stands before nothing", "Complete it.")
        level.rank = rank
        level.seen.add(kind)
    elif kind is TokenType.JOIN:
        level.joins += 1
    elif kind in _CONDITIONS and previous is not TokenType.DISTINCT:
        level.conditions += 1
    elif kind is TokenType.ALIAS and (after is None or after.token_type in _NO_START_OF_A_VALUE):
        raise unparsable("AS stands before nothing", "Give a name.")
    elif kind is TokenType.OVER and (
        after is None or after.token_type not in {TokenType.L_PAREN, TokenType.VAR, TokenType.IDENTIFIER}
    ):
        raise unparsable("OVER stands before nothing", "Write OVER (...).")


def _is_opening(token: Token | None) -> bool:
    return token is not None and token.token_type in _OPENING


def _opens_query(level: _Level, previous: TokenType | None) -> bool:
    return level.opening is TokenType.L_PAREN and previous is TokenType.L_PAREN


def _is_clause(kind: TokenType, previous: TokenType | None) -> bool:
    """Some of these words are names too: `SELECT o.offset`, `AS "limit"`."""
    return (previous is not TokenType.DOT and previous is not TokenType.ALIAS) or kind is TokenType.SELECT


def _check_spelling(token: Token, after: Token | None, language: Language) -> None:
    allowed = language.spellings.get(token.token_type)
    if allowed is not None and token.text.lower() not in allowed:
        raise unparsable(f"{token.text[:16]} is no operator here", "Use this database's own operators.")
    if (
        token.token_type is TokenType.NUMBER
        and after is not None
        and after.start == token.end + 1
        and (after.token_type is TokenType.VAR or after.text[:1].isalpha())
    ):
        raise unparsable("A number runs into a word", "Put a space between them.")
