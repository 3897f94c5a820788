"""Redaction beside the event loop, with the pseudonyms of the user's context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from policies.call import Raw, Redacted, Restored, Table, Tier
from policies.pseudonyms import Item
from policies.results import Room
from policies.sources import Source
from server.context.contexts import Contexts
from server.context.results import Results
from server.loading import Loading
from server.own.result import RESULT, first_row
from server.turns import Turns

if TYPE_CHECKING:
    from policies.canonical import Json
    from policies.redaction.marked import Marked
    from policies.redaction.masks import Masks

_LARGE: Final = 32_000  # characters
_PLAIN: Final = 8  # characters that a value without text counts for


@dataclass(frozen=True, slots=True)
class Redaction:
    """As the rules of each source say for the user who asked."""

    loading: Loading
    sources: Mapping[str, Source]
    contexts: Contexts
    results: Results
    turns: Turns = field(default_factory=Turns)

    async def redact(self, raw: Raw, restored: Restored) -> Redacted:
        """What has to be read takes milliseconds and would hold up every other call: so it goes to a thread.

        A small answer that need not be read takes less than the way there (decision 0018). Raises `Denied`,
        or `StoreUnavailable` where new pseudonyms can't be kept.
        """
        redactor = await self.loading.ready()
        user = raw.grant.plan.call.user
        aside = partial(self.turns.run, user=(user.tenant, user.id), long=_is_large(raw.table))
        if raw.grant.plan.call.tool == RESULT:
            start, characters = first_row(raw.grant.plan), self.results.settings.characters
            return await aside(lambda: redactor.go_on(raw, start, characters))
        call, context = raw.grant.plan.call, restored.fresh.admission.context
        source = self.sources.get(call.tool.source)
        treatments = None if source is None else source.treatments(call.user.roles)
        refusing = call.tool.tier is Tier.READ

        def found(marked: "Marked") -> tuple["Marked", Sequence[Item]]:
            return marked, marked.wanted(treatments, refusing=refusing)

        async def masks(wanted: Sequence[Item]) -> "Masks":
            given = await self.contexts.hand_out(context, call, wanted)
            return redactor.masks(treatments, lambda label, text: given.get((label, text)), refusing=refusing)

        if small := redactor.mark_at_once(raw.table):
            marked, wanted = found(small)
            return redactor.redact(raw, marked, await masks(wanted), restored.values)
        marked, wanted = await aside(lambda: found(redactor.mark(raw.table)))

        async def redacted(room: Room | None) -> Redacted:
            chosen = await masks(wanted)
            return await aside(lambda: redactor.redact(raw, marked, chosen, restored.values, room))

        answer = await redacted(self.results.room(call))
        if answer.kept is None or await self.results.keep(context, call, answer.kept):
            return answer
        return await redacted(None)


def _is_large(table: Table) -> bool:
    left = _LARGE
    waiting: list[Json] = [cell for row in table.rows for cell in row]
    while waiting and left >= 0:
        match value := waiting.pop():
            case str():
                left -= len(value)
            case list():
                waiting += value
            case dict():
                waiting += (*value, *value.values())
            case _:
                left -= _PLAIN
    return left < 0
