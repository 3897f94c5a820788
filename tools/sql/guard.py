"""The guard of SQL statements: what may run, and the text that runs in its place (threat T29).

A statement passes these rules in this order; the id is in `Denied.rule`:

    (InvalidArgument)  one statement that can be read, of 64 KiB at most, not too deep (text.py, strict.py,
                       syntax.py)
    explain            EXPLAIN shows a plan and runs nothing: no ANALYZE, no VERBOSE (explain.py)
    statement          it reads: SELECT, VALUES, WITH ... SELECT, TABLE (grammar.py)
    syntax             every form in it, and every part of every form, is on the list (grammar.py)
    parameter          it holds no placeholders (grammar.py)
    function           every function is on the list (grammar.py)
    operator           every operator is on the list (grammar.py)
    type               every cast is to a plain built-in type (grammar.py)
    relation           every relation is on the source's list (from_list.py)
    column             every column is on its relation's list, wherever it stands (columns.py)
    pseudonym          one stands only where its value can't come back in another form (placing.py)
    unbounded          nothing in it is endless on its face (bounds.py, recursion.py)

`rows` is for the configuration: a row filter that is none (rewrite.py). Writes have a guard of their own
(writes.py), made of this one.

What runs is generated from the checked tree (rewrite.py): every name qualified and quoted, stars expanded,
row filters in, capped at one row more than may be shown.

The guard knows allowed names and no types. That a built-in's name means the built-in is for the connection to
see to: `search_path = pg_catalog`.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from policies.cause import cause
from policies.errors import Denied, InvalidArgument, Refusal
from tools.sql import bounds, explain, grammar, lineage, names, placing, rewrite, strict, syntax
from tools.sql.dialect_mysql import MYSQL
from tools.sql.dialect_postgres import POSTGRES
from tools.sql.dialect_snowflake import SNOWFLAKE
from tools.sql.dialect_sqlite import SQLITE
from tools.sql.filters import columns_asked
from tools.sql.refusals import unparsable
from tools.sql.resolve import resolve
from tools.sql.rewrite import Claims
from tools.sql.rules import Checked, Dialect, Readable, Rules

LANGUAGES = {
    Dialect.POSTGRES: POSTGRES,
    Dialect.SQLITE: SQLITE,
    Dialect.MYSQL: MYSQL,
    Dialect.SNOWFLAKE: SNOWFLAKE,
}


def check(
    sql: str,
    rules: Rules,
    *,
    offset: int = 0,
    cap: bool = True,
    values: Mapping[str, str] | None = None,
    written: bool = False,
) -> Checked:
    """The statement that may run in the place of `sql`.

    `values` are what pseudonyms in it stand for; a plan is shown with the pseudonyms. `written` says that
    what it selects is written and not shown.

    `offset` counts rows to leave out; `cap=False` leaves the outer LIMIT off, for showing a plan. For an
    EXPLAIN the text begins with `EXPLAIN`, and its rows are the plan's.

    Raises `Denied`, which names the object and the rule, or `InvalidArgument`.
    """
    if offset < 0:
        raise InvalidArgument("The offset is negative. Start at 0.")
    with taking_apart():
        return _check(sql, rules, offset, cap=cap, values=values or {}, written=written)


@contextmanager
def taking_apart() -> Generator[None]:
    """Whatever is raised within, a statement that it is raised for is refused."""
    try:
        yield
    except Refusal:
        raise
    except RecursionError:
        raise unparsable("The statement nests too deeply", "Split it, or use WITH.") from None
    except Exception as error:  # noqa: BLE001 - what the guard can't take apart does not run
        raise unparsable(
            "The statement can't be taken apart", "Write it more plainly.", detail=cause(error)
        ) from None


def check_rules(rules: Rules) -> None:
    """Holds every table's settings against the rules for them. Raises `ValueError` with a sentence."""
    language = LANGUAGES[rules.dialect]
    for relation, readable in rules.relations.items():
        table = f"{relation.schema}.{relation.name}"
        if readable.rows is not None:
            try:
                rewrite.row_filter(readable.rows, relation, rules, language)
            except (Denied, InvalidArgument) as refusal:
                raise ValueError(f"the row filter of {table} can't be used: {refusal.message}") from refusal
        _check_writable(table, readable, rules.dialect)


def _check_writable(table: str, readable: Readable, dialect: Dialect) -> None:
    """What is written is shown before and after, so it is among what may be read."""
    language = LANGUAGES[dialect]

    def comparable(columns: Iterable[str]) -> set[str]:
        return {names.comparable(name, language) for name in columns}

    for setting, columns in (("key", readable.key), ("write", readable.write)):
        if unread := comparable(columns) - comparable(readable.columns):
            raise ValueError(f"{setting} of {table} names {min(unread)}, which is not among its columns")
    if asked := comparable(readable.write) & comparable(columns_asked(readable, dialect)):
        raise ValueError(
            f"write of {table} names {min(asked)}, which its row filter reads: a row could be written out of "
            "its owner's sight"
        )


def _check(
    sql: str, rules: Rules, offset: int, *, cap: bool, values: Mapping[str, str], written: bool
) -> Checked:
    language = LANGUAGES[rules.dialect]
    prefix, tokens = explain.split(sql, language)
    strict.check(tokens, language, syntax.type_tokens(language))
    tree = syntax.parse(tokens, sql, language)
    placed = placing.place(tree, tokens, sql, values) if values and not prefix else ()
    grammar.check(tree, rules, language)
    if language.outputs_named_by_text:
        rewrite.keep_texts(tree, tokens, sql, language)
    found = resolve(tree, rules, language)
    origins = lineage.outputs(tree, found, rules)
    placing.check(placed, tree, found, written=written)
    bounds.check(found, tree, language, rules.max_rows)
    claims = Claims(language)
    rewrite.apply_rows(found, rules, language, claims)
    rewrite.keep_operators_unnamed(tree)
    capped = rewrite.cap(tree, rules.max_rows + 1, offset, language) if cap else tree
    relations, columns = found.relations(), found.derived[id(tree)].columns
    text = prefix + syntax.render(capped, language, last=True)
    return Checked(text, claims.names(), relations, columns, origins)
