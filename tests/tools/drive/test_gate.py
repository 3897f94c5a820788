"""The pretend Drive, driven by Google's own client, which takes it for the real one."""

import hashlib
import io
from http.client import IncompleteRead
from typing import Any

import httpx2
import pytest
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]

from tests.loopback import HERE
from tests.tools.drive.answers import failing, limited
from tests.tools.drive.gate import ACTS
from tests.tools.drive.google import Google, download, refusal, upload
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, DOMAIN, FOLDER, SPREADSHEET, Role, address
from tests.tools.rest.faults import Fault


def names(drive: Any, **more: Any) -> list[str]:
    return [each["name"] for each in drive.files().list(**more).execute()["files"]]


def test_each_user_sees_what_is_shared_with_them(site: Site, google: Google) -> None:
    plans = site.folder("Plans")
    inside = site.put("Inside.txt", "Deep", within=plans)
    site.put("Secret.txt", "Of ada alone")
    ada, bob = google(site.give("ada")), google(site.give("bob"))
    assert sorted(names(ada)) == ["Inside.txt", "Plans", "Secret.txt"]
    assert names(bob) == []
    assert refusal(bob.files().get(fileId=inside.id)) == (404, "notFound")
    assert refusal(bob.files().get(fileId="1nowhere")) == (404, "notFound")
    site.share(plans, "bob")
    told = bob.files().get(fileId=inside.id, fields="parents,ownedByMe,shared,owners").execute()
    assert told == {
        "parents": [plans.id],
        "ownedByMe": False,
        "shared": True,
        "owners": [
            {
                "kind": "drive#user",
                "displayName": "Ada Lovelace",
                "me": False,
                "permissionId": told["owners"][0]["permissionId"],
                "emailAddress": address("ada"),
            }
        ],
    }
    site.unshare(plans, "bob")
    assert refusal(bob.files().get_media(fileId=inside.id)) == (404, "notFound")


def test_a_file_behind_a_link_is_read_but_not_listed(site: Site, google: Google) -> None:
    linked, team = site.put("Linked.txt", "L"), site.put("Team.txt", "T")
    site.share(linked, DOMAIN, kind="domain")
    site.share(team, f"shop@{DOMAIN}", kind="group")
    bob, eve = google(site.give("bob")), google(site.give("eve"))
    assert (names(bob), names(eve)) == (["Team.txt"], [])
    assert eve.files().get_media(fileId=linked.id).execute() == b"L"
    assert "parents" not in eve.files().get(fileId=linked.id, fields="*").execute()


def test_files_are_listed_page_by_page_in_an_order(site: Site, google: Google) -> None:
    for number in range(5):
        site.put(f"File {number}", "x" * number)
    drive = google(site.give("ada"))
    assert names(drive)[0] == "File 4"
    assert names(drive, orderBy="folder,name desc", corpora="user", supportsAllDrives=True)[0] == "File 4"
    asked: Any = {"pageSize": 2, "orderBy": "name", "fields": "nextPageToken, files(id, name)"}
    request = drive.files().list(**asked)
    found: list[str] = []
    while request is not None:
        told = request.execute()
        assert {each.keys() == {"id", "name"} for each in told["files"]} == {True}
        found += [each["name"] for each in told["files"]]
        request = drive.files().list_next(request, told)
    assert found == [f"File {number}" for number in range(5)]
    other = drive.files().list(pageSize=2, q="name contains 'File'").execute()["nextPageToken"]
    assert refusal(drive.files().list(pageToken=other)) == (400, "invalid")


def test_content_is_read_whole_and_in_ranges(site: Site, google: Google) -> None:
    content = bytes(range(256)) * 10
    file = site.put("Data.bin", content, mime="application/octet-stream")
    drive = google(site.give("ada"))
    told = drive.files().get(fileId=file.id, fields="size,md5Checksum,headRevisionId,version").execute()
    assert told["size"] == "2560"
    assert told["md5Checksum"] == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert drive.files().get_media(fileId=file.id).execute() == content
    into = io.BytesIO()
    download(drive.files().get_media(fileId=file.id), into, 1000)
    assert into.getvalue() == content
    where = f"{site.url}/drive/v3/files/{file.id}?alt=media"
    headers = {"authorization": f"Bearer {site.give('ada')}", "range": "bytes=2560-"}
    assert httpx2.get(where, headers=headers, **HERE).status_code == 416


def test_a_file_may_be_far_longer_than_what_is_stored_and_lie_about_its_type(
    site: Site, google: Google
) -> None:
    file = site.put("Huge.csv", b"%PDF-1.7", mime="text/csv", size=10 * 2**30)
    told = google(site.give("ada")).files().get(fileId=file.id, fields="size,mimeType").execute()
    assert told == {"size": str(10 * 2**30), "mimeType": "text/csv"}
    headers = {"authorization": f"Bearer {site.give('ada')}"}
    where = f"{site.url}/drive/v3/files/{file.id}?alt=media"
    with httpx2.stream("GET", where, headers=headers, **HERE) as answer:
        assert answer.headers["content-length"] == str(10 * 2**30)
        assert next(answer.iter_raw(8)) == b"%PDF-1.7"
    assert [each.downloads for each in site.gate.asked] == [False, True]


def test_documents_are_exported_and_not_downloaded(site: Site, google: Google) -> None:
    document = site.put("Plan", "One\nTwo", mime=DOCUMENT)
    sheet = site.put("Prices", "a,b\n1,2\n", mime=SPREADSHEET)
    text = site.put("Plan.txt", "x")
    drive = google(site.give("ada")).files()
    plain = drive.export(fileId=document.id, mimeType="text/plain").execute()
    assert plain == "\ufeffOne\r\nTwo".encode()
    assert drive.export(fileId=sheet.id, mimeType="text/csv").execute() == b"a,b\n1,2\n"
    assert drive.export(fileId=sheet.id, mimeType="text/tab-separated-values").execute() == b"a\tb\n1\t2"
    page = drive.export(fileId=document.id, mimeType="text/html").execute()
    assert page == b"<html><body><p>One\nTwo</p></body></html>"
    assert refusal(drive.export(fileId=sheet.id, mimeType="text/plain")) == (400, "badRequest")
    assert refusal(drive.export(fileId=text.id, mimeType="text/plain")) == (403, "fileNotExportable")
    assert refusal(drive.get_media(fileId=document.id)) == (403, "fileNotDownloadable")
    told = drive.get(fileId=document.id, fields="*").execute()
    assert not told.keys() & {"md5Checksum", "headRevisionId"}
    document.size = 11 * 2**20
    assert refusal(drive.export(fileId=document.id, mimeType="text/plain"))[1] == "exportSizeLimitExceeded"


def test_a_file_is_uploaded_and_changed_in_name_and_content(site: Site, google: Google) -> None:
    drive = google(site.give("ada", ACTS))
    folder = drive.files().create(body={"name": "New", "mimeType": FOLDER}).execute()
    body = {"name": "a.txt", "parents": [folder["id"]], "appProperties": {"remit": "1"}}
    media = upload(b"\x00One\r\n--x", "text/plain")
    made = drive.files().create(body=body, media_body=media, fields="id,headRevisionId,parents").execute()
    assert made["parents"] == [folder["id"]]
    assert drive.files().get_media(fileId=made["id"]).execute() == b"\x00One\r\n--x"
    assert names(drive, q="appProperties has { key='remit' and value='1' }") == ["a.txt"]
    asked: Any = {"fileId": made["id"], "fields": "name,version,headRevisionId,size"}
    before = drive.files().get(**asked).execute()
    renamed = drive.files().update(body={"name": "b.txt"}, **asked).execute()
    assert renamed["name"] == "b.txt"
    assert renamed["headRevisionId"] == before["headRevisionId"]
    assert int(renamed["version"]) > int(before["version"])
    written = drive.files().update(media_body=upload(b"Other", "text/plain"), **asked).execute()
    assert (written["size"], written["headRevisionId"] != before["headRevisionId"]) == ("5", True)
    assert site.gate.asked[-1].media == b"Other"
    long = upload(b"x" * 300_000, "text/plain")
    assert drive.files().update(media_body=long, **asked).execute()["size"] == "300000"
    plan = drive.files().create(
        body={"name": "Plan", "mimeType": DOCUMENT}, media_body=upload(b"Text", "text/plain")
    )
    made = plan.execute()
    assert drive.files().export(fileId=made["id"], mimeType="text/markdown").execute() == b"Text"


def test_a_file_is_found_by_its_marks_and_by_who_may_write_it(site: Site, google: Google) -> None:
    marked, plain = site.put("Marked.txt", "x"), site.put("Plain.txt", "x")
    site.share(plain, "bob", Role.WRITER)
    site.share(marked, "bob")
    drive = google(site.give("ada", ACTS))
    marks = {"description": "Of the shop", "properties": {"a": "b", "c": "d"}}
    drive.files().update(fileId=marked.id, body=marks).execute()
    fields: Any = {"fileId": marked.id, "fields": "description,properties"}
    assert drive.files().update(body={"properties": {"c": None}}, **fields).execute() == {
        "description": "Of the shop",
        "properties": {"a": "b"},
    }
    assert names(drive, q="properties has { key='a' and value='b' }") == ["Marked.txt"]
    assert names(drive, q="fullText contains 'shop'") == ["Marked.txt"]
    assert names(drive, q=f"'{address('bob')}' in writers") == ["Plain.txt"]
    assert len(names(drive, q=f"'{address('bob')}' in readers")) == 2
    site.rename(plain, "Renamed.txt", "bob")
    assert names(drive, orderBy="modifiedTime desc")[0] == "Renamed.txt"
    assert site.named("Renamed.txt").by == "bob"


def test_a_file_is_made_once_under_an_id_that_was_handed_out(site: Site, google: Google) -> None:
    drive = google(site.give("ada", ACTS)).files()
    (given,) = drive.generateIds(count=1).execute()["ids"]
    body = {"id": given, "name": "Once.txt"}
    assert drive.create(body=body, media_body=upload(b"1", "text/plain")).execute()["id"] == given
    assert refusal(drive.create(body=body, media_body=upload(b"2", "text/plain"))) == (409, "fileIdInUse")
    assert refusal(drive.create(body={"id": "1own", "name": "No"}))[0] == 400


def test_a_file_is_moved_between_folders_and_is_in_one_alone(site: Site, google: Google) -> None:
    here, there = site.folder("Here"), site.folder("There")
    file = site.put("F.txt", "x", within=here)
    drive = google(site.give("ada", ACTS)).files()
    moved = drive.update(
        fileId=file.id, addParents=there.id, removeParents=here.id, fields="parents"
    ).execute()
    assert moved == {"parents": [there.id]}
    assert refusal(drive.update(fileId=file.id, removeParents=there.id)) == (400, "invalid")
    assert names(google(site.give("ada")), q=f"'{there.id}' in parents and trashed = false") == ["F.txt"]
    assert refusal(drive.update(fileId=file.id, addParents=here.id))[1] == "cannotAddParent"
    assert refusal(drive.update(fileId=file.id, body={"parents": [here.id]}))[1] == "fieldNotWritable"
    inside = site.folder("Inside", within=there)
    root = site.world.roots["ada"]
    assert refusal(drive.update(fileId=there.id, addParents=inside.id, removeParents=root))[0] == 403


def test_what_is_in_the_trash_is_its_owners_and_comes_back(site: Site, google: Google) -> None:
    folder = site.folder("Old")
    file = site.put("F.txt", "x", within=folder)
    site.share(folder, "bob", Role.WRITER)
    ada, bob = (google(site.give(login, ACTS)) for login in ("ada", "bob"))
    assert refusal(bob.files().update(fileId=file.id, body={"trashed": True})) == (
        403,
        "insufficientFilePermissions",
    )
    ada.files().update(fileId=folder.id, body={"trashed": True}).execute()
    told = ada.files().get(fileId=file.id, fields="trashed,explicitlyTrashed").execute()
    assert told == {"trashed": True, "explicitlyTrashed": False}
    assert names(ada, q="trashed = false") == []
    assert refusal(bob.files().get(fileId=file.id)) == (404, "notFound")
    ada.files().update(fileId=folder.id, body={"trashed": False}).execute()
    assert sorted(names(bob)) == ["F.txt", "Old"]
    assert refusal(bob.files().delete(fileId=folder.id))[0] == 403
    ada.files().delete(fileId=folder.id).execute()
    assert site.names == []


def test_permissions_are_given_listed_changed_and_taken(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    ada, bob = (google(site.give(login, ACTS)) for login in ("ada", "bob"))
    permissions = ada.permissions()
    body = {"type": "user", "role": "reader", "emailAddress": address("bob")}
    made = permissions.create(fileId=file.id, body=body, sendNotificationEmail=False).execute()
    assert made == {"kind": "drive#permission", "id": made["id"], "type": "user", "role": "reader"}
    assert site.world.mails == []
    able = bob.files().get(fileId=file.id, fields="capabilities(canEdit,canDownload,canShare)").execute()
    assert able["capabilities"] == {"canEdit": False, "canDownload": True, "canShare": False}
    assert refusal(bob.files().update(fileId=file.id, body={"name": "Mine"}))[0] == 403
    assert refusal(bob.permissions().list(fileId=file.id))[1] == "insufficientFilePermissions"
    permissions.update(fileId=file.id, permissionId=made["id"], body={"role": "writer"}).execute()
    bob.files().update(fileId=file.id, body={"name": "Ours"}).execute()
    told = permissions.list(fileId=file.id, fields="permissions(emailAddress,role)").execute()
    assert told["permissions"] == [
        {"emailAddress": address("ada"), "role": "owner"},
        {"emailAddress": address("bob"), "role": "writer"},
    ]
    permissions.delete(fileId=file.id, permissionId=made["id"]).execute()
    assert refusal(bob.files().get(fileId=file.id)) == (404, "notFound")
    until = "2020-01-01T00:00:00.000Z"
    again = permissions.create(fileId=file.id, body={**body, "expirationTime": until}).execute()
    told = permissions.get(fileId=file.id, permissionId=again["id"], fields="expirationTime").execute()
    assert told == {"expirationTime": until}
    assert refusal(bob.files().get(fileId=file.id)) == (404, "notFound")
    asked: Any = {"fileId": file.id, "permissionId": again["id"], "fields": "expirationTime"}
    later = {"role": "reader", "expirationTime": "2099-01-01T00:00:00Z"}
    assert permissions.update(body=later, **asked).execute() == {"expirationTime": "2099-01-01T00:00:00.000Z"}
    assert permissions.update(body={"role": "reader"}, removeExpiration=True, **asked).execute() == {}
    bob.permissions().delete(fileId=file.id, permissionId=again["id"]).execute()
    assert refusal(bob.files().get(fileId=file.id)) == (404, "notFound")
    anyone = permissions.create(fileId=file.id, body={"type": "anyone", "role": "reader"}).execute()
    assert anyone["id"] == "anyoneWithLink"
    permissions.create(fileId=file.id, body={**body, "emailAddress": "out@else.example"}).execute()
    assert [whom for whom, _ in site.world.mails] == [address("bob"), "out@else.example"]
    team = {"type": "domain", "domain": DOMAIN, "role": "commenter", "allowFileDiscovery": True}
    made = permissions.create(fileId=file.id, body=team, fields="domain,allowFileDiscovery").execute()
    assert made == {"domain": DOMAIN, "allowFileDiscovery": True}
    assert names(google(site.give("eve"))) == ["Ours"]


def test_a_permission_that_comes_from_a_folder_stays(site: Site, google: Google) -> None:
    folder = site.folder("Shared")
    file = site.put("F.txt", "x", within=folder)
    held = site.share(folder, "bob")
    permissions = google(site.give("ada", ACTS)).permissions()
    assert [each["role"] for each in permissions.list(fileId=file.id).execute()["permissions"]] == [
        "owner",
        "reader",
    ]
    refused = refusal(permissions.delete(fileId=file.id, permissionId=held))
    assert refused == (403, "cannotModifyInheritedPermission")
    permissions.delete(fileId=folder.id, permissionId=held).execute()
    assert refusal(google(site.give("bob")).files().get(fileId=file.id)) == (404, "notFound")


def test_a_file_has_revisions_that_whoever_writes_it_reads(site: Site, google: Google) -> None:
    file = site.put("F.txt", b"One")
    site.write(file, b"Two")
    site.share(file, "bob")
    revisions = google(site.give("ada", ACTS)).revisions()
    first, second = revisions.list(fileId=file.id).execute()["revisions"]
    head = google(site.give("ada")).files().get(fileId=file.id, fields="headRevisionId").execute()
    assert head == {"headRevisionId": second["id"]}
    assert revisions.get_media(fileId=file.id, revisionId=first["id"]).execute() == b"One"
    asked: Any = {"fileId": file.id, "revisionId": first["id"], "fields": "keepForever,size"}
    assert revisions.get(**asked).execute() == {"keepForever": False, "size": "3"}
    assert revisions.update(body={"keepForever": True}, **asked).execute()["keepForever"]
    document = site.put("Plan", "One", mime=DOCUMENT)
    (only,) = revisions.list(fileId=document.id, fields="*").execute()["revisions"]
    assert not only.keys() & {"size", "md5Checksum", "keepForever"}
    refused = refusal(revisions.get_media(fileId=document.id, revisionId=only["id"]))
    assert refused == (403, "fileNotDownloadable")
    refused = refusal(revisions.update(body={"keepForever": False}, **asked))
    assert refused == (400, "illegalKeepForeverModification")
    assert refusal(google(site.give("bob")).revisions().list(fileId=file.id))[0] == 403


def test_tokens_end_and_have_scopes(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    token = site.give("ada")
    drive = google(token)
    told = drive.about().get(fields="user(emailAddress),storageQuota/usage").execute()
    assert told == {"user": {"emailAddress": address("ada")}, "storageQuota": {"usage": "1"}}
    assert refusal(drive.files().delete(fileId=file.id)) == (403, "insufficientPermissions")
    site.end(token)
    assert refusal(drive.files().list()) == (401, "authError")
    assert refusal(google("").files().list()) == (403, "forbidden")


def test_an_app_with_files_of_its_own_changes_no_others(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    narrow, both = (
        google(site.give("ada", scopes)) for scopes in (("drive.file",), ("drive.file", "drive.readonly"))
    )
    assert refusal(narrow.files().get(fileId=file.id)) == (404, "notFound")
    assert both.files().get(fileId=file.id).execute()["name"] == "F.txt"
    refused = refusal(both.files().update(fileId=file.id, body={"name": "No"}))
    assert refused == (403, "appNotAuthorizedToFile")
    made = narrow.files().create(body={"name": "Own", "mimeType": FOLDER}).execute()
    assert names(narrow) == ["Own"]
    narrow.files().update(fileId=made["id"], body={"name": "Own too"}).execute()


def test_it_fails_as_it_is_told(site: Site, google: Google) -> None:
    drive = google(site.give("ada", ACTS)).files()
    for fault, expected in (
        (limited(), (403, "userRateLimitExceeded")),
        (limited("rateLimitExceeded", 429), (429, "rateLimitExceeded")),
        (failing(503), (503, "backendError")),
    ):
        site.gate.faults = [fault]
        assert refusal(drive.list()) == expected
    site.gate.faults = [Fault(200, b'{"files": []}', half=True)]
    with pytest.raises(IncompleteRead):
        google(site.give("ada")).files().list().execute()
    site.gate.losses = [failing(502)]
    assert refusal(drive.create(body={"name": "Done all the same"}))[0] == 502
    assert site.names == ["Done all the same"]
    site.gate.refusing = failing(500)
    with pytest.raises(HttpError):
        drive.create(body={"name": "Never"}).execute()
    assert site.names == ["Done all the same"]


def test_somebody_else_acts_just_before_an_answer(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    held = site.share(file, "bob")
    bob = google(site.give("bob"))
    assert bob.files().get(fileId=file.id).execute()["name"] == "F.txt"
    site.gate.meanwhile = lambda asked: site.unshare(file, "bob") if asked.downloads else None
    assert refusal(bob.files().get_media(fileId=file.id)) == (404, "notFound")
    assert held not in file.permissions


def test_it_is_written_down_who_asked_for_what(site: Site, google: Google) -> None:
    file = site.put("F.txt", "x")
    drive = google(site.give("ada", ACTS)).files()
    drive.get(fileId=file.id).execute()
    drive.update(fileId=file.id, body={"name": "G.txt"}, media_body=upload(b"y", "text/plain")).execute()
    read, written = site.gate.asked
    assert (read.method, read.operation, read.login) == ("GET", "files.get", "ada")
    assert read.target == f"/drive/v3/files/{file.id}?alt=json"
    assert written.target.startswith(f"/upload/drive/v3/files/{file.id}?")
    assert (written.operation, written.body, written.media) == ("files.update", b'{"name": "G.txt"}', b"y")
