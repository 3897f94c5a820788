"""A table's row filter by itself: to ask of one row, by its key, whether the user may have it."""

from dataclasses import dataclass

from sqlglot import exp

from tools.sql import rewrite, syntax
from tools.sql.guard import LANGUAGES
from tools.sql.rewrite import Claims
from tools.sql.rules import Relation, Rules


@dataclass(frozen=True, slots=True)
class Condition:
    """`claims` are the names of the user's claims to bind, in the order of the placeholders, from 1 on."""

    sql: str
    claims: tuple[str, ...]


def row_condition(relation: Relation, rules: Rules) -> Condition | None:
    """Over the columns of the relation, by their bare names. None where every row may be had."""
    rows = rules.relations[relation].rows
    if rows is None:
        return None
    language = LANGUAGES[rules.dialect]
    claims = Claims(language)
    condition = rewrite.row_filter(rows, relation, rules, language)
    for placeholder in list(condition.find_all(exp.Placeholder)):
        placeholder.replace(claims.value_of(str(placeholder.this)))
    return Condition(syntax.render(condition, language), claims.names())
