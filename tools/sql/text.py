"""A statement before it is parsed: its characters, its size, how deep it nests, where it ends.

A parser that recurses is only safe on text that is known to be shallow, so all of this is one pass over the
characters and one over the tokens (threat T31).
"""

import re
from collections.abc import Sequence

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from policies.cause import cause
from tools.sql.refusals import unparsable

MAX_BYTES = 65_536
MAX_TOKENS = 12_000
MAX_DEPTH = 48
# The parser tries each way of reading an opening bracket after a type or an array: twice the work a level.
MAX_BRACKET_DEPTH = 6
MAX_PREFIXES = 24
MAX_REPEATS = 8
MAX_SUBSCRIPTS = 8
MAX_JOINS = 64
MAX_SELECTS = 256

# Marks a name for the way through the parser (tools/sql/syntax.py); the text itself never holds it.
MARK = "\ue000"

_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff{MARK}\ud800-\udfff]")

_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_OPERANDS = {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.STRING,
    TokenType.NUMBER,
    TokenType.STAR,
    TokenType.COMMA,
    TokenType.NULL,
    TokenType.TRUE,
    TokenType.FALSE,
    TokenType.R_PAREN,
    TokenType.R_BRACKET,
    TokenType.END,
}
# They open nothing here, and the tokenizer takes the rest for one string.
_NOT_TAKEN_APART = {TokenType.COMMAND, TokenType.REPLACE}
_REPEATABLE = _OPENING | _CLOSING | {TokenType.COMMA, TokenType.SEMICOLON}


def tokens(sql: str, dialect: Dialect, types: frozenset[TokenType]) -> list[Token]:
    """The tokens of exactly one statement, without a closing semicolon.

    Raises `InvalidArgument` for what is too long, too deep, no text, or more than one statement.
    """
    if (size := len(sql.encode(errors="surrogatepass"))) > MAX_BYTES:
        raise unparsable(
            f"The statement is {size} bytes long, the limit is {MAX_BYTES}", "Send a shorter one."
        )
    if _FORBIDDEN.search(sql):
        raise unparsable("The statement holds a control character", "Send plain text.")
    try:
        found = dialect.tokenize(sql)
    except (SqlglotError, ValueError, RecursionError) as error:
        raise unparsable(
            "The statement can't be read: a quote or a comment is not closed", detail=cause(error)
        ) from None
    if len(found) > MAX_TOKENS:
        raise unparsable(f"The statement has more than {MAX_TOKENS} words and signs", "Send a shorter one.")
    while found and found[-1].token_type is TokenType.SEMICOLON:
        found.pop()
    if not found:
        raise unparsable("There is no statement")
    if any(token.token_type is TokenType.SEMICOLON for token in found):
        raise unparsable("There is more than one statement", "Send them one by one.")
    _check_depth(found, types)
    return found


def check_between(sql: str, found: Sequence[Token], between: re.Pattern[str]) -> None:
    """Raises `InvalidArgument` where something other than `between` stands around the tokens."""
    if found[0].token_type in _NOT_TAKEN_APART:
        return
    end_of_last = 0
    for start, end in [*((token.start, token.end + 1) for token in found), (len(sql), 0)]:
        if end_of_last < start and between.fullmatch(sql, end_of_last, start) is None:
            raise unparsable(
                "The statement holds a comment that this database reads otherwise", "Leave it out."
            )
        end_of_last = end


def _check_depth(found: Sequence[Token], types: frozenset[TokenType]) -> None:
    open_brackets: list[bool] = []
    costly = prefixes = repeats = subscripts = joins = selects = 0
    before: Token | None = None
    for token in found:
        kind = token.token_type
        if kind in _OPENING:
            is_costly = kind is not TokenType.CASE and (
                kind is not TokenType.L_PAREN or (before is not None and before.token_type in types)
            )
            open_brackets.append(is_costly)
            costly += is_costly
        elif kind in _CLOSING and open_brackets:
            costly -= open_brackets.pop()
        if kind in _OPERANDS:
            prefixes = 0
        elif kind is not TokenType.L_PAREN:
            prefixes += 1
        same = before is not None and kind not in _REPEATABLE and token.text.lower() == before.text.lower()
        repeats = repeats + 1 if same else 0
        if kind is TokenType.L_BRACKET:
            subscripts = (
                subscripts + 1 if before is not None and before.token_type is TokenType.R_BRACKET else 0
            )
        joins += kind is TokenType.JOIN
        selects += kind is TokenType.SELECT
        if (
            len(open_brackets) > MAX_DEPTH
            or costly > MAX_BRACKET_DEPTH
            or prefixes > MAX_PREFIXES
            or repeats > MAX_REPEATS
            or subscripts > MAX_SUBSCRIPTS
        ):
            raise unparsable("The statement nests too deeply", "Split it, or use WITH.")
        if joins > MAX_JOINS:
            raise unparsable(f"The statement has more than {MAX_JOINS} joins", "Ask for less at once.")
        if selects > MAX_SELECTS:
            raise unparsable(f"The statement has more than {MAX_SELECTS} SELECTs", "Ask for less at once.")
        before = token
