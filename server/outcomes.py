"""What a call is answered: the two halves of one answer, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, cast

from policies.call import Redacted
from policies.canonical import Json
from policies.structured import structured


@dataclass(frozen=True, slots=True)
class Outcome:
    text: str = field(repr=False)
    structured: Mapping[str, Json] = field(repr=False)

    @classmethod
    def of(cls, redacted: Redacted) -> Self:
        """For an action: with its id, and whether it can be taken back."""
        halves = structured(redacted)
        approval = redacted.grant.approval
        if not approval.action:
            return cls(redacted.text, halves)
        effect, schema = approval.plan.effect, approval.plan.call.tool.output_schema
        if "action" not in cast("dict[str, Json]", schema.get("properties", {})):
            return cls(redacted.text, halves)
        undo = effect is not None and not effect.final
        told = (
            f'remit_undo takes it back: {{"id": "{approval.action}"}}.' if undo else "It can't be taken back."
        )
        return cls(
            f"{redacted.text}\nDone, as action {approval.action}. {told}",
            halves | {"action": _facts(approval.action, "done", undo=undo, replayed=False)},
        )

    def again(self, action: str) -> "Outcome":
        """For the same call that came once more."""
        facts = cast("dict[str, Json]", self.structured.get("action", {}))
        return Outcome(
            f"This was done already, as action {action}, and nothing was done now. To do it once more, give "
            f"another idempotency_key. What was answered then:\n\n{self.text}",
            {**self.structured, **({"action": {**facts, "replayed": True}} if facts else {})},
        )

    def to_json(self) -> dict[str, Json]:
        return {"text": self.text, "structured": dict(self.structured)}

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        """Of `to_json`, and nothing else."""
        return cls(cast("str", value["text"]), cast("dict[str, Json]", value["structured"]))


def without_rows(source: str, action: str, state: str, text: str, *, undo: bool) -> Outcome:
    """Where there is nothing to show: a question is open, or the answer was lost with a process."""
    return Outcome(
        text,
        {
            "notice": f'There are no rows of "{source}" here.',
            "columns": [],
            "rows": [],
            "row_count": 0,
            "truncated": False,
            "cut_cells": 0,
            "next": None,
            "masked": {},
            "hidden": 0,
            "left_out": [],
            "action": _facts(action, state, undo=undo, replayed=False),
        },
    )


def _facts(action: str, state: str, *, undo: bool, replayed: bool) -> dict[str, Json]:
    return {"id": action, "state": state, "undo": undo, "replayed": replayed}
