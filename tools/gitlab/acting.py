"""The tools that act: what each plans, carries out and takes back, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.call import Call, Column, Kind, Table
from policies.canonical import Json
from policies.change import Change, Effect, Fields
from policies.pseudonyms import filled_in
from policies.sources import GitlabSource
from tools.connector import Ledger, Trace
from tools.gitlab import paths, refusals, toolset
from tools.gitlab.api import Api
from tools.gitlab.arguments import Arguments
from tools.gitlab.comments import Comments
from tools.gitlab.issues import Issues
from tools.gitlab.lists import Rows
from tools.gitlab.projects import Project, project_of
from tools.gitlab.proposals import Proposals
from tools.gitlab.targets import Target
from tools.rest import records

ISSUE: Final = (
    Column("issue", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("description", Kind.TEXT),
    Column("labels", Kind.JSON),
    Column("confidential", Kind.BOOLEAN),
    Column("state", Kind.NAME),
)
COMMENT: Final = (Column("comment", Kind.NUMBER), Column("text", Kind.TEXT))
REQUEST: Final = (
    Column("merge_request", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("description", Kind.TEXT),
    Column("source_branch", Kind.TEXT),
    Column("target_branch", Kind.TEXT),
    Column("state", Kind.NAME),
    Column("commit", Kind.NAME),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: GitlabSource
    api: Api

    async def plan(self, call: Call, values: Mapping[str, str]) -> tuple[Mapping[str, Json], Effect]:
        """The request of the plan, and what it changes. `values` are what pseudonyms stand for."""
        if call.inverse is not None:
            return await self._back(call.inverse)
        arguments = Arguments({name: filled_in(value, values) for name, value in call.arguments.items()})
        project = await self._project(paths.project(arguments.text("project")))
        match call.tool.verb:
            case toolset.CREATE_ISSUE:
                return {}, await Issues(self.api, project).plan_new(arguments)
            case toolset.UPDATE_ISSUE:
                return {}, await Issues(self.api, project).plan_change(arguments)
            case toolset.COMMENT:
                return {}, await Comments(self.api, project, arguments.number("issue")).plan_new(arguments)
            case _:
                return await self._proposals(project).plan_new(arguments)

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Table:
        target = Target.of(effect.changes[-1].target)
        project = await self._project(target.project)
        match self._records(project, target):
            case Issues() as issues:
                return self._table(ISSUE, await self._single(issues, effect, ledger))
            case Comments() as comments:
                return self._table(COMMENT, await self._single(comments, effect, ledger))
            case proposals:
                return self._table(REQUEST, await proposals.perform(request, effect, ledger))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        target = Target.of(effect.changes[-1].target)
        of = self._records(await self._project(target.project), target)
        if isinstance(of, Proposals):
            return await of.trace(effect)
        return await records.trace(of, effect.changes[0], mark)

    async def _back(self, inverse: Sequence[Change]) -> tuple[Mapping[str, Json], Effect]:
        target = Target.of(inverse[0].target)
        of = self._records(await self._project(target.project), target)
        if isinstance(of, Proposals):
            return {}, await of.plan_back(inverse)
        return {}, await of.plan_back(inverse[0])

    async def _single(self, of: records.Records, effect: Effect, ledger: Ledger) -> Fields:
        key, fields = await records.perform(self.name, of, effect, ledger)
        return {**key, **fields}

    async def _project(self, path: str) -> Project:
        """Raises `NotFound` for one that the configuration does not name, as for one that there is not."""
        if not paths.is_named(path, self.source.projects):
            raise refusals.not_found(self.name)
        return await project_of(self.api, self.name, path)

    def _records(self, project: Project, target: Target) -> Issues | Comments | Proposals:
        match target.path.split("/"):
            case ["issues"]:
                return Issues(self.api, project)
            case ["issues", number, "comments"]:
                return Comments(self.api, project, int(number))
            case _:
                return self._proposals(project)

    def _proposals(self, project: Project) -> Proposals:
        return Proposals(self.name, self.api, project, self.source.max_bytes)

    def _table(self, columns: Sequence[Column], row: Fields) -> Table:
        rows = Rows(self.source, columns)
        rows.add([row.get(column.name) for column in columns])
        return rows.table("", 0, more=False)
