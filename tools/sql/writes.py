"""The guard of writes: what one INSERT, UPDATE or DELETE would change, as a SELECT (threats T29, T17).

The caller's own statement never runs. Its form is taken apart by tokens (dml.py), and a SELECT is put
together that finds the same rows and makes the same values; this passes the guard of reads in the whole
(guard.py), whose rules hold in it wherever they hold in a query. Beyond these:

    statement    it is one INSERT, UPDATE or DELETE
    clause       nothing hangs on it: no RETURNING, ON CONFLICT, FROM, USING, ORDER BY, LIMIT
    default      every value is written down, so that it can be shown
    where        an UPDATE and a DELETE say which rows they are about
    write        the table has a key, and the columns are among those that may be written
    row          each row gets one value of its own: no aggregates over the rows that are changed

The values of the rows that may be read, in the order of the table's columns, are the outputs `b1`, `b2`, ...;
the new values, in the order of `Write.written`, are `a1`, `a2`, ....
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from policies.errors import Denied
from tools.sql import grammar, rowwise, syntax
from tools.sql.dml import Form, Part, Verb, closing, take_apart
from tools.sql.guard import LANGUAGES, check, taking_apart
from tools.sql.language import Language
from tools.sql.names import comparable
from tools.sql.refusals import denied, named, unparsable
from tools.sql.resolve import resolve
from tools.sql.rules import Checked, Readable, Relation, Rules

__all__ = ["Verb", "Write", "check_write", "too_many"]

_Piece: TypeAlias = "str | Part"
_CLAUSES = {"with_", "expressions", "from_", "where"}


@dataclass(frozen=True, slots=True)
class Write:
    """A write that has passed.

    `written` are the columns that get new values, as configured, in the order of these. `rows` shows what it
    would change: for an UPDATE `b1`... and `a1`..., for a DELETE `b1`..., for an INSERT `a1`.... It gives at
    most one row more than may be changed at once.
    """

    verb: Verb
    relation: Relation
    written: tuple[str, ...]
    rows: Checked


def check_write(sql: str, rules: Rules, values: Mapping[str, str] | None = None) -> Write:
    """What the statement would do, with `values` in the place of pseudonyms.

    Raises `Denied` or `InvalidArgument`, as `guard.check` does.
    """
    with taking_apart():
        return _check_write(sql, rules, values)


def too_many(rules: Rules) -> Denied:
    """The refusal of a write whose SELECT gives more rows than may be changed."""
    return denied(
        "max_changed_rows",
        f"This would change more than {rules.max_changed_rows} rows",
        "Narrow it, or do it in several calls.",
    )


def _check_write(sql: str, rules: Rules, values: Mapping[str, str] | None) -> Write:
    language = LANGUAGES[rules.dialect]
    tokens = syntax.tokenize(sql, language)
    form = take_apart(tokens, sql, language)
    relation = _relation(form, rules, language)
    written = _written(form, relation, rules.relations[relation], language)
    pieces = (
        _inserted(form, written, tokens, language)
        if form.verb is Verb.INSERT
        else _found(form, relation, rules, language)
    )
    text = "\n".join(_text(piece, sql) for piece in pieces)
    tree = _whole(text, pieces, language)
    if form.verb is not Verb.INSERT:
        _check_rowwise(tree, rules, language)
    rows = check(text, rules.for_changes(), values=values, written=True)
    if rows.columns != _names(form, relation, rules):
        raise denied(
            "write", "The rows have another number of values than columns are named", "Match the two."
        )
    return Write(form.verb, relation, written, rows)


def _relation(form: Form, rules: Rules, language: Language) -> Relation:
    schema = form.schema or comparable(rules.default_schema, language)
    for relation in rules.relations:
        if (comparable(relation.schema, language), comparable(relation.name, language)) == (
            schema,
            form.name,
        ):
            break
    else:
        shown = f"{form.schema}.{form.name}" if form.schema else form.name
        open_ = ", ".join(sorted(f"{r.schema}.{r.name}" for r in rules.relations if rules.relations[r].write))
        raise denied(
            "relation",
            f"The relation {named(shown)} is not open",
            f"Open for writing are: {open_ or 'none'}.",
        )
    others = {comparable(other.name, language) for other in rules.relations if other is not relation}
    if form.label in others - {form.name}:
        raise denied(
            "relation", f"The name {named(form.label)} is another table's", "Choose another alias, or none."
        )
    return relation


def _written(form: Form, relation: Relation, readable: Readable, language: Language) -> tuple[str, ...]:
    table = named(relation.name)
    if not readable.write or not readable.key:
        raise denied("write", f"{table} is not open for writing", "An administrator can open it.")
    if form.verb is Verb.DELETE and set(readable.columns) - {*readable.write, *readable.key}:
        raise denied(
            "write",
            f"A row of {table} holds columns that may not be written, so it may not be deleted",
            "Update the columns that may be.",
        )
    keys = {comparable(name, language) for name in readable.key}
    open_ = {comparable(name, language): name for name in readable.write}
    if form.verb is Verb.INSERT:
        open_ |= {comparable(name, language): name for name in readable.key}
    for name in form.columns:
        if form.verb is Verb.UPDATE and name in keys:
            raise denied(
                "write", f"{named(name)} is the key of {table} and stays", "Insert a row, delete the other."
            )
        if name not in open_:
            raise denied(
                "write",
                f"The column {named(name)} of {table} is not open for writing",
                f"Open are: {', '.join(open_.values())}.",
            )
    if len(set(form.columns)) != len(form.columns):
        raise denied("write", "A column is written twice", "Write it once.")
    return tuple(open_[name] for name in form.columns)


def _found(form: Form, relation: Relation, rules: Rules, language: Language) -> list[_Piece]:
    """The rows that the condition finds: what they hold, and what they get."""

    def quoted(name: str) -> str:
        return syntax.identifier(name, language)

    label = quoted(form.label)
    shown = ", ".join(
        f"{label}.{quoted(name)} AS {quoted(f'b{number}')}"
        for number, name in enumerate(rules.relations[relation].columns, 1)
    )
    pieces: list[_Piece] = [form.queries, f"SELECT {shown}"]
    for number, value in enumerate(form.values, 1):
        pieces += [", (", value, f") AS {quoted(f'a{number}')}"]
    # By its full name, so that no query of WITH stands in its place.
    pieces += [
        f"FROM {quoted(relation.schema)}.{quoted(relation.name)} AS {label} WHERE (",
        form.where,
        ")",
    ]
    return pieces


def _inserted(
    form: Form, written: tuple[str, ...], tokens: Iterable[Token], language: Language
) -> list[_Piece]:
    """The rows to insert, as the last query of WITH: only there both databases give columns new names."""
    used = {token.text.lower() for token in tokens}
    name = "what is inserted"  # and told so where it has too few columns
    while name in used:
        name += " too"
    quoted = syntax.identifier(name, language)
    names = ", ".join(syntax.identifier(f"a{number}", language) for number in range(1, len(written) + 1))
    return [
        form.queries or "WITH",
        f"{',' if form.queries else ''} {quoted} ({names}) AS (",
        *(_as_selects(form.values[0]) if language.rows_of_values_differ else [form.values[0]]),
        f") SELECT * FROM {quoted}",  # noqa: S608 - a name of ours
    ]


def _as_selects(source: Part) -> list[_Piece]:
    """`VALUES (1, 2), (3, 4)` as `SELECT 1, 2 UNION ALL SELECT 3, 4`; another source as it is."""
    if source[0].token_type is not TokenType.VALUES:
        return [source]
    pieces: list[_Piece] = []
    at = 1
    while at < len(source):
        end = closing(source, at)
        if source[at].token_type is not TokenType.L_PAREN or end - at < 2:
            raise unparsable("VALUES takes rows in brackets", "Write VALUES (...), (...).")
        pieces += ["UNION ALL SELECT" if pieces else "SELECT", source[at + 1 : end]]
        at = end + 1
        if at < len(source):
            if source[at].token_type is not TokenType.COMMA or at + 1 == len(source):
                raise unparsable("VALUES takes rows in brackets", "Write VALUES (...), (...).")
            at += 1
    if not pieces:
        raise unparsable("There is nothing to insert", "Add VALUES (...), or a SELECT.")
    return pieces


def _whole(text: str, pieces: list[_Piece], language: Language) -> exp.Select:
    """The tree of the text, which is what was put together: the same tokens, and one plain SELECT."""
    tokens = syntax.tokenize(text, language)
    if _spellings(tokens) != [one for piece in pieces for one in _spellings(_tokens(piece, language))]:
        raise denied(
            "syntax", "A part of the statement changes its meaning by where it stands", "Rewrite it."
        )
    tree = syntax.parse(tokens, text, language)
    if not isinstance(tree, exp.Select) or {key for key, value in tree.args.items() if value} - _CLAUSES:
        raise denied("syntax", "The statement is not of the form that it seems to be", "Rewrite it.")
    return tree


def _check_rowwise(tree: exp.Select, rules: Rules, language: Language) -> None:
    grammar.check(tree, rules, language)
    rowwise.check(tree, resolve(tree, rules, language), language)


def _names(form: Form, relation: Relation, rules: Rules) -> tuple[str, ...]:
    before = () if form.verb is Verb.INSERT else rules.relations[relation].columns
    after = form.columns
    return (
        *(f"b{number}" for number in range(1, len(before) + 1)),
        *(f"a{number}" for number in range(1, len(after) + 1)),
    )


def _text(piece: _Piece, sql: str) -> str:
    if isinstance(piece, str):
        return piece
    return sql[piece[0].start : piece[-1].end + 1] if piece else ""


def _tokens(piece: _Piece, language: Language) -> Part:
    return syntax.tokens_of(piece, language) if isinstance(piece, str) else piece


def _spellings(tokens: Part) -> list[tuple[TokenType, str]]:
    return [(token.token_type, token.text) for token in tokens]
