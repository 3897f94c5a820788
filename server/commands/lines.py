"""JSON lines on standard input, an answer a line on standard output."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast


def answer(field: str, reply: Callable[[str], Mapping[str, object]]) -> int:
    """Answers each {"id", field} with {"id", ...reply}.

    The exit status is 2 where a line is not of that form; the others are answered all the same.
    """
    status = 0
    for line in filter(str.strip, sys.stdin):
        given = _object(line)
        text = given.get(field)
        if not isinstance(text, str):
            print(
                f'remit: each line is a JSON object {{"id", "{field}"}}, and {field} is text', file=sys.stderr
            )
            status = 2
            continue
        print(json.dumps({"id": given.get("id"), **reply(text)}), flush=True)
    return status


def _object(line: str) -> dict[str, Any]:
    try:
        given: object = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {}
