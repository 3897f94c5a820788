"""Which sources of a FROM list are tied to one another by equal columns."""

from collections.abc import Iterator

from sqlglot import exp

from tools.sql.reading import conjuncts
from tools.sql.scopes import Scope


def _pieces(scope: Scope) -> dict[str, str]:
    """Each source with the one that stands for all that are tied to it; "" stands for the queries around."""
    parent = {name: name for name in [*scope.sources, ""]}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for tied in _ties(scope):
        first, *others = tied
        for other in others:
            parent[root(other)] = root(first)
    return {name: root(name) for name in parent}


def is_one_piece(scope: Scope) -> bool:
    pieces = _pieces(scope)
    return len({pieces[name] for name in scope.sources}) == 1


def is_product(scope: Scope) -> bool:
    """Whether two large sources meet without any condition on both."""
    large = [name for name, source in scope.sources.items() if not source.few]
    if len(large) < 2 or loose(scope) < 2:
        return False
    parent = {name: name for name in scope.sources}
    for condition in conjuncts(scope.select):
        names = {column.table for column in condition.find_all(exp.Column)} & parent.keys()
        first = next(iter(sorted(names)), None)
        parent = {
            name: first if first and at in {parent[n] for n in names} else at for name, at in parent.items()
        }
    return len({parent[name] for name in large}) > 1


def loose(scope: Scope) -> int:
    """How many groups of large sources are tied neither to one another nor to a query around them."""
    large = [name for name, source in scope.sources.items() if not source.few]
    pieces = _pieces(scope) if large else {}
    return len({pieces[name] for name in large} - {pieces.get("")})


def loose_around(scope: Scope) -> int:
    if not scope.outer_references or scope.outer is None:
        return 0
    return loose(scope.outer) + loose_around(scope.outer)


def _ties(scope: Scope) -> Iterator[list[str]]:
    """Sources with equal columns; "" stands for the queries around."""
    for condition in conjuncts(scope.select):
        if isinstance(condition, (exp.EQ, exp.In, exp.NullSafeEQ)):
            sides = [condition.this, condition.args.get("expression")]
            names = {
                column.table if column.table in scope.sources else ""
                for side in sides
                if side is not None
                for column in side.find_all(exp.Column)
                if column.table
            }
            if len(names) > 1:
                yield sorted(names)
    for source in scope.sources.values():
        if isinstance(source.node, exp.Lateral):
            yield [
                source.name,
                *sorted(
                    {c.table for c in source.node.find_all(exp.Column)}
                    & (scope.sources.keys() - {source.name})
                ),
            ]
    for join in scope.select.find_all(exp.Join):
        using = [identifier.name for identifier in join.args.get("using") or ()]
        if using:
            yield [name for name, source in scope.sources.items() if using[0] in source.columns]
