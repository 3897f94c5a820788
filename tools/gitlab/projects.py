"""A project by its path: what GitLab says it is has to be what was asked for.

A path that used to be another project's leads nowhere. From then on its number names it.
"""

from dataclasses import dataclass

from tools.gitlab import refusals
from tools.gitlab.api import Api
from tools.rest import members

VISIBILITIES = ("public", "internal", "private")


@dataclass(frozen=True, slots=True)
class Project:
    """`at` is the beginning of its addresses."""

    path: str
    number: str
    visibility: str
    default_branch: str | None
    runs_pipelines: bool

    @property
    def at(self) -> tuple[str, str]:
        return "projects", self.number

    @property
    def destination(self) -> str:
        """Who sees what is written there, as `[directory]` names it."""
        return f"{self.path} (public)" if self.visibility == "public" else self.path


async def project_of(api: Api, source: str, path: str) -> Project:
    """Raises `NotFound` alike for one that there is not and one that is elsewhere now."""
    told = members.record(await api.value("projects", path))
    if members.text(told, "path_with_namespace").lower() != path.lower():
        raise refusals.not_found(source)
    return Project(
        path,
        str(members.number(told, "id")),
        members.word(told, "visibility", VISIBILITIES),
        members.optional_text(told, "default_branch"),
        told.get("jobs_enabled") is not False,
    )
