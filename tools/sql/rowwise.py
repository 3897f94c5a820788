"""Whether every row that is found gets a value of its own (rule `row`).

An aggregate over the rows that a SELECT finds would make one row of them all, and in an UPDATE there is none
such. It can stand in a query further in and still be one of the outer SELECT, when all that it looks at is
the outer row's.
"""

from sqlglot import exp

from tools.sql.language import Language
from tools.sql.reading import is_plain_aggregate, own_nodes
from tools.sql.refusals import denied
from tools.sql.scopes import Resolution


def check(tree: exp.Expr, found: Resolution, language: Language) -> None:
    """Raises `Denied`."""
    where = tree.args.get("where")
    for node in own_nodes([*tree.expressions, *([where] if where is not None else [])]):
        if isinstance(node, exp.Window) or is_plain_aggregate(node, language):
            raise _refusal()
    outermost = next(scope for scope in found.scopes if scope.select is tree)
    for node in tree.find_all(exp.Anonymous):
        if is_plain_aggregate(node, language) and _looks_at(node, found) == {id(outermost)}:
            raise _refusal()


def _looks_at(call: exp.Expr, found: Resolution) -> set[int]:
    """The scopes whose rows an aggregate takes in."""
    return {
        id(reference.found_in)
        for reference in found.references
        if _is_in(reference.column, call) and not _is_in(reference.found_in.select, call)
    }


def _is_in(node: exp.Expr, around: exp.Expr) -> bool:
    inner: exp.Expr | None = node
    while inner is not None and inner is not around:
        inner = inner.parent
    return inner is not None


def _refusal() -> Exception:
    return denied(
        "row",
        "An aggregate or a window function over the rows that are changed is not open here",
        "Put it into a sub-select with a FROM of its own.",
    )
