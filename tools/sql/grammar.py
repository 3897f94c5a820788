"""Which forms a statement may have: every node, with every part that it may carry, is on a list.

What is on no list is refused, so that a form which this code has never met can't pass by being overlooked
(threat T29). The walk reaches every child, because it follows what a node holds and not what it should hold.
"""

import re
from collections.abc import Mapping

from sqlglot import exp

from tools.sql.language import Language, words
from tools.sql.refusals import denied, named
from tools.sql.rules import Rules

_BINARY = frozenset({"this", "expression"})
_UNARY = frozenset({"this"})
_LIST = frozenset({"expressions"})
_NONE: frozenset[str] = frozenset()

NODES: Mapping[type[exp.Expr], frozenset[str]] = {
    # queries
    exp.Select: words("expressions from_ joins where group having order limit offset distinct windows with_"),
    exp.Union: words("this expression distinct with_ order limit offset"),
    exp.Intersect: words("this expression distinct with_ order limit offset"),
    exp.Except: words("this expression distinct with_ order limit offset"),
    exp.Subquery: words("this alias joins with_ order limit offset"),
    exp.Values: words("expressions alias joins order limit offset"),
    exp.With: frozenset({"expressions", "recursive"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.From: _UNARY,
    exp.Join: words("this on using side kind method"),
    exp.Table: words("this db catalog alias joins sample only ordinality"),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.TableSample: words("method percent size seed"),
    exp.Lateral: frozenset({"this", "alias", "ordinality", "joins"}),
    exp.ColumnDef: frozenset({"this", "kind"}),
    exp.Where: _UNARY,
    exp.Having: _UNARY,
    exp.Group: _LIST,
    exp.Rollup: _LIST,
    exp.Cube: _LIST,
    exp.GroupingSets: _LIST,
    exp.Order: frozenset({"this", "expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression", "is_limit_all"}),
    exp.Offset: frozenset({"expression"}),
    exp.Fetch: words("direction count limit_options"),
    exp.LimitOptions: frozenset({"rows", "with_ties"}),
    exp.Distinct: frozenset({"expressions", "on"}),
    exp.Window: words("this partition_by order spec alias over"),
    exp.WindowSpec: words("kind start start_side end end_side exclude"),
    exp.Filter: _BINARY,
    exp.WithinGroup: _BINARY,
    # names and values
    exp.Column: frozenset({"this", "table", "db", "catalog"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Alias: frozenset({"this", "alias"}),
    exp.Star: _NONE,
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Null: _NONE,
    exp.Boolean: _UNARY,
    exp.Var: _UNARY,
    exp.Paren: _UNARY,
    exp.Tuple: _LIST,
    exp.Cast: frozenset({"this", "to"}),
    exp.DataType: words("this expressions nested kind"),
    exp.DataTypeParam: _UNARY,
    # conditions and arithmetic
    **dict.fromkeys((exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _BINARY),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Mod), _BINARY),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.DPipe: frozenset({"this", "expression", "safe"}),
    **dict.fromkeys((exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseLeftShift, exp.BitwiseRightShift), _BINARY),
    **dict.fromkeys((exp.Not, exp.Neg, exp.BitwiseNot), _UNARY),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.NullSafeEQ: _BINARY,
    exp.NullSafeNEQ: _BINARY,
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Between: words("this low high symmetric"),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.Escape: _BINARY,
    exp.Collate: _BINARY,
    exp.Exists: _UNARY,
    exp.Case: words("this ifs default"),
    exp.If: frozenset({"this", "true"}),
    # calls
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Trim: words("this expression position"),
    exp.Substring: words("this start length"),
    exp.CurrentDate: _NONE,
    exp.CurrentTimestamp: _NONE,
}

# Most nodes of most statements, and nothing that is asked about beyond its parts.
_PLAIN = (exp.Column, exp.Identifier, exp.Literal)
_OFF_IS_ABSENT = {"outer", "percent", "value_constructor", "view"}
_KEYWORDS = re.compile(r"[A-Z]{1,20}( [A-Z]{1,20}){0,2}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}|CURRENT ROW|NO OTHERS")
_NUMBER = re.compile(r"\d{0,400}\.?\d{0,400}([eE][+-]?\d{1,3})?|0[xX][0-9a-fA-F]{1,16}")
_FUNCTION = re.compile(r"[a-z_][a-z0-9_$]{0,62}(\.[a-z_][a-z0-9_$]{0,62})?")
_COLLATION = re.compile(
    r"C|POSIX|default|ucs_basic|NOCASE|BINARY|RTRIM|[A-Za-z_-]{2,40}-x-icu|utf8mb4_[a-z0-9_]{2,40}",
    re.IGNORECASE,
)


def check(tree: exp.Expr, rules: Rules, language: Language) -> None:
    """Raises `Denied`, rule `statement`, `syntax`, `function`, `type`, `operator` or `parameter`.

    Names of functions are brought to the form in which they run.
    """
    for node in tree.walk():
        check_node(node, rules, language)


def check_node(node: exp.Expr, rules: Rules, language: Language) -> None:
    allowed = language.nodes.get(type(node), NODES.get(type(node)))
    if allowed is None:
        raise _refusal(node)
    for key, value in node.args.items():
        # A flag that is off counts too: for `cross_apply`, off is a meaning of its own.
        if value is None or value == [] or (value is False and key in _OFF_IS_ABSENT):
            continue
        if key not in allowed:
            raise denied(
                "syntax",
                f"The part {named(key.strip('_'))} of {named(node.key)} is not open here",
                "Leave it out.",
            )
        if isinstance(value, str):
            _check_text(node, key, value, language)
    if isinstance(node, _PLAIN):
        return
    if isinstance(node, exp.Alias) and not (
        isinstance(node.parent, exp.Select) and node.arg_key == "expressions"
    ):
        raise denied("syntax", "An alias is not open here", "Give names in the SELECT list alone.")
    if isinstance(node, exp.Tuple) and not node.expressions and not isinstance(node.parent, exp.GroupingSets):
        raise denied("syntax", "An empty bracket is not open here", "Put a value in it.")
    if isinstance(node, exp.Anonymous):
        _settle_function(node, rules, language)
    elif isinstance(node, exp.DataType):
        _check_type(node, language)
    elif isinstance(node, exp.DataTypeParam):
        if not isinstance(node.this, exp.Literal) or node.this.is_string:
            raise denied("type", "The size of a type is a plain number", "Write it as in numeric(10, 2).")
    elif isinstance(node, exp.Operator):
        _check_operator(node, language)
    elif isinstance(node, exp.Collate):
        _check_collation(node)


def _refusal(node: exp.Expr) -> Exception:
    if isinstance(node, (exp.Parameter, exp.Placeholder, exp.SessionParameter)):
        return denied("parameter", "A placeholder has no value here", "Write the value into the statement.")
    if isinstance(node, (exp.Command, exp.DDL, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock)):
        return denied(
            "statement", "Only reading is open here", "Send a SELECT that changes and locks nothing."
        )
    if isinstance(node, exp.Func):
        return denied(
            "function",
            f"The function {named(node.sql_name().lower())} is not open",
            "Leave it out of the statement.",
        )
    return denied(
        "syntax", f"The form {named(node.key)} is not open here", "Write it another way, in plain SQL."
    )


def _check_text(node: exp.Expr, key: str, value: str, language: Language) -> None:
    """What is written back as it stands must be what it claims to be."""
    match node:
        case exp.Identifier():
            valid = 0 < len(value.encode()) <= language.longest_name
        case exp.Literal() if node.is_string:
            valid = "\0" not in value
        case exp.Literal():
            valid = bool(value) and _NUMBER.fullmatch(value) is not None
        case exp.Var():
            valid = _WORD.fullmatch(value) is not None
        case exp.Anonymous() | exp.Operator():
            valid = True
        case _:
            valid = _KEYWORDS.fullmatch(value) is not None
    if not valid:
        raise denied(
            "syntax", f"The {named(key)} of {named(node.key)} is not a plain name or number", "Mend it."
        )


def function_name(call: exp.Anonymous) -> str:
    name = call.args["this"]
    return name if isinstance(name, str) else str(name.this)


def _settle_function(call: exp.Anonymous, rules: Rules, language: Language) -> None:
    name = function_name(call)
    schema, _, bare = name.rpartition(".")
    settled: str | None = None
    if _FUNCTION.fullmatch(name):
        if schema in {"", language.builtin_schema} and bare in language.functions:
            settled = bare
        elif name in rules.functions:
            settled = name
            if not schema and language.builtin_schema:
                settled = f"{rules.default_schema}.{name}"
        elif not schema and f"{rules.default_schema}.{name}" in rules.functions:
            settled = f"{rules.default_schema}.{name}"
    if settled is None:
        raise denied(
            "function",
            f"The function {named(name)} is not open",
            "Do without it, or have an administrator add it to the source's functions.",
        )
    call.set("this", settled)
    if settled in language.text_functions and call.expressions and _is_number(call.expressions[0], language):
        raise denied(
            "function",
            f"The function {named(name)} takes text, and this is a number",
            "Cast it to text first.",
        )


def _is_number(value: exp.Expr, language: Language) -> bool:
    """Whether the text alone shows a number or a truth value: no built-in takes it, so another would."""
    match value:
        case exp.Literal():
            return not value.is_string
        case exp.Boolean():
            return True
        case exp.Paren() | exp.Neg():
            return _is_number(value.this, language)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() | exp.Mod():
            return _is_number(value.this, language) and _is_number(value.expression, language)
        case exp.Cast():
            return value.to.this in exp.DataType.NUMERIC_TYPES | {exp.DType.BOOLEAN}
        case exp.Anonymous():
            return function_name(value) in {"count", "length", "char_length", "ascii", "row_number"}
        case _:
            return False


def _check_type(kind: exp.DataType, language: Language) -> None:
    name: object = kind.args.get("kind")
    if kind.this is exp.DType.USERDEFINED:
        written = name.name.lower() if isinstance(name, exp.Identifier) else ""
        allowed = written in language.named_types
        kind.set("kind", exp.to_identifier(written))
    else:
        allowed = (
            name is None
            and kind.this in language.types
            and (kind.this is not exp.DType.CHAR or bool(kind.expressions) or not language.char_has_a_length)
        )
    if not allowed:
        shown = (
            name.sql()
            if isinstance(name, exp.Expr)
            else str(getattr(kind.this, "value", "of that form")).lower()
        )
        raise denied(
            "type", f"A cast to {named(shown)} is not open", "Use a plain type such as text, numeric or date."
        )


def _check_operator(node: exp.Operator, language: Language) -> None:
    symbol = str(node.args["operator"])
    bare = symbol.removeprefix(f"{language.builtin_schema}.") if language.builtin_schema else symbol
    if bare not in language.operators:
        raise denied(
            "operator", f"The operator {named(symbol)} is not open", "Write the condition another way."
        )
    node.set("operator", bare)


def _check_collation(node: exp.Collate) -> None:
    collation = node.expression
    if not isinstance(collation, (exp.Identifier, exp.Var, exp.Column)) or not _COLLATION.fullmatch(
        collation.name
    ):
        raise denied("syntax", "This collation is not open here", 'Use "C" or leave COLLATE out.')
    node.set("expression", exp.to_identifier(collation.name, quoted=True))
