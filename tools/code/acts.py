"""The tools of a source of code that act, described by the configuration alone (threat T26)."""

from collections.abc import Iterator
from typing import Final

from policies.call import Tool
from policies.canonical import Json
from tools.code import names
from tools.code.parts import TITLE, Parts
from tools.code.targets import PREFIX
from tools.rest.parts import SHOWN, Part
from tools.tables import acting_tool

CREATE_ISSUE: Final = "create_issue"
UPDATE_ISSUE: Final = "update_issue"
COMMENT: Final = "comment"
PROPOSE_CHANGE: Final = "propose_change"

MAX_FILES: Final = 20
_BRANCH: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


def acting(parts: Parts) -> Iterator[Tool]:
    """Of all that may be done, whatever the configuration opens."""
    name, words = parts.name, parts.words
    labels = parts.labels(f"Labels that the {words.place} has")
    confidential: Part = {"type": "boolean", "description": "Only for members; false by default."}
    yield acting_tool(
        name,
        CREATE_ISSUE,
        f"Open an issue in {name}",
        f"Opens one issue in a {words.place}. {SHOWN} Taken back, it is closed.",
        {
            words.place: parts.place,
            "title": TITLE,
            "description": parts.text,
            "labels": labels,
            **({"confidential": confidential} if words.has_confidential else {}),
        },
        required=[words.place, "title"],
    )
    yield acting_tool(
        name,
        UPDATE_ISSUE,
        f"Change an issue of {name}",
        f"Changes what is given of one issue; labels take the place of those that it has. {SHOWN}",
        {
            words.place: parts.place,
            "issue": parts.issue,
            "title": TITLE,
            "description": parts.text,
            "labels": labels,
            "state": {
                "type": "string",
                "enum": [words.open, "closed"],
                "description": "Opens or closes it.",
            },
        },
        required=[words.place, "issue"],
    )
    yield acting_tool(
        name,
        COMMENT,
        f"Comment on an issue of {name}",
        f"Writes one comment on an issue. {SHOWN} Taken back, it is deleted.",
        {words.place: parts.place, "issue": parts.issue, "text": {**parts.text, "minLength": 1}},
        required=[words.place, "issue", "text"],
    )
    yield acting_tool(
        name,
        PROPOSE_CHANGE,
        f"Propose a change to {name}",
        (
            f"Commits changes of up to {MAX_FILES} files to a new branch, {PREFIX}NAME, and opens a "
            f"{words.request}: nothing reaches another branch before somebody merges it. {SHOWN} Taken "
            "back, the request is closed and the branch deleted."
        ),
        {
            words.place: parts.place,
            "branch": {
                "type": "string",
                "pattern": _BRANCH,
                "description": f"The new branch's name, to which {PREFIX} is put before.",
            },
            "target": {
                "type": "string",
                "minLength": 1,
                "maxLength": names.MAX_REF,
                "description": "The branch that it begins at and asks to be merged to; the default one.",
            },
            "title": TITLE,
            "description": parts.text,
            "message": {**parts.text, "description": "The commit's message; the title by default."},
            "files": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_FILES,
                "items": _file(parts),
                "description": f"Text in UTF-8, at most {parts.source.max_bytes} bytes each.",
            },
        },
        required=[words.place, "branch", "title", "files"],
    )


def _file(parts: Parts) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {
            "path": {
                "type": "string",
                "minLength": 1,
                "maxLength": names.MAX_FILE,
                "description": "From the top of the repository.",
            },
            "content": {
                "type": "string",
                "maxLength": parts.source.max_bytes,
                "description": "The whole file then; without it, the file is deleted.",
            },
        },
        "required": ["path"],
        "additionalProperties": False,
    }
