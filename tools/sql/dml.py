"""One INSERT, UPDATE or DELETE, taken apart by its tokens.

Only its outermost form is read here: which table, which columns, which expressions. What the expressions say
is for the guard of reads, which gets their text as it came (tools/sql/writes.py). Nothing is skipped: a token
that has no place in the form is a refusal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sqlglot.tokenizer_core import Token, TokenType

from tools.sql.language import Language
from tools.sql.names import fold
from tools.sql.refusals import denied, named, unparsable

Part: TypeAlias = Sequence[Token]


class Verb(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a write; names are in the form in which they compare.

    `queries` is the WITH before it, `label` what its expressions call the table. `values` are the expressions
    of SET, one for each of `columns`, or the VALUES or SELECT of an INSERT as its only one.
    """

    verb: Verb
    queries: Part
    schema: str | None
    name: str
    label: str
    columns: tuple[str, ...]
    values: tuple[Part, ...]
    where: Part


_VERBS = {TokenType.INSERT: Verb.INSERT, TokenType.UPDATE: Verb.UPDATE, TokenType.DELETE: Verb.DELETE}
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
_WORD = re.compile(r"[^\W\d][\w$]*")
_NOT_A_LABEL = {
    TokenType.SET,
    TokenType.WHERE,
    TokenType.USING,
    TokenType.FROM,
    TokenType.RETURNING,
    TokenType.ORDER_BY,
    TokenType.LIMIT,
}
_CLAUSES = {
    TokenType.RETURNING: "Leave it out: the answer shows the rows as they are then.",
    TokenType.ORDER_BY: "Name the rows with WHERE.",
    TokenType.LIMIT: "Name the rows with WHERE.",
    TokenType.OFFSET: "Name the rows with WHERE.",
    TokenType.FETCH: "Name the rows with WHERE.",
    TokenType.USING: "Put what it looks up into a sub-select in WHERE.",
    TokenType.FROM: "Put what it looks up into a sub-select, in SET or in WHERE.",
}


def take_apart(tokens: Part, sql: str, language: Language) -> Form:
    """Raises `Denied` (rules `statement`, `clause`, `default`, `where`, `write`) or `InvalidArgument`."""
    return _Reader(tokens, sql, language).read()


class _Reader:
    def __init__(self, tokens: Part, sql: str, language: Language) -> None:
        self._tokens = tokens
        self._sql = sql
        self._language = language
        self._depths = _depths(tokens)
        self._at = 0

    def read(self) -> Form:
        queries = self._queries()
        verb = self._verb()
        for token in self._tokens:
            if self._spelling(token).upper() == "DEFAULT":
                raise denied("default", "DEFAULT is not open here", "Leave the column out, or write a value.")
        match verb:
            case Verb.INSERT:
                return self._insert(queries)
            case Verb.UPDATE:
                return self._update(queries)
            case Verb.DELETE:
                return self._delete(queries)

    def _queries(self) -> Part:
        if self._kind() is TokenType.WITH:
            self._at = self._find(set(_VERBS)) or 0
        return self._tokens[: self._at]

    def _verb(self) -> Verb:
        verb = _VERBS.get(self._tokens[self._at].token_type)
        if verb is None:
            raise denied(
                "statement",
                f"{named(self._tokens[self._at].text.upper())} begins no change of rows",
                "Send one INSERT, UPDATE or DELETE; the query tool reads.",
            )
        self._at += 1
        if self._kind() is TokenType.OR:
            raise denied("clause", f"{verb.upper()} OR is not open here", f"Write a plain {verb.upper()}.")
        return verb

    def _insert(self, queries: Part) -> Form:
        self._expect(TokenType.INTO, "INSERT INTO")
        schema, name = self._table()
        if self._kind() is not TokenType.L_PAREN:
            raise denied("write", "The columns have no names here", "Write INSERT INTO t (a, b) VALUES ....")
        self._at += 1
        columns = [self._column()]
        while self._kind() is TokenType.COMMA:
            self._at += 1
            columns.append(self._column())
        self._expect(TokenType.R_PAREN, "a closing bracket after the columns")
        for index in self._outermost(self._at):
            token = self._tokens[index]
            after = self._tokens[index + 1].text.upper() if index + 1 < len(self._tokens) else ""
            if token.token_type is TokenType.ON and after in {"CONFLICT", "DUPLICATE"}:
                raise denied(
                    "clause", f"ON {after} is not open here", "Look which rows exist, then insert or update."
                )
            if token.token_type is TokenType.RETURNING:
                raise _clause(token)
        source = self._tokens[self._at :]
        if not source:
            raise unparsable("There is nothing to insert", "Add VALUES (...), or a SELECT.")
        return Form(Verb.INSERT, queries, schema, name, name, tuple(columns), (source,), ())

    def _update(self, queries: Part) -> Form:
        schema, name = self._table()
        label = self._label(name)
        self._expect(TokenType.SET, "SET after the table")
        columns: list[str] = []
        values: list[Part] = []
        while True:
            if self._kind() is TokenType.L_PAREN:
                raise denied("clause", "SET (a, b) = ... is not open here", "Write SET a = ..., b = ....")
            columns.append(self._column())
            if self._kind() is not TokenType.EQ or self._tokens[self._at].text != "=":
                raise unparsable("SET takes column = value", "Write each column alone, without its table.")
            self._at += 1
            values.append(self._expression())
            if self._kind() is not TokenType.COMMA:
                break
            self._at += 1
        return Form(Verb.UPDATE, queries, schema, name, label, tuple(columns), tuple(values), self._where())

    def _delete(self, queries: Part) -> Form:
        self._expect(TokenType.FROM, "DELETE FROM")
        schema, name = self._table()
        label = self._label(name)
        return Form(Verb.DELETE, queries, schema, name, label, (), (), self._where())

    def _where(self) -> Part:
        if self._at == len(self._tokens):
            raise denied(
                "where",
                "Without WHERE this would change every row",
                "Say which rows it is about; WHERE true says all of them.",
            )
        if self._kind() is not TokenType.WHERE:
            raise _clause(self._tokens[self._at])
        self._at += 1
        condition = self._expression()
        if self._at < len(self._tokens):
            raise _clause(self._tokens[self._at])
        return condition

    def _expression(self) -> Part:
        """Up to the next comma or clause outside of all brackets."""
        start = self._at
        for index in self._outermost(start):
            kind = self._tokens[index].token_type
            ends = kind in {TokenType.COMMA, TokenType.WHERE, *_CLAUSES}
            if kind is TokenType.FROM and self._tokens[index - 1].token_type is TokenType.DISTINCT:
                ends = False  # IS DISTINCT FROM
            if ends:
                self._at = index
                break
        else:
            self._at = len(self._tokens)
        if start == self._at:
            raise unparsable("A value or a condition is missing", "Complete the statement.")
        return self._tokens[start : self._at]

    def _table(self) -> tuple[str | None, str]:
        if self._at < len(self._tokens) and self._tokens[self._at].text.upper() == "ONLY":
            raise denied("clause", "ONLY is not open here", "Name the table itself.")
        first = self._name("a table")
        if self._kind() is not TokenType.DOT:
            return None, first
        self._at += 1
        return first, self._name("a table")

    def _label(self, name: str) -> str:
        if self._kind() is TokenType.ALIAS:
            self._at += 1
        elif self._kind() is None or self._kind() in _NOT_A_LABEL:
            return name
        return self._name("another name for the table")

    def _column(self) -> str:
        name = self._name("a column")
        if self._kind() in {TokenType.DOT, TokenType.L_BRACKET}:
            raise unparsable("A part of a column can't be written", "Write the whole column, by its name.")
        return name

    def _name(self, what: str) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is not None and token.token_type is TokenType.IDENTIFIER:
            self._at += 1
            return token.text if self._language.quoted_names_keep_case else fold(token.text)
        # A string's text could be taken for a word, but not what it is written as.
        if token is None or not _WORD.fullmatch(self._spelling(token)):
            raise unparsable(
                f"This is not the name of {what}" if token else f"The name of {what} is missing",
                "Write a plain name.",
            )
        self._at += 1
        return fold(token.text)

    def _spelling(self, token: Token) -> str:
        return self._sql[token.start : token.end + 1]

    def _kind(self) -> TokenType | None:
        return self._tokens[self._at].token_type if self._at < len(self._tokens) else None

    def _expect(self, kind: TokenType, what: str) -> None:
        if self._kind() is not kind:
            raise unparsable(f"The statement lacks {what}", "Mend its syntax.")
        self._at += 1

    def _find(self, kinds: set[TokenType]) -> int | None:
        return next((i for i in self._outermost(0) if self._tokens[i].token_type in kinds), None)

    def _outermost(self, start: int) -> Sequence[int]:
        return [index for index in range(start, len(self._tokens)) if self._depths[index] == 0]


def _depths(tokens: Part) -> list[int]:
    """For each token how many brackets stand around it; a bracket itself stands outside."""
    depth, depths = 0, list[int]()
    for token in tokens:
        if token.token_type in _CLOSING:
            depth -= 1
            if depth < 0:
                raise unparsable("A bracket is closed that was not opened", "Take it out.")
        depths.append(depth)
        if token.token_type in _OPENING:
            depth += 1
    if depth:
        raise unparsable("A bracket is not closed", "Close it.")
    return depths


def closing(tokens: Part, start: int) -> int:
    """The index of what closes the bracket at `start`; `start` where that is none."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index].token_type in _OPENING) - (tokens[index].token_type in _CLOSING)
        if depth <= 0:
            return index
    return start


def _clause(token: Token) -> Exception:
    shown = named(token.text.upper())
    instead = _CLAUSES.get(token.token_type, "Leave it out.")
    return denied("clause", f"{shown} has no place in this statement", instead)
