"""The process log: one JSON object a line on stderr, whatever a message holds (threat T34)."""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import cast

from policies.cause import cause

MOST = 1000  # characters of a message
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """JSON escapes every control character, so one event is one line and none can drive a terminal.

    Words are remit's own alone. A library's message and an error's text quote what they were about, a row or
    a credential among it (threat T35): of them stands where they were said, and of what kind they were.
    """

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
        }
        if record.name.partition(".")[0] == "remit":
            event["message"] = record.getMessage()[:MOST]
            event |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        else:
            event["message"] = f"{record.module}.{record.funcName}, line {record.lineno}"
        if record.exc_info and record.exc_info[1]:
            event["exception"] = "".join(_told(record.exc_info[1], set()))
        return json.dumps(event, default=str).replace("\x7f", "\\u007f")  # which JSON lets stand


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    """A traceback without a word of the errors: their kinds, and where they were raised."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "which led to\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{cause(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _told(each, seen)


def configure(level: int = logging.INFO) -> None:
    """What nobody catches is logged too: the interpreter would print its text."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("mcp", "presidio-analyzer", "uvicorn", "asyncio", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.excepthook = uncaught
    threading.excepthook = lambda what: uncaught(what.exc_type, what.exc_value, what.exc_traceback)


def uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    logging.getLogger("remit").critical("remit failed", exc_info=(kind, error or kind(), where))
