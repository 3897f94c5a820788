"""The tools of a source of code, described by the configuration alone (threat T26)."""

from collections.abc import Iterator
from typing import Final

from policies.call import Tool
from policies.sources import CodeSource
from tools.code import names
from tools.code.acts import acting
from tools.code.parts import Parts
from tools.code.words import Words
from tools.rest.parts import CURSOR, limits
from tools.tables import reading_tool

REPOSITORIES: Final = "repositories"
SEARCH: Final = "search"
READ: Final = "read"
ISSUES: Final = "issues"
ISSUE: Final = "issue"
PROPOSALS: Final = "proposals"
PROPOSAL: Final = "proposal"
JOBS: Final = "jobs"
LOG: Final = "log"

MAX_SEARCH: Final = 200


def toolset(name: str, source: CodeSource, words: Words) -> tuple[Tool, ...]:
    """Those that read, and what may be done beside reading."""
    parts = Parts(name, source, words)
    return (*_reading(parts), *(tool for tool in acting(parts) if tool.verb in source.acts))


def _reading(parts: Parts) -> Iterator[Tool]:
    name, source, words = parts.name, parts.source, parts.words
    bounds = limits(source)
    yield reading_tool(
        name,
        REPOSITORIES,
        f"{words.places.capitalize()} of {name}",
        f"Lists the {words.places} of {words.system} in {name} that you may see. {bounds}",
        {"cursor": CURSOR},
    )
    yield reading_tool(
        name,
        SEARCH,
        f"Search code in {name}",
        (
            f"Finds lines in the files of one {words.place}: each hit with the lines around it, and the "
            f"number of the first of them where it is known. {bounds}"
        ),
        {
            words.place: parts.place,
            "search": {
                "type": "string",
                "minLength": 2,
                "maxLength": MAX_SEARCH,
                "description": f"What to find, at most {MAX_SEARCH} characters. {words.search}",
            },
            **({"ref": parts.ref} if words.searches_refs else {}),
            "cursor": CURSOR,
        },
        required=[words.place, "search"],
    )
    yield reading_tool(
        name,
        READ,
        f"Read a file of {name}",
        (
            f"Reads one file of a {words.place} whole, at most {source.max_bytes} bytes; one that is not "
            "text in UTF-8 is named and not sent. Lists a folder, too: for a path that ends with a slash, or "
            f"without one. {bounds}"
        ),
        {
            words.place: parts.place,
            "path": {
                "type": "string",
                "minLength": 1,
                "maxLength": names.MAX_FILE,
                "description": (
                    "From the top of the repository: src/main.py is a file, src/ a folder; without it, "
                    f"the top folder. At most {names.MAX_FILE} bytes."
                ),
            },
            "ref": parts.ref,
            "cursor": CURSOR,
        },
        required=[words.place],
    )
    yield reading_tool(
        name,
        ISSUES,
        f"Issues of {name}",
        f"Lists the issues of one {words.place}, the newest first. {bounds}",
        {
            words.place: parts.place,
            "state": {
                "type": "string",
                "enum": [words.open, "closed", "all"],
                "description": f"Which; {words.open} where it is left out.",
            },
            "search": {
                "type": "string",
                "minLength": 2,
                "maxLength": MAX_SEARCH,
                "description": f"In titles and descriptions, at most {MAX_SEARCH} characters.",
            },
            "labels": parts.labels("Only issues with all of these labels"),
            "cursor": CURSOR,
        },
        required=[words.place],
    )
    yield reading_tool(
        name,
        ISSUE,
        f"An issue of {name}",
        (
            "Reads one issue: its title, state, labels and description, then its comments and events, "
            f"the oldest first. {bounds}"
        ),
        {words.place: parts.place, "issue": parts.issue, "cursor": CURSOR},
        required=[words.place, "issue"],
    )
    yield reading_tool(
        name,
        PROPOSALS,
        f"{words.request.capitalize()}s of {name}",
        f"Lists the {words.request}s of one {words.place}, the newest first. {bounds}",
        {
            words.place: parts.place,
            "state": {
                "type": "string",
                "enum": [*words.request_states],
                "description": f"Which; {words.open} where it is left out.",
            },
            "cursor": CURSOR,
        },
        required=[words.place],
    )
    yield reading_tool(
        name,
        PROPOSAL,
        f"A {words.request} of {name}",
        (
            f"Reads one {words.request}: its title, state, branches and description, then what it changes in "
            f"each file as a diff, then what was said of it, the oldest first. {bounds}"
        ),
        {words.place: parts.place, words.number: parts.request, "cursor": CURSOR},
        required=[words.place, words.number],
    )
    yield reading_tool(
        name,
        JOBS,
        f"Jobs of {name}",
        f"Lists the jobs of the {words.run}s that ran for one commit, and how each ended. {bounds}",
        {words.place: parts.place, "ref": parts.ref, "cursor": CURSOR},
        required=[words.place],
    )
    yield reading_tool(
        name,
        LOG,
        f"A job's log of {name}",
        (
            "Reads the log of one job, its end first; `next` is the cursor of what stands before. "
            f"At most {source.max_bytes} bytes and {source.timeout:g} seconds a page."
        ),
        {words.place: parts.place, "job": parts.job, "cursor": CURSOR},
        required=[words.place, "job"],
    )
