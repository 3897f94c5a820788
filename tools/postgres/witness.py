"""The planner as a second witness: what PostgreSQL itself says that a statement will read (threat T29)."""

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, cast

from policies.call import Column, Kind
from policies.canonical import Json
from policies.errors import Denied, UpstreamFailed
from tools.sql.rules import Relation, Rules

EXPLAIN: Final = "EXPLAIN (FORMAT JSON, VERBOSE) "

CLOSURE: Final = """
WITH RECURSIVE reach(oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest($1::text[], $2::text[]) AS allowed(schema, name)
        ON allowed.schema = n.nspname AND allowed.name = c.relname
    UNION
    SELECT next.oid FROM reach, LATERAL (
        SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = reach.oid
        UNION ALL
        SELECT d.refobjid FROM pg_rewrite r
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
        JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
        WHERE r.ev_class = reach.oid
    ) AS next(oid)
)
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM reach JOIN pg_class c ON c.oid = reach.oid JOIN pg_namespace n ON n.oid = c.relnamespace
"""
"""What reading the given relations may lead to: children, partitions, and what a view is made of.

Its parameters are their schemas and their names.
"""

# What a SELECT's plan is made of in PostgreSQL 12 to 18; a kind of node that is not here is refused.
_READING: Final = frozenset({
    "Result", "ProjectSet", "Append", "Merge Append", "Recursive Union", "BitmapAnd", "BitmapOr",
    "Nested Loop", "Merge Join", "Hash Join", "Seq Scan", "Sample Scan", "Gather", "Gather Merge",
    "Index Scan", "Index Only Scan", "Bitmap Index Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan",
    "Subquery Scan",
    "Function Scan", "Table Function Scan", "Values Scan", "CTE Scan", "WorkTable Scan", "Foreign Scan",
    "Custom Scan", "Materialize", "Memoize", "Sort", "Incremental Sort", "Group", "Aggregate", "WindowAgg",
    "Unique", "SetOp", "Hash", "Limit",
})  # fmt: skip
_OPAQUE: Final = frozenset({"Foreign Scan", "Custom Scan"})

STEPS: Final = (
    Column("step", Kind.NUMBER),
    Column("depth", Kind.NUMBER),
    Column("operation", Kind.NAME),
    Column("table", Kind.NAME),
    Column("estimated_rows", Kind.NUMBER),
    Column("estimated_cost", Kind.NUMBER),
)


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a plan reads. `cost` is in the planner's units."""

    root: Mapping[str, object]
    relations: frozenset[Relation]
    cost: float


def testimony(plan: str, rules: Rules) -> Testimony:
    """Reads the answer to `EXPLAIN`. Raises `Denied` for a step that does more than read what it names."""
    try:
        tree: object = json.loads(plan)
    except RecursionError:
        raise Denied(
            "The database's plan for this statement is too deep. Simplify the statement.",
            rule="planner_depth",
        ) from None
    top = _top(tree)
    relations: set[Relation] = set()
    for _, node in _nodes(top):
        kind = node.get("Node Type")
        relation = _relation(node)
        if kind not in _READING or (kind in _OPAQUE and relation is None and not node.get("Plans")):
            raise Denied(
                "The database would do more than read for this statement. Write a plain SELECT without "
                "locking and without foreign joins.",
                rule="planner_step",
                detail=f"node {kind!r}",
            )
        if relation is not None:
            relations.add(relation)
        if "Function Name" in node:
            _hold_function(node, rules)
    return Testimony(top, frozenset(relations), _number(top, "Total Cost"))


def hold_relations(read: AbstractSet[Relation], allowed: AbstractSet[Relation]) -> None:
    """Raises `Denied` unless every relation that is read is one that was allowed."""
    if unforeseen := read - allowed:
        raise Denied(
            "The database would read a table that the statement does not name. Read only tables that the "
            "schema tool lists.",
            rule="planner_relations",
            detail=f"unforeseen: {sorted(unforeseen)}",
        )


def hold_cost(cost: float, limit: float) -> None:
    """Raises `Denied`. The estimate itself is not told: it rests on rows that the caller may not see."""
    if cost > limit:
        raise Denied(
            "The database expects this statement to cost more than this source allows. Narrow it: a WHERE on "
            "an indexed column, fewer joins, a smaller range; the explain tool shows the steps.",
            rule="cost",
            detail=f"cost {cost:g} over {limit:g}",
        )


def steps(seen: Testimony, rules: Rules, *, estimates: bool) -> Iterator[tuple[Json, ...]]:
    """Rows under `STEPS`. Conditions are left out: a view's or a policy's are not the caller's to read."""
    for number, (depth, node) in enumerate(_nodes(seen.root), 1):
        relation = _relation(node)
        yield (
            number,
            depth,
            str(node["Node Type"]),
            f"{relation.schema}.{relation.name}" if relation in rules.relations and relation else None,
            _number(node, "Plan Rows") if estimates else None,
            _number(node, "Total Cost") if estimates else None,
        )


def _top(tree: object) -> Mapping[str, object]:
    match tree:
        case [{"Plan": {"Node Type": str()}}]:
            return cast("list[dict[str, dict[str, object]]]", tree)[0]["Plan"]
        case _:
            raise UpstreamFailed("The database sent a plan that can't be read. An administrator should look.")


def _nodes(root: Mapping[str, object]) -> Iterator[tuple[int, Mapping[str, object]]]:
    waiting = [(0, root)]  # a stack of our own: a plan may be deeper than Python's
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        children = cast("list[Mapping[str, object]]", node.get("Plans", []))
        waiting.extend((depth + 1, child) for child in reversed(children))


def _relation(node: Mapping[str, object]) -> Relation | None:
    if "Relation Name" not in node:
        return None
    return Relation(str(node.get("Schema", "")), str(node["Relation Name"]))


def _hold_function(node: Mapping[str, object], rules: Rules) -> None:
    schema, name = str(node.get("Schema", "")), str(node["Function Name"])
    configured = f"{schema}.{name}" in rules.functions or (
        schema == rules.default_schema and name in rules.functions
    )
    if schema != "pg_catalog" and not configured:
        raise Denied(
            "The database would read from a function that is not open. Use built-in functions alone.",
            rule="planner_function",
            detail=f"{schema}.{name}",
        )


def _number(node: Mapping[str, object], key: str) -> float:
    value = node.get(key)
    if not isinstance(value, int | float):
        raise UpstreamFailed("The database sent a plan without estimates. An administrator should look.")
    return value
