"""`remit policy check`, `remit policy explain` and `remit policy enforce`."""

import argparse
import json
import sys

import anyio

from policies.arguments import ArgumentSchema
from policies.call import Tier, Tool, Transport, User
from policies.decision import NEEDED, Action, Policy, Verdict
from policies.document import LocalIdentity
from policies.errors import Refusal
from server.commands.doctor import doubtful
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import Configuration, load
from server.enforcing import enforce
from tools.catalogue import definitions

STILL_NEEDED = {
    Tier.READ: (),
    Tier.ACT: (Action.ACT_UNCONFIRMED, Action.ACT_UNAPPROVED),
    Tier.AUTO: (Action.ACT_UNAPPROVED,),
}


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="check|explain|enforce", dest="what")
    takes_configuration(what.add_parser("check", help="validate every policy against the schema"))
    enforcing = what.add_parser(
        "enforce", help="put these policies in force: who goes by others does nothing"
    )
    takes_configuration(enforcing)
    enforcing.add_argument("--why", required=True, metavar="TEXT", help="goes on record")
    explain = what.add_parser("explain", help="which policy decides, and what is still needed")
    takes_configuration(explain)
    explain.add_argument("--user", required=True, metavar="USER")
    explain.add_argument("--tool", required=True, metavar="TOOL")
    explain.add_argument(
        "--role",
        action="append",
        metavar="ROLE",
        help="a role of the user; default: those of [identity.local]",
    )
    explain.add_argument("--tenant", metavar="TENANT", help="default: that of [identity.local]")
    explain.add_argument("--transport", choices=list(Transport), default=Transport.STDIO, type=Transport)
    explain.add_argument("--arguments", metavar="JSON", help="also check these arguments")
    explain.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    configuration = load(options.config)
    if options.what == "check":
        print(f"The policies are valid. Their version is {configuration.policy.version}.")
        findings = doubtful(configuration.document)
        for finding in findings:
            print(f"! {finding.source}: {finding.what}. {finding.remedy}")
        return 1 if findings else 0
    if options.what == "enforce":
        anyio.run(enforced, configuration, options.why)
        print(f"Policies {configuration.policy.version} are in force. Restart the servers that go by others.")
        return 0
    tools = {tool.name: tool for tool in definitions(configuration.document)}
    if options.tool not in tools:
        print(f"remit: there is no tool {options.tool}. There are: {', '.join(tools)}.", file=sys.stderr)
        return 2
    return explain(options, configuration.policy, tools[options.tool], configuration.document.identity.local)


async def enforced(configuration: Configuration, why: str) -> None:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(configuration.document) as its:
        await enforce(its.store, its.audit, configuration.policy.version, by=operator(), why=why)


def explain(options: argparse.Namespace, policy: Policy, tool: Tool, local: LocalIdentity | None) -> int:
    known = local if local and local.user == options.user else None
    user = User(
        id=options.user,
        tenant=options.tenant or (known.tenant if known else ""),
        roles=frozenset(options.role if options.role is not None else known.roles if known else ()),
    )
    decided = [policy.judge(action, user, tool, options.transport) for action in NEEDED[tool.tier]]
    owed = [policy.judge(action, user, tool, options.transport) for action in STILL_NEEDED[tool.tier]]
    fault = _fault(tool, options.arguments)
    allowed = all(verdict.allowed for verdict in decided) and not fault
    if options.json:
        print(
            json.dumps(
                {
                    "user": user.id,
                    "roles": sorted(user.roles),
                    "tool": tool.name,
                    "allowed": allowed,
                    "decided": [_facts(verdict) for verdict in decided],
                    "needed": _needed(tool, owed),
                    "arguments": fault,
                    "version": policy.version,
                }
            )
        )
    else:
        print(f"{user.id} ({', '.join(sorted(user.roles)) or 'no roles'}) and {tool.name}:")
        for line in (*map(str, decided), *_needed(tool, owed), *([fault] if fault else [])):
            print(f"  {line}")
        print("allowed" if allowed else "refused")
    return 0 if allowed else 1


def _facts(verdict: Verdict) -> dict[str, object]:
    return {
        "action": verdict.action,
        "allowed": verdict.allowed,
        "policies": verdict.policies,
        "errors": verdict.errors,
    }


def _needed(tool: Tool, owed: list[Verdict]) -> list[str]:
    may = {verdict.action: verdict.allowed for verdict in owed}
    needed: list[str] = []
    if tool.tier is Tier.ACT:
        needed.append("the user confirms each action")
    if not may.get(Action.ACT_UNAPPROVED, True):
        needed.append("somebody else approves each action")
    return needed


def _fault(tool: Tool, arguments: str | None) -> str | None:
    if arguments is None:
        return None
    try:
        ArgumentSchema(tool.input_schema).check(json.loads(arguments))
    except Refusal as refusal:
        return refusal.message
    except (ValueError, AttributeError):
        return "The arguments are not a JSON object."
    return None
