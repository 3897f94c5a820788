"""What `remit halt` and `remit resume` are told to stop, or to let go on."""

import argparse
import shlex

from policies.call import Tier
from policies.halt import Halt, Scope
from policies.visible import visible
from server.halting import asked
from server.moments import moment


def takes_scope(parser: argparse.ArgumentParser) -> None:
    names = {
        "tenant": "what users of this tenant do",
        "user": "what this user does, as the issuer's tokens call them (`sub`)",
        "source": "what is done in this source",
        "tool": "what this tool does; remit_undo for whatever takes something back",
    }
    for name, what in names.items():
        parser.add_argument(f"--{name}", type=named, metavar=name.upper(), help=what)
    parser.add_argument(
        "--tier",
        type=tier,
        metavar="read|act|auto",
        help="what only reads; what changes something, by itself too; what changes something by itself",
    )
    parser.add_argument("--everything", action="store_true", help="everything: the same as no name at all")


def named(text: str) -> str:
    """Raises `argparse.ArgumentTypeError`."""
    try:
        return asked.name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def tier(text: str) -> Tier:
    """Raises `argparse.ArgumentTypeError`."""
    try:
        return Tier(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of read, act and auto") from None


def reason(text: str) -> str:
    """Raises `argparse.ArgumentTypeError`."""
    try:
        return asked.reason(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def scope_of(options: argparse.Namespace) -> Scope:
    """Several names are of what has all of them. Raises `ValueError`."""
    scope = Scope(options.tenant, options.user, options.source, options.tool, options.tier)
    if options.everything and not scope.is_everything:
        raise ValueError("--everything stands alone: leave it out, or the names")
    return scope


def line(halt: Halt) -> str:
    when = moment(halt.at).isoformat(timespec="seconds")
    return f"{visible(str(halt.scope))}  since {when} by {visible(halt.by)}: {visible(halt.why)}"


def options_of(scope: Scope) -> str:
    """For a command to copy."""
    given = [f"--{name} {shlex.quote(visible(str(value)))}" for name, value in scope.to_json().items()]
    return " ".join(given) or "--everything"
