"""Names as the database compares them, and the small shapes of a tree that several rules ask about."""

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import Language


def settle(tree: exp.Expr, language: Language) -> None:
    """Brings every name to the form in which the database compares it, and quotes it."""
    for identifier in tree.find_all(exp.Identifier):
        if language.quoted_names_keep_case and not identifier.args.get("quoted"):
            identifier.set("this", fold(identifier.name))
        identifier.set("quoted", True)


def comparable(name: str, language: Language) -> str:
    """What two names have in common when they are the same."""
    return name if language.quoted_names_keep_case else fold(name)


def fold(name: str) -> str:
    """Lower case for ASCII alone, as both databases do it: `K` is not the Kelvin sign."""
    if name.isascii():
        return name.lower()
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)


def quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_ordinal(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit()


def is_counted(star: exp.Expr) -> bool:
    call = star.parent
    return isinstance(call, exp.Anonymous) and function_name(call) == "count" and len(call.expressions) == 1


def has_own_clauses(node: exp.Expr) -> bool:
    return any(node.args.get(key) for key in ("with_", "order", "limit", "offset"))
