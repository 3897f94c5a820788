"""A project by its path: what GitLab says it is has to be what was asked for.

A path that used to be another project's leads nowhere. From then on its number names it.
"""

from typing import Final

from tools.code.forge import Place
from tools.gitlab import refusals
from tools.gitlab.api import Api
from tools.rest import members

VISIBILITIES: Final = ("public", "internal", "private")


def at(place: Place) -> tuple[str, str]:
    """The beginning of its addresses."""
    return "projects", place.number


async def place_of(api: Api, source: str, path: str) -> Place:
    """Raises `NotFound` alike for one that there is not and one that is elsewhere now."""
    told = members.record(await api.value("projects", path))
    if members.text(told, "path_with_namespace").lower() != path.lower():
        raise refusals.not_found(source)
    return Place(
        path,
        str(members.number(told, "id")),
        is_public=members.word(told, "visibility", VISIBILITIES) == "public",
        default_branch=members.optional_text(told, "default_branch"),
        runs=told.get("jobs_enabled") is not False,
    )
