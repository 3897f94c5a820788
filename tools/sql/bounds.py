"""What a statement may cost, as far as its text tells: rule `unbounded`.

The database's own limits (time, planner's cost, cells, rows) hold whatever passes here. This rule refuses
what is unbounded on its face, with a sentence that says how to bound it, before a connection is held for it
(threat T40). Recursion is held against it while names are resolved (recursion.py).
"""

from collections.abc import Mapping

from sqlglot import exp

from tools.sql import series, sizes
from tools.sql.few import group_keys, has_small_limit, is_held, mentions_identifier
from tools.sql.grammar import function_name
from tools.sql.language import Language
from tools.sql.reading import clauses, is_plain_aggregate, own_nodes, window_of
from tools.sql.refusals import denied, named
from tools.sql.scopes import Derived, Resolution, Scope
from tools.sql.ties import is_product, loose, loose_around

MAX_LOOSE_RELATIONS = 2


def check(found: Resolution, tree: exp.Expr, language: Language, max_rows: int) -> None:
    """Raises `Denied`, rule `unbounded`."""
    for scope in found.scopes:
        _check_collectors(scope, found.derived, language, max_rows)
        _check_product(scope, language, max_rows)
    series.check(tree, found.scopes)
    sizes.check(tree, language)


def _check_collectors(
    scope: Scope, derived: Mapping[int, Derived], language: Language, max_rows: int
) -> None:
    """A value that collects rows counts as that many rows."""
    select = scope.select
    for node in own_nodes(clauses(select)):
        if isinstance(node, exp.Array) and len(node.expressions) == 1:
            inner = derived.get(id(node.expressions[0]))
            if inner is not None and not inner.few:
                raise _collects("ARRAY(SELECT ...)")
        if not isinstance(node, exp.Anonymous) or function_name(node) not in language.collectors:
            continue
        if all(source.few for source in scope.sources.values()) or is_held(scope, max_rows):
            continue
        window = window_of(node)
        keys = list(window.args.get("partition_by") or ()) if window else list(group_keys(select))
        small_groups = any(mentions_identifier(key) for key in keys)
        few_values = window is None and _collects_few_values(node)
        if not small_groups and not few_values:
            raise _collects(function_name(node))


def _collects(what: str) -> Exception:
    return denied(
        "unbounded",
        f"{named(what)} would collect a whole table in one value",
        "Group by an id, aggregate over a sub-select with LIMIT, or select the rows themselves.",
    )


def _collects_few_values(call: exp.Anonymous) -> bool:
    first = call.expressions[0] if call.expressions else None
    first = first.this if isinstance(first, exp.Order) else first
    if not isinstance(first, exp.Distinct) or len(first.expressions) != 1:
        return False
    return isinstance(first.expressions[0], exp.Column) and not mentions_identifier(first.expressions[0])


def _check_product(scope: Scope, language: Language, max_rows: int) -> None:
    if not scope.outer_references and sum(not source.few for source in scope.sources.values()) < 2:
        return  # one large source meets none
    unfinished = is_product(scope) and not _stops_early(scope.select, language, max_rows)
    if unfinished or loose(scope) + loose_around(scope) > MAX_LOOSE_RELATIONS:
        raise denied(
            "unbounded",
            "The joined tables are not tied to each other, so every row would meet every row",
            "Join them by equal columns.",
        )


def _stops_early(select: exp.Select, language: Language, max_rows: int) -> bool:
    """Whether the database can hand over the first rows without making all of them."""
    if has_small_limit(select, max_rows):
        return True
    needs_all = any(select.args.get(key) for key in ("group", "having", "qualify", "order", "distinct"))
    aggregates = any(
        isinstance(node, exp.Window) or is_plain_aggregate(node, language)
        for node in own_nodes(select.expressions)
    )
    return select.parent is None and not needs_all and not aggregates
