"""Runs of workflows, which emulate has none of: what is told of them, and the store where their logs are.

After docs.github.com/en/rest/actions: workflow-runs, workflow-jobs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import JSONResponse, Response

WHEN: Final = "2026-05-04T10:20:30Z"
STORE: Final = "/store/"


@dataclass(slots=True)
class Run:
    """`logs` are those of its jobs, which are numbered from `number` on."""

    repository: str
    number: int
    commit: str
    logs: list[bytes]


@dataclass(slots=True)
class Actions:
    """`url` is this GitHub's, and its store's; `led` is where logs are said to be instead."""

    url: str
    led: str | None = None
    runs: list[Run] = field(default_factory=list[Run])

    def run(self, repository: str, commit: str, *logs: bytes) -> Run:
        made = Run(repository, 500 + 10 * len(self.runs), commit, [*logs])
        self.runs.append(made)
        return made

    def answer(self, repository: str, path: str, query: Mapping[str, str]) -> Response | None:
        """Of what stands behind `actions/`; None where there is no such thing."""
        here = [run for run in self.runs if run.repository == repository]
        match path.split("/"):
            case ["runs"]:
                found = [run for run in reversed(here) if query.get("head_sha") in {None, run.commit}]
                return page_of([self._told(run) for run in found], query, "workflow_runs")
            case ["runs", number, "jobs"]:
                jobs = [job for run in here if str(run.number) == number for job in self._jobs(run)]
                return page_of(jobs, query, "jobs")
            case ["jobs", number, *rest]:
                job = next((job for run in here for job in self._jobs(run) if str(job["id"]) == number), None)
                if job is None:
                    return None
                if rest != ["logs"]:
                    return JSONResponse(job)
                there = f"{self.url}{STORE}{number}?sig=made-up" if self.led is None else self.led
                return Response(status_code=302, headers={"location": there})
            case _:
                return None

    def _told(self, run: Run) -> dict[str, Any]:
        jobs = f"{self._at(run)}/runs/{run.number}/jobs"
        return {"id": run.number, "head_sha": run.commit, "status": "completed", "jobs_url": jobs}

    def _jobs(self, run: Run) -> list[dict[str, Any]]:
        return [
            {
                "id": run.number + each,
                "run_id": run.number,
                "url": f"{self._at(run)}/jobs/{run.number + each}",
                "head_sha": run.commit,
                "workflow_name": "Tests",
                "name": f"test {each}",
                "status": "completed",
                "conclusion": "failure",
                "started_at": WHEN,
                "completed_at": None,
            }
            for each in range(1, len(run.logs) + 1)
        ]

    def _at(self, run: Run) -> str:
        return f"{self.url}/api/v3/repos/{run.repository}/actions"

    def stored(self, path: str, headers: Mapping[str, str]) -> Response:
        """As a store of signed links is: whoever shows it a token of somebody else's is refused."""
        if "authorization" in headers:
            return Response("Server failed to authenticate the request.", 403)
        number = int(re.sub(r"\D", "", path))
        run = next(run for run in self.runs if run.number < number < run.number + 10)
        return Response(run.logs[number - run.number - 1], media_type="text/plain")


def page_of(items: list[dict[str, Any]], query: Mapping[str, str], name: str = "") -> Response:
    """With a name the list has its count beside it."""
    size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
    more = {"link": '<https://never.followed/>; rel="next"'} if page * size < len(items) else {}
    shown = items[(page - 1) * size : page * size]
    return JSONResponse({"total_count": len(items), name: shown} if name else shown, headers=more)
