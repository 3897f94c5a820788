"""Jobs of the workflows that ran for a commit, and their logs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Table
from policies.canonical import Json
from policies.sources import GithubSource
from tools.code import columns, logs
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.files import commit_of
from tools.github.places import at
from tools.rest import members
from tools.rest.joined import Part, joined
from tools.rest.lists import Cells, follow

_MOST: Final = 100  # runs for one commit
_STAMP: Final = re.compile(r"\ufeff?[0-9-]{10}T[0-9:]{8}\.[0-9]{7}Z ?", re.ASCII)  # before each line of a log


@dataclass(frozen=True, slots=True)
class Jobs:
    """Those of one repository. Every method raises `Refusal`."""

    api: Api
    source: GithubSource
    place: Place

    async def listed(self, request: Mapping[str, Json]) -> Table:
        commit = await commit_of(self.api, self.place, request["ref"])
        path = (*at(self.place), "actions", "runs")
        runs = (await self.api.page(*path, head_sha=commit, per_page=str(_MOST))).items
        parts = [self._of_run((*path, members.key(members.record(run)), "jobs")) for run in runs]
        return await joined(self.source, request, columns.JOBS, parts)

    async def log(self, request: Mapping[str, Json]) -> Table:
        path = (*at(self.place), "actions", "jobs", str(request["job"]))
        job = _job_row(await self.api.value(*path))
        lines = [_STAMP.sub("", line, 1) for line in logs.lines_of(await self.api.elsewhere(*path, "logs"))]
        return logs.page_of(job, lines, request, self.source.max_bytes)

    def _of_run(self, path: Sequence[str]) -> Part:
        return Part(partial(follow, self.api, self.source, path=path, query={}), _job_row)


def _job_row(item: Json) -> Cells:
    """How it ended, and while it has not, where it is."""
    job = members.record(item)
    return (
        members.number(job, "id"),
        members.number(job, "run_id"),
        members.text(job, "name"),
        members.optional_text(job, "workflow_name"),
        members.optional_text(job, "conclusion") or members.text(job, "status"),
        members.optional_text(job, "started_at"),
        members.optional_text(job, "completed_at"),
    )
