"""What a role may do, by Snowflake's own word (threat T09).

docs.snowflake.com/en/sql-reference/sql/show-grants. Only what the role was given itself is looked at, and a
role that was given another one, or a database's own, may do more than can be told: that counts as too much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.errors import Denied
from policies.sources import SnowflakeSource
from tools.rest.refusals import odd
from tools.snowflake.api import Api
from tools.snowflake.names import quoted
from tools.sql.names import fold
from tools.sql.rules import Readable, Relation, Rules

REMEDY: Final = "Make a role of its own: remit sql role prints its SQL."
_ENTERED: Final = frozenset({"DATABASE", "SCHEMA", "WAREHOUSE"})
_WRITING: Final = frozenset({"INSERT", "UPDATE", "DELETE"})
_WHO: Final = "SELECT CURRENT_ROLE(), CURRENT_SECONDARY_ROLES(), CURRENT_WAREHOUSE()"


@dataclass(frozen=True, slots=True)
class Grant:
    """`privilege` on a thing of the kind `on`, called `name`."""

    privilege: str
    on: str
    name: str

    @property
    def relation(self) -> Relation:
        """Its last two parts, without a function's arguments."""
        *_, schema, name = ["", "", *self.name.replace('"', "").partition("(")[0].split(".")]
        return Relation(fold(schema), fold(name))


@dataclass(frozen=True, slots=True)
class Held:
    """`others` are roles that act as well, as Snowflake lists them: "" for none."""

    role: str
    others: str
    warehouse: str
    grants: Sequence[Grant]


async def held_by(api: Api, source: SnowflakeSource) -> Held:
    """Raises `Refusal`."""
    who = [row async for row in api.rows(await api.run(_WHO))]
    if len(who) != 1 or len(who[0]) != 3:
        raise odd("nobody says who acts")
    role, others, warehouse = (str(cell or "") for cell in who[0])
    shown = await api.run(f"SHOW GRANTS TO ROLE {quoted(source.role or '')}")
    places = {each.name: at for at, each in enumerate(shown.fields)}
    rows = [row async for row in api.rows(shown)]
    return Held(role, _secondary(others), warehouse, [_grant(places, row) for row in rows])


def excess(held: Held, rules: Rules) -> list[str]:
    """What the role can do beyond what is configured, but for reading more."""
    found = [f"acts with other roles as well ({held.others})"] if held.others else []
    for grant in held.grants:
        if grant.privilege == "USAGE" and grant.on in _ENTERED:
            continue
        if grant.privilege in {"SELECT", "REFERENCES"}:
            continue
        if grant.privilege in _WRITING and _may_be_written(grant, rules):
            continue
        if grant.privilege == "USAGE" and grant.on == "FUNCTION" and _is_called(grant, rules):
            continue
        if grant.privilege == "USAGE" and grant.on.endswith("ROLE"):
            found.append(f"was given the role {grant.name}")
        else:
            found.append(f"has {grant.privilege} on {grant.name}")
    return found


def lacking(held: Held, rules: Rules) -> list[str]:
    """What actions need and the role was not given, each as a right on a table."""
    given = {(grant.privilege, grant.relation) for grant in held.grants}
    return [
        f"{right} on {relation.schema}.{relation.name}"
        for relation, readable in rules.relations.items()
        for right in needed(readable)
        if (right, Relation(fold(relation.schema), fold(relation.name))) not in given
    ]


def needed(readable: Readable) -> tuple[str, ...]:
    """The rights on a table that actions need."""
    if not readable.write:
        return ()
    return ("INSERT", "UPDATE", "DELETE") if readable.deletes else ("INSERT", "UPDATE")


def hold(source: str, held: Held, rules: Rules) -> None:
    """Raises `Denied` for a role that can do more than is configured."""
    if found := excess(held, rules):
        raise Denied(
            f"The role of {source} can do more than this source is for, so it is not used. An administrator "
            "should run remit doctor.",
            rule="over_privileged",
            detail="; ".join(found[:5]),
        )


def hold_itself(source: str, settings: SnowflakeSource, held: Held) -> None:
    """Raises `Denied` where another role acts than the configured one, or in another warehouse."""
    if fold(held.role) != fold(settings.role or "") or fold(held.warehouse) != fold(settings.warehouse or ""):
        raise Denied(
            f"Your connection to {source} can't take on the role or the warehouse that are set. Ask an "
            "administrator to grant them to you, and connect anew.",
            rule="role",
            detail="another role or warehouse acts",
        )


def _is_called(grant: Grant, rules: Rules) -> bool:
    return ".".join(grant.relation) in {fold(name) for name in rules.functions}


def _may_be_written(grant: Grant, rules: Rules) -> bool:
    """Whether a right to write is within what actions may write."""
    for relation, readable in rules.relations.items():
        if grant.relation == Relation(fold(relation.schema), fold(relation.name)):
            return grant.privilege in needed(readable)
    return False


def _grant(places: Mapping[str, int], row: Sequence[Json]) -> Grant:
    try:
        privilege, on, name = (str(row[places[key]]) for key in ("privilege", "granted_on", "name"))
    except KeyError as error:
        raise odd("grants have other columns") from error
    return Grant(privilege.upper(), on.upper().replace(" ", "_"), name)


def _secondary(told: str) -> str:
    """Of `{"roles":"A,B","value":"ALL"}`; with "" for both there are none."""
    bare = told.replace(" ", "")
    return "" if bare in {"", '{"roles":"","value":""}', '{"roles":"","value":"NONE"}'} else told[:200]
