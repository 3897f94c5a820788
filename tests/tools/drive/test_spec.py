"""What is sent to Google Drive is held against Google's own description of it."""

import pytest

from tests.tools.drive.gate import ACTS
from tests.tools.drive.google import Google, upload
from tests.tools.drive.site import Site
from tests.tools.drive.spec import DriveSpec

F = "/drive/v3/files"


def test_what_googles_client_sends_is_what_google_describes(
    site: Site, google: Google, drive_spec: DriveSpec
) -> None:
    drive = google(site.give("ada", ACTS))
    body = {"name": "a", "properties": {"a": "b"}, "parents": ["root"]}
    made = drive.files().create(body=body, media_body=upload(b"x", "text/plain")).execute()
    drive.files().list(q="name = 'a'", pageSize=5, orderBy="name", corpora="user").execute()
    drive.files().update(fileId=made["id"], body={"trashed": False}, supportsAllDrives=True).execute()
    who = {"type": "anyone", "role": "reader", "allowFileDiscovery": False}
    drive.permissions().create(fileId=made["id"], body=who, sendNotificationEmail=False).execute()
    drive.revisions().list(fileId=made["id"]).execute()
    drive.files().delete(fileId=made["id"]).execute()
    asked = site.gate.asked
    assert {each.method for each in asked} == {"GET", "POST", "PATCH", "DELETE"}
    faults = [fault for each in asked for fault in drive_spec.faults(each.method, each.target, each.body)]
    assert faults == []


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/drive/v3/nowhere", b""),
        ("PUT", f"{F}/1a", b""),
        ("GET", f"{F}?pageSze=1", b""),
        ("GET", f"{F}?pageSize=many", b""),
        ("GET", f"{F}?pageSize=0", b""),
        ("GET", f"{F}?corpus=mine", b""),
        ("GET", f"{F}?supportsAllDrives=yes", b""),
        ("GET", f"{F}?q=a&q=b", b""),
        ("GET", f"{F}/1a?fileId=1b", b""),
        ("GET", f"{F}/1a/export", b""),
        ("GET", f"{F}/1a", b'{"name": "a"}'),
        ("POST", f"{F}?fields=id", b'{"title": "a"}'),
        ("POST", f"{F}?fields=id", b'{"name": 1}'),
        ("POST", f"{F}?fields=id", b'{"parents": "root"}'),
        ("PATCH", f"{F}/1a", b'{"trashed": "true"}'),
        ("PATCH", f"{F}/1a", b'{"version": "2"}'),
        ("PATCH", f"{F}/1a", b'{"appProperties": {"a": 1}}'),
        ("POST", f"/upload{F}", b'{"name": "a"}'),
    ],
)
def test_what_google_does_not_describe_is_seen(
    drive_spec: DriveSpec, method: str, target: str, body: bytes
) -> None:
    assert len(drive_spec.faults(method, target, body)) == 1
