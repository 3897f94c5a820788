"""Pull requests of a pretend GitHub as they are read."""

import pytest

from policies.errors import NotFound
from tests.tools.github.hub import Desk

pytestmark = pytest.mark.anyio


async def test_they_are_listed_by_state(desk: Desk) -> None:
    shop = desk.shop
    number = shop.propose({"more.txt": "more\n"})
    (told,) = await desk.records("proposals", repository=shop.path)
    assert (told["pull_request"], told["state"], told["author_name"]) == (number, "open", "ada")
    assert (told["source_branch"], told["target_branch"]) == ("feature", "main")
    assert (told["draft"], told["fork"]) == (False, False)
    shop.run("PUT", f"/pulls/{number}/merge", merge_method="merge")
    assert await desk.records("proposals", repository=shop.path) == []
    (told,) = await desk.records("proposals", repository=shop.path, state="closed")
    assert told["state"] == "merged"


@pytest.mark.parametrize("size", [50, 1])
async def test_one_has_what_it_changes_and_what_was_said(desk: Desk, size: int) -> None:
    shop = desk.shop
    number = shop.propose({"more.txt": "more\n", "other.txt": "other\n"}, body="Please.")
    shop.gate.diffs[f"/repos/{shop.path}/pulls/{number}/files"] += [
        {"filename": "new.png", "previous_filename": "old.png", "status": "renamed"},
        {"filename": "gone.txt", "status": "removed", "patch": "@@ -1 +0,0 @@\n-gone"},
    ]
    shop.run("POST", f"/issues/{number}/comments", body="Hello")
    shop.run("POST", f"/pulls/{number}/reviews", event="COMMENT", body="Why?")
    shop.run("POST", f"/pulls/{number}/comments", body="Here", path="more.txt", line=1)
    desk.connector = desk.with_settings(max_rows=size)
    rows = await desk.all_rows("proposal", repository=shop.path, pull_request=number)
    assert [(row[0], row[3]) for row in rows] == [
        ("title", "A request"),
        ("state", "open"),
        ("branches", "feature into main"),
        ("description", "Please."),
        ("diff", "--- /dev/null\n+++ b/more.txt\n@@ -0,0 +1 @@\n+more"),
        ("diff", "--- /dev/null\n+++ b/other.txt\n@@ -0,0 +1 @@\n+other"),
        ("diff", "--- a/old.png\n+++ b/new.png\n(not shown)"),
        ("diff", "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone"),
        ("comment", "Hello"),
        ("review", "COMMENTED\nWhy?"),
        ("comment", "more.txt: Here"),
    ]


async def test_an_issue_is_no_pull_request(desk: Desk) -> None:
    desk.shop.run("POST", "/issues", title="Slow")
    with pytest.raises(NotFound):
        await desk.table("proposal", repository=desk.shop.path, pull_request=1)
