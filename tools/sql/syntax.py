"""Text to tree and back, through sqlglot, so that nothing is translated on the way.

sqlglot is a transpiler: it knows some 700 functions by name and writes many of them back under another
(`strpos` as POSITION, `date_part` as EXTRACT, `mod` as %), which changes a column's name or type. A guard
wants the opposite: every call as it was written. So names of functions go through the parser marked, as
functions that it does not know, and come back as they were; the few forms with a syntax of their own (CAST,
EXTRACT, TRIM, ...) are left to it. Operators that it would rewrite go through as OPERATOR(...).

What the parser drops silently (`interval (SELECT 1)` loses its SELECT) is found by comparing names and
literals before and after.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from policies.cause import cause
from tools.sql import text
from tools.sql.language import Language, words
from tools.sql.refusals import denied, unparsable
from tools.sql.text import MARK

# The parser announces on a logger what it could not parse; here that is a refusal, and says so itself.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_OWN_SYNTAX = words(
    "AND ARRAY CASE CAST EXISTS EXTRACT FILTER FIRST GLOB LAST LIKE NEXT OR OVERLAY POSITION SUBSTRING TRIM"
)
_REWRITTEN_OPERATORS = {
    TokenType.ARROW,
    TokenType.DARROW,
    TokenType.HASH_ARROW,
    TokenType.DHASH_ARROW,
    TokenType.PLACEHOLDER,
    TokenType.CARET_AT,
}
_STRINGS = {
    TokenType.STRING,
    TokenType.BYTE_STRING,
    TokenType.HEREDOC_STRING,
    TokenType.RAW_STRING,
    TokenType.UNICODE_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.BIT_STRING,
    TokenType.HEX_STRING,
}
_COLLECTED = "group_concat"
GET_PATH = "get_path"
_STEPS = "steps"
_INTERVAL_UNITS = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
# How the parser would name what comes of one, which is no part of the text.
_NAMING_OF_PIVOTS = ("columns", "identify_pivot_strings", "prefixed_pivot_columns", "pivot_column_naming")
# Where they stood in the text, which nobody asks any more, and each copy of a tree would copy.
_WITH_PLACES = (exp.Identifier, exp.Literal)
# Words that mean nothing, or that come back as another spelling of the same.
_OPTIONAL_WORDS = words("""
    row rows first last next nulls asymmetric some only isnull notnull unknown inner outer varying zone
    without
    """)


def tokenize(sql: str, language: Language) -> list[Token]:
    """Raises `InvalidArgument` (see tools/sql/text.py)."""
    dialect = _dialect(language)
    found = text.tokens(sql, dialect, type_tokens(language))
    if language.between is not None:
        text.check_between(sql, found, language.between)
    for token, after in zip(found, [*found[1:], None], strict=True):
        if token.token_type is TokenType.NOT and token.text == "!":
            adjacent = after is not None and after.start == token.end + 1 and after.text.startswith("~")
            if not adjacent:
                raise denied("syntax", "The operator ! is not open here", "Write NOT.")
    return found


def tokens_of(fragment: str, language: Language) -> Sequence[Token]:
    """The tokens of a piece of text of ours, which need not be a statement."""
    return _dialect(language).tokenize(fragment)


def type_tokens(language: Language) -> frozenset[TokenType]:
    return _type_tokens(language.name)


@cache
def _type_tokens(name: str) -> frozenset[TokenType]:
    return frozenset(_made(name).parser_class.TYPE_TOKENS)


def parse(tokens: Sequence[Token], sql: str, language: Language) -> exp.Expr:
    """The tree of one statement. Raises `InvalidArgument` when it is none, `Denied` when text got lost."""
    dialect = _dialect(language)
    try:
        trees = dialect.parser(error_level=ErrorLevel.IMMEDIATE).parse(
            list(_prepared(tokens, dialect, language)), sql
        )
    except RecursionError:
        raise unparsable("The statement nests too deeply", "Split it, or use WITH.") from None
    except Exception as error:  # noqa: BLE001 - whatever sqlglot raises on hostile text, the text is no statement
        raise unparsable("This is not a statement that can be read", detail=cause(error)) from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Expr):
        raise unparsable("There is not exactly one statement")
    tree = _restored(trees[0], language)
    _check_nothing_got_lost(tokens, tree, language)
    return tree


def identifier(name: str, language: Language) -> str:
    """A name as the database quotes it."""
    named = exp.to_identifier(name, quoted=True)
    return _with_its_names(named, language).sql(dialect=_dialect(language))


def render(tree: exp.Expr, language: Language, *, last: bool = False) -> str:
    """The text of a tree: every identifier quoted, no comments. Raises `InvalidArgument` or `Denied`.

    The `last` time the tree need not stay what it was.
    """
    if language.names_are_upper:
        tree, last = _with_its_names(tree if last else tree.copy(), language), True
    try:
        return _dialect(language).generate(
            _writable(tree) if _COLLECTED.upper() in language.own_syntax else tree,
            copy=not last,
            identify=True,
            comments=False,
            normalize_functions=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except RecursionError:
        raise unparsable("The statement nests too deeply", "Split it, or use WITH.") from None
    except SqlglotError as error:
        raise denied(
            "syntax", "The statement uses a form that this database does not have", "Rewrite it."
        ) from error
    except Exception as error:  # noqa: BLE001 - whatever sqlglot raises, there is no text to run
        raise unparsable("This statement can't be written back", detail=cause(error)) from None


def _dialect(language: Language) -> Dialect:
    return _made(language.name)


@cache
def _made(name: str) -> Dialect:
    """One for all statements: a dialect is settings, and what keeps a state is made from it each time."""
    return Dialect.get_or_raise(name)


def _like(token: Token, kind: TokenType, spelling: str) -> Token:
    return Token(kind, spelling, token.line, token.col, token.start, token.end)


def _prepared(tokens: Sequence[Token], dialect: Dialect, language: Language) -> Iterator[Token]:
    parser = dialect.parser_class
    translated = _translated(language.name) - language.own_syntax
    has_intervals = exp.Interval in language.nodes
    index = 0
    while index < len(tokens):
        token = tokens[index]
        kind = token.token_type
        end = _call(tokens, index, parser.FUNC_TOKENS)
        qualified = end > index
        before = tokens[index - 1].token_type if index else None
        if qualified or (
            end == index
            and token.text.upper() in translated
            and not (before in {TokenType.DCOLON, TokenType.ALIAS} and kind in parser.TYPE_TOKENS)
        ):
            spelling = ".".join(_folded(part) for part in tokens[index : end + 1 : 2])
            yield _like(token, TokenType.VAR, MARK + spelling)
            index = end + 1
            continue
        if kind in _REWRITTEN_OPERATORS and not _is_named(tokens, index):
            yield _like(token, TokenType.OPERATOR, "OPERATOR")
            yield _like(token, TokenType.L_PAREN, "(")
            yield _like(token, TokenType.VAR, token.text)
            yield _like(token, TokenType.R_PAREN, ")")
        elif kind is TokenType.INTERVAL and not has_intervals and (literal := _interval(tokens, index)):
            spelling, used = literal
            yield _like(token, TokenType.VAR, "CAST")
            yield _like(token, TokenType.L_PAREN, "(")
            yield _like(token, TokenType.STRING, spelling)
            yield _like(token, TokenType.ALIAS, "AS")
            yield token
            yield _like(token, TokenType.R_PAREN, ")")
            index += used
        else:
            yield token
        index += 1


def _is_named(tokens: Sequence[Token], index: int) -> bool:
    """Whether an operator stands in OPERATOR(...) already."""
    return tokens[index - 1].token_type is TokenType.DOT or (
        index > 1
        and tokens[index - 1].token_type is TokenType.L_PAREN
        and tokens[index - 2].token_type is TokenType.OPERATOR
    )


@cache
def _translated(name: str) -> frozenset[str]:
    """The upper-case names of functions that the parser has a node, or a reading, of its own for."""
    parser: Any = _made(name).parser_class
    return frozenset({*parser.FUNCTIONS, *parser.FUNCTION_PARSERS} - _OWN_SYNTAX)


def _call(tokens: Sequence[Token], index: int, callable_tokens: set[TokenType]) -> int:
    """The index of the last token of the function's name that starts here, or -1 when none does."""
    if index and tokens[index - 1].token_type is TokenType.DOT:
        return -1
    end = index
    while (
        end + 2 < len(tokens)
        and tokens[end + 1].token_type is TokenType.DOT
        and _is_name(tokens[end])
        and _is_name(tokens[end + 2])
    ):
        end += 2
    called = end + 1 < len(tokens) and tokens[end + 1].token_type is TokenType.L_PAREN
    nameable = tokens[end].token_type in callable_tokens or tokens[end].token_type is TokenType.IDENTIFIER
    return end if called and nameable else -1


def _is_name(token: Token) -> bool:
    return token.token_type is TokenType.IDENTIFIER or re.fullmatch(r"\w+", token.text) is not None


def _folded(token: Token) -> str:
    return token.text if token.token_type is TokenType.IDENTIFIER else token.text.lower()


def _interval(tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
    """The text of `interval '1 day'` or `interval '1' day`, and how many tokens follow the keyword."""
    literal = tokens[index + 1] if index + 1 < len(tokens) else None
    if literal is None or literal.token_type is not TokenType.STRING:
        return None
    unit = tokens[index + 2].text.upper() if index + 2 < len(tokens) else ""
    if unit not in _INTERVAL_UNITS:
        return literal.text, 1
    further = tokens[index + 3].text.upper() if index + 3 < len(tokens) else ""
    if further == "TO" or not re.fullmatch(r"[+-]?\d{1,9}", literal.text):
        raise denied("syntax", "This form of interval is not open here", "Write interval '1 day 2 hours'.")
    return f"{literal.text} {unit.lower()}", 2


def _restored(tree: exp.Expr, language: Language) -> exp.Expr:
    for node in list(tree.walk()):
        if isinstance(node, _WITH_PLACES):
            node.meta.clear()
        name = node.args.get("this")
        if isinstance(name, str) and MARK in name:
            node.set("this", name.replace(MARK, ""))
        elif isinstance(node, exp.Anonymous) and isinstance(name, str):
            node.set("this", name.lower())
        if isinstance(node, exp.Anonymous):
            _separate_distinct(node)
            if node.args["this"] in language.unit_functions:
                _make_unit(node, language)
        elif isinstance(node, exp.Trim) and node.args.get("position") and not node.args.get("expression"):
            # Without something to trim, the side to trim would be forgotten.
            node.set("expression", exp.Literal.string(" "))
        elif isinstance(node, (exp.RawString, exp.ByteString)):
            _make_plain(node)
        elif isinstance(node, exp.GroupConcat):
            _make_call(node)
        elif isinstance(node, exp.Pivot):
            for key in _NAMING_OF_PIVOTS:
                node.set(key, None)
        elif isinstance(node, exp.JSONExtract) and node.args.get("variant_extract"):
            _make_get_path(node)
        elif isinstance(node, exp.RegexpLike) and exp.RegexpLike not in language.nodes:
            _make_instr(node)
        elif isinstance(node, exp.Operator) and (arrow := language.arrows.get(str(node.args["operator"]))):
            node.replace(arrow(this=node.this, expression=node.expression))
    return tree


def _separate_distinct(call: exp.Anonymous) -> None:
    """`f(DISTINCT a, b ORDER BY c)` has DISTINCT over the first argument and ORDER BY after the last.

    The parser wraps all arguments in one node, which is written back as a CASE over a row.
    """
    if len(call.expressions) != 1:
        return
    only = call.expressions[0]
    distinct = only.this if isinstance(only, exp.Order) else only
    if not isinstance(distinct, exp.Distinct) or len(distinct.expressions) < 2:
        return
    first, *middle, last = distinct.expressions
    if isinstance(only, exp.Order):
        last = exp.Order(this=last, expressions=only.expressions)
    call.set("expressions", [exp.Distinct(expressions=[first]), *middle, last])


def _make_unit(call: exp.Anonymous, language: Language) -> None:
    """The first argument, which looks like a column."""
    unit = call.expressions[0] if call.expressions else None
    if isinstance(unit, exp.Column) and not unit.table and unit.name.upper() in language.units:
        unit.replace(exp.Var(this=unit.name.upper()))


def _make_plain(string: exp.Expr) -> None:
    value = str(string.this)
    if isinstance(string, exp.ByteString) and (not value.isascii() or "\0" in value):
        raise denied("syntax", "This escape string is not open here", "Write it as a plain string.")
    string.replace(exp.Literal.string(value))


def _make_call(collected: exp.GroupConcat) -> None:
    """GROUP_CONCAT with a SEPARATOR, which is a call like any other to whoever looks at it."""
    separator = collected.args.get("separator")
    collected.replace(
        exp.Anonymous(this=_COLLECTED, expressions=[collected.this, *([separator] if separator else [])])
    )


def _make_get_path(part: exp.JSONExtract) -> None:
    """`a:b.c`, as the call that it is written back as."""
    path = part.expression
    steps = list(path.expressions[1:]) if isinstance(path, exp.JSONPath) else []
    if not steps or not isinstance(path.expressions[0], exp.JSONPathRoot):
        raise denied("syntax", "This path is not open here", "Write it as column:key.key[0].")
    written = "".join(map(_step, steps)).removeprefix(".")
    call = exp.Anonymous(this=GET_PATH, expressions=[part.this, exp.Literal.string(written)])
    call.meta[_STEPS] = [str(step.this) for step in steps]
    part.replace(call)


def _step(step: exp.Expr) -> str:
    match step.this:
        case str() as key if isinstance(step, exp.JSONPathKey) and '"' not in key and "\\" not in key:
            return f".{key}" if _PLAIN_NAME.fullmatch(key) else f'["{key}"]'
        case int() as index if isinstance(step, exp.JSONPathSubscript) and index >= 0:
            return f"[{index}]"
        case _:
            raise denied("syntax", "This path is not open here", "Write it as column:key.key[0].")


def _make_instr(matched: exp.RegexpLike) -> None:
    """`a REGEXP b` would be written back as REGEXP_LIKE, which MariaDB lacks."""
    place = exp.Anonymous(this="regexp_instr", expressions=[matched.this, matched.expression])
    matched.replace(exp.paren(exp.GT(this=place, expression=exp.Literal.number(0))))


def _with_its_names(tree: exp.Expr, language: Language) -> exp.Expr:
    """The same tree, its plain names as the database keeps them."""
    for named in tree.find_all(exp.Identifier) if language.names_are_upper else ():
        if _PLAIN_NAME.fullmatch(named.name):
            named.set("this", named.name.upper())
    return tree


def _writable(tree: exp.Expr) -> exp.Expr:
    """The tree with the calls that `_make_call` has made in the form that is written back as it came."""
    if not any(call.args["this"] == _COLLECTED for call in tree.find_all(exp.Anonymous)):
        return tree
    copied = tree.copy()
    for call in list(copied.find_all(exp.Anonymous)):
        if call.args["this"] == _COLLECTED:
            this, *separator = call.expressions
            call.replace(exp.GroupConcat(this=this, separator=separator[0] if separator else None))
    return copied


def _check_nothing_got_lost(tokens: Sequence[Token], tree: exp.Expr, language: Language) -> None:
    try:
        after = _texts(_dialect(language).tokenize(render(tree, language)), language)
    except SqlglotError:
        raise denied("syntax", "The statement can't be written back as it was read", "Rewrite it.") from None
    for call in tree.find_all(exp.Anonymous):
        # Keys of a path are words before, and within a string after.
        after.update(("word", str(step).lower()) for step in call.meta.get(_STEPS, ()))
        after.update(("number", str(step)) for step in call.meta.get(_STEPS, ()))
    lost = _texts(tokens, language, only_named=True) - after
    if any(
        kind != "word" or spelling not in _OPTIONAL_WORDS | language.dropped_words for kind, spelling in lost
    ):
        raise denied("syntax", "A part of the statement has no meaning here", "Rewrite it in plain SQL.")


def _texts(
    tokens: Sequence[Token], language: Language, *, only_named: bool = False
) -> Counter[tuple[str, str]]:
    """Literals and words with their count; of the words, `only_named` takes those that are names."""
    found: list[tuple[str, str]] = []
    has_intervals = exp.Interval in language.nodes
    for index, token in enumerate(tokens):
        kind = token.token_type
        of_interval = index > 0 and tokens[index - 1].token_type is TokenType.INTERVAL
        is_alias = index > 0 and tokens[index - 1].token_type is TokenType.ALIAS
        if kind in _STRINGS and is_alias and language.strings_as_aliases:
            found.append(("word", token.text.lower()))
        elif kind in _STRINGS:
            spelling = token.text
            if only_named and of_interval and not has_intervals:
                literal = _interval(tokens, index - 1)
                spelling = literal[0] if literal else spelling
            elif of_interval and has_intervals:
                spelling = spelling.lower()  # the unit in `INTERVAL '30 day'` is written back in capitals
            found.append(("string", spelling))
        elif kind is TokenType.NUMBER and of_interval and has_intervals:
            found.append(("string", token.text))  # `INTERVAL 30 DAY` is written back with quotes
        elif kind is TokenType.NUMBER:
            fraction = index > 0 and tokens[index - 1].token_type is TokenType.DOT
            found.append(("number", f"0.{token.text}" if fraction else token.text))
        elif not only_named or (
            kind in {TokenType.VAR, TokenType.IDENTIFIER} and not _is_interval_unit(tokens, index)
        ):
            found.append(("word", token.text.lower()))
    return Counter(found)


def _is_interval_unit(tokens: Sequence[Token], index: int) -> bool:
    return index >= 2 and tokens[index - 2].token_type is TokenType.INTERVAL
