"""Jobs of the pipelines that ran for a commit, and their logs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Table
from policies.canonical import Json
from policies.sources import GitlabSource
from tools.code import columns, logs
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.places import at
from tools.rest import members
from tools.rest.joined import Part, joined
from tools.rest.lists import Cells, follow

_MOST: Final = 100  # pipelines of one commit
# docs.gitlab.com/ci/jobs/job_logs: what folds a part of a log, and the time and stream before each line. A
# line with a plus there goes on with the one before.
_SECTION: Final = re.compile(r"section_(?:start|end):[0-9]+:[\w.-]+(?:\[[\w=,]*\])?\Z", re.ASCII)
_STAMP: Final = re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{6}Z [0-9a-f]{2}[EO](?P<goes_on>[ +])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Jobs:
    """Those of one project. Every method raises `Refusal`."""

    api: Api
    source: GitlabSource
    place: Place

    async def listed(self, request: Mapping[str, Json]) -> Table:
        ref = str(request["ref"] or "HEAD")
        commit = members.record(await self.api.value(*at(self.place), "repository", "commits", ref))
        sha = members.sha(members.text(commit, "id"))
        path = (*at(self.place), "pipelines")
        runs = (await self.api.page(*path, sha=sha, per_page=str(_MOST))).items
        parts = [self._of_run((*path, members.key(members.record(run)), "jobs")) for run in runs]
        return await joined(self.source, request, columns.JOBS, parts)

    async def log(self, request: Mapping[str, Json]) -> Table:
        path = (*at(self.place), "jobs", str(request["job"]))
        job = _job_row(await self.api.value(*path))
        lines = _plain(logs.lines_of(await self.api.content(*path, "trace")))
        return logs.page_of(job, lines, request, self.source.max_bytes)

    def _of_run(self, path: Sequence[str]) -> Part:
        return Part(partial(follow, self.api, self.source, path=path, query={}), _job_row)


def _job_row(item: Json) -> Cells:
    job = members.record(item)
    return (
        members.number(job, "id"),
        members.number(members.record(job.get("pipeline")), "id"),
        members.text(job, "name"),
        members.text(job, "stage"),
        members.text(job, "status"),
        members.optional_text(job, "started_at"),
        members.optional_text(job, "finished_at"),
    )


def _plain(lines: list[str]) -> list[str]:
    """Each as the job printed it."""
    plain: list[str] = []
    for line in lines:
        stamp = _STAMP.match(line)
        said = line[stamp.end() :] if stamp else line
        if stamp and stamp["goes_on"] == "+" and plain:
            plain[-1] += said
        elif not _SECTION.match(said):
            plain.append(said)
    return plain
