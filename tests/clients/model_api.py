"""A small model behind the API that Claude Code speaks: it calls the tools that it is told to, one by one."""

import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Event = dict[str, Any]
ToolUse = dict[str, Any]
Decide = Callable[[Sequence[dict[str, Any]]], ToolUse | None]
"""From the tool results so far to the next call, as `name` and `input`; None ends the conversation."""


class Model:
    """`requests` are the paths that were asked for; `tools` and `results`, what the last one showed."""

    def __init__(self, decide: Decide) -> None:
        self._decide = decide
        self.url = ""
        self.requests: list[str] = []
        self.tools: list[str] = []
        self.results: list[dict[str, Any]] = []

    def answer(self, path: str, body: dict[str, Any]) -> Sequence[Event]:
        self.requests.append(path)
        self.tools = [tool["name"] for tool in body.get("tools", ())]
        parts = [part for message in body["messages"] for part in message["content"]]
        self.results = [p for p in parts if isinstance(p, dict) and p["type"] == "tool_result"]
        use = self._decide(self.results)
        if use is None:
            return _message(body["model"], {"type": "text", "text": "That is all."}, "end_turn")
        block = {"type": "tool_use", "id": f"toolu_{len(self.results)}", **use}
        return _message(body["model"], block, "tool_use")


def _message(model: str, block: dict[str, Any], reason: str) -> Sequence[Event]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message: Event = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    empty: Event = {"text": ""} if block["type"] == "text" else {"input": {}}
    delta: Event = (
        {"type": "text_delta", "text": block["text"]}
        if block["type"] == "text"
        else {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    )
    return (
        {
            "type": "message_start",
            "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage},
        },
        {"type": "content_block_start", "index": 0, "content_block": {**block, **empty}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None},
            "usage": {"output_tokens": 1},
        },
        {"type": "message_stop"},
    )


@contextmanager
def serving(model: Model) -> Generator[None]:
    """The model's API on a port of 127.0.0.1, told as `model.url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            events = model.answer(self.path, json.loads(self.rfile.read(length)))
            stream = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(stream.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        model.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
