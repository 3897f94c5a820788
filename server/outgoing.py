"""Holds what a plan sends against what its context has read, before anybody is asked about it (T23, T24)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

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
from server.turns import Turns

_LONG: Final = 8_000  # characters: each is read some thirty times over


@dataclass(frozen=True, slots=True)
class Outgoing:
    sources: Mapping[str, Source]
    directory: Directory
    flow: Flow
    memories: Memories
    loading: Loading
    turns: Turns

    async def judge(self, admission: Admission, plan: Plan, *, alone: bool) -> tuple[Verdict, Leaving | None]:
        """`alone`: nobody is asked about it unless there is a reason.

        Raises `Denied` (rule `dlp_blocked`) for what may not leave so, naming kinds of data and no value.
        """
        name, effect, context = plan.call.tool.source, plan.effect or Effect(()), admission.context
        source, user = self.sources[name], plan.call.user
        leaves = is_for_strangers(source, effect, self.directory.outside(name, effect.destinations))
        memory = await self.memories.recall(context, user, leaves=leaves)
        loaded = await self.loading.ready()
        text = "\n".join(sent(effect))

        def personal(text: str) -> frozenset[str]:
            return loaded.redactor.kinds(text) & {*self.flow.personal}

        def look() -> Found:
            return loaded.screen(effect, memory, self.directory, leaves=leaves, personal=personal)

        long = len(text) + sum(map(len, memory.gone)) > _LONG
        found = await self.turns.run(look, user=(user.tenant, user.id), long=long)
        sending = Sending(name, source, effect, context.taint, found, back=plan.call.inverse is not None)
        verdict = judge(sending, self.flow, self.directory, alone=alone)
        if verdict.held:
            raise _held(verdict)
        return verdict, self.memories.leaving(context, text, memory) if leaves else None


def _held(verdict: Verdict) -> Denied:
    return Denied(
        f"This would send {', '.join(verdict.held)}, so nothing was done. Leave that out; what a person may "
        "decide is asked by the tool that asks first.",
        rule="dlp_blocked",
    )
