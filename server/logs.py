"""The process log: one JSON object a line on stderr, whatever a message holds (threat T34)."""

import json
import logging
import sys
from datetime import UTC, datetime

MOST = 1000  # characters of a message: libraries put what they were sent into theirs
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """JSON escapes every control character, so one event is one line and none can drive a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage()[:MOST],
            **{key: value for key, value in vars(record).items() if key not in _PLAIN},
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


def configure(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("mcp", "presidio-analyzer", "uvicorn", "asyncio", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
