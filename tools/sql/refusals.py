"""How the guard says no: what it is about, the rule, and what to do instead."""

import re

from policies.errors import Denied, InvalidArgument


def named(name: str) -> str:
    """A name out of a statement as it may stand in a message: one short line, nothing invisible."""
    shown = re.sub(r"[^\w .$*@<>=!~#%^&|?/+-]", "?", name, flags=re.ASCII)
    return f"`{shown[:64]}`"


def denied(rule: str, what: str, instead: str) -> Denied:
    return Denied(f"{what} (rule {rule}). {instead}", rule=rule)


def unparsable(
    what: str, instead: str = "Send one plain SELECT statement.", *, detail: str = ""
) -> InvalidArgument:
    return InvalidArgument(f"{what}. {instead}", detail=detail)
