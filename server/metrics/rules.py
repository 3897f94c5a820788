"""The rules that Prometheus is given: a file of the package, which `remit metrics rules` prints."""

from pathlib import Path
from typing import Final

RULES: Final = Path(__file__).with_name("remit.rules.yml")
