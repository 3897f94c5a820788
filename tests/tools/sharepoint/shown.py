"""What an item and who may read it look like: learn.microsoft.com/graph/api/resources."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.backlot import PEOPLE
from tests.tools.sharepoint.world import GROUPS, Grant, Item, World, address


def moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def item(world: World, each: Item) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": each.id,
        "name": each.name,
        "eTag": each.tag,
        "createdDateTime": moment(each.created),
        "lastModifiedDateTime": moment(each.modified),
        "createdBy": {"user": _user(each.by)},
        "lastModifiedBy": {"user": _user(each.by)},
        "webUrl": f"https://acme.sharepoint.com/sites/shop/{each.id}",
        "size": each.claimed,
        "parentReference": _reference(world, each),
    }
    if each.facet is not None:
        return told | dict(each.facet)
    if each.parent is None:
        told["root"] = {}
    if each.is_folder:
        return told | {"folder": {"childCount": len(world.children(each.id))}}
    media = "text/plain" if each.name.endswith(".txt") else "application/octet-stream"
    return told | {"cTag": each.content_tag, "file": {"mimeType": media}}


def _reference(world: World, each: Item) -> dict[str, Any]:
    told = {"driveId": each.drive, "driveType": "documentLibrary"}
    if each.parent is None:
        return told
    above = [folder.name for folder in world.line(each) if folder.parent is not None and folder is not each]
    path = "".join(f"/{name}" for name in reversed(above))
    return {**told, "id": each.parent, "path": f"/drives/{each.drive}/root:{path}"}


def picked(told: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    """The `$select` of a request."""
    if fields is None:
        return dict(told)
    return {name: value for name, value in told.items() if name in fields.split(",")}


def permission(each: Grant) -> dict[str, Any]:
    told: dict[str, Any] = {"id": each.id, "roles": [each.role.word]}
    match each.kind:
        case "user":
            user = {**_user(each.who), "email": each.email or address(each.who)}
            site = {"loginName": f"i:0#.f|membership|{address(each.who)}", "displayName": each.who}
            return told | {"grantedToV2": {"user": user, "siteUser": site}}
        case "group":
            number = str(3 + [*GROUPS].index(each.who)) if each.who in GROUPS else "99"
            return told | {"grantedToV2": {"siteGroup": {"id": number, "displayName": each.who}}}
        case "everyone":
            return told | {
                "grantedToV2": {"siteUser": {"loginName": "c:0(.s|true", "displayName": "Everyone"}}
            }
        case "employees":
            login = "c:0-.f|rolemanager|spo-grid-all-users/11111111-2222-4333-8444-555555555555"
            name = "Everyone except external users"
            return told | {"grantedToV2": {"siteUser": {"loginName": login, "displayName": name}}}
        case "invited":
            return told | {"invitation": {"email": each.who, "signInRequired": True}}
        case _:
            link = {"scope": each.who, "type": "view", "webUrl": f"https://acme.sharepoint.com/:t:/{each.id}"}
            return told | {"link": link, "grantedToIdentitiesV2": []}


def _user(login: str) -> dict[str, Any]:
    return {
        "id": f"11111111-0000-4000-8000-{login.encode().hex():0>12}",
        "displayName": PEOPLE.get(login, login),
    }
