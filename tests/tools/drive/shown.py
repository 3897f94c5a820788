"""What a file, a permission and a revision look like to the one who asks."""

import hashlib
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from tests.backlot import PEOPLE
from tests.tools.drive.world import FOLDER, File, Permission, Revision, Role, World, address, grantee_id


def moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(login: str, asking: str) -> dict[str, Any]:
    return {
        "kind": "drive#user",
        "displayName": PEOPLE[login],
        "me": login == asking,
        "permissionId": grantee_id("user", address(login)),
        "emailAddress": address(login),
    }


def file(world: World, each: File, login: str) -> dict[str, Any]:
    role = world.role(each, login)
    able = capabilities(world, each, login)
    told: dict[str, Any] = {
        "kind": "drive#file",
        "id": each.id,
        "name": each.name,
        "mimeType": each.mime,
        "starred": each.starred,
        "trashed": world.is_trashed(each),
        "explicitlyTrashed": each.trashed,
        "version": str(each.version),
        "webViewLink": f"https://drive.google.com/file/d/{each.id}/view",
        "createdTime": moment(each.created),
        "modifiedTime": moment(each.modified),
        "modifiedByMe": each.by == login,
        "owners": [user(each.owner, login)],
        "lastModifyingUser": user(each.by, login),
        "ownedByMe": each.owner == login,
        "shared": len(world.granted(each)) > 1,
        "spaces": ["drive"],
        "capabilities": able,
        "copyRequiresWriterPermission": each.copies_need_writer,
        "writersCanShare": each.writers_share,
        "isAppAuthorized": each.opened,
    }
    if each.description:
        told["description"] = each.description
    for name, kept in (("properties", each.properties), ("appProperties", each.app_properties)):
        if kept:
            told[name] = dict(kept)
    # Where it is that the user may not go is not told.
    parent = world.files.get(each.parent) if each.parent else None
    if parent is not None and world.role(parent, login) > Role.NONE:
        told["parents"] = [parent.id]
    if role < Role.OWNER:
        told["sharedWithMeTime"] = moment(each.created)
    if able["canShare"]:
        held = world.granted(each)
        told["permissions"] = [permission(one) for one in held.values()]
        told["permissionIds"] = list(held)
    if each.is_native:
        return told | ({} if each.mime == FOLDER else {"size": str(each.claimed)})
    return told | _of_content(each)


def _of_content(each: File) -> dict[str, Any]:
    extension = PurePosixPath(each.name).suffix[1:]
    return {
        "size": str(each.claimed),
        "quotaBytesUsed": str(each.claimed),
        "md5Checksum": hashlib.md5(each.content, usedforsecurity=False).hexdigest(),
        "sha256Checksum": hashlib.sha256(each.content).hexdigest(),
        "originalFilename": each.name,
        "fileExtension": extension,
        "fullFileExtension": extension,
        "webContentLink": f"https://drive.google.com/uc?id={each.id}&export=download",
        **({"headRevisionId": each.head.id} if each.head else {}),
    }


def capabilities(world: World, each: File, login: str) -> dict[str, bool]:
    role = world.role(each, login)
    writes, owns, folder = role >= Role.WRITER, role == Role.OWNER, each.mime == FOLDER
    takes = writes or not each.copies_need_writer
    is_root = each.parent is None
    return {
        "canAddChildren": folder and writes,
        "canComment": role >= Role.COMMENTER,
        "canCopy": not folder and takes,
        "canDelete": owns and not is_root,
        "canDownload": not folder and takes,
        "canEdit": writes,
        "canListChildren": folder,
        "canModifyContent": writes and not folder,
        "canMoveItemWithinDrive": writes and not is_root,
        "canReadRevisions": writes and not folder,
        "canRemoveChildren": folder and writes,
        "canRename": writes and not is_root,
        "canShare": owns or (writes and each.writers_share),
        "canTrash": owns and not is_root,
        "canUntrash": owns and not is_root,
    }


def permission(each: Permission) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "drive#permission",
        "id": each.id,
        "type": each.kind,
        "role": each.role.word,
    }
    if each.kind in {"user", "group"}:
        login = each.grantee.partition("@")[0]
        told |= {
            "emailAddress": each.grantee,
            "displayName": PEOPLE.get(login, each.grantee) if each.kind == "user" else each.grantee,
            "deleted": False,
            "pendingOwner": False,
        }
    else:
        told["allowFileDiscovery"] = each.discoverable
    if each.kind == "domain":
        told |= {"domain": each.grantee, "displayName": each.grantee}
    if each.until is not None:
        told["expirationTime"] = moment(each.until)
    return told


def revision(each: Revision, of: File, login: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "drive#revision",
        "id": each.id,
        "mimeType": each.mime,
        "modifiedTime": moment(each.when),
        "lastModifyingUser": user(each.by, login),
    }
    if of.is_native:
        return told | {"published": False}
    return told | {
        "keepForever": each.keep,
        "md5Checksum": hashlib.md5(each.content, usedforsecurity=False).hexdigest(),
        "originalFilename": of.name,
        "size": str(len(each.content)),
    }
