"""The tools that act: what each plans, carries out and takes back, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.call import Call, Column, Table
from policies.canonical import Json
from policies.change import Change, Effect, Fields
from policies.pseudonyms import filled_in
from policies.sources import CodeSource
from tools.code import acts, comments, proposals
from tools.code.comments import CommentPlans
from tools.code.forge import Forge, Place
from tools.code.issues import IssuePlans
from tools.code.names import is_named
from tools.code.proposals import Proposals
from tools.code.targets import Target
from tools.connector import Ledger, Trace
from tools.rest import records
from tools.rest.arguments import Arguments
from tools.rest.lists import Rows


@dataclass(frozen=True, slots=True)
class Actor:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: CodeSource
    forge: Forge

    async def plan(self, call: Call, values: Mapping[str, str]) -> tuple[Mapping[str, Json], Effect]:
        """The request of the plan, and what it changes. `values` are what pseudonyms stand for."""
        self.forge.hold_acting()
        if call.inverse is not None:
            return await self._back(call.inverse)
        arguments = Arguments({name: filled_in(value, values) for name, value in call.arguments.items()})
        place = await self._place(self.forge.named(arguments.text(self.forge.words.place)))
        match call.tool.verb:
            case acts.CREATE_ISSUE:
                return {}, await IssuePlans(self.forge, place).new(arguments)
            case acts.UPDATE_ISSUE:
                return {}, await IssuePlans(self.forge, place).change(arguments)
            case acts.COMMENT:
                return {}, await CommentPlans(self.forge, place, arguments.number("issue")).new(arguments)
            case acts.PROPOSE_CHANGE:
                return await self._proposals(place).new(arguments)
            case verb:
                raise NotImplementedError(verb)

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Table:
        target = Target.of(effect.changes[-1].target)
        match self._plans(await self._place(target.place), target):
            case IssuePlans() as plans:
                columns = plans.records.columns
                row = await self._single(plans.records, effect, ledger)
            case CommentPlans() as plans:
                columns = comments.COLUMNS
                row = await self._single(plans.records, effect, ledger)
            case plans:
                columns = proposals.columns(self.forge.words.number)
                row = await plans.perform(request, effect, ledger)
        return self._table(columns, row)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        target = Target.of(effect.changes[-1].target)
        plans = self._plans(await self._place(target.place), target)
        if isinstance(plans, Proposals):
            return await plans.trace(effect, mark)
        return await records.trace(plans.records, effect.changes[0], mark)

    async def _back(self, inverse: Sequence[Change]) -> tuple[Mapping[str, Json], Effect]:
        target = Target.of(inverse[0].target)
        plans = self._plans(await self._place(target.place), target)
        if isinstance(plans, Proposals):
            return {}, await plans.back(inverse)
        return {}, await plans.back(inverse[0])

    async def _single(self, of: records.Records, effect: Effect, ledger: Ledger) -> Fields:
        key, fields = await records.perform(self.name, of, effect, ledger, self._limit)
        return {**key, **fields}

    async def _place(self, path: str) -> Place:
        if not is_named(path, self.source.named):
            raise self.forge.missing()
        return await self.forge.place(path)

    def _plans(self, place: Place, target: Target) -> IssuePlans | CommentPlans | Proposals:
        match target.within.split("/"):
            case ["issues"]:
                return IssuePlans(self.forge, place)
            case ["issues", number, "comments"]:
                return CommentPlans(self.forge, place, int(number))
            case ["proposals"] | ["branches", *_]:
                return self._proposals(place)
            case _:
                raise NotImplementedError(target.within)

    def _proposals(self, place: Place) -> Proposals:
        return Proposals(self.name, self.forge, place, self.source.max_bytes, self._limit)

    @property
    def _limit(self) -> float:
        """One request may take all of the source's time, and what looks for what became of it as much."""
        return 2 * self.source.timeout

    def _table(self, columns: Sequence[Column], row: Fields) -> Table:
        rows = Rows(self.source, columns)
        rows.add([row.get(column.name) for column in columns])
        return rows.table("", 0, more=False)
