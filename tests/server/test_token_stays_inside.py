"""A token that came in goes nowhere: to no system behind, log, store or page, and not back to a client."""

import logging
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.leaks import leaks
from tests.server.oidc.house import Way
from tests.server.oidc.issuer import Signer
from tests.server.walk import logged, place, walk

CANARY = "CANARY-4b1d-7f3a-9c2e"
KEY = Signer.ec("key")
ACTING = {
    *("shop_write", "ledger_write", "ledger_write_auto", "stock_write", "lake_write"),
    *("code_create_issue", "code_update_issue", "code_comment", "code_propose_change"),
    *("hub_create_issue", "hub_update_issue", "hub_comment", "hub_propose_change"),
    *("chat_post", "chat_reply", "files_write", "files_move", "files_delete"),
    *("team_post", "team_reply"),
    *("papers_write", "papers_move", "papers_delete"),
    *("docs_write", "docs_move", "docs_delete"),
}
FAR = ("stock", "lake", "hub", "chat", "files", "papers", "docs", "team")
"""What is behind them does not depend on how a call came in, and one way is enough."""
MARKED = {"jti": CANARY, "nonce": CANARY, "email": CANARY}


@pytest.mark.anyio
@pytest.mark.threat("T03")
@pytest.mark.parametrize(
    ("way", "engine"), [("modern", "sqlite"), ("legacy", "postgres"), ("sse", "postgres")]
)
async def test_a_token_that_came_in_with_every_call_of_every_tool_is_found_nowhere_else(
    tmp_path: Path,
    databases: Databases,
    caplog: pytest.LogCaptureFixture,
    way: Way,
    engine: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with place(tmp_path, databases, KEY, engine) as at:
        token, expired = at.token(**MARKED), at.token(**MARKED, exp=1)
        past = () if way == "modern" else FAR
        walked = await walk(at, way, token, expired, past=past, jti=CANARY)
    log = logged(caplog.records)
    assert walked.called == walked.open
    assert set(walked.asked) == {"by a form", "on a page", "to connect"}
    # Of four actions by each tool two were taken back.
    acting = {tool for tool in ACTING if not tool.startswith(past)}
    assert {tool: len(actions) for tool, actions in walked.done.items()} == dict.fromkeys(acting, 2)
    assert b"token refused" in log
    for sink in ("what went to PostgreSQL", "what went to the connectors"):
        assert b"UPDATE" in walked.sinks[sink]
    for asked in (b"GET /api/v4/projects/10/issues/30", b"GET /api/v4/projects/10/jobs/501/trace"):
        assert asked in walked.sinks["what went to GitLab"]
    # What holds for the token holds for what it is made of, and the digest of the whole is none of theirs.
    secrets = (CANARY, token, token.split(".")[2], expired.split(".")[2])
    found = leaks({**walked.sinks, "the log": log}, *secrets)
    assert found == []
