"""What the tools of a source of files are called, what they take and what they say of themselves."""

from collections.abc import Iterator
from typing import Final

from policies.call import Tool
from policies.sources import FileSource
from tools.rest.parts import CURSOR, SHOWN, Part, limits
from tools.tables import acting_tool, reading_tool

SEARCH: Final = "search"
LIST: Final = "list"
INFO: Final = "info"
READ: Final = "read"
WRITE: Final = "write"
MOVE: Final = "move"
DELETE: Final = "delete"

MAX_SEARCH: Final = 200
MAX_NAME: Final = 255
MAX_TEXT: Final = 20_000  # characters that are written, and shown to a person before
_MAX_PATH: Final = 1_024
_NAME: Final[Part] = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_CURSOR: Final[Part] = {**CURSOR, "maxLength": 8_192}  # it holds a mark of the store's own
_TEXT: Final[Part] = {
    "type": "string",
    "maxLength": MAX_TEXT,
    "description": f"All that the file is to hold: plain text, at most {MAX_TEXT} characters.",
}


def toolset(name: str, source: FileSource) -> tuple[Tool, ...]:
    """Always in this order. What acts is there only if something may be done."""
    named = {tool.verb: tool for tool in _acting(name)}
    return (*_reading(name, source), *(named[act] for act in (WRITE, MOVE, DELETE) if act in source.acts))


def _file(name: str, what: str = "The file") -> Part:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": _MAX_PATH,
        "description": f"{what}, as {name}_list or {name}_search names it.",
    }


def _folder(name: str, what: str) -> Part:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": _MAX_PATH,
        "description": f"{what}, as {name}_list names it.",
    }


def _reading(name: str, source: FileSource) -> Iterator[Tool]:
    bounds = limits(source)
    yield reading_tool(
        name,
        SEARCH,
        f"Search files of {name}",
        f"Finds files that are open to you by what they are called. {bounds}",
        {
            "search": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_SEARCH,
                "description": f"A part of the name, at most {MAX_SEARCH} characters; no patterns.",
            },
            "folder": _folder(name, "Below this folder alone"),
            "cursor": _CURSOR,
        },
        required=["search"],
    )
    yield reading_tool(
        name,
        LIST,
        f"Files of {name}",
        f"Lists the folders and files of one folder; without one, the folders that are open. {bounds}",
        {"folder": _folder(name, "The folder"), "cursor": _CURSOR},
    )
    yield reading_tool(
        name,
        INFO,
        f"A file of {name}",
        "Says of one file how large it is, when it was changed and which version it is.",
        {"file": _file(name)},
        required=["file"],
    )
    yield reading_tool(
        name,
        READ,
        f"Read a file of {name}",
        (
            f"Reads one file of at most {source.max_file_bytes} bytes as text: plain text, PDF, Word and "
            f"Excel documents page by page or sheet by sheet, and archives member by member. {bounds}"
        ),
        {"file": _file(name), "cursor": _CURSOR},
        required=["file"],
    )


def _acting(name: str) -> Iterator[Tool]:
    yield acting_tool(
        name,
        WRITE,
        f"Write a file of {name}",
        (
            "Makes a text file, or replaces all of one that is text: as it was seen, or not at all. "
            f"{SHOWN} Taken back, it is gone, or holds what it held."
        ),
        {
            "folder": _folder(name, "The folder that it is in"),
            "name": {**_NAME, "description": "What it is called."},
            "text": _TEXT,
        },
        required=["folder", "name", "text"],
    )
    yield acting_tool(
        name,
        MOVE,
        f"Move a file of {name}",
        (
            f"Moves one file to another folder, or gives it another name. {SHOWN} Taken back, it is where it "
            "was."
        ),
        {
            "file": _file(name),
            "folder": _folder(name, "Where to"),
            "name": {**_NAME, "description": "What it is called there: without it, as it is called now."},
        },
        required=["file", "folder"],
    )
    yield acting_tool(
        name,
        DELETE,
        f"Delete a file of {name}",
        f"Deletes one file. {SHOWN} Taken back, it is there again, where the store keeps what it held.",
        {"file": _file(name)},
        required=["file"],
    )
