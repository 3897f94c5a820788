"""What several commands take."""

import argparse
from pathlib import Path


def takes_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("remit.toml"),
        metavar="FILE",
        help="the configuration; default: remit.toml",
    )
