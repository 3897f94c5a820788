"""Redaction beside the event loop, with the pseudonyms of the user's context."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from policies.call import Raw, Redacted, Restored, Tier
from policies.results import Room
from policies.sources import Source
from server.apart import Apart, Task
from server.context.contexts import Contexts
from server.context.results import Results
from server.loading import Loading
from server.own.result import RESULT, first_row
from server.turns import LONG, Turns, size_of


@dataclass(frozen=True, slots=True)
class Redaction:
    """As the rules of each source say for the user who asked."""

    loading: Loading
    sources: Mapping[str, Source]
    contexts: Contexts
    results: Results
    turns: Turns
    apart: Apart

    async def redact(self, raw: Raw, restored: Restored) -> Redacted:
        """What has to be read takes milliseconds and would hold up every other call: so it goes to a thread.

        A small answer that need not be read takes less than the way there (decision 0018), and a large one
        holds the others up from a thread, too: so it goes to another process (decision 0036). Raises
        `Denied`, or `StoreUnavailable` where new pseudonyms can't be kept.
        """
        redactor = (await self.loading.ready()).redactor
        call, context = raw.grant.plan.call, restored.fresh.admission.context
        user, large = (call.user.tenant, call.user.id), size_of(raw.table) > LONG
        aside = partial(self.turns.run, user=user, long=large)
        if call.tool == RESULT:
            start, characters = first_row(raw.grant.plan), self.results.settings.characters
            return await aside(lambda: redactor.go_on(raw, start, characters))
        source = self.sources.get(call.tool.source)
        treatments = None if source is None else source.treatments(call.user.roles)
        refusing = call.tool.tier is Tier.READ
        task = Task(
            table=raw.table,
            source=call.tool.source,
            call=call.id,
            treatments=treatments,
            restored=restored.values,
            refusing=refusing,
        )
        if small := redactor.mark_at_once(raw.table):
            given = await self.contexts.hand_out(context, call, task.wanted(small))
            return redactor.bound(raw, task.answer(redactor, given, small))
        marked = None
        if large:
            wanted = await self.apart.wanted(task, user)
        else:
            marked, wanted = await aside(lambda: task.marked(redactor))

        async def redacted(room: Room | None) -> Redacted:
            given = await self.contexts.hand_out(context, call, wanted)
            if large:
                return redactor.bound(raw, await self.apart.answer(task, given, room, user))
            return redactor.bound(raw, await aside(lambda: task.answer(redactor, given, marked, room)))

        answer = await redacted(self.results.room(call))
        if answer.kept is None or await self.results.keep(context, call, answer.kept):
            return answer
        return await redacted(None)
