"""Merge requests of a pretend GitLab as they are read."""

from typing import Any

import pytest

from policies.errors import NotFound
from tests.tools.gitlab.code import Code
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import LOGO, propose

pytestmark = pytest.mark.anyio

FILES = {"small.txt": b"one\n", "logo.png": LOGO + b"\0"}


async def test_they_are_listed_by_state(site: Site) -> None:
    propose(site.gitlab.projects[0], FILES)
    code = Code(site)
    (told,) = await code.records("proposals", project="acme/shop")
    assert (told["merge_request"], told["state"], told["author_name"]) == (1, "opened", "Bob Stone")
    assert (told["source_branch"], told["target_branch"]) == ("feature/prices", "main")
    assert (told["draft"], told["fork"]) == (False, False)
    assert await code.records("proposals", project="acme/shop", state="merged") == []
    assert len(await code.records("proposals", project="acme/shop", state="all")) == 1


@pytest.mark.parametrize("size", [50, 1])
async def test_one_has_what_it_changes_and_what_was_said(site: Site, size: int) -> None:
    propose(site.gitlab.projects[0], FILES)
    code = Code(site, max_rows=size)
    rows = await code.all_rows("proposal", project="acme/shop", merge_request=1)
    assert [row[0] for row in rows] == [
        *("title", "state", "branches", "description"),
        *("diff", "diff"),
        *("comment", "event"),
    ]
    told = [str(row[3]) for row in rows]
    assert told[2] == "feature/prices into main"
    assert told[4] == "--- a/logo.png\n+++ b/logo.png\n(not shown)"
    assert told[5] == "--- /dev/null\n+++ b/small.txt\n@@ -0,0 +1 @@\n+one\n"


async def test_who_does_not_see_the_project_sees_none_of_it(site: Site) -> None:
    propose(site.gitlab.projects[1], {})
    bob = Code(site, "bob")
    reads: list[tuple[str, dict[str, Any]]] = [
        ("proposals", {}),
        ("proposal", {"merge_request": 1}),
        ("jobs", {}),
        ("log", {"job": 501}),
    ]
    for verb, arguments in reads:
        with pytest.raises(NotFound):
            await bob.table(verb, project="acme/people/payroll", **arguments)
    with pytest.raises(NotFound):
        await Code(site).table("proposal", project="acme/shop", merge_request=7)
