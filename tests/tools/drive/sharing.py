"""What a pretend Drive does with permissions."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from starlette.responses import Response

from tests.tools.drive import shown
from tests.tools.drive.answers import Refused, not_allowed
from tests.tools.drive.call import Call
from tests.tools.drive.world import File, Permission, Role, address, grantee_id

_TOLD: Final = "kind,id,type,role"
_GRANTED: Final = {each.word: each for each in (Role.READER, Role.COMMENTER, Role.WRITER)}


def listed(call: Call) -> Response:
    file = _shareable(call, call.file())
    told = [shown.permission(each) for each in call.world.granted(file).values()]
    return call.page("drive#permissionList", "permissions", told, f"kind,nextPageToken,permissions({_TOLD})")


def got(call: Call) -> Response:
    return call.told(shown.permission(_held(call, _shareable(call, call.file()))), _TOLD)


def created(call: Call) -> Response:
    file = _shareable(call, call.to_change())
    kind, role = call.body.get("type"), _role(call)
    match kind:
        case "user" | "group" if call.body.get("emailAddress"):
            grantee = str(call.body["emailAddress"])
        case "domain" if call.body.get("domain"):
            grantee = str(call.body["domain"])
        case "anyone":
            grantee = ""
        case _:
            raise Refused(400, "required", "The permission type field is required.", "permission.type")
    discoverable, until = bool(call.body.get("allowFileDiscovery")), _until(call.body.get("expirationTime"))
    permission = Permission(kind, grantee, role, discoverable, until)
    held = file.permissions.get(permission.id)
    if held is not None and held.role > role:
        permission = held
    file.permissions[permission.id] = permission
    call.world.touch(file)
    if kind in {"user", "group"} and call.flag("sendNotificationEmail", "true"):
        call.world.mails.append((grantee, file.id))
    return call.told(shown.permission(call.world.granted(file)[permission.id]), _TOLD)


def updated(call: Call) -> Response:
    file = _shareable(call, call.to_change())
    held = _own(call, file)
    until = None if call.flag("removeExpiration") else held.until
    if "expirationTime" in call.body:
        until = _until(call.body["expirationTime"])
    file.permissions[held.id] = replace(held, role=_role(call), until=until)
    call.world.touch(file)
    return call.told(shown.permission(file.permissions[held.id]), _TOLD)


def deleted(call: Call) -> Response:
    """Whoever may see a file may do without it."""
    leaving = call.ids["permissionId"] == grantee_id("user", address(call.login))
    file = call.to_change(role=Role.READER)
    held = _own(call, file if leaving else _shareable(call, file))
    del file.permissions[held.id]
    call.world.touch(file)
    return Response(status_code=204)


def _shareable(call: Call, file: File) -> File:
    if not shown.capabilities(call.world, file, call.login)["canShare"]:
        raise not_allowed()
    return file


def _role(call: Call) -> Role:
    """Nobody is made an owner here."""
    word = call.body.get("role")
    if word == "owner":
        raise Refused(
            403, "forbidden", "The transferOwnership parameter must be enabled.", "transferOwnership"
        )
    if word not in _GRANTED:
        raise Refused(400, "invalid", "The specified role is invalid.", "permission.role")
    return _GRANTED[word]


def _until(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _held(call: Call, file: File) -> Permission:
    asked = call.ids["permissionId"]
    held = call.world.granted(file).get(asked)
    if held is None:
        raise Refused(404, "notFound", f"Permission not found: {asked}.", "permissionId")
    return held


def _own(call: Call, file: File) -> Permission:
    """One that it does not have from a folder, and that is not its owner's."""
    held = _held(call, file)
    if held.role == Role.OWNER:
        raise Refused(403, "cannotRemoveOwner", "The owner of a file cannot be removed.")
    if file.permissions.get(held.id) is None:
        raise Refused(403, "cannotModifyInheritedPermission", "An inherited permission stays as it is.")
    return file.permissions[held.id]
