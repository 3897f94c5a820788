"""Why something can't be taken back: what was, what the action made of it, and what is there now (T50)."""

from collections.abc import Iterator

from policies.canonical import Json
from policies.change import Change, Fields
from policies.errors import Conflict
from policies.visible import quoted, visible


def three_ways(conflict: Conflict) -> str:
    """A line for each field that is no longer as the action left it. It holds values: redact it."""
    return "\n".join(line for change, now in conflict.differences for line in _lines(change, now))


def _lines(inverse: Change, now: Fields | None) -> Iterator[str]:
    was, left = inverse.after or {}, inverse.before or {}
    yield f"- {visible(inverse.target)} {_of(inverse.key)}"
    if not left:
        yield "    was deleted, and is there again"
        return
    if now is None:
        yield "    is not there any more"
        return
    for name, value in left.items():
        if now.get(name) != value:
            before = f"was {quoted(was[name])}, " if name in was else ""
            yield f"    {visible(name)} {before}then {quoted(value)}, is now {quoted(now.get(name))}"


def _of(key: Fields) -> str:
    def told(name: str, value: Json) -> str:
        return f"{visible(name)} = {quoted(value)}"

    return ", ".join(told(name, value) for name, value in key.items())
