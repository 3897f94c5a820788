"""What the columns of a source that a column of an answer is made of say of its values.

What their names say goes before what the answer calls them: an alias takes nothing away. And whatever is made
from values that are certainly of a kind is of that kind as a whole: nobody can tell what of it still shows.
"""

from functools import lru_cache
from typing import Final

from policies.call import Column, Origin
from policies.redaction.names import Beside, Context, Meaning, meaning
from policies.redaction.secrets import is_credential
from policies.redaction.words import words_of

DERIVED: Final = "derived"
"""The kind of what was made from a credential."""


def meaning_of(origin: Origin) -> Meaning | None:
    """What its configuration says of a column of the source, or else its name and its table's.

    Of a part of the JSON in it the key says more than the column.
    """
    return meaning(_context(origin, Beside()))


@lru_cache(maxsize=8192)
def context_of(column: Column, beside: Beside) -> Context:
    """What the values of a column are judged by, in a record of which `beside` tells."""
    if any(origin.changed and is_credential(origin.column) for origin in column.origins):
        return Context(column.name, beside, label=DERIVED)
    certain = [origin for origin in column.origins if (said := meaning_of(origin)) and said.certain]
    labels = {said.label: None for origin in certain if (said := meaning_of(origin))}
    if len(labels) > 1 or any(origin.changed or origin.label for origin in certain):
        return Context(column.name, beside, label=next(iter(labels)))
    taken_over = [_context(origin, beside) for origin in column.origins if not origin.changed]
    return max([*taken_over, Context(column.name, beside)], key=_tells)


@lru_cache(maxsize=8192)
def is_named_anew(label: str, column: Column) -> bool:
    """Whether it is the answer alone that calls the column by a name of this kind."""
    said = meaning(Context(column.name))
    if said is None or said.label != label or not column.origins:
        return False
    return not any((its := meaning_of(origin)) and its.label == label for origin in column.origins)


def _tells(context: Context) -> int:
    """How much a name tells of its values."""
    if is_credential(context.name):
        return 3
    said = meaning(context)
    return 0 if said is None else 1 + said.certain


def _context(origin: Origin, beside: Beside) -> Context:
    table = words_of(origin.table.rpartition(".")[2])
    whole = Context(origin.column, beside, table[-1:], origin.label)
    if not origin.path:
        return whole
    *around, key = origin.path
    part = Context(key, within=(origin.column, *around), label=origin.label)
    return max(part, whole, key=_tells)
