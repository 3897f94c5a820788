"""The command line `remit`: 0 is well, 1 a finding or a refusal, 2 bad usage."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from policies.errors import ConfigurationError, Refusal
from server import logs
from server.memory import nothing_collected

COMMANDS = {
    "serve": "run the server, over stdio or HTTP",
    "demo": "make a sample organisation, tour it with a real client, and serve it",
    "sign-in": "print a link that signs a browser in as the local user",
    "doctor": "check configuration, keys, store and every source",
    "source": "list, test and switch the connected systems",
    "sql": "hold SQL against a source's rules, or print the SQL of a right role",
    "redact": "show what redaction does to a text",
    "policy": "validate the policies, or explain a decision",
    "actions": "list what was done, and on whose behalf",
    "undo": "take an action back",
    "approvals": "list, approve or decline what waits for a yes",
    "halt": "stop what a tenant, user, source, tool or tier does, or everything, at once",
    "resume": "let what was halted go on; a full halt takes two people",
    "autonomous": "switch scopes on within which tools act without a person, and off",
    "user": "end a user's sessions, tokens and connections; block and allow users",
    "credential": "list or end what users have connected",
    "anomalies": "list what was out of the ordinary; end a demotion before its time",
    "metrics": "print the alerting rules for Prometheus",
    "alerts": "list what was raised and delivered, or send a test",
    "audit": "verify or search the audit log",
    "keys": "list or rotate the keys, or destroy a tenant's",
}
"""Each is a module of server/commands that has `configure(parser)` and `run(options) -> exit status`."""


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Only the command that is asked for is imported: to print a link takes no server."""
    top = argparse.ArgumentParser(
        prog="remit", description="Guarded tools over your own systems, for LLM clients."
    )
    top.add_argument("--version", action="version", version=f"remit {version('remit')}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, does in COMMANDS.items():
        sub = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        if arguments[:1] == [name]:
            module = import_module(f"server.commands.{name.replace('-', '_')}")
            module.configure(sub)
            sub.set_defaults(command=module.run)
    return top


def main() -> int:
    # The language model's matrices are small: threads of numpy's own would only be in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    with nothing_collected():
        options = parser(arguments).parse_args(arguments)
    logs.configure()
    try:
        status: int = options.command(options)
    except ConfigurationError as error:
        print(f"remit: {error}", file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"remit: {refusal.message} ({refusal.detail or refusal.code})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough, as in `remit audit search | head`.
        sys.stderr.close()
        return 1
    return status
