"""The guard's verdicts on one source's statements, remembered by their text.

What the guard says is a function of the text, the rules, the offset and the cap alone, and the rules of a
source stand for as long as the process does. Refusals are not remembered.
"""

from collections.abc import Mapping
from typing import Final

from policies.memory import Memory, digest
from tools.sql.guard import check
from tools.sql.rules import Checked, Rules

_REMEMBERED: Final = 4_000_000  # characters of statements


class Statements:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: Memory[Checked] = Memory(_REMEMBERED, lambda checked: len(checked.sql) + 500)

    def check(
        self, sql: str, *, offset: int = 0, cap: bool = True, values: Mapping[str, str] | None = None
    ) -> Checked:
        """See `tools.sql.guard.check`. A verdict on a statement with values is not remembered."""
        if values:
            return check(sql, self._rules, offset=offset, cap=cap, values=values)
        key = digest(sql, str(offset), str(cap))
        checked = self._known.get(key)
        if checked is None:
            checked = check(sql, self._rules, offset=offset, cap=cap)
            self._known.put(key, checked)
        return checked
