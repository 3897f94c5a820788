"""Cedar policies -> a Permit with its obligations, or a refusal that names what is missing.

What ships (default.cedar) gives the role lists of the configuration their meaning. An organisation adds
policies of its own, in Cedar (https://docs.cedarpolicy.com), checked against schema.cedarschema.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import cedarpy

from policies.call import Call, Obligation, Permit, Tier, Tool, Transport, User
from policies.canonical import Json, canonical
from policies.errors import ConfigurationError, not_open
from policies.sources import OWN, Roles, Source


class Action(StrEnum):
    """What a policy can permit on a tool; schema.cedarschema says what each means."""

    READ = "read"
    ACT = "act"
    ACT_UNCONFIRMED = "act_unconfirmed"
    ACT_UNAPPROVED = "act_unapproved"
    APPROVE = "approve"
    ADMINISTER = "administer"


NEEDED: Mapping[Tier, tuple[Action, ...]] = {
    Tier.READ: (Action.READ,),
    Tier.ACT: (Action.ACT,),
    Tier.AUTO: (Action.ACT, Action.ACT_UNCONFIRMED),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policies say of one action: which of them decided, and which could not be evaluated."""

    action: Action
    allowed: bool
    policies: tuple[str, ...]
    errors: tuple[str, ...]

    def __str__(self) -> str:
        if self.errors:
            return f"{self.action}: could not be evaluated: {'; '.join(self.errors)}"
        by = ", ".join(self.policies) or "no policy permits it"
        return f"{self.action}: {'allowed' if self.allowed else 'denied'} ({by})"


class _Question(NamedTuple):
    """All that a verdict depends on, and nothing that the caller chose (threat T11)."""

    action: Action
    user: str
    tenant: str
    roles: frozenset[str]
    source: str
    verb: str
    transport: Transport


class Policy:
    """A parsed and validated set of policies over the sources of the configuration.

    * Silence is a no: with no policy that permits, the answer is no.
    * A policy that errs is a no. Cedar alone would skip it, and a forbid that is skipped permits.
    * An id decides nothing but what the log says, and there it is unique.
    """

    def __init__(self, schema: str, files: Mapping[str, str], sources: Mapping[str, Source]) -> None:
        """`files` maps where a policy file is to its text. Raises `ConfigurationError`."""
        self._schema = cedarpy.Schema.from_str(schema)
        self._policies = cedarpy.PolicySet.from_json_str(
            json.dumps({"staticPolicies": _parse(schema, files), "templates": {}, "templateLinks": []})
        )
        self._sources = {name: _source_entity(name, source) for name, source in sources.items()}
        self._sources[OWN] = _own_entity()
        # A verdict is a pure function of its question, so it may be remembered: Cedar takes 0.4 ms each time.
        self._judge = lru_cache(maxsize=4096)(self._evaluate)
        self.version = hashlib.sha256(
            canonical([schema, sorted(files.values()), self._sources]).encode()
        ).hexdigest()[:16]

    def decide(self, call: Call) -> Permit:
        """Raises `Denied`."""
        decided = self.require(call.user, call.tool, call.transport)
        return Permit(call, decided, self.version, self._obligations(call))

    def require(self, user: User, tool: Tool, transport: Transport) -> tuple[str, ...]:
        """The policies that open this tool to this user. Raises `Denied`: to the caller always in the same
        words, to the log with the policy that forbids or errs, or with the action that none permits.
        """
        decided: list[str] = []
        for action in NEEDED[tool.tier]:
            verdict = self.judge(action, user, tool, transport)
            if not verdict.allowed:
                raise not_open(tool.name, why=str(verdict), policies=verdict.policies)
            decided.extend(verdict.policies)
        return tuple(decided)

    def judge(self, action: Action, user: User, tool: Tool, transport: Transport) -> Verdict:
        return self._judge(
            _Question(action, user.id, user.tenant, user.roles, tool.source, tool.verb, transport)
        )

    def _evaluate(self, question: _Question) -> Verdict:
        tool = _entity("Tool", f"{question.source}_{question.verb}")
        source = self._sources[question.source]
        parents: list[Json] = [source["uid"]]
        result = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType] - dict without parameters
            {
                "principal": _entity("User", question.user),
                "action": _entity("Action", question.action),
                "resource": tool,
                "context": {"transport": question.transport},
            },
            self._policies,
            [
                _user_entity(question),
                source,
                {
                    "uid": tool,
                    "attrs": {"source": {"__entity": source["uid"]}, "verb": question.verb},
                    "parents": parents,
                },
            ],
            self._schema,
        )
        errors = tuple(str(error) for error in result.diagnostics.errors)
        return Verdict(
            question.action, result.allowed and not errors, tuple(sorted(result.diagnostics.reasons)), errors
        )

    def _obligations(self, call: Call) -> frozenset[Obligation]:
        owed: set[Obligation] = set()
        if call.tool.tier is Tier.ACT:
            owed.add(Obligation.CONFIRM)
        if call.tool.tier is not Tier.READ and not self._alone(call):
            owed.add(Obligation.APPROVE)
        return frozenset(owed)

    def _alone(self, call: Call) -> bool:
        return self.judge(Action.ACT_UNAPPROVED, call.user, call.tool, call.transport).allowed


def _parse(schema: str, files: Mapping[str, str]) -> dict[str, Json]:
    policies: dict[str, Json] = {}
    for where, text in files.items():
        validation = cedarpy.validate_policies(  # pyright: ignore[reportUnknownMemberType] - as above
            text, schema
        )
        if not validation.validation_passed:
            first = validation.errors[0]
            raise ConfigurationError(
                f"this policy does not hold against the schema: {' '.join(first.error.split())}",
                where=f"{where}:{_line_of(text, first.policy_id)}",
                remedy="Mend it; policies/schema.cedarschema lists what policies can speak of.",
            )
        parsed: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(text))
        if parsed.get("templates"):
            raise ConfigurationError(
                "a template permits nothing until it is linked, and remit links none",
                where=where,
                remedy="Write the policy out.",
            )
        for number, (given, policy) in enumerate(parsed["staticPolicies"].items(), 1):
            name = policy.get("annotations", {}).get("id") or f"{where.rsplit('/', 1)[-1]}#{number}"
            if name in policies:
                raise ConfigurationError(
                    f"two policies have the id {name!r}",
                    where=f"{where}:{_line_of(text, given)}",
                    remedy="Give each its own @id: the audit log tells them apart by it.",
                )
            policies[name] = policy
    return policies


def _line_of(text: str, policy_id: str) -> int:
    """The line on which the policy that Cedar numbered `policyN` starts its effect."""
    blanked = re.sub(r"//[^\n]*|\"(?:[^\"\\]|\\.)*\"", lambda found: " " * len(found[0]), text)
    effects = [found.start() for found in re.finditer(r"\b(permit|forbid)\s*\(", blanked)]
    number = int(digits[0]) if (digits := re.findall(r"\d+$", policy_id)) else 0
    return text.count("\n", 0, effects[number]) + 1 if number < len(effects) else 1


def _entity(kind: str, name: str) -> dict[str, Json]:
    return {"type": kind, "id": name}


def _roles(names: Sequence[str]) -> list[Json]:
    return [{"__entity": _entity("Role", name)} for name in names]


def _source_entity(name: str, source: Source) -> dict[str, Json]:
    return {
        "uid": _entity("Source", name),
        "attrs": {
            "kind": source.kind,
            "classification": source.classification,
            "roles": {action: _roles(names) for action, names in source.roles},
        },
        "parents": [],
    }


def _own_entity() -> dict[str, Json]:
    """remit itself: its tools are open by policies of their own (default.cedar), and by no role list."""
    lists: dict[str, Json] = {action: [] for action, _ in Roles()}
    return {
        "uid": _entity("Source", OWN),
        "attrs": {"kind": OWN, "classification": "internal", "roles": lists},
        "parents": [],
    }


def _user_entity(question: _Question) -> dict[str, Json]:
    parents: list[Json] = [_entity("Role", role) for role in sorted(question.roles)]
    tenant = _entity("Tenant", question.tenant)
    return {
        "uid": _entity("User", question.user),
        "attrs": {"tenant": {"__entity": tenant}},
        "parents": [*parents, tenant],
    }
