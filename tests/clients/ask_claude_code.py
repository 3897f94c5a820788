"""Lets Claude Code ask a server, in a network that is nothing but this machine's loopback.

Run it with `unshare --net`: whatever Claude Code would reach for elsewhere is not there. It is given how to
run Claude Code, a configuration, the name of the example settings to use and the calls that the model makes.
It prints what the model was shown, and what Claude Code itself says went on.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from server.demo import settings
from tests.clients.model_api import Model, ToolUse, serving
from tests.clients.serving import listening, over_stdio

SIOCSIFFLAGS, IFF_UP, IFF_LOOPBACK = 0x8914, 0x1, 0x8
PORT = 8787  # nobody else is in this network
PREFIX = "mcp__remit__"
QUIET = {
    "ANTHROPIC_API_KEY": "no-key-at-all",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "ENABLE_TOOL_SEARCH": "false",
}


def main(program: list[str], configuration: str, example: str, calls: dict[str, Any]) -> dict[str, Any]:
    raise_loopback()
    model = Model(lambda results: decide(calls, results))
    url = f"http://127.0.0.1:{PORT}/mcp"
    known = (*settings.stdio(over_stdio(Path(configuration))), *settings.http(url))
    paste = next(paste for paste in known if paste.example == example)
    Path("settings.json").write_text(paste.text)
    server = listening(Path(configuration), PORT) if "-http" in example else nullcontext()
    with serving(model), server:
        done = subprocess.run(
            [
                *program,
                *("--print", "Ask the shop.", "--output-format", "stream-json", "--verbose"),
                *("--mcp-config", "settings.json", "--strict-mcp-config"),
                *("--tools", "", "--allowedTools", f"{PREFIX}*", "--no-session-persistence"),
            ],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(Path.cwd()),
                "ANTHROPIC_BASE_URL": model.url,
                **QUIET,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=80,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {
        "requests": model.requests,
        "tools": [name.removeprefix(PREFIX) for name in model.tools],
        "results": model.results,
        "said": [json.loads(line) for line in done.stdout.splitlines()],
    }


def raise_loopback() -> None:
    """A new network has its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP | IFF_LOOPBACK))


def decide(calls: dict[str, Any], results: Sequence[dict[str, Any]]) -> ToolUse | None:
    """The calls one after the other, and then the last one again with the cursor that it gave."""
    made = list(calls.values())
    if len(results) > len(made):
        return None
    call = made[min(len(results), len(made) - 1)]
    again = {"cursor": json.loads(results[-1]["content"])["next"]} if len(results) == len(made) else {}
    return {"name": PREFIX + call["name"], "input": {**call["arguments"], **again}}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
