"""A system behind remit that a test holds in its hand: records by key, and what becomes of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table, Tier, Tool
from policies.canonical import Json
from policies.change import Change, Effect, changes_from_json, changes_to_json
from policies.errors import StaleConfirmation
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.vault import Connected
from tests.server.standing_in import StandIn
from tools.connector import Ledger, Trace
from tools.tables import WRITE_OUTPUT

PUT = Tool(
    "shelf",
    "put",
    Tier.ACT,
    "Put on the shelf",
    "Puts values on the shelf.",
    {
        "type": "object",
        "properties": {
            "values": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
            "idempotency_key": {"type": "string", "maxLength": 64},
        },
        "required": ["values"],
        "additionalProperties": False,
    },
    WRITE_OUTPUT,
)


class Shelf(StandIn):
    """A connector, and its session. `put` lists each change that became final, in order.

    `named` are the keys that new records get, in the place of those that were asked for.
    """

    def __init__(self, **records: str) -> None:
        self.records: dict[str, str] = dict(records)
        self.put: list[Change] = []
        self.final = ""
        self.hidden: tuple[str, ...] = ()
        self.connection = "1"
        self.tools: Sequence[Tool] = (PUT,)
        self.before_note: Callable[[], Awaitable[None]] = _at_once
        self.after_note: Callable[[], Awaitable[None]] = _at_once
        self.trail = Trace.UNKNOWN
        self.named: dict[str, str] = {}

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        del values
        changes = call.inverse
        if changes is None:
            asked = call.arguments["values"]
            assert isinstance(asked, dict)
            changes = tuple(self._change(key, value) for key, value in asked.items())
        effect = Effect(changes, final=self.final, hidden=self.hidden)
        return Plan(call, {"changes": changes_to_json(changes)}, self.connection, effect)

    def _change(self, key: str, value: Json) -> Change:
        return Change("shelf", {"key": key}, self._fields(key), None if value is None else {"value": value})

    def _named(self, change: Change) -> Change:
        key = str(change.key["key"])
        return Change(change.target, {"key": self.named.get(key, key)}, change.before, change.after)

    def _fields(self, key: str) -> Mapping[str, Json] | None:
        return {"value": self.records[key]} if key in self.records else None

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        changes = changes_from_json(grant.plan.request["changes"])
        for change in changes:
            if self._fields(str(change.key["key"])) != change.before:
                raise StaleConfirmation("What stood there has changed, so nothing was done.")
        await self.before_note()
        assert grant.plan.effect is not None
        await ledger.note(grant.plan.effect, "the mark")
        await self.after_note()
        if self.named:
            changes = tuple(map(self._named, changes))
            await ledger.complete(Effect(changes))
        for change in changes:
            key = str(change.key["key"])
            if change.after is None:
                del self.records[key]
            else:
                self.records[key] = str(change.after["value"])
            self.put.append(change)
        rows = tuple((key, value) for key, value in sorted(self.records.items()))
        return Raw(grant, Table((Column("key", Kind.NAME), Column("value", Kind.NAME)), rows))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        assert mark == "the mark"
        assert effect.changes
        return self.trail


async def _at_once() -> None:
    pass


def shelved(folder: Path, roles: str = 'act = ["analyst"]', more: str = "") -> Configuration:
    """The demo's organisation with the source `shelf` in place of its own."""
    file = found(folder)
    text = file.read_text()
    file.write_text(
        f"{text[: text.index('[sources.shop]')]}{more}\n"
        f'[sources.shelf]\nkind = "sqlite"\ndsn = "sqlite:shop.db"\n'
        'owner = "a team"\npurpose = "tests"\nclassification = "internal"\ntables.t.columns = ["id"]\n'
        f"[sources.shelf.roles]\n{roles}\n"
    )
    return load(file)


@asynccontextmanager
async def shelf_service(configuration: Configuration, shelf: Shelf) -> AsyncGenerator[Service]:
    source = configuration.document.sources["shelf"]
    async with assemble(configuration, {"shelf": Connected(source, shelf, None)}) as service:
        yield service
