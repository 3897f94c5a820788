"""What a pretend Drive does with the revisions of files."""

from typing import Final

from starlette.responses import Response

from tests.tools.drive import shown
from tests.tools.drive.answers import Refused, not_allowed
from tests.tools.drive.call import Call
from tests.tools.drive.content import downloaded
from tests.tools.drive.world import File, Revision, Role

_TOLD: Final = "kind,id,mimeType,modifiedTime"


def listed(call: Call) -> Response:
    """The oldest first."""
    file = _open(call)
    told = [shown.revision(each, file, call.login) for each in file.revisions]
    return call.page("drive#revisionList", "revisions", told, f"kind,nextPageToken,revisions({_TOLD})")


def got(call: Call) -> Response:
    file = _open(call)
    revision = _one(call, file)
    if not call.wants_content:
        return call.told(shown.revision(revision, file, call.login), _TOLD)
    call.to_read_content()
    if file.is_native:
        raise Refused(403, "fileNotDownloadable", "Only binary revisions can be downloaded.", "alt")
    size = len(revision.content)
    return downloaded(revision.content, size, revision.mime, call.headers.get("range"))


def updated(call: Call) -> Response:
    file = call.to_change()
    revision = _one(call, file)
    if revision.keep and not call.body.get("keepForever", True):
        raise Refused(400, "illegalKeepForeverModification", "A kept revision stays kept.")
    revision.keep = call.body.get("keepForever", revision.keep)
    return call.told(shown.revision(revision, file, call.login), _TOLD)


def _open(call: Call) -> File:
    file = call.file()
    if call.world.role(file, call.login) < Role.WRITER:
        raise not_allowed()
    return file


def _one(call: Call, file: File) -> Revision:
    asked = call.ids["revisionId"]
    for each in file.revisions:
        if each.id == asked:
            return each
    raise Refused(404, "notFound", f"Revision not found: {asked}.", "revisionId")
