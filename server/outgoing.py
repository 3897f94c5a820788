"""Holds what a plan sends against what its context has read, before anybody is asked about it (T23, T24)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from anyio import CapacityLimiter, to_thread

from policies.call import Admission, Leaving, Plan
from policies.change import Effect
from policies.directory import Directory
from policies.errors import Denied
from policies.flow import Flow, Sending, Verdict, is_for_strangers, judge
from policies.outgoing.found import Found
from policies.outgoing.sent import sent
from policies.sources import Source
from server.context.memories import Memories
from server.loading import Loading

# What looks through texts is loaded with what redacts: a start that only greets waits for neither.
if TYPE_CHECKING:
    from policies.outgoing.screen import Finder

_AT_ONCE: Final = CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    sources: Mapping[str, Source]
    directory: Directory
    flow: Flow
    memories: Memories
    loading: Loading

    async def judge(self, admission: Admission, plan: Plan, *, alone: bool) -> tuple[Verdict, Leaving | None]:
        """`alone`: nobody is asked about it unless there is a reason.

        Raises `Denied` (rule `dlp_blocked`) for what may not leave so, naming kinds of data and no value.
        """
        from policies.outgoing.screen import screen  # noqa: PLC0415 - as above

        name, effect, context = plan.call.tool.source, plan.effect or Effect(()), admission.context
        source = self.sources[name]
        leaves = is_for_strangers(source, effect, self.directory.outside(name, effect.destinations))
        memory = await self.memories.recall(context, leaves=leaves)
        personal = await self._personal()

        def look() -> Found:
            return screen(effect, memory, self.directory, leaves=leaves, personal=personal)

        found = await to_thread.run_sync(look, limiter=_AT_ONCE)
        sending = Sending(name, source, effect, context.taint, found)
        verdict = judge(sending, self.flow, self.directory, alone=alone)
        if verdict.held:
            raise _held(verdict)
        leaving = self.memories.leaving(context, "\n".join(sent(effect)), memory) if leaves else None
        return verdict, leaving

    async def _personal(self) -> "Finder":
        from policies.redaction.work import OF_AN_ANSWER, WITHHELD, TooMuchWork  # noqa: PLC0415 - as above

        redactor = await self.loading.ready()

        def labels(text: str) -> Iterable[str]:
            found = {span.label for span in redactor.examine(text, budget=OF_AN_ANSWER)[1]}
            if WITHHELD in found:
                raise TooMuchWork
            return found & {*self.flow.personal}

        return labels


def _held(verdict: Verdict) -> Denied:
    return Denied(
        f"This would send {', '.join(verdict.held)}, so nothing was done. Leave that out; what a person may "
        "decide is asked by the tool that asks first.",
        rule="dlp_blocked",
    )
