"""Scopes that name what there is not, or that nothing can come of: no fault, and hardly meant."""

from collections.abc import Iterator, Mapping

from policies.call import Tier, Tool
from policies.change import Kind
from policies.doubts import Doubt
from policies.scopes import BELOW, Scope
from policies.sources import OWN, Source


def doubts(scope: Scope, sources: Mapping[str, Source], tools: Mapping[str, Tool]) -> Iterator[Doubt]:
    """`tools` are all that the configuration has, by name."""
    tool = tools.get(scope.tool)
    if tool is None or tool.tier is not Tier.ACT or tool.source == OWN:
        acting = [each.name for each in tools.values() if each.tier is Tier.ACT and each.source != OWN]
        yield Doubt(
            f"there is no tool {scope.tool} that acts on a source",
            f"Name one of: {', '.join(acting) or 'none is configured'}.",
        )
        return
    yield from _nobody(scope, sources[tool.source], tool.source)
    yield from _nothing(scope, sources[tool.source])


def _nobody(scope: Scope, source: Source, name: str) -> Iterator[Doubt]:
    for listed, what in ((scope.users, "users"), (scope.roles, "roles"), (scope.tenants, "tenants")):
        if listed == ():
            yield Doubt(f"{what} is empty, so it covers nobody", f"Name some, or take {what} out.")
    alone = source.roles.act_unconfirmed
    if not alone:
        yield Doubt(
            f"no role may act on {name} without being asked",
            f"Add one to act_unconfirmed of [sources.{name}.roles], or permit it by a policy.",
        )
    elif scope.roles and not set(scope.roles) & set(alone):
        yield Doubt(
            f"none of its roles is in act_unconfirmed of {name}",
            f"Add one there, under [sources.{name}.roles], or permit it by a policy.",
        )
    if source.classification == "restricted":
        yield Doubt(
            f"{name} is restricted, so whatever is done there is asked",
            "Take it out, or mend the classification.",
        )


def _nothing(scope: Scope, source: Source) -> Iterator[Doubt]:
    for listed, what in ((scope.targets, "targets"), (scope.kinds, "kinds")):
        if not listed:
            yield Doubt(f"{what} is empty, so it allows nothing", "Say what it is for.")
    if scope.hours is not None and not scope.hours.days:
        yield Doubt("hours has no days, so it allows nothing", "Name some, or take hours out.")
    if set(scope.kinds) - {Kind.DELETE} and not scope.fields:
        yield Doubt("it names no fields, so nothing may be written", "Say which, with what they may hold.")
    for name, rule in (*scope.fields.items(), *scope.where.items()):
        if rule.says_nothing:
            yield Doubt(f"the rule of {name} allows nothing", "Say what it may hold; any = true is anything.")
    known: set[str] = set()
    for target in scope.targets:
        written = source.written(target)
        if written is None and source.segments(target)[-1] != BELOW:
            yield Doubt(f"nothing may be written in {target}", "Mend its name, or open it for writing.")
        known.update(written or ())
    if all(source.segments(target)[-1] != BELOW for target in scope.targets):
        for name in sorted(scope.fields.keys() - known):
            yield Doubt(f"none of its targets has a field {name} that may be written", "Mend its name.")
