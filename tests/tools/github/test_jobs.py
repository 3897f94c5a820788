"""Jobs of a pretend GitHub's workflows, and their logs in a store that is not its own."""

import pytest

from policies.errors import NotFound, UpstreamFailed
from tests.tools.github.hub import TOKEN_IN_FILE, Desk

pytestmark = pytest.mark.anyio

AT = "2026-05-04T10:20:30.1234567Z"


def commit_of(desk: Desk) -> str:
    commit: str = desk.shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    return commit


@pytest.mark.parametrize("size", [50, 1])
async def test_the_jobs_of_a_commit_are_listed_run_by_run(desk: Desk, size: int) -> None:
    shop, commit = desk.shop, commit_of(desk)
    shop.gate.actions.run(shop.path, commit, b"", b"")
    shop.gate.actions.run(shop.path, commit, b"")
    shop.gate.actions.run(shop.path, "0" * 40, b"")
    desk.connector = desk.with_settings(max_rows=size)
    rows = await desk.all_rows("jobs", repository=shop.path)
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [
        (511, 510, "test 1", "failure"),
        (501, 500, "test 1", "failure"),
        (502, 500, "test 2", "failure"),
    ]
    with pytest.raises(NotFound):
        await desk.table("jobs", repository=shop.path, ref="nowhere")


@pytest.mark.threat("T27")
async def test_a_log_is_what_the_job_printed_and_its_store_sees_no_token(desk: Desk) -> None:
    shop = desk.shop
    log = (
        f"\ufeff{AT} \x1b[36;1m$ ./deploy.sh\x1b[0m\r\n{AT} {TOKEN_IN_FILE[:9]}\x1b[0m{TOKEN_IN_FILE[9:]}\r\n"
    )
    shop.gate.actions.run(shop.path, commit_of(desk), log.encode())
    (told,) = await desk.records("log", repository=shop.path, job=501)
    assert (told["job"], told["status"]) == (501, "failure")
    assert str(told["text"]).splitlines() == ["$ ./deploy.sh", TOKEN_IN_FILE]


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "there",
    [
        "http://127.0.0.2/log",
        "https://169.254.169.254/latest",
        "https://ada:secret@logs.example/",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_log_is_read_nowhere_else_than_on_the_internet(desk: Desk, there: str) -> None:
    shop = desk.shop
    shop.gate.actions.run(shop.path, commit_of(desk), b"log")
    await desk.table("log", repository=shop.path, job=501)
    shop.gate.actions.led = there
    with pytest.raises(UpstreamFailed):
        await desk.table("log", repository=shop.path, job=501)
