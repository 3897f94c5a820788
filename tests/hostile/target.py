"""A server as it is started by an administrator, and what it may never do, whatever it hears."""

import json
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from server.demo.organisation import found
from tests.hostile.values import is_quoted

REMIT = Path(sys.executable).with_name("remit")
BOUND = 60.0  # seconds within which the server answers or hangs up
MANY = "calls_per_minute = 6000000, burst = 100000"
LIMITS = f"""
[limits]
{MANY.replace(", ", chr(10))}
tenant = {{ {MANY} }}
source = {{ {MANY} }}
"""
LONGEST = 7000  # bytes of a line of the log: a message of 1,000 characters, each escaped


class Target:
    """The process. Everything that it says on stderr is kept."""

    def __init__(self, process: "subprocess.Popen[bytes]", configuration: Path) -> None:
        self.process = process
        self.configuration = configuration
        self.said: list[bytes] = []
        self._listening = threading.Event()
        self._hearing = threading.Thread(target=self._hear)
        self._hearing.start()

    def _hear(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said.append(line)
            if b'"listening"' in line:
                self._listening.set()
        self._listening.set()

    def await_listening(self) -> None:
        assert self._listening.wait(60), b"".join(self.said)
        self.assert_alive()

    def assert_alive(self) -> None:
        assert self.process.poll() is None, b"".join(self.said[-20:]).decode()

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]
        return int(kilobytes) * 1024

    def assert_calm(self, heard: Iterable[str] = ()) -> None:
        """It lives, and its log is as `assert_log_is_calm` has it."""
        self.assert_alive()
        self.assert_log_is_calm(heard)

    def assert_calm_to_the_end(self, heard: Iterable[str] = ()) -> None:
        """It has ended, and its log is the same."""
        self._hearing.join(timeout=BOUND)
        self.assert_log_is_calm(heard)

    def assert_log_is_calm(self, heard: Iterable[str]) -> None:
        """It holds events alone, one a line: no traceback, nothing raw, and little of the values heard."""
        lines = [*self.said]
        for line in lines:
            event = json.loads(line)
            assert isinstance(event, dict), line[:500]
            assert "exception" not in event, event["exception"][-4000:]
            assert b"Traceback" not in line, line[-3000:]
            assert not any(byte < 32 or byte == 127 for byte in line.rstrip(b"\n")), line[:500]
            assert len(line) < LONGEST, line[:500]
        # The SDK logs the id of a session that there is not; server/logs.py cuts what it says.
        everything = b"".join(line for line in lines if b"mcp.server.sse" not in line)
        for value in heard:
            assert not is_quoted(value, everything), value[:80]

    def end(self) -> int:
        """Stops it in good order. Returns its exit status."""
        self.process.terminate()
        status = self.process.wait(timeout=60)
        self._hearing.join(timeout=60)
        return status


def organisation(folder: Path) -> Path:
    """The sample organisation. What is refused here is refused for another reason than its limits."""
    configuration = found(folder)
    with configuration.open("a") as file:
        file.write(LIMITS)
    return configuration


@contextmanager
def started(configuration: Path, *how: str) -> Generator[Target]:
    """`remit serve`, which ends with the block."""
    with subprocess.Popen(
        [REMIT, "serve", "--config", configuration, *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        target = Target(process, configuration)
        try:
            yield target
        finally:
            process.kill()


def assert_log_verifies(configuration: Path) -> None:
    done = subprocess.run(
        [REMIT, "audit", "verify", "--config", configuration, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"]
