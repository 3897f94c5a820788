"""Values that the caller knows by pseudonyms alone, in the place of these (rule `pseudonym`).

A pseudonym stands in a plain string literal, and that is compared with a column of a table, or is written as
it stands. Anywhere else its value could come back in a form that nobody would know again: in pieces, in
capitals, backwards, or as one of a list of guesses.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from policies.pseudonyms import alike, filled
from tools.sql.grammar import function_name
from tools.sql.refusals import denied
from tools.sql.scopes import Resolution

_SAME_BUT_FOR_CASE = {"lower", "upper"}


def place(
    tree: exp.Expr, tokens: Sequence[Token], sql: str, values: Mapping[str, str]
) -> Sequence[exp.Literal]:
    """The literals of the tree that now hold values. Raises `Denied` for a pseudonym outside of one."""
    quoted = [
        text
        for token in tokens
        if token.token_type is TokenType.STRING and sql[token.start] == "'"
        for text in alike(token.text)
    ]
    found = [node for node in tree.find_all(exp.Literal) if node.is_string and alike(node.this)]
    placed = [text for node in found for text in alike(node.this)]
    if not len(alike(sql)) == len(quoted) == len(placed):
        raise denied("pseudonym", "A placeholder stands outside of plain quotes", "Write it as '<...>'.")
    for node in found:
        node.set("this", filled(node.this, values))
    return found


def check(placed: Sequence[exp.Literal], tree: exp.Expr, found: Resolution, *, written: bool) -> None:
    """Raises `Denied`. `written`: what the statement selects is written, and not shown."""
    tables = {id(reference.column) for reference in found.references if reference.source.relation}
    for node in placed:
        if not _is_compared(node, tables) and not (written and _is_a_whole_value(node, tree)):
            raise denied(
                "pseudonym",
                "A placeholder stands where its value could show",
                "Compare a column of a table with it (=, <>, IN, LIKE) in WHERE, ON or HAVING, or write it "
                "as the whole value of a column.",
            )


def _is_compared(literal: exp.Literal, tables: set[int]) -> bool:
    node: exp.Expr = literal
    while node.parent is not None and (isinstance(node.parent, exp.Paren) or _changes_case(node.parent)):
        node = node.parent
    comparison = node.parent
    match comparison:
        case exp.EQ() | exp.NEQ() | exp.NullSafeEQ() | exp.NullSafeNEQ():
            other = comparison.expression if node is comparison.this else comparison.this
        case exp.In() if node.arg_key == "expressions":
            other = comparison.this
        case exp.Like() | exp.ILike() if node.arg_key == "expression":
            other = comparison.this
        case _:
            return False
    return _is_in_a_condition(comparison) and any(
        id(column) in tables for column in other.find_all(exp.Column)
    )


def _changes_case(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Anonymous)
        and function_name(node) in _SAME_BUT_FOR_CASE
        and len(node.expressions) == 1
    )


def _is_in_a_condition(node: exp.Expr) -> bool:
    while (parent := node.parent) is not None:
        if isinstance(parent, (exp.Where, exp.Having)) or (
            isinstance(parent, exp.Join) and node.arg_key == "on"
        ):
            return True
        if isinstance(parent, exp.Query):
            return False
        node = parent
    return False


def _is_a_whole_value(literal: exp.Literal, tree: exp.Expr) -> bool:
    """Of the outermost SELECT, or of the rows that are inserted: the last query of its WITH (writes.py)."""
    node: exp.Expr = literal
    while isinstance(node.parent, (exp.Paren, exp.Alias)):
        node = node.parent
    queries = tree.args.get("with_")
    inserted = queries.expressions[-1].this if queries is not None else None
    if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
        return node.parent is tree or node.parent is inserted
    rows = node.parent.parent if isinstance(node.parent, exp.Tuple) else node.parent
    if not isinstance(rows, exp.Values):
        return False
    body = rows.parent.parent if isinstance(rows.parent, exp.From) else rows
    return body is inserted
