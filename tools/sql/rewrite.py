"""From the checked tree to the text that runs: permitted columns, row filters, names, the cap.

The only new text in a statement is made here: placeholders for claims, sub-selects, numbers.
"""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from tools.sql import grammar, strict, syntax
from tools.sql.few import group_keys, is_identifier
from tools.sql.grammar import function_name
from tools.sql.language import Language
from tools.sql.names import quoted, settle
from tools.sql.reading import integer_of, is_plain_aggregate
from tools.sql.refusals import denied
from tools.sql.rules import Relation, Rules
from tools.sql.scopes import Reference, Resolution, Scope, Source


class Claims:
    """Numbers the user's claims in the order in which the text needs them; one claim keeps its number."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._numbers: dict[str, int] = {}

    def value_of(self, claim: str) -> exp.Expr:
        """A claim is text; a filter that compares it with something else says so with a cast."""
        number = self._numbers.setdefault(claim, len(self._numbers) + 1)
        value = exp.Var(this=f"{self._language.placeholder}{number}")
        return (
            exp.Cast(this=value, to=exp.DataType.build("text")) if self._language.claims_are_cast else value
        )

    def names(self) -> tuple[str, ...]:
        return tuple(self._numbers)


def row_filter(rows: str, relation: Relation, rules: Rules, language: Language) -> exp.Expr:
    """The condition of a `rows` setting, its claims as `Placeholder` nodes. Raises `Refusal`."""
    text = f"SELECT (\n{rows}\n)"
    tokens = syntax.tokenize(text, language)
    strict.check(tokens, language, syntax.type_tokens(language))
    tree = syntax.parse(tokens, text, language)
    only = tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None
    if not isinstance(only, exp.Paren) or [key for key, value in tree.args.items() if value] != [
        "expressions"
    ]:
        raise denied("rows", "This is not one condition", "Write what follows WHERE.")
    for node in only.walk():
        if isinstance(node, exp.Placeholder):
            if not isinstance(node.this, str):
                raise denied("rows", "A claim has no name", "Write it as :name.")
        elif isinstance(node, exp.Query):
            raise denied("rows", "A row filter reads no other relation", "Use columns, literals and :claims.")
        else:
            grammar.check_node(node, rules, language)
        if isinstance(node, exp.Column):
            if node.table and node.table.lower() != relation.name.lower():
                raise denied("rows", "A row filter reads no other relation", "Use columns of its own.")
            node.set("table", None)
            node.set("db", None)
        if isinstance(node, exp.Anonymous) and function_name(node) in language.aggregates - {"max", "min"}:
            raise denied("rows", "A row filter looks at one row", "Leave the aggregate out.")
    settle(only, language)
    return only


def apply_rows(found: Resolution, rules: Rules, language: Language, claims: Claims) -> None:
    """Puts a sub-select in the place of every relation that has a row filter or is seen as a row."""
    projected = {
        id(s): s for scope in found.scopes for s in scope.sources.values() if s.projected and s.relation
    }
    for scope in found.scopes:
        _extend_group(scope, found, projected, language)
    for source in projected.values():
        _project(source, rules, language, claims)


def _project(source: Source, rules: Rules, language: Language, claims: Claims) -> None:
    relation, table = source.relation, source.node
    assert relation is not None
    readable = rules.relations[relation]
    inner = exp.Table(this=quoted(relation.name), db=quoted(relation.schema))
    for key in ("sample", "only"):
        inner.set(key, table.args.get(key))
    columns = [
        _quoted_column(name) if name == shown else exp.alias_(_quoted_column(name), quoted(shown))
        for name, shown in zip(readable.columns, source.columns, strict=True)
    ]
    select = exp.Select(expressions=columns, from_=exp.From(this=inner))
    if readable.rows is not None:
        condition = row_filter(readable.rows, relation, rules, language)
        for placeholder in list(condition.find_all(exp.Placeholder)):
            placeholder.replace(claims.value_of(str(placeholder.this)))
        select.set("where", exp.Where(this=condition))
        # A fence: without it the database may test the caller's conditions, which can fail with an error that
        # tells of the row, on rows that the filter would have kept away.
        if language.no_limit:
            select.set("limit", exp.Limit(expression=exp.Literal.number(language.no_limit)))
        select.set("offset", exp.Offset(expression=exp.Literal.number(0)))
    table.replace(
        exp.Subquery(
            this=select, alias=exp.TableAlias(this=quoted(source.name)), joins=table.args.get("joins")
        )
    )


def _extend_group(scope: Scope, found: Resolution, projected: dict[int, Source], language: Language) -> None:
    """A relation's key in GROUP BY covers its other columns; a sub-select has no key, so they are added."""
    group = scope.select.args.get("group")
    if (
        group is None
        or group.args.get("rollup")
        or any(isinstance(key, (exp.Rollup, exp.Cube, exp.GroupingSets)) for key in group.expressions)
    ):
        return
    keys = list(group_keys(scope.select))
    grouped = {(key.table, key.name) for key in keys if isinstance(key, exp.Column)}
    covered = {table for table, name in grouped if is_identifier(name)}
    for reference in found.references:
        source = reference.source
        name = (source.name, reference.column.name)
        if id(source) not in projected or reference.found_in is not scope or source.name not in covered:
            continue
        if name not in grouped and _needs_grouping(reference, scope, language):
            grouped.add(name)
            group.append("expressions", exp.column(quoted(name[1]), table=quoted(name[0])))


def _needs_grouping(reference: Reference, scope: Scope, language: Language) -> bool:
    node: exp.Expr = reference.column
    while node.parent is not None and node.parent is not scope.select:
        node = node.parent
        if is_plain_aggregate(node, language):
            return False
    return node.parent is scope.select and node.arg_key in _OF_GROUPS


def keep_texts(tree: exp.Expr, tokens: Sequence[Token], sql: str, language: Language) -> None:
    """Names the result's columns after their text, where the database does so and the text has changed."""
    select = tree
    while isinstance(select, (exp.SetOperation, exp.Subquery)):
        select = select.this
    if not isinstance(select, exp.Select):
        return
    texts = _output_texts(tokens, sql)
    if len(texts) != len(select.expressions):
        return
    for value, text in zip(list(select.expressions), texts, strict=True):
        is_named = isinstance(value, (exp.Alias, exp.Column, exp.Star))
        if not is_named and 0 < len(text.encode()) <= language.longest_name:
            value.replace(exp.alias_(value.copy(), quoted(text)))


def _output_texts(tokens: Sequence[Token], sql: str) -> list[str]:
    depth, start, texts = 0, None, list[str]()
    for index, token in enumerate(tokens):
        kind = token.token_type
        depth += (kind in {TokenType.L_PAREN, TokenType.CASE}) - (kind in {TokenType.R_PAREN, TokenType.END})
        if depth or kind in {TokenType.R_PAREN, TokenType.END}:
            continue
        if start is None:
            if kind is TokenType.SELECT:
                start = index + 1
                while tokens[start : start + 1] and tokens[start].token_type in {
                    TokenType.DISTINCT,
                    TokenType.ALL,
                }:
                    start += 1
        elif kind is TokenType.COMMA or kind in _AFTER_OUTPUTS:
            texts.append(sql[tokens[start].start : tokens[index - 1].end + 1])
            start = index + 1
            if kind is not TokenType.COMMA:
                return texts
    if start is not None and start < len(tokens):
        texts.append(sql[tokens[start].start : tokens[-1].end + 1])
    return texts


_OF_GROUPS = {"expressions", "having", "qualify", "order", "distinct"}
_AFTER_OUTPUTS = {
    TokenType.FROM,
    TokenType.WHERE,
    TokenType.GROUP_BY,
    TokenType.HAVING,
    TokenType.WINDOW,
    TokenType.QUALIFY,
    TokenType.UNION,
    TokenType.INTERSECT,
    TokenType.EXCEPT,
    TokenType.ORDER_BY,
    TokenType.LIMIT,
}


def keep_operators_unnamed(tree: exp.Expr) -> None:
    """`2 ^ 3` is written back as POWER(2, 3), `|/ 4` as SQRT(4): these would give the column a name."""
    select = tree
    while isinstance(select, (exp.SetOperation, exp.Subquery)):
        select = select.this
    for value in list(select.expressions) if isinstance(select, exp.Select) else ():
        if isinstance(value, (exp.Pow, exp.Sqrt, exp.Cbrt)):
            value.replace(exp.alias_(value.copy(), quoted("?column?")))


def cap(tree: exp.Expr, rows: int, offset: int, language: Language) -> exp.Expr:
    """At most `rows` rows from `offset` on, whatever the statement's own limits say."""
    if language.sub_select_names_are_distinct:
        tree, rows, offset = _without_limits(tree, rows, offset)
    limit = exp.Limit(expression=exp.Literal.number(rows))
    start = exp.Offset(expression=exp.Literal.number(offset))
    plain = isinstance(tree, exp.Select) and not (tree.args.get("limit") or tree.args.get("offset"))
    if plain and language.outputs_named_by_text:
        # A sub-select would have to give two columns of one name two names.
        tree.set("limit", limit)
        tree.set("offset", start)
        return tree
    if isinstance(tree, exp.Values):
        tree = _select_from_values(tree)
    source = exp.Subquery(this=tree, alias=exp.TableAlias(this=quoted("q")))
    return exp.Select(
        expressions=[exp.Star()],
        from_=exp.From(this=source),
        limit=limit,
        offset=start,
    )


def _without_limits(tree: exp.Expr, rows: int, offset: int) -> tuple[exp.Expr, int, int]:
    """A SELECT's own limits taken into ours, where they are plain numbers."""
    limit, start = tree.args.get("limit"), tree.args.get("offset")
    own = [integer_of(clause.expression) if clause else None for clause in (limit, start)]
    if not isinstance(tree, exp.Select) or (limit and own[0] is None) or (start and own[1] is None):
        return tree, rows, offset
    if own[0] is not None:
        rows = max(0, min(rows, own[0] - offset))
    for clause in (limit, start):
        if clause:
            clause.pop()
    return tree, rows, offset + (own[1] or 0)


def _select_from_values(values: exp.Values) -> exp.Select:
    """A VALUES list in a bracket has no place for its own ORDER BY and LIMIT."""
    clauses = {key: clause.pop() for key in ("order", "limit", "offset") if (clause := values.args.get(key))}
    values.set("alias", exp.TableAlias(this=quoted("q")))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=values), **clauses)


def _quoted_column(name: str) -> exp.Column:
    return exp.column(quoted(name))
