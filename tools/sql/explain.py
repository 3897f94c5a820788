"""EXPLAIN before a statement: the options that only show the plan (rule `explain`).

ANALYZE runs the statement. VERBOSE lists every column that a scan delivers, also those that are not open.
"""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from tools.sql import syntax
from tools.sql.language import Language
from tools.sql.refusals import denied, named

_EXPLAINING = {TokenType.COMMAND, TokenType.DESCRIBE}


def split(sql: str, language: Language) -> tuple[str, Sequence[Token]]:
    """The EXPLAIN to put before the checked statement, or "", and the statement's own tokens."""
    tokens = syntax.tokenize(sql, language)
    first = tokens[0]
    if first.token_type not in _EXPLAINING or first.text.upper() != "EXPLAIN":
        return "", tokens
    # The tokenizer may take the rest of such a statement for one string.
    blank = " " * (first.end + 1)
    rest = syntax.tokenize(blank + sql[first.end + 1 :], language)
    if _has_format(rest, language):
        rest = rest[3:]
    words = language.explain.words
    if [token.text.lower() for token in rest[: len(words)]] != list(words):
        raise _refused(rest[0].text)
    options, statement = _options(rest[len(words) :], language)
    written = " ".join(("EXPLAIN", *words)).upper()
    return f"{written} ({', '.join(options)}) " if options else f"{written} ", statement


def _has_format(tokens: Sequence[Token], language: Language) -> bool:
    first, equals, name = [token.text.lower() for token in tokens[:3]] if len(tokens) > 3 else ("",) * 3
    return (first, equals) == ("format", "=") and name in language.explain.formats


def _options(tokens: Sequence[Token], language: Language) -> tuple[list[str], Sequence[Token]]:
    is_list = (
        len(tokens) > 1
        and tokens[0].token_type is TokenType.L_PAREN
        and tokens[1].token_type
        not in {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN}
    )
    if not is_list:
        return [], tokens
    options: list[str] = []
    words: list[str] = []
    for index, token in enumerate(tokens[1:], 1):
        if token.token_type not in {TokenType.COMMA, TokenType.R_PAREN}:
            words.append(token.text.lower())
            continue
        name, *value = words or [""]
        if len(value) > 1 or (value[0] if value else "") not in language.explain.options.get(
            name, frozenset()
        ):
            raise _refused(name)
        options.append(" ".join(words).upper())
        words = []
        if token.token_type is TokenType.R_PAREN:
            return options, tokens[index + 1 :]
    raise _refused("(")


def _refused(what: str) -> Exception:
    return denied(
        "explain", f"{named(what)} is not open with EXPLAIN", "Use the explain tool, or plain EXPLAIN."
    )
