"""The texts that an effect sends: what is new in each record, its keys, and where it goes."""

from collections.abc import Iterator

from policies.canonical import Json
from policies.change import Effect

_DEEPEST = 64


def sent(effect: Effect) -> list[str]:
    """What was there already is not sent."""
    texts = [*effect.destinations]
    for change in effect.changes:
        if change.after is None:
            continue
        before = change.before or {}
        if change.before is None:
            texts += _texts(dict(change.key))
        texts += (
            text
            for name, value in change.after.items()
            if name not in before or before[name] != value
            for text in _texts(value)
        )
    return texts


def stood(effect: Effect) -> list[str]:
    """What stood in the fields that it writes, before."""
    return [
        text
        for change in effect.changes
        if change.before is not None and change.after is not None
        for name in change.after
        for text in _texts(change.before.get(name))
    ]


def shortened(text: str, most: int) -> str:
    """Its beginning and its end, where it has more than so many characters."""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n{text[-half:]}"


def _texts(value: Json, depth: int = 0) -> Iterator[str]:
    match value:
        case str():
            yield value
        case None | bool():
            pass
        case list() if depth < _DEEPEST:
            for item in value:
                yield from _texts(item, depth + 1)
        case dict() if depth < _DEEPEST:
            for key, item in value.items():
                yield key
                yield from _texts(item, depth + 1)
        case _:
            yield str(value)
