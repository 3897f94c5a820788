"""The process that opens one document: it reads it from its input, and writes what it made of it.

What parses hostile files has a bounded share of memory and processor, and no environment; it can write
nothing into files, and starts no processes unless it runs as root (threat T40). It runs as the same user, may
read what that may, and connect: it is no sandbox against a parser that is taken over. For that, run remit in
one.
"""

import json
import os
import resource
import sys
from dataclasses import asdict
from typing import Final

from tools.documents.opened import Bounds, Opened

REFUSED: Final = "refused"
_BEHIND: Final = 10  # of 19: whoever waits for something short goes first


def main() -> None:
    """`argv`: what `bounds_argument` says."""
    bounds = Bounds(**json.loads(sys.argv[-1]))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # libraries warn, and nobody reads it
    _give_up(bounds)
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(_told(content, bounds).encode(errors="replace"))


def bounds_argument(bounds: Bounds) -> str:
    return json.dumps(asdict(bounds))


def _told(content: bytes, bounds: Bounds) -> str:
    from tools.documents.openers import Unopened, open_document  # noqa: PLC0415 - once what it may use is bounded

    try:
        opened: Opened = open_document(content, bounds)
    except Unopened as reason:
        return json.dumps({REFUSED: str(reason)})
    except MemoryError:
        return json.dumps({REFUSED: "to open it takes too much memory"})
    except Exception as error:  # noqa: BLE001 - a library may raise anything over a broken file
        return json.dumps({REFUSED: "it is broken", "detail": type(error).__name__})
    return opened.to_json()


def _give_up(bounds: Bounds) -> None:
    os.nice(_BEHIND)
    for what, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
