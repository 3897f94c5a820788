"""What the account may do, by its own grants (threat T09)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.errors import Denied
from tools.mysql.rows import quoted
from tools.sql.filters import columns_read
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules

if TYPE_CHECKING:
    from tools.mysql.link import Link

GRANTS: Final = "SHOW GRANTS"
REMEDY: Final = (
    "Give it an account that can do no more than is configured: `remit sql role` prints the SQL that makes "
    'one (docs/mysql.md), or set overprivileged = "why" on the source.'
)

_NAME: Final = r"(?:`(?:[^`]|``)*`|\*)"
# What MySQL and MariaDB write: PRIVILEGE [(columns)], ... ON object TO account, and how that proves itself.
_GRANT: Final = re.compile(
    rf"GRANT (?P<privileges>.+) ON (?P<kind>TABLE |FUNCTION |PROCEDURE |PACKAGE |PACKAGE BODY )?"
    rf"(?P<schema>{_NAME})\.(?P<name>{_NAME}) TO (?P<rest>.+)",
    re.DOTALL,
)
_PRIVILEGE: Final = re.compile(
    r"(?P<what>[A-Z][A-Z ]*[A-Z])(?: \((?P<columns>(?:`(?:[^`]|``)*`(?:, )?)+)\))?(?:, |$)"
)
_COLUMN: Final = re.compile(r"`((?:[^`]|``)*)`")
_HARMLESS: Final = frozenset({"USAGE", "SHOW VIEW"})
_WRITING: Final = frozenset({"INSERT", "UPDATE", "DELETE"})
_EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """`columns` is None for all of the relation; schema and name are `*` for all of them."""

    what: str
    schema: str
    name: str
    columns: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Held:
    """The grants of an account, the routines that it may call, each with its kind, and what else it was
    given: roles, other accounts, the right to pass its own on.
    """

    grants: tuple[Grant, ...]
    routines: tuple[tuple[str, Relation], ...]
    others: tuple[str, ...]

    def may(self, what: str, relation: Relation, column: str) -> bool:
        return any(
            grant.what == what
            and grant.schema in {_EVERYTHING, relation.schema}
            and grant.name in {_EVERYTHING, relation.name}
            and (grant.columns is None or fold(column) in grant.columns)
            for grant in self.grants
        )


async def held_by(link: "Link") -> Held:
    """Raises what is in `failures.DRIVER`."""
    return read([str(row[0]) for row in (await link.ask(GRANTS)).rows])


def read(lines: Sequence[str]) -> Held:
    """Of `SHOW GRANTS`. A line of another form counts as something else that the account was given."""
    grants: list[Grant] = []
    routines: list[tuple[str, Relation]] = []
    others: list[str] = []
    for line in lines:
        found = _GRANT.fullmatch(line)
        if found is None:
            others.append("has a role, or acts for another account")
            continue
        if "WITH " in found["rest"] and "GRANT OPTION" in found["rest"]:
            others.append("may pass its rights on")
        schema, name = _plain(found["schema"]), _plain(found["name"])
        if found["kind"] and found["kind"] != "TABLE ":
            routines.append((found["kind"].strip().lower(), Relation(schema, name)))
            continue
        grants += _privileges(found["privileges"], schema, name)
    return Held(tuple(grants), tuple(routines), tuple(dict.fromkeys(others)))


def excess(held: Held, rules: Rules) -> list[str]:
    """What the account can do beyond what is configured, but for reading more tables of this server."""
    found = list(held.others)
    for kind, routine in held.routines:
        named = f"{routine.schema}.{routine.name}"
        is_default = routine.schema == rules.default_schema and routine.name in rules.functions
        if kind != "function" or not (is_default or named in rules.functions):
            found.append(f"may call the {kind} {named}")
    for grant in held.grants:
        where = f"{grant.schema}.{grant.name}"
        if grant.what == "SELECT":
            if grant.schema == _EVERYTHING:
                found.append("may read every table, those with the accounts' passwords among them")
        elif grant.what in _WRITING:
            if not _is_configured(grant, rules):
                found.append(f"may {grant.what} {where}")
        elif grant.what not in _HARMLESS:
            found.append(f"has {grant.what} on {where}")
    return found


def spare_reads(held: Held, rules: Rules, seen: Mapping[Relation, AbstractSet[str]]) -> list[str]:
    """What it may read beyond what is configured. `seen` are the columns that it sees of what is."""
    return sorted(
        f"{grant.schema}.{grant.name}"
        for grant in held.grants
        if grant.what == "SELECT" and not _is_read(grant, rules, seen)
    )


def lacking(held: Held, rules: Rules) -> Iterator[str]:
    """What it lacks of what is configured, as what grants it, without the account."""
    for relation, what, columns in needed(rules):
        if short := [column for column in columns if not held.may(what, relation, column)]:
            yield granting(relation, what, short)


def needed(rules: Rules) -> Iterator[tuple[Relation, str, Sequence[str]]]:
    """All that is configured: of each relation what is done with it, and with which columns."""
    for relation, readable in rules.relations.items():
        yield relation, "SELECT", sorted(columns_read(readable, rules.dialect))
        if readable.write:
            yield relation, "INSERT", list(dict.fromkeys((*readable.key, *readable.write)))
            yield relation, "UPDATE", readable.write
        if readable.deletes:
            yield relation, "DELETE", [_EVERYTHING]


def granting(relation: Relation, what: str, columns: Sequence[str]) -> str:
    named = "" if what == "DELETE" else f" ({', '.join(map(quoted, columns))})"
    return f"GRANT {what}{named} ON {quoted(relation.schema)}.{quoted(relation.name)}"


def hold(source: str, held: Held, rules: Rules) -> None:
    """Raises `Denied` for an account that can do more than is configured."""
    if found := excess(held, rules):
        raise Denied(
            f"The database account of {source} can do more than this source is for, so it is not used. An "
            "administrator should run remit doctor.",
            rule="over_privileged",
            detail="; ".join(found[:5]),
        )


def _privileges(text: str, schema: str, name: str) -> Iterator[Grant]:
    at = 0
    while at < len(text):
        found = _PRIVILEGE.match(text, at)
        if found is None:
            # Nothing that is known begins so: named as it stands, it is on no list.
            yield Grant("a right of another kind", schema, name, None)
            return
        listed = found["columns"]
        columns = None if listed is None else frozenset(fold(_unquoted(c)) for c in _COLUMN.findall(listed))
        yield Grant(found["what"], schema, name, columns)
        at = found.end()


def _is_configured(grant: Grant, rules: Rules) -> bool:
    """Whether a right to write is within what actions may write."""
    readable = rules.relations.get(Relation(grant.schema, grant.name))
    if readable is None or not readable.write:
        return False
    if grant.what == "DELETE":
        return readable.deletes
    open_ = {fold(name) for name in readable.write}
    if grant.what == "INSERT":
        open_ |= {fold(name) for name in readable.key}
    if grant.columns is None:
        return readable.deletes
    return grant.columns <= open_


def _is_read(grant: Grant, rules: Rules, seen: Mapping[Relation, AbstractSet[str]]) -> bool:
    relation = Relation(grant.schema, grant.name)
    readable = rules.relations.get(relation)
    if readable is None:
        return False
    columns = seen.get(relation, frozenset()) if grant.columns is None else grant.columns
    return columns <= {fold(name) for name in columns_read(readable, rules.dialect)}


def _plain(name: str) -> str:
    return name if name == _EVERYTHING else _unquoted(name[1:-1])


def _unquoted(name: str) -> str:
    return name.replace("``", "`")
