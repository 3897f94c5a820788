"""An item of a library as an entry: what is asked of it, and what that says.

learn.microsoft.com/graph/api/resources/driveitem: what an item is, its facets say.
"""

import re
from typing import Final

from tools.files.store import Entry
from tools.rest import members
from tools.rest.refusals import odd

FIELDS: Final = (
    "id,name,size,file,folder,package,remoteItem,deleted,cTag,eTag,createdDateTime,lastModifiedDateTime,"
    "parentReference"
)
PLACE: Final = "id,parentReference"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{10,128}", re.ASCII)
_TAG: Final = re.compile(r'(W/)?"[!#-~]{1,200}"', re.ASCII)  # RFC 9110, section 8.8.3


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def is_file(told: members.Record) -> bool:
    return isinstance(told.get("file"), dict)


def is_folder(told: members.Record) -> bool:
    return isinstance(told.get("folder"), dict)


def is_open(told: members.Record, drive: str) -> bool:
    """A file or a folder of this very library: no shortcut to another one, no notebook, which is neither."""
    facets = ("remoteItem", "package", "deleted")
    if any(told.get(name) is not None for name in facets) or is_file(told) == is_folder(told):
        return False
    return _reference(told).get("driveId") == drive


def entry_of(told: members.Record) -> Entry:
    file = told.get("file")
    media = members.optional_text(file, "mimeType") if isinstance(file, dict) else None
    version = version_of(told)
    return Entry(
        id_of(told),
        members.text(told, "name"),
        is_folder=not is_file(told),
        size=members.number(told, "size") if is_file(told) else None,
        modified_at=members.optional_text(told, "lastModifiedDateTime"),
        media_type=media or "",
        version=version,
        stamp=version,
    )


def id_of(told: members.Record) -> str:
    found = members.text(told, "id")
    if not is_id(found):
        raise odd("an item's id is none")
    return found


def version_of(told: members.Record) -> str:
    """Of its content: it stays where a file is moved. A folder has none."""
    return _tag(told, "cTag").removeprefix("W/").strip('"') if is_file(told) else ""


def condition_of(told: members.Record) -> str:
    """Of all of it, where it is and what it is called, too."""
    return _tag(told, "eTag")


def parent_of(told: members.Record) -> str | None:
    """None for what is in no folder, as the root of a library."""
    found = members.optional_text(_reference(told), "id")
    if found is not None and not is_id(found):
        raise odd("a folder's id is none")
    return found


def _reference(told: members.Record) -> members.Record:
    found = told.get("parentReference")
    return {} if found is None else members.record(found)


def _tag(told: members.Record, name: str) -> str:
    found = members.text(told, name)
    if not _TAG.fullmatch(found):
        raise odd(f"{name} is no tag")
    return found
