"""A file of Drive's as an entry: what is asked of it, and what that says."""

import re
from collections.abc import Mapping
from typing import Final

from tools.files.store import Entry
from tools.rest import members
from tools.rest.refusals import odd

_OWN: Final = "application/vnd.google-apps."
FOLDER: Final = "application/vnd.google-apps.folder"
FIELDS: Final = "id,name,mimeType,size,modifiedTime,headRevisionId,parents,trashed"
EXPORTS: Final[Mapping[str, str]] = {
    "application/vnd.google-apps.document": "text/plain",
    "application/vnd.google-apps.presentation": "text/plain",
    "application/vnd.google-apps.spreadsheet": "text/csv",
}
"""What Google's own kinds of documents are read as; those that are not here are not read."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{5,128}", re.ASCII)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def entry_of(told: members.Record) -> Entry:
    media, size = members.text(told, "mimeType"), members.optional_text(told, "size")
    if size is not None and not size.isdecimal():
        raise odd("a size is no number")
    return Entry(
        id_of(told),
        members.text(told, "name"),
        is_folder=media == FOLDER,
        # Google tells a size of its own documents, too: they have no content to be fetched.
        size=None if size is None or media.startswith(_OWN) else int(size),
        modified_at=members.optional_text(told, "modifiedTime"),
        media_type=media,
        version=version_of(told),
        stamp=version_of(told),
        former=id_of(told),  # from the trash it comes back as it was
        is_made=media in EXPORTS,
    )


def id_of(told: members.Record) -> str:
    found = members.text(told, "id")
    if not is_id(found):
        raise odd("a file's id is none")
    return found


def version_of(told: members.Record) -> str:
    """Of its content. Documents of Google's own have none that is told, but when they were changed.

    What Drive calls a version grows with all that happens to a file, so that to read one may be to change it.
    """
    return members.optional_text(told, "headRevisionId") or members.text(told, "modifiedTime")


def parent_of(told: members.Record) -> str | None:
    """None where the user does not see it."""
    found = told.get("parents")
    if not isinstance(found, list) or not found:
        return None
    (parent, *_) = found
    if not isinstance(parent, str) or not is_id(parent):
        raise odd("a folder's id is none")
    return parent
