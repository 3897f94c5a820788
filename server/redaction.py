"""Redaction beside the event loop, with the pseudonyms of the user's context."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, to_thread

from policies.call import Raw, Redacted, Restored, Tier
from policies.pseudonyms import Item
from policies.results import Room
from policies.sources import Source
from server.context.contexts import Contexts
from server.context.results import Results
from server.loading import Loading
from server.own.result import RESULT, first_row

if TYPE_CHECKING:
    from policies.redaction.marked import Marked
    from policies.redaction.masks import Masks

T = TypeVar("T")

_AT_ONCE: Final = CapacityLimiter(8)  # enough to be read together; more only hold memory while they wait


@dataclass(frozen=True, slots=True)
class Redaction:
    """As the rules of each source say for the user who asked."""

    loading: Loading
    sources: Mapping[str, Source]
    contexts: Contexts
    results: Results

    async def redact(self, raw: Raw, restored: Restored) -> Redacted:
        """What has to be read takes milliseconds and would hold up every other call: so it goes to a thread.

        A small answer that need not be read takes less than the way there (decision 0018). Raises `Denied`,
        or `StoreUnavailable` where new pseudonyms can't be kept.
        """
        redactor = await self.loading.ready()
        if raw.grant.plan.call.tool == RESULT:
            start, characters = first_row(raw.grant.plan), self.results.settings.characters
            return await _aside(lambda: redactor.go_on(raw, start, characters))
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
        marked, wanted = await _aside(lambda: found(redactor.mark(raw.table)))

        async def redacted(room: Room | None) -> Redacted:
            chosen = await masks(wanted)
            return await _aside(lambda: redactor.redact(raw, marked, chosen, restored.values, room))

        answer = await redacted(self.results.room(call))
        if answer.kept is None or await self.results.keep(context, call, answer.kept):
            return answer
        return await redacted(None)


async def _aside(work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work, limiter=_AT_ONCE)
