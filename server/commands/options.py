"""What several commands take."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path


def takes_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("remit.toml"),
        metavar="FILE",
        help="the configuration; default: remit.toml",
    )


def moment(text: str) -> int:
    """Milliseconds since 1970, of a time (UTC where it names no zone) or of so long ago.

    Raises `argparse.ArgumentTypeError`.
    """
    if ago := re.fullmatch(r"(\d{1,6})([smhd])", text):
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        time = datetime.now(UTC) - timedelta(**{unit: int(ago[1])})
    else:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-11-23T08:00 or 90m") from None
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
