"""SQLite's values as JSON: one form to keep them in, which gives them back as they were, and one to show."""

from typing import Final

from policies.call import Kind
from policies.canonical import Json
from policies.errors import UpstreamFailed
from tools.sql.pages import integer
from tools.sqlite.database import Cell

_INFINITIES: Final = {"inf": float("inf"), "-inf": float("-inf")}


def kept(value: Cell) -> Json:
    """With its storage class: a blob is {"blob": hex}, an infinite real {"real": "inf"}."""
    match value:
        case bytes():
            return {"blob": value.hex()}
        case float() if value in _INFINITIES.values():
            return {"real": repr(value)}
        case _:
            return value


def restored(value: Json) -> Cell:
    """Of `kept`. Raises `UpstreamFailed` for anything else."""
    match value:
        case {"blob": str() as digits, **rest} if not rest:
            return bytes.fromhex(digits)
        case {"real": str() as name, **rest} if not rest and name in _INFINITIES:
            return _INFINITIES[name]
        case None | int() | float() | str() if not isinstance(value, bool):
            return value
        case _:
            raise UpstreamFailed("A value of this action can't be read any more. Ask an administrator.")


def shown(value: Cell) -> Json:
    match value:
        case int():
            return integer(value)
        case float():
            return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")
        case bytes():
            return value.hex()
        case _:
            return value


def kinds(value: Cell) -> frozenset[Kind]:
    match value:
        case None:
            return frozenset()
        case int() | float():
            return frozenset({Kind.NUMBER})
        case bytes():
            return frozenset({Kind.BINARY})
        case str():
            return frozenset({Kind.TEXT})


def common(found: set[Kind]) -> Kind:
    """What was found in a column, for a declared type binds nobody in SQLite; text where it is mixed."""
    return next(iter(found)) if len(found) == 1 else Kind.TEXT
