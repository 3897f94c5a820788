"""What a call's pseudonyms were given back does not show in its answer, wherever it stands there."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping

from policies.call import Column, Table
from policies.canonical import Json
from policies.redaction.spans import placeholders


class Restored:
    """`values` are what pseudonyms stand for. `counts` are the places where one was put back, by label."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.counts: Counter[str] = Counter()
        longest_first = sorted(values.items(), key=lambda item: len(item[1]), reverse=True)
        self._pseudonyms = [pseudonym for pseudonym, _ in longest_first]
        # In whatever case: a database may have changed it.
        either = "|".join(f"({re.escape(value)})" for _, value in longest_first)
        self._any = re.compile(either, re.IGNORECASE) if values else None

    def put_back(self, table: Table) -> Table:
        """The table with pseudonyms in the place of what they stand for. The masks in it stay."""
        if self._any is None:
            return table
        hide = self._hider(self._any)
        return Table(
            tuple(Column(hide(column.name), column.kind) for column in table.columns),
            tuple(tuple(_rewritten(cell, hide) for cell in row) for row in table.rows),
            table.truncated,
            table.cut_cells,
            table.next,
        )

    def _hider(self, pattern: "re.Pattern[str]") -> Callable[[str], str]:
        def hide(text: str) -> str:
            parts: list[str] = []
            position = 0
            for start, end in [*placeholders(text), (len(text), len(text))]:
                parts += (pattern.sub(self._pseudonym, text[position:start]), text[start:end])
                position = end
            return "".join(parts)

        return hide

    def _pseudonym(self, found: "re.Match[str]") -> str:
        pseudonym = self._pseudonyms[(found.lastindex or 0) - 1]
        self.counts[pseudonym[1:].rsplit("_", 2)[0]] += 1
        return pseudonym


def _rewritten(value: Json, hide: Callable[[str], str]) -> Json:
    match value:
        case str():
            return hide(value)
        case bool() | None:
            return value
        case int() | float():
            text = str(value)
            hidden = hide(text)
            return value if hidden == text else hidden
        case list():
            return [_rewritten(item, hide) for item in value]
        case dict():
            hidden_in = {hide(key): _rewritten(item, hide) for key, item in value.items()}
            # Keys that have become alike would lose one of two values.
            return hidden_in if len(hidden_in) == len(value) else hide(json.dumps(value, ensure_ascii=False))
