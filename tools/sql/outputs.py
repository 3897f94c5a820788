"""The name that a result's column gets when the statement gives it none.

After PostgreSQL's FigureColname (src/backend/parser/parse_target.c), which is documented only as "a name
appropriate to the expression".
"""

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import Language

UNNAMED = "?column?"

_OWN_NAMES: dict[type[exp.Expr], str] = {
    exp.Array: "array",
    exp.AtTimeZone: "timezone",
    exp.CurrentDate: "current_date",
    exp.CurrentTimestamp: "current_timestamp",
    exp.Exists: "exists",
    exp.Extract: "extract",
    exp.Localtime: "localtime",
    exp.Localtimestamp: "localtimestamp",
    exp.Overlaps: "overlaps",
    exp.Overlay: "overlay",
    exp.StrPosition: "position",
    exp.Substring: "substring",
}
_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


def natural_name(value: exp.Expr, language: Language) -> str:
    """The column's name, or `UNNAMED`."""
    return _figure(value, language)[0]


def _figure(value: exp.Expr, language: Language) -> tuple[str, bool]:
    """The name, and whether it is strong enough to go before that of a cast around it."""
    match value:
        case exp.Alias():
            return value.alias, True
        case exp.Column():
            return value.name, True
        case exp.Dot():
            return value.expression.name, True
        case exp.Anonymous():
            return function_name(value).rpartition(".")[2], True
        case exp.Paren() | exp.Bracket() | exp.Collate() | exp.Window() | exp.Filter() | exp.WithinGroup():
            return _figure(value.this, language)
        case exp.Subquery() | exp.Select():
            return _first_column(value, language)
        case exp.Case():
            default = value.args.get("default")
            name, strong = _figure(default, language) if default else (UNNAMED, False)
            return (name, True) if strong else ("case", False)
        case exp.Cast():
            name, strong = _figure(value.this, language)
            return (name, True) if strong else (_type_name(value.to, language), False)
        case exp.Trim():
            return _TRIMS.get(value.text("position").upper(), "btrim"), True
        case _:
            own = _OWN_NAMES.get(type(value))
            return (own, True) if own else (UNNAMED, False)


def _first_column(query: exp.Expr, language: Language) -> tuple[str, bool]:
    while isinstance(query, (exp.Subquery, exp.SetOperation)):
        query = query.this
    if isinstance(query, exp.Select) and query.expressions:
        return _figure(query.expressions[0], language)
    return UNNAMED, False


def _type_name(kind: exp.DataType, language: Language) -> str:
    if kind.this is exp.DType.ARRAY and kind.expressions:
        return _type_name(kind.expressions[0], language)
    if kind.this is exp.DType.USERDEFINED:
        return str(kind.args["kind"].name)
    return language.type_names.get(kind.this, str(kind.this.value).lower())
