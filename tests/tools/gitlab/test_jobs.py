"""Jobs of pipelines of a pretend GitLab, and their logs."""

import pytest

from policies.errors import NotFound
from tests.tools.gitlab.code import Code
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import LOG, TOKEN_IN_FILE, run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", [50, 1])
async def test_the_jobs_of_a_commit_are_listed_run_by_run(site: Site, size: int) -> None:
    shop = site.gitlab.projects[0]
    run(shop, b"", b"")
    run(shop, b"")
    rows = await Code(site, max_rows=size).all_rows("jobs", project="acme/shop", ref="main")
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (511, 510, "test 1"),
        (501, 500, "test 1"),
        (502, 500, "test 2"),
    ]
    assert await Code(site).all_rows("jobs", project="acme/shop", ref="feature/prices") == []
    with pytest.raises(NotFound):
        await Code(site).all_rows("jobs", project="acme/shop", ref="nowhere")


@pytest.mark.threat("T27")
async def test_a_log_is_what_the_job_printed(site: Site) -> None:
    run(site.gitlab.projects[0], LOG)
    (told,) = await Code(site).records("log", project="acme/shop", job=501)
    assert (told["job"], told["name"], told["status"]) == (501, "test 1", "failed")
    assert str(told["text"]).splitlines() == [
        "Running with gitlab-runner 18.5.0",
        "$ ./deploy.sh",
        f"using {TOKEN_IN_FILE}",
        "10%",
        "100%",
        "Job failed: exit code 1",
    ]


@pytest.mark.threat("T27")
async def test_times_before_lines_split_nothing(site: Site) -> None:
    at = "2026-05-04T10:20:30.123456Z"
    log = f"{at} 00O token {TOKEN_IN_FILE[:9]}\n{at} 00O+{TOKEN_IN_FILE[9:]}\n{at} 01E failed\n"
    run(site.gitlab.projects[0], log.encode())
    (told,) = await Code(site).records("log", project="acme/shop", job=501)
    assert str(told["text"]).splitlines() == [f"token {TOKEN_IN_FILE}", "failed"]


async def test_the_end_of_a_log_comes_first_and_the_rest_page_by_page(site: Site) -> None:
    lines = [f"line {number}" for number in range(1000)]
    shop = site.gitlab.projects[0]
    run(shop, "\n".join(lines).encode())
    code = Code(site, max_bytes=4000)
    last = await code.table("log", project="acme/shop", job=501)
    assert last.rows[0][3] == "\n".join(lines[-444:])
    # What is written meanwhile moves no page.
    shop.pipelines.clear()
    run(shop, "\n".join([*lines, "more"]).encode())
    rest = await code.all_rows("log", project="acme/shop", job=501, cursor=last.next)
    assert "\n".join(str(row[3]) for row in reversed([*last.rows, *rest])) == "\n".join(lines)


async def test_a_job_of_another_project_is_none(site: Site) -> None:
    run(site.gitlab.projects[1], b"SENTINEL")
    with pytest.raises(NotFound):
        await Code(site).table("log", project="acme/shop", job=501)
