"""The tools of a GitLab source, described by the configuration alone (threat T26)."""

from collections.abc import Iterator
from typing import Final

from policies.call import Tool
from policies.canonical import Json
from policies.sources import GitlabSource
from tools.gitlab import paths
from tools.gitlab.lists import page_size
from tools.gitlab.targets import PREFIX
from tools.sql.cursors import MAX_LENGTH
from tools.tables import acting_tool, reading_tool

REPOSITORIES: Final = "repositories"
SEARCH: Final = "search"
READ: Final = "read"
ISSUES: Final = "issues"
ISSUE: Final = "issue"

CREATE_ISSUE: Final = "create_issue"
UPDATE_ISSUE: Final = "update_issue"
COMMENT: Final = "comment"
PROPOSE_CHANGE: Final = "propose_change"

STATES: Final = ("opened", "closed", "all")
MAX_SEARCH: Final = 200
MAX_LABELS: Final = 10
MAX_LABEL: Final = 255
MAX_TITLE: Final = 255
MAX_TEXT: Final = 20_000
MAX_FILES: Final = 20
_MAX_NUMBER: Final = 2**31 - 1

_BRANCH: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_TITLE: Final[dict[str, Json]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_TITLE,
    "description": f"One line, at most {MAX_TITLE} characters.",
}
_TEXT: Final[dict[str, Json]] = {
    "type": "string",
    "maxLength": MAX_TEXT,
    "description": (
        f"Markdown, at most {MAX_TEXT} characters. No line may begin with a slash and a word: GitLab would "
        "obey it."
    ),
}
_CURSOR: Final[dict[str, Json]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_LENGTH,
    "description": "`next` of the answer before, with the same other arguments.",
}


def toolset(name: str, source: GitlabSource) -> tuple[Tool, ...]:
    """`repositories`, `search`, `read`, `issues` and `issue`, and what may be done beside reading."""
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
    labels: dict[str, Json] = {
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_LABEL, "pattern": "^[^,]+$"},
        "maxItems": MAX_LABELS,
    }
    issue: dict[str, Json] = {
        "type": "integer",
        "minimum": 1,
        "maximum": _MAX_NUMBER,
        "description": f"Its number within the project, as {name}_issues lists it.",
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
                    **labels,
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
                "issue": issue,
                "cursor": _CURSOR,
            },
            required=["project", "issue"],
        ),
        *(tool for tool in _acting(name, source, project, issue, labels) if tool.verb in source.acts),
    )


def _acting(
    name: str,
    source: GitlabSource,
    project: dict[str, Json],
    issue: dict[str, Json],
    labels: dict[str, Json],
) -> Iterator[Tool]:
    shown = "Before anything is done, it is shown to a person, exactly."
    given: dict[str, Json] = {**labels, "description": f"Labels that the project has, at most {MAX_LABELS}."}
    yield acting_tool(
        name,
        CREATE_ISSUE,
        f"Open an issue in {name}",
        f"Opens one issue in a project. {shown} Taken back, it is closed.",
        {
            "project": project,
            "title": _TITLE,
            "description": _TEXT,
            "labels": given,
            "confidential": {"type": "boolean", "description": "Only for members; false by default."},
        },
        required=["project", "title"],
    )
    yield acting_tool(
        name,
        UPDATE_ISSUE,
        f"Change an issue of {name}",
        f"Changes what is given of one issue; labels take the place of those that it has. {shown}",
        {
            "project": project,
            "issue": issue,
            "title": _TITLE,
            "description": _TEXT,
            "labels": given,
            "state": {"type": "string", "enum": ["opened", "closed"], "description": "Opens or closes it."},
        },
        required=["project", "issue"],
    )
    yield acting_tool(
        name,
        COMMENT,
        f"Comment on an issue of {name}",
        f"Writes one comment on an issue. {shown} Taken back, it is deleted.",
        {"project": project, "issue": issue, "text": {**_TEXT, "minLength": 1}},
        required=["project", "issue", "text"],
    )
    yield acting_tool(
        name,
        PROPOSE_CHANGE,
        f"Propose a change to {name}",
        (
            f"Commits changes of up to {MAX_FILES} files to a new branch, {PREFIX}NAME, and opens a merge "
            f"request: nothing reaches another branch before somebody merges it. {shown} Taken back, the "
            "request is closed and the branch deleted."
        ),
        {
            "project": project,
            "branch": {
                "type": "string",
                "pattern": _BRANCH,
                "description": f"The new branch's name, to which {PREFIX} is put before.",
            },
            "target": {
                "type": "string",
                "minLength": 1,
                "maxLength": paths.MAX_REF,
                "description": "The branch that it begins at and asks to be merged to; the default one.",
            },
            "title": _TITLE,
            "description": _TEXT,
            "message": {**_TEXT, "description": "The commit's message; the title by default."},
            "files": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_FILES,
                "items": {
                    "type": "object",
                    "properties": {
                        "path": {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": paths.MAX_FILE,
                            "description": "From the top of the repository.",
                        },
                        "content": {
                            "type": "string",
                            "maxLength": source.max_bytes,
                            "description": "The whole file then; without it, the file is deleted.",
                        },
                    },
                    "required": ["path"],
                    "additionalProperties": False,
                },
                "description": f"Text in UTF-8, at most {source.max_bytes} bytes each.",
            },
        },
        required=["project", "branch", "title", "files"],
    )
