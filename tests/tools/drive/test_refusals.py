"""What the pretend Drive refuses to Google's own client, as Google does."""

from typing import Any

import httpx2
import pytest

from tests.loopback import HERE
from tests.tools.drive.gate import ACTS
from tests.tools.drive.google import Google, refusal, upload
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, FOLDER, Role, address, grantee_id

ADA = grantee_id("user", address("ada"))


@pytest.fixture
def drive(site: Site, google: Google) -> Any:
    return google(site.give("ada", ACTS))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"fields": "filez"}, (400, "invalidParameter")),
        ({"fields": "files(capabilities/canFly)"}, (400, "invalidParameter")),
        ({"fields": "files(id"}, (400, "invalidParameter")),
        ({"fields": "files(id))"}, (400, "invalidParameter")),
        ({"fields": "files/"}, (400, "invalidParameter")),
        ({"fields": "files;id"}, (400, "invalidParameter")),
        ({"orderBy": "size"}, (400, "invalid")),
        ({"pageSize": 1001}, (400, "badRequest")),
        ({"corpora": "mine"}, (400, "invalid")),
        ({"corpora": "drive"}, (400, "invalid")),
        ({"corpora": "drive", "driveId": "0A"}, (404, "notFound")),
        ({"includeItemsFromAllDrives": True}, (403, "supportsTeamDrivesRequired")),
    ],
)
def test_a_list_that_can_not_be_asked_for(drive: Any, asked: Any, expected: tuple[int, str]) -> None:
    assert refusal(drive.files().list(**asked)) == expected


def test_what_is_not_there(site: Site, drive: Any) -> None:
    file = site.put("F.txt", "x")
    there = {"fileId": file.id}
    assert refusal(drive.about().get()) == (400, "required")
    assert refusal(drive.revisions().get(revisionId="0", **there)) == (404, "notFound")
    assert refusal(drive.permissions().get(permissionId="0", **there)) == (404, "notFound")
    assert refusal(drive.files().update(addParents="1nowhere", **there)) == (403, "cannotAddParent")
    nowhere = {"addParents": "1nowhere", "removeParents": "root"}
    assert refusal(drive.files().update(**nowhere, **there)) == (404, "notFound")
    assert refusal(drive.files().update(removeParents="1nowhere", **there)) == (404, "notFound")
    assert refusal(drive.comments().list(fields="*", **there)) == (404, "notFound")


def test_a_file_that_can_not_be_made(site: Site, drive: Any) -> None:
    create = drive.files().create
    file, folder = site.put("F.txt", "x"), site.folder("Folder")
    assert refusal(create(body={"parents": [file.id]})) == (403, "parentNotAFolder")
    assert refusal(create(body={"parents": ["root", folder.id]})) == (403, "cannotAddParent")
    assert refusal(create(body={"createdTime": "2020-01-01T00:00:00Z"})) == (403, "fieldNotWritable")
    no_text = upload(b"x", "application/zip")
    assert refusal(create(body={"mimeType": DOCUMENT}, media_body=no_text)) == (400, "badRequest")
    (given,) = drive.files().generateIds(count=1).execute()["ids"]
    assert refusal(create(body={"id": given, "mimeType": DOCUMENT})) == (400, "invalid")


def test_a_file_that_can_not_be_changed_so(site: Site, drive: Any) -> None:
    update, file, folder = drive.files().update, site.put("F.txt", "x"), site.folder("Folder")
    assert refusal(update(fileId="root", body={"name": "Mine"})) == (403, "cannotModifyRoot")
    assert refusal(update(fileId=file.id, body={"mimeType": FOLDER})) == (403, "fieldNotWritable")
    content = upload(b"x", "text/plain")
    assert refusal(update(fileId=folder.id, media_body=content)) == (403, "fileContentNotWritable")


def test_content_that_a_reader_may_not_take_along(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    site.share(file, "bob")
    file.copies_need_writer = True
    files = google(site.give("bob")).files()
    told = files.get(fileId=file.id, fields="capabilities(canDownload,canCopy)").execute()
    assert told == {"capabilities": {"canDownload": False, "canCopy": False}}
    assert refusal(files.get_media(fileId=file.id)) == (403, "cannotDownloadFile")
    names_alone = google(site.give("ada", ["drive.metadata.readonly"])).files()
    assert names_alone.get(fileId=file.id).execute()["name"] == "F.txt"
    assert refusal(names_alone.get_media(fileId=file.id)) == (403, "insufficientPermissions")


def test_a_permission_that_can_not_be_given_or_taken(site: Site, google: Google, drive: Any) -> None:
    file = site.put("F.txt", "x")
    permissions, there = drive.permissions(), {"fileId": file.id}
    whom = {"type": "user", "emailAddress": address("bob")}
    assert refusal(permissions.create(body={"type": "user", "role": "reader"}, **there))[1] == "required"
    assert refusal(permissions.create(body={**whom, "role": "king"}, **there)) == (400, "invalid")
    assert refusal(permissions.create(body={**whom, "role": "owner"}, **there)) == (403, "forbidden")
    assert refusal(permissions.delete(permissionId=ADA, **there)) == (403, "cannotRemoveOwner")
    site.share(file, "bob", Role.WRITER)
    site.share(file, "eve")
    drive.files().update(body={"writersCanShare": False}, **there).execute()
    by_bob = google(site.give("bob", ACTS)).permissions()
    refused = refusal(by_bob.create(body={"type": "anyone", "role": "reader"}, **there))
    assert refused == (403, "insufficientFilePermissions")
    lower = permissions.create(body={**whom, "role": "reader"}, **there).execute()
    assert lower["role"] == "writer"


@pytest.mark.parametrize(
    ("way", "kind", "body", "reason"),
    [
        ("resumable", "application/json", b"{}", "invalid"),
        ("multipart", "application/json", b"{}", "invalid"),
        ("multipart", "multipart/related; boundary=x", b"--x\r\n\r\nOne\r\n--x--", "badContent"),
        (
            "multipart",
            "multipart/related; boundary=x",
            b"--x\r\nContent-Type: application/json\r\n\r\n{\r\n--x\r\n\r\nx\r\n--x--",
            "parseError",
        ),
    ],
)
def test_an_upload_in_a_form_of_its_own(site: Site, way: str, kind: str, body: bytes, reason: str) -> None:
    headers = {"authorization": f"Bearer {site.give('ada', ACTS)}", "content-type": kind}
    where = f"{site.url}/upload/drive/v3/files?uploadType={way}"
    answer = httpx2.post(where, content=body, headers=headers, **HERE)
    assert answer.json()["error"]["errors"][0]["reason"] == reason
    assert site.names == []
