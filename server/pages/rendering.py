"""Our templates, and what they may do with a value."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from policies.renewal import said
from policies.visible import pieces, plain_pieces
from server.moments import moment
from tools.authorization import PERMITTED

TEMPLATES: Final = Path(__file__).with_name("templates")


def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = made.filters
    filters |= {"pieces": pieces, "name": plain_pieces, "moment": moment, "within": said, "access": _access}
    return made


def _access(scopes: Sequence[str]) -> str:
    """What tokens are for."""
    return "what remit's app is permitted there" if PERMITTED in scopes else ", ".join(scopes)
