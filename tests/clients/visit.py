"""What every client is made to do at a server, and what it must have got there.

A driver beside this file is given a `Target` and `CALLS` as JSON, and prints a `Visit` as JSON, in the words
of the protocol. So a client in any language is judged by the same lines.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

HANDSHAKE, MODERN = "2025-11-25", "2026-07-28"

TOOLS = [
    "shop_schema",
    "shop_query",
    "shop_explain",
    "shop_write",
    "remit_actions",
    "remit_context",
    "remit_result",
    "remit_forget",
    "remit_undo",
]

CALLS: Mapping[str, dict[str, Any]] = {
    "answer": {"name": "shop_query", "arguments": {"sql": "SELECT count(*) AS orders FROM orders"}},
    "refusal": {"name": "shop_query", "arguments": {"sql": "SELECT ssn FROM customers"}},
    "page": {"name": "shop_query", "arguments": {"sql": "SELECT id FROM orders ORDER BY id"}},
}
"""The driver asks for `page` a second time, as `next_page`, with the cursor that it got."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server to start (`command`), or one that listens (`url`), and the protocol to speak with it."""

    protocol: str
    url: str = ""
    command: Sequence[str] = ()
    sse: bool = False
    """Whether the URL is of the transport of 2024-11-05."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a client got: the version it agreed on, the tools as listed, and the results of the calls."""

    protocol: str
    tools: Sequence[Mapping[str, Any]]
    answer: Mapping[str, Any]
    refusal: Mapping[str, Any]
    page: Mapping[str, Any]
    next_page: Mapping[str, Any]


def visit(driver: Sequence[str], environment: Mapping[str, str], target: Target, folder: Path) -> Visit:
    """Runs the driver in `folder`."""
    done = subprocess.run(
        [*driver, json.dumps({"target": asdict(target), "calls": CALLS})],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return Visit(**json.loads(done.stdout))


def text(result: Mapping[str, Any]) -> str:
    return "\n".join(part["text"] for part in result["content"] if part["type"] == "text")


def went_well(visit: Visit, protocol: str) -> None:
    assert visit.protocol == protocol
    assert [tool["name"] for tool in visit.tools] == TOOLS
    schemas = {tool["name"]: tool["outputSchema"] for tool in visit.tools}
    for result in (visit.answer, visit.page, visit.next_page):
        assert not result.get("isError")
        jsonschema_rs.validate(schemas["shop_query"], result["structuredContent"])
    assert visit.answer["structuredContent"]["rows"] == [[240]]
    assert "<<data " in text(visit.answer)
    assert "\n240\n" in text(visit.answer)
    assert visit.refusal["isError"] is True
    assert text(visit.refusal).startswith("denied: The column `ssn` is not open")
    assert visit.refusal.get("structuredContent") is None
    assert visit.page["structuredContent"]["rows"] == [[number] for number in range(1, 51)]
    assert visit.next_page["structuredContent"]["rows"] == [[number] for number in range(51, 101)]
