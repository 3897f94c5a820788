"""What the columns of an answer are made of: by which columns of which relations.

So that a name which says what its values are can't be taken away by an alias or an expression (threat T27).
What a value says only by being there, by being equal or by its length is not followed: `count(email)`,
`email IS NULL`, `length(email)`, the conditions of CASE, WHERE and HAVING: who guesses may ask these. The
length of what is made from it is: `length(repeat('x', ascii(email)))` is its first letter.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from sqlglot import exp

from policies.call import Origin
from tools.sql.extraction import extraction
from tools.sql.grammar import function_name
from tools.sql.language import words
from tools.sql.rules import Relation, Rules
from tools.sql.scopes import Resolution, Source

Origins: TypeAlias = tuple[Origin, ...]
Outputs: TypeAlias = tuple[frozenset[Origin], ...]

_ROUNDS: Final = 32  # through the recursive queries of one statement
_QUERIES: Final = (exp.Query, exp.Values)
_CONDITIONS: Final = (exp.Predicate, exp.Connector, exp.Not)
_WHOLE_TEXTS: Final = frozenset({exp.DType.TEXT, exp.DType.VARCHAR})
_SAY_LITTLE: Final = words("""
    count cume_dist dense_rank grouping ntile num_nonnulls num_nulls percent_rank rank row_number typeof
    """)
_LENGTHS: Final = words("char_length character_length length octet_length")
_OF_A_LENGTH: Final = words("btrim lower ltrim rtrim trim upper")
_TAKE_OVER: Final = words("""
    any_value coalesce first_value greatest ifnull lag last_value lead least max min nth_value nullif nvl
    """)
"""Their value is one of their arguments."""


def outputs(tree: exp.Expr, found: Resolution, rules: Rules) -> tuple[Origins, ...]:
    """For each column of a resolved query what it is made of. A star that is left in it counts as one."""
    return tuple(tuple(sorted(origins)) for origins in _Lineage(found, rules).of(tree))


def matched(origins: Sequence[Origins], count: int) -> Sequence[Origins]:
    """The same for `count` columns: if these are others than we saw, each may be made of anything."""
    if len(origins) == count:
        return origins
    anything = tuple(sorted(_changed(origin) for each in origins for origin in each))
    return [anything] * count


def origin_of(relation: Relation, column: str, rules: Rules) -> Origin:
    """A relation's own column."""
    label = rules.relations[relation].labels.get(column, "")
    return Origin(f"{relation.schema}.{relation.name}", column, label)


class _Lineage:
    def __init__(self, found: Resolution, rules: Rules) -> None:
        self._rules = rules
        self._recursive = found.recursive
        self._sources = {id(reference.column): reference.source for reference in found.references}
        self._all = [source for scope in found.scopes for source in scope.sources.values()]
        self._known: dict[int, Outputs] = {}
        self._own: dict[Relation, Outputs] = {}
        self._rounds = _ROUNDS

    def of(self, query: exp.Expr) -> Outputs:
        known = self._known.get(id(query))
        if known is None:
            known = self._of(query)
            self._known[id(query)] = known
        return known

    def _of(self, query: exp.Expr) -> Outputs:
        match query:
            case exp.Select():
                return tuple(self._flow([value]) for value in query.expressions)
            case exp.Values():
                rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in query.expressions]
                return tuple(self._flow(column) for column in zip(*rows, strict=True))
            case exp.SetOperation() if id(query) in self._recursive:
                return self._grown(query)
            case exp.SetOperation():
                return _merged([self.of(arm) for arm in _arms(query, self._recursive)])
            case _:
                return self.of(query.this)

    def _grown(self, query: exp.SetOperation) -> Outputs:
        """A recursive query feeds on itself: until that adds nothing."""
        grown = self.of(query.this)
        while self._rounds:
            self._rounds -= 1
            before = dict(self._known)
            self._known[id(query)] = grown
            further = _merged([grown, self.of(query.expression)])
            self._known = before
            if further == grown:
                return grown
            grown = further
        return (frozenset[Origin]().union(*grown),) * len(grown)

    def _flow(self, roots: Iterable[exp.Expr]) -> frozenset[Origin]:
        """What the value of any of these expressions is made of."""
        made: set[Origin] = set()
        stack = [(root, False) for root in roots]
        while stack:
            node, changed = stack.pop()
            if isinstance(node, (exp.Column, *_QUERIES)):
                origins = self._column(node) if isinstance(node, exp.Column) else _all(self.of(node))
                made.update(map(_changed, origins) if changed else origins)
            elif (part := extraction(node)) is not None:
                document, keys = part
                made.update(_changed(o, changed=changed, keys=keys) for o in self._flow([document]))
            elif isinstance(node, exp.Anonymous) and function_name(node) in _LENGTHS:
                made.update(o for o in self._flow(map(_measured, node.expressions)) if o.changed)
            elif (same := _values(node)) is not None:
                stack += [(value, changed) for value in same]
            else:
                stack += [(value, True) for value in node.iter_expressions()]
        return frozenset(made)

    def _column(self, column: exp.Column) -> frozenset[Origin]:
        if (source := self._sources.get(id(column))) is not None:
            return self._named(source, column.name)
        # A row, or a column that several sources have in common.
        rows = [source for source in self._all if source.name in {column.table, column.name}]
        common = [source for source in self._all if column.name in source.columns]
        return frozenset(
            {
                *(_changed(origin) for source in rows for origin in _all(self._columns(source))),
                *(origin for source in common for origin in self._named(source, column.name)),
            }
        )

    def _named(self, source: Source, name: str) -> frozenset[Origin]:
        columns = self._columns(source)
        if source.columns.count(name) != 1 or len(columns) != len(source.columns):
            return frozenset(map(_changed, _all(columns)))
        return columns[source.columns.index(name)]

    def _columns(self, source: Source) -> Outputs:
        if (relation := source.relation) is not None:
            if relation not in self._own:
                columns = self._rules.relations[relation].columns
                self._own[relation] = tuple(
                    frozenset({origin_of(relation, column, self._rules)}) for column in columns
                )
            return self._own[relation]
        if source.query is not None:
            given = self.of(source.query)
            if source.turned:
                return (frozenset(map(_changed, _all(given))),) * len(source.columns)
            return given
        taken_in = frozenset(map(_changed, self._flow(source.node.this.expressions)))  # by a function in FROM
        return (taken_in,) * len(source.columns)


def _values(node: exp.Expr) -> list[exp.Expr] | None:
    """Expressions of which the value is one as it stands; None where it is made of them otherwise."""
    match node:
        case exp.Case():
            default = node.args.get("default")
            return [*(each.args["true"] for each in node.args["ifs"]), *([default] if default else [])]
        case exp.Cast():
            return [node.this] if node.to.this in _WHOLE_TEXTS and not node.to.expressions else None
        case exp.Distinct():
            return list(node.expressions)
        case exp.IgnoreNulls() | exp.RespectNulls():
            return [node.this]
        case exp.Alias() | exp.Paren() | exp.Collate() | exp.Window() | exp.Filter():
            return [node.this]
        case exp.Order() if isinstance(node.this, exp.Expr):
            return [node.this]
        case exp.Anonymous() if function_name(node) in _SAY_LITTLE:
            return []
        case exp.Anonymous() if function_name(node) in {"if", "iif", "iff"}:
            return node.expressions[1:]
        case exp.Anonymous() if function_name(node) in _TAKE_OVER:
            return node.expressions
        case _:
            return [] if isinstance(node, _CONDITIONS) else None


def _measured(text: exp.Expr) -> exp.Expr:
    """What a text is of the length of, but for blanks."""
    while True:
        if isinstance(text, exp.Trim) and text.args.get("expression") is None:
            text = text.this
        elif isinstance(text, exp.Anonymous) and function_name(text) in _OF_A_LENGTH:
            if len(text.expressions) != 1:
                return text
            text = text.expressions[0]
        else:
            return text


def _arms(query: exp.SetOperation, recursive: Iterable[int]) -> list[exp.Expr]:
    """The left spine of a long UNION is as deep as the UNION is long."""
    arms: list[exp.Expr] = []
    first: exp.Expr = query
    while isinstance(first, exp.SetOperation) and id(first) not in recursive:
        arms.append(first.expression)
        first = first.this
    return [first, *arms]


def _merged(arms: Sequence[Outputs]) -> Outputs:
    if len(set(map(len, arms))) > 1:  # a star that is left stands for several
        return (frozenset(map(_changed, _all([_all(arm) for arm in arms]))),) * max(map(len, arms))
    return tuple(frozenset[Origin]().union(*columns) for columns in zip(*arms, strict=True))


def _all(outputs: Iterable[frozenset[Origin]]) -> frozenset[Origin]:
    return frozenset[Origin]().union(*outputs)


def _changed(origin: Origin, *, changed: bool = True, keys: tuple[str, ...] = ()) -> Origin:
    return Origin(origin.table, origin.column, origin.label, origin.changed or changed, (*origin.path, *keys))
