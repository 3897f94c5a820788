"""What a pretend Drive does with files."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from tests.tools.drive import shown
from tests.tools.drive.answers import Refused, invalid, not_found
from tests.tools.drive.call import Call, Media
from tests.tools.drive.content import EXPORTS, downloaded, exported
from tests.tools.drive.query import Found, Query
from tests.tools.drive.world import FOLDER, File, Role, new_id

_TOLD: Final = "kind,id,name,mimeType"
_SORTED: Final[Mapping[str, Callable[[File], Any]]] = {
    "createdTime": lambda file: file.created,
    "modifiedTime": lambda file: file.modified,
    "name": lambda file: file.name.casefold(),
    "folder": lambda file: file.mime != FOLDER,
    "quotaBytesUsed": lambda file: file.claimed,
}
_SET: Final = {
    "name": "name",
    "description": "description",
    "starred": "starred",
    "copyRequiresWriterPermission": "copies_need_writer",
    "writersCanShare": "writers_share",
}
_BY_ITS_OWNER: Final = frozenset({"writersCanShare", "trashed"})
_WRITABLE: Final = frozenset({*_SET, "mimeType", "properties", "appProperties"})
"""Google lets more be written: that is refused, so that nothing is passed over in silence."""


def listed(call: Call) -> Response:
    order = _order(call.query.get("orderBy", ""))
    if call.flag("includeItemsFromAllDrives") and not call.flag("supportsAllDrives"):
        raise Refused(
            403, "supportsTeamDrivesRequired", "The supportsAllDrives parameter was not set to true."
        )
    _corpora(call)
    query = Query(call.query.get("q", ""), call.world.roots)
    if order and query.is_of_text:
        raise Refused(
            403, "forbidden", "Sorting is not supported for queries with fullText terms.", "orderBy"
        )
    found = [
        each
        for each in call.world.files.values()
        if each.parent is not None
        and call.sees(each, by_itself=True)
        and query.matches(Found(each, call.login, call.world))
    ]
    found.sort(key=lambda file: file.modified, reverse=True)
    for key, backwards in reversed(order):
        found.sort(key=_SORTED[key], reverse=backwards)
    told = [shown.file(call.world, each, call.login) for each in found]
    return call.page("drive#fileList", "files", told, f"kind,incompleteSearch,nextPageToken,files({_TOLD})")


def got(call: Call) -> Response:
    file = call.file()
    if not call.wants_content:
        return call.told(shown.file(call.world, file, call.login), _TOLD)
    call.to_read_content()
    if file.is_native:
        raise Refused(403, "fileNotDownloadable", "Only files with binary content can be downloaded.", "alt")
    _may_leave(call, file)
    return downloaded(file.content, file.claimed, file.mime, call.headers.get("range"))


def exported_as(call: Call) -> Response:
    file = call.file()
    _may_leave(call, file)
    return exported(file, call.query["mimeType"])


def numbered(call: Call) -> Response:
    made = [new_id() for _ in range(int(call.query.get("count", "10")))]
    call.world.generated.update(made)
    return JSONResponse({"kind": "drive#generatedIds", "space": "drive", "ids": made})


def created(call: Call) -> Response:
    world, body = call.world, call.body
    _writable(body, "id", "parents")
    asked: list[str] = body.get("parents") or ["root"]
    if len(asked) > 1:
        raise _more_parents()
    into = _folder(call, asked[0])
    mime = str(body.get("mimeType") or (call.media.mime if call.media else "application/octet-stream"))
    given = body.get("id")
    if given is not None:
        _may_be_called(call, given, mime)
    content = call.media.content if call.media else None
    if content is None and mime != FOLDER:
        content = b""
    _convertible(mime, call.media)
    file = world.add(str(body.get("name", "Untitled")), mime, call.login, into.id, content)
    if given is not None:
        world.files[given] = world.files.pop(file.id)
        file.id = given
    file.opened = True
    _describe(file, body)
    if file.head is not None:
        file.head.keep = call.flag("keepRevisionForever")
    return call.told(shown.file(world, file, call.login), _TOLD)


def updated(call: Call) -> Response:
    world, body = call.world, call.body
    _writable(body, "trashed")
    file = call.to_change(role=Role.OWNER if body.keys() & _BY_ITS_OWNER else Role.WRITER)
    if file.parent is None and (body or call.query.get("addParents")):
        raise Refused(403, "cannotModifyRoot", "The root folder can't be changed.")
    into = _moved(call, file)
    if call.media is not None:
        if file.mime == FOLDER:
            raise Refused(403, "fileContentNotWritable", "A folder has no content.")
        mime = str(body.get("mimeType") or (file.mime if file.is_native else call.media.mime))
        _convertible(mime, call.media)
        file.mime, file.size = mime, None
        world.write(file, call.login, call.media.content, mime).keep = call.flag("keepRevisionForever")
    elif "mimeType" in body:
        raise Refused(403, "fieldNotWritable", "The type of a file changes with its content alone.")
    file.parent = into
    _describe(file, body)
    file.trashed = body.get("trashed", file.trashed)
    if body.keys() - {"trashed"}:
        world.edit(file, call.login)
    else:
        world.touch(file)
    return call.told(shown.file(world, file, call.login), _TOLD)


def deleted(call: Call) -> Response:
    """For ever, and what is in it too."""
    call.world.remove(call.to_change(role=Role.OWNER))
    return Response(status_code=204)


def _order(text: str) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for each in filter(None, text.split(",")):
        key, *direction = each.split()
        if key not in _SORTED or direction not in ([], ["desc"]):
            raise invalid("orderBy")
        found.append((key, bool(direction)))
    return found


def _corpora(call: Call) -> None:
    """There are no shared drives."""
    corpora = call.query.get("corpora", "user")
    if corpora not in {"user", "domain", "drive", "allDrives"}:
        raise invalid("corpora")
    if (corpora == "drive") != ("driveId" in call.query):
        raise invalid("corpora")
    if corpora == "drive":
        raise Refused(404, "notFound", f"Shared drive not found: {call.query['driveId']}", "driveId")


def _may_leave(call: Call, file: File) -> None:
    if not shown.capabilities(call.world, file, call.login)["canDownload"] and file.mime != FOLDER:
        raise Refused(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")


def _may_be_called(call: Call, given: str, mime: str) -> None:
    if given in call.world.files:
        raise Refused(409, "fileIdInUse", "A file already exists with the provided ID.")
    native = mime.startswith("application/vnd.google-apps.") and mime != FOLDER
    if given not in call.world.generated or native:
        raise Refused(400, "invalid", "The provided file ID is not usable.", "file.id")


def _convertible(mime: str, media: Media | None) -> None:
    """Only of text does Google make a document, here."""
    if mime in EXPORTS and media is not None and not media.mime.startswith("text/"):
        raise Refused(400, "badRequest", "Bad Request", "convertTo")


def _writable(body: Mapping[str, Any], *more: str) -> None:
    if strange := sorted(body.keys() - _WRITABLE - set(more)):
        raise Refused(403, "fieldNotWritable", f"The {strange[0]} field is not directly writable.")


def _folder(call: Call, asked: str) -> File:
    root = call.world.roots[call.login]
    if asked in {"root", root}:
        return call.world.files[root]
    folder = call.to_change(asked)
    if folder.mime != FOLDER:
        raise Refused(403, "parentNotAFolder", "The specified parent is not a folder.")
    return folder


def _moved(call: Call, file: File) -> str | None:
    """Where it is then."""
    roots = {"root": call.world.roots[call.login]}
    left, added = (
        [roots.get(each, each) for each in call.query.get(name, "").split(",") if each]
        for name in ("removeParents", "addParents")
    )
    for each in left:
        if each != file.parent:
            raise not_found(each)
    added = [each for each in added if each != file.parent]
    if not added and not left:
        return file.parent
    if len(added) != 1 or not left:
        raise _more_parents() if added else invalid("removeParents")
    into = _folder(call, added[0])
    if file in call.world.line(into):
        raise Refused(403, "cyclicMembershipsNotAllowed", "A folder can't be in itself.")
    return into.id


def _more_parents() -> Refused:
    return Refused(403, "cannotAddParent", "Increasing the number of parents is not allowed")


def _describe(file: File, body: Mapping[str, Any]) -> None:
    for name, attribute in _SET.items():
        if name in body:
            setattr(file, attribute, body[name])
    for name, kept in (("properties", file.properties), ("appProperties", file.app_properties)):
        said: dict[str, str | None] = body.get(name) or {}
        for key, value in said.items():
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = value
