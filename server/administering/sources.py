"""Sources and their tools, as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.call import Tier, Tool
from policies.halt import Halt, Scope, Subject
from policies.sources import OWN
from server.administering.halts import Standing
from server.administering.rights import Rights
from server.autonomous.delegations import State
from server.autonomous.listing import Listed
from server.inventory import Inventory, Known, known
from server.store import Reader
from server.switches import sources_off
from server.transaction import Transaction, now_ms
from tools.catalogue import Catalogue
from tools.connector import Finding


class Open(StrEnum):
    """Whether calls of one tier go through, before anybody asks who makes them."""

    OPEN = "open"
    OFF = "off"
    """No scope that lets it go alone is on."""
    CLOSED = "closed"
    """Its source is switched off, or not enabled."""
    HALTED = "halted"
    NEVER = ""
    """The tool has nothing of this tier."""


@dataclass(frozen=True, slots=True)
class SourceStands:
    """`kind`, `classification` and `trust` are "" for one that the configuration does not have.

    `findings` are what is wrong with it, or due. Times are in milliseconds, 0 for never.
    """

    name: str
    kind: str
    classification: str
    trust: str
    closed: str
    connections: int
    used_at: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class ToolStands:
    """`scopes` are how many let it go alone, `halts` those of this very tool."""

    name: str
    title: str
    source: str
    tiers: Mapping[Tier, Open]
    scopes: int
    halts: Sequence[Halt]

    @property
    def acts(self) -> bool:
        return self.tiers[Tier.READ] is Open.NEVER


class Sources:
    def __init__(self, store: Reader, inventory: Inventory, catalogue: Catalogue) -> None:
        self._store = store
        self._inventory = inventory
        self._catalogue = catalogue

    async def standing(self, rights: Rights) -> Sequence[SourceStands]:
        """Raises `StoreUnavailable`."""
        now, has, off = await self._store.read(_look)
        findings = [*self._inventory.outside(has), *self._inventory.due(has.entries, now)]
        mine = {tool.source for tool in self._tools(rights)}
        names = [name for name in self._inventory.sources if name in mine or rights.everything]
        strange = sorted(has.sources - self._inventory.sources.keys()) if rights.everything else []
        return [
            self._source(name, has, off, [each for each in findings if each.source == name])
            for name in (*names, *strange)
        ]

    def tools(
        self,
        rights: Rights,
        sources: Sequence[SourceStands],
        switch: Standing | None,
        scopes: Sequence[Listed],
    ) -> Sequence[ToolStands]:
        closed = {source.name for source in sources if source.closed}
        twins = {tool.plain for tool in self._catalogue.tools if tool.tier is Tier.AUTO}
        return [
            _tool(tool, switch, scopes, closed=tool.source in closed, twin=tool.plain in twins)
            for tool in self._tools(rights)
        ]

    def _tools(self, rights: Rights) -> Sequence[Tool]:
        return [
            tool
            for tool in self._catalogue.tools
            if tool.source != OWN and tool.tier is not Tier.AUTO and rights.reach(tool.plain)
        ]

    def _source(
        self, name: str, has: Known, off: Mapping[str, str], findings: Sequence[Finding]
    ) -> SourceStands:
        entry, settings = has.entries.get(name), self._inventory.sources.get(name)
        closed = ""
        if name in off:
            closed = f"switched off: {off[name]}"
        elif settings is None or not self._inventory.is_enabled(name, entry):
            closed = "not enabled"
        return SourceStands(
            name,
            settings.kind if settings else "",
            settings.classification if settings else "",
            settings.trust if settings else "",
            closed,
            has.connections.get(name, 0),
            entry.used_at if entry else 0,
            findings,
        )


def _tool(
    tool: Tool, switch: Standing | None, scopes: Sequence[Listed], *, closed: bool, twin: bool
) -> ToolStands:
    on = sum(each.tool == tool.plain and each.state is State.ON for each in scopes)
    halts = switch.halts if switch else ()

    def stands(tier: Tier) -> Open:
        has = (tier is Tier.AUTO and twin) or tier is tool.tier
        if not has:
            return Open.NEVER
        # Of everybody's calls: a halt of one tenant or user leaves the tool to the others.
        subject = Subject.of_action("", "", tool.source, tool.plain, tier, undoing=False)
        if (switch is None and tier is not Tier.READ) or any(halt.scope.covers(subject) for halt in halts):
            return Open.HALTED
        if closed:
            return Open.CLOSED
        return Open.OFF if tier is Tier.AUTO and not on else Open.OPEN

    own = [
        halt for halt in halts if halt.scope in {Scope(tool=tool.plain, tier=tier) for tier in (None, *Tier)}
    ]
    return ToolStands(tool.plain, tool.title, tool.source, {tier: stands(tier) for tier in Tier}, on, own)


def _look() -> Transaction[tuple[int, Known, dict[str, str]]]:
    now = yield from now_ms()
    return now, (yield from known()), (yield from sources_off())
