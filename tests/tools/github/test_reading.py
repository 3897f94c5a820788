"""Reading from a pretend GitHub: every tool, pages, who sees what, and what is refused unsent."""

from typing import Any

import pytest

from policies.errors import InvalidArgument, NotFound
from tests.tools.github.hub import FILES, Desk, Shop
from tools.code import columns
from tools.code.names import is_named
from tools.github import connector, reading

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T30")]


async def test_the_repositories_of_the_configuration_that_the_user_may_see_are_listed(desk: Desk) -> None:
    (told,) = await desk.records("repositories")
    assert told["repository"] == desk.shop.path
    assert (told["default_branch"], told["visibility"], told["archived"]) == ("main", "private", False)
    desk.connector = desk.with_settings(repositories=["acme/none", "nobody/*", desk.shop.path, "acme/*"])
    assert [each["repository"] for each in await desk.records("repositories")] == [desk.shop.path]


async def test_two_users_see_different_things(desk: Desk) -> None:
    bob = Desk(desk.shop, "bob")
    assert await bob.records("repositories") == []
    reads: list[tuple[str, dict[str, Any]]] = [
        ("search", {"search": "total"}),
        ("read", {}),
        ("issues", {}),
        ("issue", {"issue": 1}),
    ]
    for verb, arguments in reads:
        with pytest.raises(NotFound):
            await bob.table(verb, repository=desk.shop.path, **arguments)
    desk.shop.let_in("bob", "pull")
    assert len(await bob.records("repositories")) == 1
    assert await bob.records("read", repository=desk.shop.path, path="small.txt")


async def test_a_token_that_was_revoked_stops_with_the_next_call(desk: Desk) -> None:
    await desk.table("issues", repository=desk.shop.path)
    desk.shop.gate.end(desk.token)
    with pytest.raises(Exception, match="onnect"):
        await desk.table("issues", repository=desk.shop.path)


async def test_a_file_is_read_whole_and_at_one_commit(desk: Desk) -> None:
    (told,) = await desk.records("read", repository=desk.shop.path, path="src/basket.py")
    assert (told["form"], told["content"], told["size"]) == ("text", FILES["src/basket.py"], 65)
    desk.shop.put("src/prices.py", "PRICES = {}\n")
    (old,) = await desk.records("read", repository=desk.shop.path, path="small.txt", ref=told["commit"])
    assert old["commit"] == told["commit"]
    with pytest.raises(NotFound):
        await desk.records("read", repository=desk.shop.path, path="src/prices.py", ref=told["commit"])
    small = desk.with_settings(max_bytes=1_000)
    desk.shop.put("big.txt", "x" * 1_001)
    desk.connector = small
    with pytest.raises(InvalidArgument, match="1001 bytes"):
        await desk.records("read", repository=desk.shop.path, path="big.txt")


async def test_a_folder_is_listed_page_by_page(desk: Desk) -> None:
    rows = await desk.all_rows("read", repository=desk.shop.path)
    assert set(rows) == {
        ("file", "README.md"),
        ("folder", "scripts"),
        ("file", "small.txt"),
        ("folder", "src"),
    }
    assert await desk.all_rows("read", repository=desk.shop.path, path="src/") == [("file", "src/basket.py")]
    desk.connector = desk.with_settings(max_rows=1)
    assert await desk.all_rows("read", repository=desk.shop.path) == rows
    for path in ("src", "small.txt/"):
        with pytest.raises(InvalidArgument):
            await desk.table("read", repository=desk.shop.path, path=path)


async def test_lines_are_found_where_they_stand(desk: Desk) -> None:
    assert await desk.records("search", repository=desk.shop.path, search="def total") == [
        {"path": "src/basket.py", "text": "def total(basket):"}
    ]


@pytest.mark.threat("T30")
@pytest.mark.parametrize("text", ['x" repo:rival/plans "', "a\\b", "a\nb"])
async def test_a_search_stays_in_the_repository_that_it_names(desk: Desk, text: str) -> None:
    for verb in ("search", "issues"):
        with pytest.raises(InvalidArgument, match="quotes"):
            await desk.table(verb, repository=desk.shop.path, search=text)
    await desk.table("search", repository=desk.shop.path, search="total repo:rival/plans")
    assert desk.shop.gate.asked[-1].target.startswith(
        "/search/code?q=%22total+repo%3Arival%2Fplans%22+repo%3Aacme%2Fshop-"
    )


async def test_issues_are_listed_and_pull_requests_are_none(desk: Desk) -> None:
    shop = desk.shop
    shop.label("bug")
    for number in range(1, 6):
        labels = ["bug"] if number % 2 else []
        shop.run("POST", "/issues", title=f"Basket {number}", body="slow", labels=labels)
    shop.run("PATCH", "/issues/5", state="closed")
    head = shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    shop.run("POST", "/git/refs", ref="refs/heads/feature", sha=head)
    shop.put("more.txt", "more", "feature")
    shop.run("POST", "/pulls", title="A request", head="feature", base="main")
    told = await desk.records("issues", repository=shop.path)
    of_each = {str(each["issue"]): each["labels"] for each in told}
    assert of_each == {"1": ["bug"], "2": [], "3": ["bug"], "4": []}
    assert {str(each["author_name"]) for each in told} == {"ada"}
    moments = [str(each["created_at"]) for each in told]  # some of which are the same
    assert moments == sorted(moments, reverse=True)
    desk.connector = desk.with_settings(max_rows=2)
    every = await desk.all_rows("issues", repository=shop.path, state="all")
    assert sorted(str(row[0]) for row in every) == ["1", "2", "3", "4", "5"]
    bugs = await desk.all_rows("issues", repository=shop.path, labels=["bug"], state="all")
    assert sorted(str(row[0]) for row in bugs) == ["1", "3", "5"]
    found = await desk.records("issues", repository=shop.path, search="Basket 3")
    assert [each["issue"] for each in found] == [3]
    with pytest.raises(NotFound):
        await desk.records("issue", repository=shop.path, issue=6)


async def test_an_issue_has_its_conversation(desk: Desk) -> None:
    shop = desk.shop
    shop.run("POST", "/issues", title="Login fails", body="Often.")
    for number in range(1, 4):
        shop.run("POST", "/issues/1/comments", body=f"Comment {number}")
    rows = await desk.all_rows("issue", repository=shop.path, issue=1)
    assert [(row[0], row[3]) for row in rows] == [
        ("title", "Login fails"),
        ("state", "open"),
        ("labels", ""),
        ("description", "Often."),
        *(("comment", f"Comment {number}") for number in range(1, 4)),
    ]
    desk.connector = desk.with_settings(max_rows=2)
    assert await desk.all_rows("issue", repository=shop.path, issue=1) == rows


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("issues", {"repository": "acme/../x"}),
        ("issues", {"repository": "acme/.."}),
        ("issues", {"repository": "acme/shop.git"}),
        ("issues", {"repository": "acme/shop/x"}),
        ("issues", {"repository": "acme%2fshop/x"}),
        ("read", {"path": "../x"}),
        ("read", {"path": "/x"}),
        ("read", {"path": "a//b"}),
        ("read", {"path": "x", "ref": "a..b"}),
    ],
)
async def test_what_has_no_place_in_an_address_is_refused_unsent(
    desk: Desk, verb: str, arguments: dict[str, Any]
) -> None:
    await desk.table("repositories")
    count = len(desk.shop.gate.asked)
    with pytest.raises(InvalidArgument):
        await desk.table(verb, **{"repository": desk.shop.path, **arguments})
    assert len(desk.shop.gate.asked) == count


async def test_a_repository_that_is_not_configured_is_asked_nothing(desk: Desk) -> None:
    await desk.table("repositories")
    count = len(desk.shop.gate.asked)
    for path in ("rival/plans", "acme-evil/shop"):
        with pytest.raises(NotFound):
            await desk.table("issues", repository=path)
    assert len(desk.shop.gate.asked) == count
    assert is_named("ACME/shop", ["acme/*"])


async def test_a_public_repository_is_told_as_one(shop: Shop) -> None:
    shop = Shop(shop.hub, shop.behind, private=False)
    (told,) = await Desk(shop, "bob").records("repositories")
    assert told["visibility"] == "public"


def test_each_answer_has_its_columns_in_the_list_for_redaction() -> None:
    for answer in (reading.HITS, reading.ISSUES, columns.PARTS):
        assert {column.name for column in answer} <= connector.COLUMNS
