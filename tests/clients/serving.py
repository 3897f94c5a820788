"""A remit over the sample organisation, started as a user starts it."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from server.demo.organisation import found

REMIT = Path(sys.executable).with_name("remit")
ENOUGH = "\n[limits]\ncalls_per_minute = 6000\nburst = 1000\nquestions_per_hour = 1000\n"
"""All clients are the same user, and ask more in a minute than a person does."""


def organisation(folder: Path) -> Path:
    """The path of the configuration of a sample organisation in `folder`."""
    configuration = found(folder)
    with configuration.open("a") as file:
        file.write(ENOUGH)
    return configuration


def over_stdio(configuration: Path) -> list[str]:
    """The command that a client starts the server with."""
    return [str(REMIT), "serve", "--stdio", "--config", str(configuration)]


@contextmanager
def listening(configuration: Path, port: int) -> Generator[str]:
    """The address of a server, `http://HOST:PORT`, that is stopped when the block ends."""
    address = f"127.0.0.1:{port}"
    command: list[str | Path] = [REMIT, "serve", "--config", configuration, "--listen", address]
    with (
        (configuration.parent / "server.log").open("w") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr
        copying = threading.Thread(target=shutil.copyfileobj, args=(process.stderr, log))
        try:
            said: list[str] = []
            for line in iter(process.stderr.readline, ""):
                log.write(line)
                said.append(line)
                if '"listening"' in line:
                    break
            else:
                raise AssertionError("the server did not start: " + "".join(said))
            copying.start()
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(timeout=60)
            if copying.ident is not None:
                copying.join(timeout=60)  # what it reads and writes is closed next
