"""The tools as clients see them."""

from collections.abc import Iterator
from typing import Any

import pytest

from policies.arguments import ArgumentSchema
from policies.call import Tier
from policies.canonical import Json
from policies.document import Document
from policies.errors import InvalidArgument
from policies.sources import GitlabSource
from tests.tools.gitlab.code import PROJECTS
from tools.catalogue import definitions
from tools.code.toolset import toolset
from tools.gitlab.words import WORDS
from tools.tables import TABLE_OUTPUT

SOURCE = GitlabSource.model_validate(
    {"kind": "gitlab", "projects": PROJECTS, "max_bytes": 123_456, "timeout": 7}
)
TOOLS = {tool.verb: tool for tool in toolset("code", SOURCE, WORDS)}


def test_the_tools_are_those_of_the_family_and_read_alone(tmp_path: Any) -> None:
    listed = definitions(Document(root=tmp_path, sources={"code": SOURCE}))
    assert [tool.name for tool in listed] == [
        "code_repositories",
        "code_search",
        "code_read",
        "code_issues",
        "code_issue",
        "code_proposals",
        "code_proposal",
        "code_jobs",
        "code_log",
    ]
    assert {tool.tier for tool in listed} == {Tier.READ}
    assert all(tool.output_schema == TABLE_OUTPUT for tool in listed)


@pytest.mark.parametrize("verb", TOOLS)
def test_a_schema_takes_nothing_else_and_says_its_limits(verb: str) -> None:
    tool = TOOLS[verb]
    assert tool.input_schema["additionalProperties"] is False
    assert "123456 bytes and 7 seconds" in tool.description
    for description, limit in described(tool.input_schema):
        assert description
        assert limit is None or str(limit) in description or "as code_repositories lists it" in description


def described(schema: Any) -> Iterator[tuple[str, int | None]]:
    for name, value in schema["properties"].items():
        if name not in {"cursor", "issue", "merge_request", "job"}:
            yield value["description"], value.get("maxLength", value.get("maxItems"))


@pytest.mark.threat("T26")
def test_what_a_tool_says_depends_on_the_configuration_alone() -> None:
    assert toolset("code", SOURCE, WORDS) == tuple(TOOLS.values())


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("repositories", {"project": "acme/shop"}),
        ("read", {}),
        ("read", {"project": "acme"}),
        ("read", {"project": "acme/../rival"}),
        ("read", {"project": "acme/shop\n"}),
        ("read", {"project": "acme/shop", "path": ""}),
        ("read", {"project": "acme/shop", "private_token": "x"}),
        ("search", {"project": "acme/shop"}),
        ("search", {"project": "acme/shop", "search": "x" * 201}),
        ("issues", {"project": "acme/shop", "state": "any"}),
        ("issues", {"project": "acme/shop", "labels": ["a,b"]}),
        ("issues", {"project": "acme/shop", "labels": ["a"] * 11}),
        ("issue", {"project": "acme/shop", "issue": 0}),
        ("issue", {"project": "acme/shop", "issue": "1/../2"}),
        ("proposals", {"project": "acme/shop", "state": "any"}),
        ("proposal", {"project": "acme/shop"}),
        ("proposal", {"project": "acme/shop", "merge_request": "1"}),
        ("jobs", {"project": "acme/shop", "ref": ""}),
        ("log", {"project": "acme/shop", "job": 1.5}),
    ],
)
def test_other_arguments_are_refused(verb: str, arguments: dict[str, Json]) -> None:
    with pytest.raises(InvalidArgument):
        ArgumentSchema(TOOLS[verb].input_schema).check(arguments)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("repositories", {}),
        ("read", {"project": "acme/a.b/c-d_e"}),
        ("search", {"project": "acme/shop", "search": "filename:main.py total", "ref": "main"}),
        ("issues", {"project": "acme/shop", "state": "all", "labels": ["p1"], "search": "slow"}),
        ("issue", {"project": "acme/shop", "issue": 1, "cursor": "x"}),
    ],
)
def test_what_fits_is_taken(verb: str, arguments: dict[str, Json]) -> None:
    assert ArgumentSchema(TOOLS[verb].input_schema).check(arguments) == arguments
