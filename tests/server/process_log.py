"""The process log, as it is where the server runs."""

import logging
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

from server import logs


@contextmanager
def as_configured() -> Generator[None]:
    """Sets it up as the server does, on standard error; afterwards it is as it was."""
    root = logging.getLogger()
    before, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    logs.configure()
    try:
        yield
    finally:
        root.handlers[:], root.level = before, level
        sys.excepthook, threading.excepthook = hooks
