"""How large a single value gets (rule `unbounded`)."""

import re
from math import prod

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import Language
from tools.sql.reading import ancestors, plain
from tools.sql.refusals import denied, named

MAX_NESTED_SIZE = 1_000_000


def check(tree: exp.Expr, language: Language) -> None:
    """Raises `Denied`."""
    for node in tree.find_all(exp.Anonymous, exp.Pow, exp.Literal):
        if isinstance(node, exp.Literal):
            if re.search(r"^\s*[+-]?\d*\.?\d*[eE]\+?\d{4,}\s*$", node.name):
                raise _too_large("A number")
            continue
        size = _size(node, language)
        if size is not None:
            around = prod(
                outer for ancestor in ancestors(node) if (outer := _size(ancestor, language)) is not None
            )
            if size * around > MAX_NESTED_SIZE:
                raise _too_large("A value")
        if isinstance(node, exp.Anonymous) and function_name(node) in language.templates:
            _check_template(node)


def _size(node: exp.Expr, language: Language) -> float | None:
    """The factor by which a call makes its value larger, None for one that doesn't. Raises `Denied`."""
    if isinstance(node, exp.Pow):
        index, limit, arguments = 1, 1_000, [node.this, node.expression]
    elif isinstance(node, exp.Anonymous) and function_name(node) in language.sizes:
        index, limit = language.sizes[function_name(node)]
        arguments = [
            value.expression if isinstance(value, exp.Kwarg) else value for value in node.expressions
        ]
    else:
        return None
    if index >= len(arguments):
        return 1.0
    argument = arguments[index]
    if argument.find(exp.Mul, exp.Pow, exp.BitwiseLeftShift, exp.Query) and not _is_held_small(
        argument, limit
    ):
        raise _too_large("A value")
    factor = 1.0
    for literal in argument.find_all(exp.Literal):
        # A string may be a number, or an array of them.
        numbers = (
            re.findall(r"\d+\.?\d*(?:[eE][+-]?\d{1,3})?", literal.name)
            if literal.is_string
            else [literal.name]
        )
        factor *= prod(max(1.0, float(number)) for number in numbers)
    if factor > (limit / 10 if argument.find(exp.Column) and argument.find(exp.Mul) else limit):
        raise _too_large("A value")
    return factor


def _is_held_small(argument: exp.Expr, limit: int) -> bool:
    """A product is as harmless as its numbers, when these are all that it has beside columns."""
    if argument.find(exp.Pow, exp.BitwiseLeftShift, exp.Query):
        return False
    return prod(max(1.0, float(n.name)) for n in argument.find_all(exp.Literal) if not n.is_string) <= limit


def _check_template(call: exp.Anonymous) -> None:
    template = plain(call.expressions[0]) if call.expressions else None
    if not isinstance(template, exp.Literal) or re.search(r"%[^%a-zA-Z]*(\d{4,}|\*)", template.name):
        raise denied(
            "unbounded",
            f"{named(function_name(call))} needs a plain template with small widths",
            "Write it out.",
        )


def _too_large(what: str) -> Exception:
    return denied("unbounded", f"{what} would get too large", "Use smaller numbers.")
