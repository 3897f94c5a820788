"""What was said of an issue or a merge request, and what happened to it."""

from typing import Final

from policies.canonical import Json
from tools.rest import members
from tools.rest.lists import Cells

OLDEST_FIRST: Final = {"order_by": "created_at", "sort": "asc"}


def note_row(item: Json) -> Cells:
    note = members.record(item)
    part = "event" if members.flag(note, "system") else "comment"
    return (
        part,
        members.person(note.get("author")),
        members.text(note, "created_at"),
        members.text(note, "body"),
    )
