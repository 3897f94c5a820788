"""A repository by its name: what GitHub says it is has to be what was asked for."""

from tools.code.forge import Place
from tools.github import refusals
from tools.github.api import Api
from tools.rest import members


def at(place: Place) -> tuple[str, ...]:
    """The beginning of its addresses."""
    return "repos", *place.path.split("/")


async def place_of(api: Api, source: str, path: str) -> Place:
    """Raises `NotFound` alike for one that there is not and one that has another name now."""
    told = members.record(await api.value("repos", *path.split("/")))
    if members.text(told, "full_name").lower() != path.lower():
        raise refusals.not_found(source)
    return Place(
        path,
        str(members.number(told, "id")),
        is_public=not members.flag(told, "private"),
        default_branch=members.optional_text(told, "default_branch"),
        runs=True,
    )
