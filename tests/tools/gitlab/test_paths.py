"""Projects, refs and files that are no such thing: nothing is asked of GitLab for them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.errors import InvalidArgument, NotFound
from policies.sources import GitlabSource
from tests.tools.gitlab.code import Code
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import LOGO
from tools.code import names
from tools.gitlab import paths

DATA = Path(__file__).parents[2] / "data/hostile_args.jsonl"
TEXTS = [json.loads(line)["text"] for line in DATA.read_text().split("\n") if line]
TRICKS = [
    "..",
    ".",
    "",
    "/",
    "//",
    "acme/shop/../../rival/plans",
    "acme/../rival/plans",
    "acme%2f..%2frival%2fplans",
    "acme/%2e%2e/rival/plans",
    "acme/%252e%252e/rival/plans",
    "acme\\..\\rival\\plans",
    "acme/．．/rival/plans",
    "acme/‥/rival",
    "acme∕..∕rival",
    "/acme/shop",
    "acme/shop/",
    "acme//shop",
    "acme/shop?private_token=x",
    "acme/shop#",
    "acme/shop;rival",
    "acme/shop\x00",
    "acme/shop\r\nhost: rival",
    "acme/shop\n",
    "13",
    "acme/shop.git",
    "acme/shop.atom",
    "acme/shop@main",
    "acme/sh op",
    "acme/ѕhop",
    "rival/plans",
    "RIVAL/plans",
    "a/" * 30 + "b",
    "a/" + "b" * 600,
]


@pytest.mark.anyio
@pytest.mark.threat("T30")
async def test_a_hostile_project_reaches_nothing(site: Site) -> None:
    code = Code(site, projects=["acme/shop", "acme/people/*"])
    for text in {*TEXTS, *TRICKS}:
        for verb, more in CALLS:
            with pytest.raises((InvalidArgument, NotFound)):
                await code.table(verb, project=text, **more)
    assert code.api == []


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("read", {"path": "README.md"}),
    ("search", {"search": "x"}),
    ("issues", {}),
    ("issue", {"issue": 1}),
]


@pytest.mark.anyio
@pytest.mark.threat("T30")
async def test_a_hostile_project_below_a_group_that_is_open_stays_below_it(site: Site) -> None:
    code = Code(site, projects=["acme/people/*"])
    for text in {*TEXTS, *TRICKS}:
        with pytest.raises((InvalidArgument, NotFound)):
            await code.table("read", project=f"acme/people/{text}", path="README.md")
    for target in code.api:
        assert re.fullmatch(r"/api/v4/projects/acme%2Fpeople(%2F[\w-]+)+", target, re.ASCII)


@pytest.mark.anyio
@pytest.mark.threat("T30")
async def test_a_hostile_file_or_ref_stays_in_its_project(site: Site) -> None:
    """What may be a name after all is asked for, as one segment of an address or one value of a query."""
    code = Code(site)
    for text in {*TEXTS, *TRICKS}:
        for arguments in ({"path": text}, {"path": "README.md", "ref": text}):
            with pytest.raises((InvalidArgument, NotFound)):
                await code.table("read", project="acme/shop", **arguments)
    within = ("/api/v4/projects/acme%2Fshop", "/api/v4/projects/10/repository/")
    assert all(target.startswith(within) for target in code.api)
    for target in filter(lambda target: target.startswith(within[1]), code.api):
        path = target.partition("?")[0].removeprefix(within[1])
        assert path.count("/") <= 2
        assert not any(trick in path.lower() for trick in ("..", "%2e", "%5c", "%00", "%0a"))


@pytest.mark.parametrize(
    "text",
    [
        *("..", "a..b", "-x", ".x", "x.", "x.lock", "a/.b", "a//b", "/a", "a/", "a b", "a~1", "a^", "a:b"),
        *("a?", "a*", "a[", "a\\b", "a@{1}", "a\x7f", "a\n", "", "x" * 256, "a/‥/b"),
    ],
)
def test_what_git_takes_for_no_ref_is_none(text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^ref: "):
        names.ref(text)


@pytest.mark.parametrize("text", ["main", "HEAD", "feature/prices", "v1.2.3", "a@b", "ünïcode", "0" * 40])
def test_a_ref_of_git_is_taken(text: str) -> None:
    assert names.ref(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_taken_for_a_file_has_no_way_out(text: str) -> None:
    try:
        taken = names.file(text)
    except InvalidArgument:
        return
    assert taken == text
    assert not {"", ".", ".."} & {part.strip() for part in taken.split("/")}
    assert "\\" not in taken


@given(st.from_regex(paths.PROJECT, fullmatch=True))
def test_what_is_taken_for_a_project_has_no_way_out(text: str) -> None:
    try:
        taken = paths.project(text)
    except InvalidArgument:
        return
    assert ".." not in taken
    assert "/" in taken
    assert taken.isascii()


@pytest.mark.parametrize(
    ("path", "patterns", "named"),
    [
        ("acme/shop", ["acme/shop"], True),
        ("ACME/Shop", ["acme/shop"], True),
        ("acme/shop", ["acme/shops"], False),
        ("acme/shops", ["acme/shop"], False),
        ("acme/a/b", ["acme/*"], True),
        ("acme2/a", ["acme/*"], False),
        ("acme", ["acme/*"], False),
        ("acme/a/b", ["acme/a/*"], True),
        ("acme/b", ["acme/a/*"], False),
        ("acme/a", ["acme/a/*"], False),
        ("acme/a", [], False),
    ],
)
def test_a_project_is_named_by_its_path_or_a_group_above(
    path: str, patterns: list[str], *, named: bool
) -> None:
    assert names.is_named(path, patterns) is named


@pytest.mark.parametrize(
    "projects",
    [
        [],
        ["*"],
        ["acme"],
        ["*/shop"],
        ["acme/*/shop"],
        ["acme/**"],
        ["/acme/*"],
        ["acme/../rival"],
        ["a/b?"],
        [""],
    ],
)
def test_a_list_of_projects_that_says_something_else_stops_the_start(projects: list[str]) -> None:
    with pytest.raises(ValidationError):
        GitlabSource.model_validate({"kind": "gitlab", "projects": projects})


@pytest.mark.anyio
async def test_nothing_of_a_binary_file_is_in_any_answer(site: Site) -> None:
    table = await Code(site).table("read", project="acme/shop", path="logo.png")
    assert repr(LOGO[-20:]) not in repr(table)
