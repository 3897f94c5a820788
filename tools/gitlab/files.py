"""One file of a repository: its size is asked for first, and then the content of exactly that commit."""

from dataclasses import dataclass, field

from policies.errors import InvalidArgument
from tools.code.content import text_of
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.places import at
from tools.rest import members
from tools.rest.refusals import odd


@dataclass(frozen=True, slots=True)
class File:
    """`text` is None for what is no text in UTF-8. `size` is in bytes."""

    commit: str
    size: int
    text: str | None = field(repr=False)


async def read_file(api: Api, place: Place, path: str, ref: str, most: int) -> File:
    """Raises `InvalidArgument` for one of more than `most` bytes."""
    file = (*at(place), "repository", "files", path)
    head = await api.head(*file, ref=ref)
    size, commit = head.get("x-gitlab-size", ""), members.sha(head.get("x-gitlab-commit-id", ""))
    if not size.isascii() or not size.isdecimal():
        raise odd("a file has no size")
    if int(size) > most:
        raise InvalidArgument(
            f"path: that file has {int(size)} bytes, and at most {most} are read. Find the part that you "
            "need with the search tool."
        )
    content = await api.content(*file, "raw", ref=commit)
    if len(content) > most:
        raise odd("a file is larger than it was said to be")
    return File(commit, len(content), text_of(content))
