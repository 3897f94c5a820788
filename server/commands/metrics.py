"""`remit metrics`: what Prometheus is set up with."""

import argparse

from server.metrics.rules import RULES


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="rules", dest="what")
    what.add_parser("rules", help="print the alerting rules for Prometheus")


def run(options: argparse.Namespace) -> int:
    del options
    print(RULES.read_text(), end="")
    return 0
