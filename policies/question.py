"""What a person is asked before an action, in words that come from its plan alone (threat T17).

Whole or not at all: what does not fit is refused, never summed up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from policies.call import Channel, Plan
from policies.canonical import Json
from policies.change import Change, Effect, Kind
from policies.errors import Refusal
from policies.risk import Risk
from policies.visible import quoted, visible

FORM_CHARACTERS: Final = 4_000
"""What a client's form can be trusted to show; a longer question is asked on our page."""

_VERBS: Final = {Kind.CREATE: "Create", Kind.UPDATE: "Change", Kind.DELETE: "Delete"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a person about one action, which waits under the id `action`.

    `stale` says that a former question about the same wish had been answered, or asked, before the world
    changed. `approver` says that somebody else has to say yes on our page, and the person asked need not.
    `outside` are the reasons why a tool that need not ask does.
    """

    action: str
    source: str
    channel: Channel
    title: str = field(repr=False)
    text: str = field(repr=False)
    effect: Effect = field(repr=False)
    risk: Risk
    stale: bool = False
    approver: bool = False
    outside: tuple[str, ...] = ()


class AnswerNeeded(Refusal):
    """Not a failure: the call ends, a person is asked, and whoever brings the answer makes the call again."""

    code: ClassVar[str] = "needs_answer"

    def __init__(self, question: Question) -> None:
        super().__init__(_told(question))
        self.question = question


def _told(question: Question) -> str:
    changed = "What was asked about has changed meanwhile, so nothing was done. " if question.stale else ""
    whom = "Somebody with the right to approve" if question.approver else "The user"
    alone = f" It can't go alone: {' '.join(question.outside)}" if question.outside else ""
    return f"{changed}{whom} has to say yes to exactly this before it is done.{alone}"


def wording(plan: Plan, effect: Effect, risk: Risk, binding: str) -> str:
    """The whole question as plain text. `binding` is the digest that the answer is bound to, in hex."""
    return "\n".join(_lines(plan, effect, risk, binding))


def _lines(plan: Plan, effect: Effect, risk: Risk, binding: str) -> Iterator[str]:
    call = plan.call
    what = "Take back an action" if call.undoing else "Do this"
    yield f"{what} in {call.tool.source}, for {visible(call.user.id)}?"
    yield ""
    yield from changes_in_words(effect)
    yield ""
    yield from caveats(effect, risk.reasons)
    yield f"Plan {binding[:12]}."


def caveats(effect: Effect, reasons: Iterable[str]) -> Iterator[str]:
    """What to know besides the changes, a sentence a line. `reasons` are those of the risk."""
    if effect.destinations:
        yield f"Who else will see it: {', '.join(map(quoted, effect.destinations))}."
    if effect.readers:
        yield f"Who can read it: {', '.join(map(quoted, effect.readers))}."
    if effect.hidden:
        yield f"The system may do more: {', '.join(map(quoted, effect.hidden))}."
    yield "It can be taken back later." if not effect.final else f"It can't be taken back: {effect.final}."
    yield from reasons


def title(effect: Effect, source: str, *, undoing: bool) -> str:
    """The changes counted, in a line, with the names as they are: whoever shows it makes them `visible`."""
    counted = ", ".join(
        f"{_VERBS[kind].lower()} {_records(count)} of {target}"
        for (kind, target), count in _counted(effect).items()
    )
    return f"{'Take back an action in' if undoing else 'In'} {source}: {counted}"


def changes_in_words(effect: Effect) -> Iterator[str]:
    """A line that counts, then each record with each of its fields that changes."""
    for (kind, target), count in _counted(effect).items():
        yield f"{_VERBS[kind]} {_records(count)} of {visible(target)}:"
        for change in effect.changes:
            if (change.kind, change.target) == (kind, target):
                yield from _record(change)


def _counted(effect: Effect) -> Counter[tuple[Kind, str]]:
    """In the order of the changes."""
    return Counter((change.kind, change.target) for change in effect.changes)


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


def _record(change: Change) -> Iterator[str]:
    key = ", ".join(f"{visible(name)} = {quoted(value)}" for name, value in change.key.items())
    yield f"- {key or 'a new record'}"
    for name, before, after in differences(change):
        yield f"    {visible(name)}: {' -> '.join((*map(quoted, before), *map(quoted, after)))}"


def differences(change: Change) -> list[tuple[str, tuple[Json, ...], tuple[Json, ...]]]:
    """The fields of a record that are written or lost, in order: the name, and what was and will be there.

    A created record has nothing before, a deleted one nothing after.
    """
    before, after = change.before, change.after
    if before is None:
        return [(name, (), (value,)) for name, value in (after or {}).items()]
    if after is None:
        return [(name, (value,), ()) for name, value in before.items()]
    return [(name, (before.get(name),), (value,)) for name, value in after.items()]
