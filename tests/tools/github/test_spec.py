"""What is sent to GitHub is what GitHub's own description of its API knows."""

from typing import Any

import pytest

from tests.github_spec import GithubSpec
from tests.tools.github.hub import Desk

pytestmark = pytest.mark.anyio

READS: list[tuple[str, dict[str, Any]]] = [
    ("search", {"search": "total"}),
    ("read", {"path": "src/"}),
    ("read", {"path": "src/basket.py"}),
    ("issues", {"labels": ["bug"], "state": "all"}),
    ("issues", {"search": "Slow"}),
    ("issue", {"issue": 1}),
    ("proposals", {"state": "all"}),
    ("proposal", {"pull_request": 2}),
    ("jobs", {}),
    ("log", {"job": 501}),
]
ACTED: list[tuple[str, dict[str, Any]]] = [
    ("create_issue", {"title": "New", "description": "Text", "labels": ["bug"]}),
    ("update_issue", {"issue": 1, "title": "Slower", "state": "closed"}),
    ("comment", {"issue": 1, "text": "I look at it"}),
    (
        "propose_change",
        {
            "branch": "docs",
            "title": "Docs",
            "files": [{"path": "docs/new.md", "content": "New\n"}, {"path": "small.txt"}],
        },
    ),
]


async def test_every_request_is_one_that_github_describes(desk: Desk, github_spec: GithubSpec) -> None:
    shop = desk.shop
    shop.label("bug")
    shop.run("POST", "/issues", title="Slow", labels=["bug"])
    shop.propose({"more.txt": "more\n"})
    head = shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    shop.gate.actions.run(shop.path, head, b"log\n")
    await desk.records("repositories")
    for verb, arguments in READS:
        await desk.table(verb, repository=shop.path, **arguments)
    for verb, arguments in ACTED:
        _, done = await desk.act(verb, **arguments)
        await desk.trace(done)
        await desk.take_back(verb, done)
    assert {asked.method for asked in shop.gate.asked} == {"GET", "POST", "PATCH", "DELETE"}
    faults = [
        fault
        for asked in shop.gate.asked
        for fault in github_spec.faults(asked.method, asked.target, asked.body)
    ]
    assert faults == []


def test_what_github_does_not_describe_is_seen(github_spec: GithubSpec) -> None:
    assert github_spec.faults("GET", "/repos/acme/shop/issues?state=all&page=1", b"") == []
    assert github_spec.faults("POST", "/repos/acme/shop/issues", b'{"title": "Slow"}') == []
    for method, target, body in (
        ("GET", "/repos/acme/shop/nowhere", b""),
        ("GET", "/repos/acme/shop/issues?state=any", b""),
        ("GET", "/repos/acme/shop/issues?per_pge=1", b""),
        ("POST", "/repos/acme/shop/issues", b'{"body": "without a title"}'),
        ("POST", "/repos/acme/shop/issues", b'{"title": "Slow", "descripton": "?"}'),
    ):
        assert len(github_spec.faults(method, target, body)) == 1
