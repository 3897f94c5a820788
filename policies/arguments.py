"""Arguments in their one canonical form, or a refusal that names the field (threats T30, T31).

Policy, the plan, the confirmation and the execution all read what this returns.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import jsonschema_rs

from policies.canonical import Json
from policies.errors import InvalidArgument

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_STRING = 65_536  # characters
MAX_EXACT_INTEGER = 2**53 - 1  # beyond it two JSON readers can see two numbers (RFC 8259, section 6)
MAX_NAMED = 200  # characters of the names that a refusal gives back
_MORE = "..."
_UNKNOWN = "(unknown)"
_PLAIN_CONTROLS = frozenset("\n\r\t")


class ArgumentSchema:
    """A tool's input schema, compiled once."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(dict(schema))
        self._known = tuple(cast("Mapping[str, Json]", schema.get("properties", {})))
        self._names = frozenset(_names(dict(schema)))

    def check(self, arguments: Mapping[str, object]) -> dict[str, Json]:
        """The canonical arguments.

        Raises `InvalidArgument` with the path of the field, of names that the schema has: neither its value
        nor a name that the caller made up is repeated (threat T35).
        """
        clean = _object(arguments, "", 0, _Budget(self._names))
        error = next(iter(self._validator.iter_errors(clean)), None)
        if error is not None:
            raise InvalidArgument(self._explain(error))
        return clean

    def _explain(self, error: jsonschema_rs.ValidationError) -> str:
        kind = error.kind.as_dict()
        path = (
            part if isinstance(part, int) or part in self._names else _UNKNOWN for part in error.instance_path
        )
        field = _short(".".join(map(str, path)))
        match kind:
            case {"unexpected": _}:
                return f"This tool has no argument of that name. It takes: {_list(self._known)}."
            case {"property": name}:
                return f"The argument {name} is missing. This tool takes: {_list(self._known)}."
            case _:
                return (
                    f"The argument {field} breaks the rule {error.kind.name} of its schema. "
                    "Read the tool's input schema, and call again."
                )


class _Budget:
    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self.names = names
        self.nodes = 0

    def spend(self, path: str) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise InvalidArgument(f"The arguments hold more than {MAX_NODES} values, at {path}. Send fewer.")


def _value(value: object, path: str, depth: int, budget: _Budget) -> Json:
    budget.spend(path)
    match value:
        case None | bool():
            return value
        case str():
            return text(value, path)
        case int():
            if abs(value) > MAX_EXACT_INTEGER:
                raise InvalidArgument(
                    f"The number in {path} is beyond 2^53 - 1, where JSON readers disagree. Send it as text."
                )
            return value
        case float():
            return _number(value, path)
        case Mapping():
            return _object(cast("Mapping[object, object]", value), path, depth, budget)
        case Sequence():
            _within(depth, path)
            items = cast("Sequence[object]", value)
            return [_value(item, _below(path, f"[{i}]"), depth + 1, budget) for i, item in enumerate(items)]
        case _:
            raise InvalidArgument(f"The value in {path} is not JSON. Send text, numbers, lists or objects.")


def _object(
    value: Mapping[str, object] | Mapping[object, object], path: str, depth: int, budget: _Budget
) -> dict[str, Json]:
    _within(depth, path or "(all)")
    clean: dict[str, Json] = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key.isascii() or not key.isprintable() or len(key) > 128:
            raise InvalidArgument(
                f"A field name in {path or 'the arguments'} is not plain ASCII. Take it from the schema."
            )
        name = key if key in budget.names else _UNKNOWN
        clean[key] = _value(item, _below(path, f".{name}" if path else name), depth + 1, budget)
    return clean


def _within(depth: int, path: str) -> None:
    if depth > MAX_DEPTH:
        raise InvalidArgument(f"The arguments are nested deeper than {MAX_DEPTH}, at {path}. Flatten them.")


def _number(value: float, path: str) -> Json:
    if not math.isfinite(value):
        raise InvalidArgument(f"The number in {path} is not finite. Send a finite one, or null.")
    if value.is_integer():
        return cast("int", _value(int(value), path, 0, _Budget()))
    return value


def text(value: str, path: str) -> str:
    """NFC text without invisible characters: what a person sees is what runs (threat T17)."""
    if len(value) > MAX_STRING:
        raise InvalidArgument(f"The text in {path} is longer than {MAX_STRING} characters. Shorten it.")
    if value.isascii() and value.isprintable():
        return value
    for character in value:
        if _invisible(character):
            raise InvalidArgument(
                f"The text in {path} holds the invisible character U+{ord(character):04X}. Remove it."
            )
    return unicodedata.normalize("NFC", value)


def _invisible(character: str) -> bool:
    if character.isascii():
        return not (character.isprintable() or character in _PLAIN_CONTROLS)
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _names(schema: Json) -> Iterator[str]:
    """The names of all properties that there are, at any depth."""
    match schema:
        case Mapping():
            for key, value in schema.items():
                if key == "properties" and isinstance(value, Mapping):
                    yield from value
                yield from _names(value)
        case [*items]:
            for item in items:
                yield from _names(item)
        case _:
            return


def _below(path: str, step: str) -> str:
    return path if path.endswith(_MORE) else _short(path + step)


def _short(path: str) -> str:
    return path if len(path) <= MAX_NAMED else path[:MAX_NAMED] + _MORE


def _list(names: Iterable[object]) -> str:
    return _short(", ".join(map(str, names))) or "no arguments"
