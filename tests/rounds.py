"""How often what is left to chance is tried, and from which seed: see `make long`."""

import os
from typing import Final

SEED: Final = int(os.environ.get("SEED", "20261126"))


def rounds(usual: int, long: int) -> int:
    """`usual` is what the whole suite has time for, `long` what `make long` runs."""
    return long if os.environ.get("LONG") else usual
