"""Emulators, each installed once for all into an environment of its own: their pins are none of ours."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.backends import missing

_LOCKS = Path(__file__).parent / "emulators"
_KEPT = Path(__file__).parents[1] / ".cache"


def installed(name: str) -> Path:
    """The folder of the environment of `tests/emulators/NAME.lock`."""
    lock, folder = _LOCKS / f"{name}.lock", _KEPT / name
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    uv, python = Path(sys.prefix) / "bin/uv", folder / "bin/python"
    with (_KEPT / f"{name}.lock").open("w") as turn:
        # The workers of one run share the folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        stamp = folder / "stamp"
        if stamp.exists() and stamp.read_text() == wanted:
            return folder
        install = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock]
        for command in ([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], install):
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            if done.returncode:
                missing(name, f"uv could not install tests/emulators/{name}.lock: {done.stderr[-300:]}")
        stamp.write_text(wanted)
    return folder
