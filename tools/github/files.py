"""Files and folders of a repository, at one commit."""

import base64
import binascii
from dataclasses import dataclass, field

from policies.canonical import Json
from policies.errors import InvalidArgument
from tools.code.content import text_of
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.places import at
from tools.rest import members
from tools.rest.refusals import odd


@dataclass(frozen=True, slots=True)
class File:
    """`text` is None for what is no text in UTF-8. `size` is in bytes."""

    size: int
    text: str | None = field(repr=False)


async def commit_of(api: Api, place: Place, ref: Json) -> str:
    """The id of the commit that a branch, a tag or a commit's id leads to; None is the default branch."""
    told = members.record(await api.value(*at(place), "commits", str(ref or place.default_branch or "HEAD")))
    return members.sha(members.text(told, "sha"))


async def read_file(api: Api, place: Place, path: str, commit: str, most: int) -> File:
    """Raises `InvalidArgument` for one of more than `most` bytes, and for what is no file."""
    told = await api.value(*at(place), "contents", *path.split("/"), ref=commit)
    if not isinstance(told, dict) or told.get("type") != "file":
        raise InvalidArgument("path: that is no file. A folder's path ends with a slash.")
    size = members.number(told, "size")
    if size > most:
        raise InvalidArgument(
            f"path: that file has {size} bytes, and at most {most} are read. Find the part that you need "
            "with the search tool."
        )
    try:
        content = base64.b64decode(members.text(told, "content").replace("\n", ""), validate=True)
    except binascii.Error as error:
        raise odd("a file's content is no base64") from error
    if len(content) != size:
        raise odd("a file has another size than it was said to have")
    return File(size, text_of(content))


async def read_folder(api: Api, place: Place, path: str, commit: str) -> list[Json]:
    """Its entries. Raises `InvalidArgument` for what is none."""
    told = await api.value(*at(place), "contents", *filter(None, path.split("/")), ref=commit)
    if not isinstance(told, list):
        raise InvalidArgument("path: that is no folder. A file's path has no slash at its end.")
    return told
