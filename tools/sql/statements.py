"""The guard's verdicts on one source's statements, remembered by their text and by their shape.

What the guard says is a function of the text, the rules, the offset and the cap alone, and the rules of a
source stand for as long as the process does. Refusals are not remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.errors import Refusal
from policies.memory import Memory, digest
from tools.sql.guard import LANGUAGES, check
from tools.sql.likeness import Likeness, Shape, shape
from tools.sql.rules import Checked, Rules

_REMEMBERED: Final = 4_000_000  # characters of statements
_EACH: Final = 500  # for what a verdict holds beside its text


@dataclass(frozen=True, slots=True)
class _Verdict:
    """On a shape: None where each of its statements is judged by itself."""

    likeness: Likeness | None

    @property
    def weight(self) -> int:
        return _EACH + (len(self.likeness.checked.sql) if self.likeness else 0)


class Statements:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: Memory[Checked] = Memory(_REMEMBERED, lambda checked: len(checked.sql) + _EACH)
        self._shapes: Memory[_Verdict] = Memory(_REMEMBERED, lambda verdict: verdict.weight)

    def check(
        self, sql: str, *, offset: int = 0, cap: bool = True, values: Mapping[str, str] | None = None
    ) -> Checked:
        """See `tools.sql.guard.check`. A verdict on a statement with values is not remembered."""
        if values:
            return check(sql, self._rules, offset=offset, cap=cap, values=values)
        key = digest(sql, str(offset), str(cap))
        checked = self._known.get(key)
        if checked is None:
            checked = self._by_shape(sql, offset, cap=cap) or check(sql, self._rules, offset=offset, cap=cap)
            self._known.put(key, checked)
        return checked

    def _by_shape(self, sql: str, offset: int, *, cap: bool) -> Checked | None:
        asked = shape(sql)
        likeness = self._likeness(asked, offset, cap=cap) if asked else None
        return likeness.with_numbers(asked.numbers) if asked and likeness else None

    def _likeness(self, asked: Shape, offset: int, *, cap: bool) -> Likeness | None:
        key = digest(asked.text, str(offset), str(cap))
        verdict = self._shapes.get(key)
        if verdict is None:
            try:
                checked = check(asked.text, self._rules, offset=offset, cap=cap)
            except Refusal:
                # Each statement of this shape is judged by itself, and says itself why it is refused.
                verdict = _Verdict(None)
            else:
                by_text = LANGUAGES[self._rules.dialect].outputs_named_by_text
                verdict = _Verdict(Likeness.of(asked, checked, named_by_text=by_text))
            self._shapes.put(key, verdict)
        return verdict.likeness
