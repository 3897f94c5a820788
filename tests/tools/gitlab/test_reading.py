"""What each tool answers, to whom, and page by page."""

import json
from typing import Any

import pytest

from policies.errors import InvalidArgument, NotFound
from tests.tools.gitlab.code import Code, source_of
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import DEPLOY, LOGO, README, Issue, Project, commit_id
from tests.tools.rest.faults import Fault
from tools.rest.lists import page_size


@pytest.mark.anyio
async def test_two_users_see_what_is_open_to_each(site: Site) -> None:
    ada, bob = Code(site, "ada"), Code(site, "bob")
    assert [row[0] for row in await ada.all_rows("repositories")] == [
        "acme/shop",
        "acme/people/payroll",
        "acme/site",
    ]
    assert [row[0] for row in await bob.all_rows("repositories")] == ["acme/shop", "acme/site"]
    payroll = "acme/people/payroll"
    assert (await ada.records("read", project=payroll, path="README.md"))[0]["content"] == "Payroll\n"
    assert [row["title"] for row in await ada.records("issues", project=payroll)] == ["Raise"]
    for verb, arguments in READS_OF_PAYROLL:
        with pytest.raises(NotFound):
            await bob.table(verb, project=payroll, **arguments)


READS_OF_PAYROLL: list[tuple[str, Any]] = [
    ("read", {"path": "README.md"}),
    ("read", {}),
    ("search", {"search": "payroll"}),
    ("issues", {}),
    ("issue", {"issue": 1}),
]


@pytest.mark.anyio
@pytest.mark.threat("T06")
async def test_what_is_not_configured_looks_like_what_does_not_exist(site: Site) -> None:
    code = Code(site)
    told: set[str] = set()
    for project in ("rival/plans", "acme/nothing", "acme2/shop", "acme/old-shop"):
        with pytest.raises(NotFound) as refused:
            await code.table("read", project=project, path="README.md")
        told.add(refused.value.message)
    assert len(told) == 1
    assert not any("rival" in target or "acme2" in target for target in code.api)


@pytest.mark.anyio
async def test_a_project_answers_to_its_path_in_any_case(site: Site) -> None:
    code = Code(site, projects=["Acme/Shop"])
    assert [row[0] for row in await code.all_rows("repositories")] == ["acme/shop"]
    assert await code.records("read", project="ACME/shop", path="README.md")
    with pytest.raises(NotFound):
        await code.table("read", project="acme/site", path="index.html")


@pytest.mark.anyio
async def test_a_path_that_leads_to_another_project_leads_nowhere(site: Site) -> None:
    code = Code(site)
    await code.table("repositories")
    seen = len(code.api)
    other = {"id": 13, "path_with_namespace": "rival/plans", "visibility": "private"}
    site.gitlab.faults = [Fault(200, json.dumps(other).encode())]
    with pytest.raises(NotFound):
        await code.table("read", project="acme/shop", path="README.md")
    assert code.api[seen:] == ["/api/v4/projects/acme%2Fshop"]


@pytest.mark.anyio
async def test_a_project_that_comes_along_with_a_group_is_not_listed(site: Site) -> None:
    code = Code(site)
    await code.table("repositories")
    others = [
        {"path_with_namespace": path, "visibility": "private"}
        for path in ("rival/plans", "acme2/shop", "acme/shop")
    ]
    site.gitlab.faults = [Fault(200, json.dumps(others).encode())]
    assert [row[0] for row in await code.all_rows("repositories")] == ["acme/shop"]


@pytest.mark.anyio
async def test_a_list_of_projects_goes_on_over_entries_and_pages(site: Site) -> None:
    site.gitlab.projects += [
        Project(100 + number, f"big/p{number}", members=frozenset({"ada"})) for number in range(120)
    ]
    entries = [f"gone/p{number}" for number in range(25)]
    code = Code(site, projects=["acme/shop", *entries, "big/*", "big/p7", "acme/*"])
    listed = [row[0] for row in await code.all_rows("repositories")]
    assert len(listed) == len(set(listed)) == 123
    assert listed[:2] == ["acme/shop", "big/p0"]
    before = len(code.api)
    await code.table("repositories")
    assert len(code.api) - before <= 20


@pytest.mark.anyio
async def test_a_file_is_read_whole_at_a_commit(site: Site) -> None:
    code = Code(site)
    (file,) = await code.records("read", project="acme/shop", path="scripts/deploy.sh")
    main = site.gitlab.projects[0].branches["main"]
    assert file == {
        "path": "scripts/deploy.sh",
        "commit": commit_id(main),
        "size": len(DEPLOY),
        "form": "text",
        "content": DEPLOY.decode(),
    }
    assert (
        code.api[-1] == f"/api/v4/projects/10/repository/files/scripts%2Fdeploy.sh/raw?ref={commit_id(main)}"
    )
    (other,) = await code.records("read", project="acme/shop", path="src/prices.py", ref="feature/prices")
    assert other["content"] == "PRICES = {}\n"
    (odd,) = await code.records("read", project="acme/shop", path="src/shop café #1?.py")
    assert odd["content"] == "print('open')\n"
    for arguments in ({"path": "src/prices.py"}, {"path": "README.md", "ref": "nowhere"}):
        with pytest.raises(NotFound):
            await code.table("read", project="acme/shop", **arguments)


@pytest.mark.anyio
async def test_a_binary_file_is_named_and_not_sent(site: Site) -> None:
    site.gitlab.projects[0].branches["main"]["latin.txt"] = "café".encode("latin-1")
    code = Code(site)
    (logo,) = await code.records("read", project="acme/shop", path="logo.png")
    assert (logo["path"], logo["form"], logo["size"], logo["content"]) == (
        "logo.png",
        "binary",
        len(LOGO),
        None,
    )
    site.gitlab.projects[0].branches["main"]["nul.txt"] = b"a\0b"
    (nul,) = await code.records("read", project="acme/shop", path="nul.txt")
    assert (nul["form"], nul["content"]) == ("binary", None)
    (latin,) = await code.records("read", project="acme/shop", path="latin.txt")
    assert (latin["form"], latin["content"]) == ("binary", None)


@pytest.mark.anyio
@pytest.mark.threat("T40")
async def test_a_file_that_is_too_large_is_not_even_asked_for(site: Site) -> None:
    code = Code(site, max_bytes=100_000)
    with pytest.raises(InvalidArgument, match=r"^path: that file has 128000 bytes, and at most 100000"):
        await code.table("read", project="acme/shop", path="big.txt")
    assert not any(target.partition("?")[0].endswith("/raw") for target in code.api)
    (whole,) = await Code(site, max_bytes=128_000).records("read", project="acme/shop", path="big.txt")
    assert len(str(whole["content"])) == 128_000


@pytest.mark.anyio
async def test_a_folder_is_listed(site: Site) -> None:
    code = Code(site, max_rows=2)
    assert await code.all_rows("read", project="acme/shop") == [
        ("folder", "scripts"),
        ("folder", "src"),
        ("file", "README.md"),
        ("file", "big.txt"),
        ("file", "logo.png"),
    ]
    assert [row[1] for row in await code.all_rows("read", project="acme/shop", path="src/")] == [
        "src/basket.py",
        "src/shop café #1?.py",
    ]
    with pytest.raises(NotFound):
        await code.table("read", project="acme/shop", path="nowhere/")


@pytest.mark.anyio
async def test_code_is_found_with_the_lines_around_it(site: Site) -> None:
    code = Code(site)
    (hit,) = await code.records("search", project="acme/shop", search="anna schmidt")
    assert hit == {"path": "README.md", "first_line": 1, "text": README.decode()}
    on_branch = await code.records("search", project="acme/shop", search="PRICES", ref="feature/prices")
    assert [hit["path"] for hit in on_branch] == ["README.md", "src/prices.py"]


@pytest.mark.anyio
async def test_issues_are_listed_newest_first_and_narrowed(site: Site) -> None:
    code = Code(site, max_rows=7)
    numbers = [row[0] for row in await code.all_rows("issues", project="acme/shop", state="all")]
    assert numbers == list(range(30, 0, -1))
    opened = [row[0] for row in await code.all_rows("issues", project="acme/shop")]
    assert opened == [number for number in range(30, 0, -1) if number % 5 or number == 30]
    narrowed = await code.all_rows("issues", project="acme/shop", labels=["bug", "login"], search="Parker")
    assert [row[:4] for row in narrowed] == [(30, "Login fails for Peter Parker", "opened", ["bug", "login"])]


@pytest.mark.anyio
@pytest.mark.threat("T40")
async def test_a_page_that_is_full_before_its_rows_are_out_goes_on_where_it_ended(site: Site) -> None:
    shop = site.gitlab.projects[0]
    shop.issues = [Issue(number, "x" * 300, shop.issues[0].author) for number in range(1, 31)]
    code = Code(site, max_bytes=1000, max_rows=7)
    first = await code.table("issues", project="acme/shop")
    assert 0 < len(first.rows) < 7
    assert [row[0] for row in await code.all_rows("issues", project="acme/shop")] == list(range(30, 0, -1))


@pytest.mark.anyio
async def test_an_issue_is_told_with_its_conversation(site: Site) -> None:
    for most in (3, 5, 100):
        rows = await Code(site, max_rows=most).all_rows("issue", project="acme/shop", issue=30)
        assert [row[0] for row in rows[:4]] == ["title", "state", "labels", "description"]
        assert [row[3] for row in rows[:3]] == ["Login fails for Peter Parker", "opened", "bug, login"]
        assert [row[3] for row in rows[4:]] == [f"Comment {number}" for number in range(1, 13)]
        assert [row[0] for row in rows].count("event") == 1
        assert rows[4][1] == "Ada Lovelace"
    with pytest.raises(NotFound):
        await Code(site).table("issue", project="acme/shop", issue=31)


@pytest.mark.anyio
async def test_a_cursor_belongs_to_its_question(site: Site) -> None:
    code = Code(site, max_rows=3)
    cursor = (await code.table("issues", project="acme/shop")).next
    for verb, arguments in (
        ("issues", {"project": "acme/shop", "state": "all"}),
        ("issues", {"project": "acme/site"}),
        ("search", {"project": "acme/shop", "search": "basket"}),
    ):
        with pytest.raises(InvalidArgument, match=r"^cursor: "):
            await code.table(verb, **arguments, cursor=cursor)


@pytest.mark.anyio
async def test_a_plan_says_what_it_asks_and_under_whose_connection(site: Site) -> None:
    raw = await Code(site).raw("search", project="acme/shop", search="basket")
    plan = raw.grant.plan
    assert plan.effect is None
    assert plan.own == "connection-1"
    assert {name: plan.request[name] for name in ("verb", "place", "search", "ref", "offset")} == {
        "verb": "search",
        "place": "acme/shop",
        "search": "basket",
        "ref": None,
        "offset": 0,
    }


def test_a_page_has_so_many_rows_whatever_is_configured(site: Site) -> None:
    assert [page_size(source_of(site, max_rows=most)) for most in (1, 50, 1000)] == [1, 50, 50]


@pytest.mark.anyio
async def test_a_pseudonym_in_an_argument_is_sent_as_what_it_stands_for(site: Site) -> None:
    pseudonym = "<PERSON_1_k7qm2a>"
    code = Code(site)
    plan = await code.asked(
        "issues", {pseudonym: "Ada"}, project="acme/shop", search=f"for {pseudonym}", labels=[pseudonym]
    )
    assert (plan.request["search"], plan.request["labels"]) == ("for Ada", ["Ada"])
    # Its bookmark goes to the client: nothing of the value is in it.
    other = await code.asked(
        "issues", {pseudonym: "Bob"}, project="acme/shop", search=f"for {pseudonym}", labels=[pseudonym]
    )
    assert plan.request["query"] == other.request["query"]
