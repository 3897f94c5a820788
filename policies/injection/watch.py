"""A table as it came -> the suspicion that text in it addresses a model."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from policies.call import Table
from policies.canonical import Json, leaves
from policies.injection import explicit, structural
from policies.injection.encoded import CODES
from policies.injection.folding import in_disguise
from policies.injection.hidden import carries_text
from policies.injection.sheet import Sheet
from policies.injection.suspicion import CALM, Family, Suspicion
from policies.lookalikes import folded, read
from policies.redaction.characters import clean
from policies.redaction.linear import Pattern

_RULES: Final[Mapping[Family, Pattern]] = {**structural.RULES, **explicit.RULES}
_SHORTEST: Final = 6  # characters: "[INST]"

Found = Mapping[str, frozenset[Family]]


def watch(table: Table) -> Suspicion:
    """Of every text of the table, in linear time. `table` is as it came: what is hidden is looked for too."""
    cells = [cell for row in table.rows for cell in row if isinstance(cell, str | list | dict)]
    found = judge(text for cell in cells for text in _texts(cell))
    if not found:
        return CALM
    return Suspicion.of(
        frozenset[Family]().union(*(found.get(text, ()) for text in _texts(cell))) for cell in cells
    )


def judge(texts: Iterable[str]) -> Found:
    """The families of rules that each text meets; texts that meet none are left out."""
    found: defaultdict[str, set[Family]] = defaultdict(set)
    by_looks: defaultdict[str, list[str]] = defaultdict(list)
    by_sense: defaultdict[str, list[str]] = defaultdict(list)
    for text in dict.fromkeys(texts):
        if len(text) < _SHORTEST:
            continue
        looks = text
        if not (text.isascii() and text.isprintable()):
            plain = clean(text)
            if plain.hidden and carries_text(text):
                found[text].add(Family.HIDDEN)
            if in_disguise(plain.text):
                found[text].add(Family.DISGUISE)
            looks = folded(plain.text)
            if (sense := read(looks)) != looks:
                by_sense[sense].append(text)
        by_looks[looks].append(text)
    for sheet in _sheets(by_looks):
        for looks, family in _met(sheet):
            for text in by_looks[looks]:
                found[text].add(family)
        for looks in _undone(sheet):
            for text in by_looks[looks]:
                found[text].add(Family.ENCODED)
    for sheet in _sheets(by_sense):
        for sense, family in _met(sheet):
            for text in by_sense[sense]:
                if family not in found[text]:
                    found[text].add(Family.DISGUISE)
    return {text: frozenset(families) for text, families in found.items() if families}


def _sheets(texts: Iterable[str]) -> Iterator[Sheet]:
    """Texts of ASCII are searched apart from others: where all are, a place is counted in no time."""
    of_ascii: list[str] = []
    wide: list[str] = []
    for text in texts:
        (of_ascii if text.isascii() else wide).append(text)
    for alike in (of_ascii, wide):
        if alike:
            yield Sheet(alike)


def _met(sheet: Sheet) -> Iterator[tuple[str, Family]]:
    for family, pattern in _RULES.items():
        for text in sheet.having(pattern):
            yield text, family


def _undone(sheet: Sheet) -> Iterator[str]:
    """The texts that say more, or in another way, than they show."""
    for code in CODES:
        for text in sheet.having(code.cue):
            if code.certain(text) or any(map(_meets, code.readings(text))):
                yield text


def _meets(text: str) -> bool:
    return any(pattern.first(text) is not None for pattern in _RULES.values())


def _texts(cell: Json) -> Sequence[str]:
    return (cell,) if isinstance(cell, str) else [leaf for leaf in leaves(cell) if isinstance(leaf, str)]
