"""`remit resume`: what was halted goes on. A full halt takes two people."""

import argparse
import json
import secrets
import sys
from collections.abc import Callable
from functools import partial

import anyio

from policies.document import Document
from policies.halt import KillSwitch, Scope
from policies.visible import visible
from server.commands.halt import on_record
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.commands.scope import reason, scope_of, takes_scope
from server.configuration import document_of
from server.halting import rows
from server.halting.asked import hold_lifter
from server.keys import store_password
from server.moments import moment
from server.store import open_store
from server.transaction import Transaction


def configure(parser: argparse.ArgumentParser) -> None:
    takes_scope(parser)
    parser.add_argument("--why", type=reason, required=True, metavar="TEXT", help="the reason, for the log")
    parser.add_argument(
        "--confirm", metavar="CODE", help="lift the full halt that somebody else has asked to lift"
    )
    takes_configuration(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Raises a `Refusal`: the command line tells it."""
    try:
        scope = _scope(options)
    except ValueError as error:
        print(f"remit: {error}", file=sys.stderr)
        return 2
    document, by = document_of(options.config), operator()
    if scope.is_everything:
        hold_lifter(document.kill_switch.lifted_by, by)
    if options.confirm is not None:
        _told(document, Scope(), options, partial(rows.lift, options.confirm, by, options.why))
    elif scope.is_everything:
        _ask(document, options, by)
    else:
        _told(document, scope, options, partial(rows.resume, scope, by, options.why))
    return 0


def _scope(options: argparse.Namespace) -> Scope:
    """Raises `ValueError`."""
    scope = scope_of(options)
    if options.confirm is not None and not scope.is_everything:
        raise ValueError("--confirm is of a full halt: leave the names out")
    if options.confirm == "":
        raise ValueError("the code is empty: write the one that whoever asked to lift the halt was given")
    return scope


def _ask(document: Document, options: argparse.Namespace, by: str) -> None:
    code = secrets.token_hex(16)
    switch = anyio.run(changed, document, partial(rows.ask_to_lift, code, by, options.why))
    lifting = switch.lifting
    until = moment(lifting.until if lifting else 0).isoformat(timespec="seconds")
    if options.json:
        print(json.dumps({"resumed": None, "epoch": switch.epoch, "code": code, "until": until}))
        return
    print(f"It takes a second person. Until {until} somebody other than {visible(by)} may run:")
    print(f"  remit resume --confirm {code} --why TEXT")


def _told(
    document: Document,
    scope: Scope,
    options: argparse.Namespace,
    change: Callable[[], Transaction[KillSwitch]],
) -> None:
    switch = anyio.run(changed, document, change)
    if options.json:
        print(json.dumps({"resumed": scope.to_json(), "epoch": switch.epoch}))
        return
    print(f"It goes on: {visible(str(scope))}, in every process.")
    for halt in switch.halts:
        print(f"! Halted still: {visible(str(halt.scope))}.")


async def changed(document: Document, change: Callable[[], Transaction[KillSwitch]]) -> KillSwitch:
    """Raises `ConfigurationError`, `StoreUnavailable` or what the change raises."""
    async with open_store(document, store_password(document)) as store:
        switch = await store.at_once(change)
        await on_record(document, store, switch.epoch)
        return switch
