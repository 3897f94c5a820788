"""What `remit halt` and `remit resume` are told to stop, or to let go on."""

import argparse
import shlex
from collections.abc import Sequence

from policies.call import Tier
from policies.document import Document
from policies.halt import Halt, Scope
from policies.sources import OWN
from policies.visible import visible
from server.digests import printable
from server.moments import moment
from server.store import Reader
from server.transaction import Transaction

LONGEST = 500
_CALLED = "SELECT 1 FROM audit_entries WHERE user_id = $1 LIMIT 1"
_HAS_CALLERS = "SELECT 1 FROM audit_salts WHERE tenant = $1"


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
    """Raises `argparse.ArgumentTypeError` for a name that would stand for everybody, or that is none."""
    if not text or "\0" in text or text != text.encode("utf-8", "ignore").decode():
        raise argparse.ArgumentTypeError("the name is empty or no text: write one, or leave the option out")
    return text


def tier(text: str) -> Tier:
    """Raises `argparse.ArgumentTypeError`."""
    try:
        return Tier(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of read, act and auto") from None


def reason(text: str) -> str:
    """Raises `argparse.ArgumentTypeError`."""
    if not text.strip() or len(text) > LONGEST or text != text.encode("utf-8", "ignore").decode():
        raise argparse.ArgumentTypeError(
            f"say why, in {LONGEST} characters at the most: whoever finds it halted goes by that"
        )
    return text


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


async def strangers(scope: Scope, document: Document, store: Reader) -> Sequence[str]:
    """What of the scope nobody here has heard of: it may be misspelt. Raises `StoreUnavailable`."""
    told = await store.read(lambda: _unheard(scope))
    if scope.source not in {None, OWN, *document.sources}:
        told.append(f"this configuration has no source {visible(scope.source or '')}")
    prefixes = tuple(f"{name}_" for name in (OWN, *document.sources))
    if scope.tool is not None and not scope.tool.startswith(prefixes):
        told.append(f"this configuration has no source with a tool {visible(scope.tool)}")
    return told


def _unheard(scope: Scope) -> Transaction[list[str]]:
    told: list[str] = []
    for what, name, known in (("user", scope.user, _CALLED), ("tenant", scope.tenant, _HAS_CALLERS)):
        if name is not None and not (yield known, (printable(name),)):
            told.append(f"no call of a {what} {visible(name)} is on record")
    return told
