"""`remit autonomous`: the scopes within which tools act without a person; to switch them on and off."""

import argparse
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import Any, Final

import anyio

from policies.call import TWIN
from policies.document import Document
from policies.scope_doubts import doubts
from policies.scopes import MOST_DAYS, Amount
from server.autonomous.delegations import Delegation, Delegations, State, delegations
from server.autonomous.listing import Listed, Used, listing
from server.autonomous.switching import switch_off, switch_on
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import load
from server.digests import printable
from server.keys import store_password
from server.moments import day, end_of, moment
from server.store import look_into_store
from tools.catalogue import definitions

_ON: Final = 'remit autonomous on {tool} --scope {scope} --until DATE --why "..."'
REMEDIES: Final[Mapping[State, str]] = {
    State.OFF: _ON,
    State.ENDED: f"its last day is over: {_ON}",
    State.CHANGED: f"it was changed since, and counts for nothing until somebody has looked at it: {_ON}",
    State.GONE: "it is not in the configuration any more, and counts for nothing: "
    'remit autonomous off {tool} --scope {scope} --why "..."',
}


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|on|off", dest="what")
    listing = what.add_parser("list", help="every scope: for whom, until when, by whom, how much is used up")
    on = what.add_parser("on", help="let a tool act without a person, within a scope and until a day")
    off = what.add_parser("off", help="end that at once, for every server")
    for each in (on, off):
        each.add_argument("tool", metavar="TOOL", help=f"as in shop_write, with or without {TWIN}")
        each.add_argument("--why", required=True, metavar="TEXT", help="the reason, for the log")
    on.add_argument("--scope", required=True, metavar="NAME", help="of [scopes.NAME] in the configuration")
    on.add_argument(
        "--until",
        required=True,
        type=_day,
        metavar="DATE",
        help=f"the last day, as in 2027-01-31 (UTC), at most {MOST_DAYS} days ahead",
    )
    off.add_argument("--scope", default="", metavar="NAME", help="this one alone; default: all of the tool")
    for each in (listing, on, off):
        takes_configuration(each)
        each.add_argument("--json", action="store_true", help="print JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write 2027-01-31") from None


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    match options.what:
        case "list":
            listed = anyio.run(scopes, document)
            text = "\n".join(map(line, listed)) or "No scope is configured."
            print(json.dumps(listed) if options.json else text)
            return 0
        case "on":
            return on(document, options)
        case _:
            return off(document, options)


def on(document: Document, options: argparse.Namespace) -> int:
    tool = plain(options.tool)
    known = [name for name, scope in document.scopes.items() if scope.tool == tool]
    if options.scope not in known:
        there = f"It has: {', '.join(known)}." if known else "Add one under [scopes.NAME]."
        print(f"remit: {tool} has no scope {options.scope!r}. {there}", file=sys.stderr)
        return 2
    anyio.run(switched_on, document, options.scope, end_of(options.until), options.why)
    found = doubts(
        document.scopes[options.scope],
        document.sources,
        {each.name: each for each in definitions(document)},
    )
    doubted = [f"{doubt.what}. {doubt.remedy}" for doubt in found]
    if options.json:
        told = {"tool": tool, "scope": options.scope, "on": True, "until": options.until.isoformat()}
        print(json.dumps({**told, "doubts": doubted}))
    else:
        print(f"{tool}{TWIN} is on within {options.scope}, until the end of {options.until} (UTC).")
        for doubt in doubted:
            print(f"! {doubt}")
    return 0


def off(document: Document, options: argparse.Namespace) -> int:
    tool = plain(options.tool)
    try:
        ended = anyio.run(switched_off, document, tool, options.scope, options.why)
    except Unknown as unknown:
        print(f"remit: {unknown}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"tool": tool, "on": False, "scopes": ended}))
    elif ended:
        print(f"{tool}{TWIN} is off within {', '.join(map(printable, ended))}.")
    else:
        print(f"{tool}{TWIN} was not on{f' within {options.scope}' if options.scope else ''}.")
    return 0


def plain(tool: str) -> str:
    return tool.removesuffix(TWIN)


class Unknown(Exception):  # noqa: N818 - what is so, not whose fault it is
    """Neither the configuration nor what is on has it."""


async def switched_on(document: Document, scope: str, until_at: int, why: str) -> None:
    """Raises `ConfigurationError`, `InvalidArgument` or `AuditUnavailable`."""
    async with opened(document) as its:
        granted = Delegations(document.scopes)
        await switch_on(its.store, its.audit, granted, scope, until_at, by=operator(), why=why)


async def switched_off(document: Document, tool: str, scope: str, why: str) -> Sequence[str]:
    """Raises `Unknown`, `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        known = {(each.tool, name) for name, each in document.scopes.items()}
        known |= {(each.tool, each.scope) for each in (await its.store.read(delegations)).values()}
        if not any(tool == its_tool and scope in {"", name} for its_tool, name in known):
            raise Unknown(_unknown(tool, scope, known))
        return await switch_off(its.store, its.audit, tool, scope, by=operator(), why=why)


def _unknown(tool: str, scope: str, known: AbstractSet[tuple[str, str]]) -> str:
    within = f" within {printable(scope)}" if scope else ""
    there = ", ".join(f"{printable(its_tool)} within {printable(name)}" for its_tool, name in sorted(known))
    return (
        f"{printable(tool)}{TWIN}{within} is neither on nor configured, so nothing was switched off. "
        f"There is: {there or 'nothing'}."
    )


async def scopes(document: Document) -> list[dict[str, Any]]:
    """Raises `ConfigurationError` or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        return [facts(each) for each in await reader.read(partial(listing, Delegations(document.scopes)))]


def facts(listed: Listed) -> dict[str, Any]:
    scope = listed.scope
    tool, name = (shlex.quote(printable(each)) for each in (listed.tool, listed.name))
    return {
        "scope": listed.name,
        "tool": f"{listed.tool}{TWIN}",
        "state": listed.state.value,
        "who": {what: list(names) for what, names in listed.who.items()},
        "outside": scope.outside if scope else None,
        **_given(listed.delegation),
        "used_in_the_hour": _amount(listed.in_the_hour) if scope else None,
        "per_hour": _amount(scope.per_hour) if scope else None,
        "used_in_the_day": _amount(listed.in_the_day) if scope else None,
        "per_day": _amount(scope.per_day) if scope else None,
        "remedy": REMEDIES.get(listed.state, "").format(tool=tool, scope=name),
    }


def _amount(amount: Amount | Used) -> dict[str, int]:
    return {"calls": amount.calls, "rows": amount.rows}


def _given(delegation: Delegation | None) -> dict[str, Any]:
    if delegation is None:
        return {"until": None, "granted_by": None, "granted_on": None, "why": None}
    return {
        "until": day(delegation.until_at - 1),
        "granted_by": delegation.granted_by,
        "granted_on": moment(delegation.granted_at).isoformat(timespec="seconds"),
        "why": delegation.why,
    }


def line(scope: Mapping[str, Any]) -> str:
    who = "; ".join(f"{what}: {', '.join(listed)}" for what, listed in scope["who"].items())
    told = [f"{printable(scope['tool']):24}  {printable(scope['scope']):16}  {scope['state']:8}  {who}"]
    if scope["until"]:
        by, why = printable(scope["granted_by"]), printable(scope["why"])
        told.append(f"until the end of {scope['until']}, by {by} on {scope['granted_on'][:10]}: {why}")
    for when, used, most in (
        ("an hour", scope["used_in_the_hour"], scope["per_hour"]),
        ("a day", scope["used_in_the_day"], scope["per_day"]),
    ):
        if used:
            calls = f"{used['calls']} of {most['calls']} calls"
            told.append(f"within {when}: {calls}, {used['rows']} of {most['rows']} records")
    if scope["remedy"]:
        told.append(scope["remedy"])
    return "\n    ".join(told)
