"""The tools of a GitLab source, described by the configuration alone (threat T26)."""

from typing import Final

from policies.call import Tool
from policies.canonical import Json
from policies.sources import GitlabSource
from tools.gitlab import paths
from tools.gitlab.lists import page_size
from tools.sql.cursors import MAX_LENGTH
from tools.tables import reading_tool

REPOSITORIES: Final = "repositories"
SEARCH: Final = "search"
READ: Final = "read"
ISSUES: Final = "issues"
ISSUE: Final = "issue"

STATES: Final = ("opened", "closed", "all")
MAX_SEARCH: Final = 200
MAX_LABELS: Final = 10
MAX_LABEL: Final = 255
_MAX_NUMBER: Final = 2**31 - 1

_CURSOR: Final[dict[str, Json]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_LENGTH,
    "description": "`next` of the answer before, with the same other arguments.",
}


def toolset(name: str, source: GitlabSource) -> tuple[Tool, ...]:
    """`repositories`, `search`, `read`, `issues` and `issue`."""
    rows = page_size(source)
    limits = (
        f"At most {rows} rows, {source.max_bytes} bytes and {source.timeout:g} seconds a page; cells over "
        f"{source.max_cell_bytes} bytes are cut and counted. `next` is the cursor of the next page."
    )
    project: dict[str, Json] = {
        "type": "string",
        "pattern": paths.PROJECT,
        "maxLength": paths.MAX_PROJECT,
        "description": f"The project's full path, group/project, as {name}_repositories lists it.",
    }
    ref: dict[str, Json] = {
        "type": "string",
        "minLength": 1,
        "maxLength": paths.MAX_REF,
        "description": f"A branch, a tag or a commit's id, at most {paths.MAX_REF} bytes; HEAD by default.",
    }
    return (
        reading_tool(
            name,
            REPOSITORIES,
            f"Projects of {name}",
            f"Lists the projects of GitLab in {name} that you may see. {limits}",
            {"cursor": _CURSOR},
        ),
        reading_tool(
            name,
            SEARCH,
            f"Search code in {name}",
            (
                "Finds lines in the files of one project: each hit with the lines around it, and the number "
                f"of the first of them. {limits}"
            ),
            {
                "project": project,
                "search": {
                    "type": "string",
                    "minLength": 2,
                    "maxLength": MAX_SEARCH,
                    "description": (
                        f"What to find, at most {MAX_SEARCH} characters. GitLab's filters filename:, path: "
                        "and extension: may stand in it."
                    ),
                },
                "ref": ref,
                "cursor": _CURSOR,
            },
            required=["project", "search"],
        ),
        reading_tool(
            name,
            READ,
            f"Read a file of {name}",
            (
                f"Reads one file of a project whole, at most {source.max_bytes} bytes; one that is not text "
                "in UTF-8 is named and not sent. Lists a folder, too: for a path that ends with a slash, or "
                f"without one. {limits}"
            ),
            {
                "project": project,
                "path": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": paths.MAX_FILE,
                    "description": (
                        "From the top of the repository: src/main.py is a file, src/ a folder; without it, "
                        f"the top folder. At most {paths.MAX_FILE} bytes."
                    ),
                },
                "ref": ref,
                "cursor": _CURSOR,
            },
            required=["project"],
        ),
        reading_tool(
            name,
            ISSUES,
            f"Issues of {name}",
            f"Lists the issues of one project, the newest first. {limits}",
            {
                "project": project,
                "state": {
                    "type": "string",
                    "enum": list(STATES),
                    "description": "Which; opened where it is left out.",
                },
                "search": {
                    "type": "string",
                    "minLength": 2,
                    "maxLength": MAX_SEARCH,
                    "description": f"In titles and descriptions, at most {MAX_SEARCH} characters.",
                },
                "labels": {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": MAX_LABEL, "pattern": "^[^,]+$"},
                    "maxItems": MAX_LABELS,
                    "description": f"Only issues with all of these labels, at most {MAX_LABELS}.",
                },
                "cursor": _CURSOR,
            },
            required=["project"],
        ),
        reading_tool(
            name,
            ISSUE,
            f"An issue of {name}",
            (
                "Reads one issue: its title, state, labels and description, then its comments and events, "
                f"the oldest first. {limits}"
            ),
            {
                "project": project,
                "issue": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": _MAX_NUMBER,
                    "description": f"Its number within the project, as {name}_issues lists it.",
                },
                "cursor": _CURSOR,
            },
            required=["project", "issue"],
        ),
    )
