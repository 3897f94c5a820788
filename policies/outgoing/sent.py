"""The texts that an effect sends: what is new in each record, its keys, and where it goes."""

from collections.abc import Iterator

from policies.canonical import Json, leaves
from policies.change import Effect


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


def _texts(value: Json) -> Iterator[str]:
    for leaf in leaves(value):
        if leaf is not None and not isinstance(leaf, bool):
            yield str(leaf)
