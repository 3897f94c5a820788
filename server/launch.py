"""The entry point of an installed remit; the build puts this file at `remit/__init__.py`.

`server`, `tools` and `policies` are private to remit: they lie inside its own package, which goes first
on the path, so that no other distribution's package of the same name can take their place.
"""

import sys
from pathlib import Path


def main() -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    from server.cli import main as run  # noqa: PLC0415 - found only once the path is set

    return run()
