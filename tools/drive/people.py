"""Who can read what is in a folder, as Drive tells it to whoever may share it (threat T23)."""

from collections.abc import Iterator
from typing import Final

from policies.canonical import Json
from tools.rest import members

FIELDS: Final = "permissions(type,emailAddress,domain,allowFileDiscovery,deleted)"
ANYONE: Final = "anyone who has the link"
UNKNOWN: Final = "people whom Drive does not name"


def grantees(told: members.Record) -> tuple[str, ...]:
    """As `[directory]` calls them: addresses, and what no address is."""
    held = told.get("permissions")
    if not isinstance(held, list):
        return (UNKNOWN,)
    return tuple(sorted({*_named(held)}))


def _named(held: list[Json]) -> Iterator[str]:
    for each in map(members.record, held):
        if each.get("deleted") is True:
            continue
        match each.get("type"):
            case "user" | "group":
                yield members.optional_text(each, "emailAddress") or UNKNOWN
            case "domain":
                yield f"everybody at {members.text(each, 'domain')}"
            case "anyone":
                yield ANYONE
            case _:
                yield UNKNOWN
