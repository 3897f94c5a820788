"""Who can read an item, as Graph tells it (threat T23).

learn.microsoft.com/graph/api/driveitem-list-permissions: an owner is told all of them, and anybody else those
that are their own. Names can be given to anything: a group is called by its id as well.
"""

import re
from collections.abc import Iterator
from typing import Final

from policies.canonical import Json
from tools.rest import members

ANYONE: Final = "anyone who has the link"
COLLEAGUES: Final = "everybody in the organisation who has the link"
ALL: Final = "everybody in the organisation, and guests"
EMPLOYEES: Final = "everybody in the organisation"
UNKNOWN: Final = "people whom SharePoint does not name"
_OWNERS: Final = frozenset({"owner", "sp.owner", "sp.full control"})
_ALL: Final = "c:0(.s|true"
_EMPLOYEES: Final = re.compile(r"c:0-\.f\|rolemanager\|spo-grid-all-users/.*")
_GROUP: Final = re.compile(r"c:0[ot]\.c\|")
_GUEST: Final = "#EXT#"
"""In the name of an account that is somebody's elsewhere, whose address it is not."""
_ADDRESS: Final = re.compile(r"[^@\s|]+@[^@\s|]+")


def grantees(held: list[members.Record] | None) -> tuple[str, ...]:
    """As `[directory]` calls them: addresses, and what no address is."""
    found = {*_named(held or [])}
    if not any(_is_owners(each) for each in held or []):
        found.add(UNKNOWN)
    return tuple(sorted(found))


def _is_owners(permission: members.Record) -> bool:
    roles = permission.get("roles")
    return isinstance(roles, list) and any(isinstance(role, str) and role in _OWNERS for role in roles)


def _named(held: list[members.Record]) -> Iterator[str]:
    for each in held:
        link, invitation = each.get("link"), each.get("invitation")
        identities = each.get("grantedToIdentitiesV2")
        yield from map(_called, identities if isinstance(identities, list) else [])
        if each.get("grantedToV2") is not None:
            yield _called(each["grantedToV2"])
        elif invitation is not None:
            yield members.optional_text(members.record(invitation), "email") or UNKNOWN
        elif link is None and not identities:
            yield UNKNOWN
        if link is not None:
            yield from _of_link(members.record(link))


def _of_link(link: members.Record) -> Iterator[str]:
    match link.get("scope"):
        case "anonymous":
            yield ANYONE
        case "organization":
            yield COLLEAGUES
        case "users" | "existingAccess":
            pass  # those who are named, or may read it anyway
        case _:
            yield UNKNOWN


def _called(value: Json) -> str:
    """An identity has one member for each way to see it; for SharePoint everybody together is a user."""
    told = members.record(value)
    login = _text(told, "siteUser", "loginName")
    if login == _ALL:
        return ALL
    if _EMPLOYEES.fullmatch(login):
        return EMPLOYEES
    # Who is in a group nobody says here, whatever its address is.
    kind = "group" if told.get("group") is not None else "siteUser" if _GROUP.match(login) else "siteGroup"
    if id_ := _text(told, kind, "id"):
        words = "the site's group" if kind == "siteGroup" else "the group"
        return f"{words} {_text(told, kind, 'displayName')} ({id_})"
    for kind in ("user", "siteUser"):
        address = _text(told, kind, "email")
        if _ADDRESS.fullmatch(address) and _GUEST not in address.upper():
            return address
    return UNKNOWN


def _text(told: members.Record, kind: str, name: str) -> str:
    """Empty where it says none."""
    identity = told.get(kind)
    found = identity.get(name) if isinstance(identity, dict) else None
    return found if isinstance(found, str) else ""
