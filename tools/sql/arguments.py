"""What a call of an SQL tool asks, against the rules of its source."""

import re
from collections.abc import Sequence

from policies.call import Call, User
from policies.canonical import Json
from policies.errors import Denied, InvalidArgument
from tools.sql import cursors
from tools.sql.rules import Checked, Relation, Rules

# The options are words alone, so a bracket with anything in it but words begins the statement.
_EXPLAIN = re.compile(r"EXPLAIN (?:QUERY PLAN )?(?:\((?!(?:SELECT|WITH|VALUES)\b)[A-Z0-9, ]+\) )?")


def statement(call: Call) -> str:
    return str(call.arguments["sql"])


def offset(call: Call) -> int:
    """In rows. Raises `InvalidArgument` for a cursor that is not of this statement."""
    cursor = call.arguments.get("cursor")
    return 0 if cursor is None else cursors.decode(cursors.digest(statement(call)), str(cursor))


def only_table(call: Call, rules: Rules) -> Relation | None:
    """The table that the call asks for alone. Raises `InvalidArgument`, alike for hidden and unknown ones."""
    named = call.arguments.get("table")
    if named is None:
        return None
    schema, dot, name = str(named).partition(".")
    relation = Relation(schema, name) if dot else Relation(rules.default_schema, schema)
    if relation not in rules.relations:
        raise InvalidArgument("table: no such table is open. Leave table out to list those that are.")
    return relation


def without_explain(sql: str) -> str | None:
    """The statement that an EXPLAIN of the guard's making is about, or None where it is none."""
    found = _EXPLAIN.match(sql)
    return sql[found.end() :] if found else None


def claims(checked: Checked, user: User) -> tuple[Json, ...]:
    """Values for the statement's placeholders. Raises `Denied` where the user lacks one."""
    return claim_values(checked.claims, user)


def claim_values(names: Sequence[str], user: User) -> tuple[str, ...]:
    """Raises `Denied` where the user lacks one."""
    missing = sorted({name for name in names if name not in user.claims})
    if missing:
        raise Denied(
            f"The rows that you may read depend on your {', '.join(missing)}, and your identity says nothing "
            "of it. Ask an administrator to add it.",
            rule="row_filter_claim",
            detail=f"missing claims: {missing}",
        )
    return tuple(user.claims[name] for name in names)
