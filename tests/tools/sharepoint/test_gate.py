"""The pretend Graph, driven by a client that is not ours, which takes it for the real one."""

import io
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from O365 import Account, MSGraphProtocol  # type: ignore[import-untyped]
from O365.connection import TokenExpiredError  # type: ignore[import-untyped]
from requests import HTTPError, Session

from tests.loopback import HERE
from tests.tools.rest.faults import Fault
from tests.tools.sharepoint.gate import ACTS
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import ELSEWHERE, LIBRARY, Role

Client = Callable[..., Any]
"""A library, under a token; another one where it is named."""


@pytest.fixture
def client(site: Site) -> Client:
    site.at.links = site.url
    site.at.store = site.url.replace("127.0.0.1", "localhost")  # another host, as it is there

    def made(token: str, drive: str = LIBRARY) -> Any:
        protocol = MSGraphProtocol()
        protocol.protocol_url, protocol.service_url = f"{site.url}/", f"{site.url}/v1.0/"
        account: Any = Account(("remit", "made up"), protocol=protocol, request_retries=0, requests_delay=0)
        account.con.session = Session()
        account.con.session.headers["Authorization"] = f"Bearer {token}"
        return account.storage().get_drive(drive)

    return made


def ask(site: Site, method: str, path: str, token: str, **more: Any) -> httpx2.Response:
    """Where O365 has no word for it."""
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    return httpx2.request(method, f"{site.url}/v1.0/drives/{LIBRARY}/{path}", headers=headers, **more, **HERE)


def content(item: Any) -> bytes:
    into = io.BytesIO()
    assert item.download(output=into)
    return into.getvalue()


def test_folders_and_files_are_listed_page_by_page_and_read(site: Site, client: Client) -> None:
    plans = site.folder("Plans")
    for number in range(5):
        site.put(f"File {number}.txt", f"Text {number}", within=plans)
    drive = client(site.give("ada"))
    assert (drive.object_id, drive.get_root_folder().name) == (LIBRARY, "root")
    (folder,) = drive.get_items()
    assert (folder.name, folder.is_folder, folder.child_count) == ("Plans", True, 5)
    found = list(folder.get_items(limit=5, batch=2))
    assert [each.name for each in found] == [f"File {number}.txt" for number in range(5)]
    assert (found[0].size, found[0].parent_id, found[0].drive_id) == (6, plans.id, LIBRARY)
    assert content(found[3]) == b"Text 3"
    assert drive.get_item_by_path("/Plans/file 1.TXT").object_id == found[1].object_id


def test_content_is_elsewhere_and_wants_no_token_there(site: Site, client: Client) -> None:
    file = site.put("a.txt", "hello")
    assert content(client(site.give("ada")).get_item(file.id)) == b"hello"
    sent = ask(site, "GET", f"items/{file.id}/content", site.give("ada"))
    assert sent.status_code == 302
    there = sent.headers["location"]
    assert httpx2.get(there, headers={"authorization": "Bearer x"}, **HERE).status_code == 401
    assert httpx2.get(there, **HERE).status_code == 401
    site.at.direct = True
    assert ask(site, "GET", f"items/{file.id}/content", site.give("ada")).content == b"hello"


def test_each_user_sees_what_is_shared_with_them(site: Site, client: Client) -> None:
    plans = site.folder("Plans")
    inside = site.put("Inside.txt", "Deep", within=plans)
    # O365 takes each no to a user for the end of their token.
    with pytest.raises(TokenExpiredError):
        client(site.give("bob"))
    site.share(plans, "bob")
    token = site.give("bob")
    assert ask(site, "GET", f"items/{inside.id}", token).json()["name"] == "Inside.txt"
    assert ask(site, "GET", "root/children", token).status_code == 403
    assert ask(site, "GET", "items/01NOWHERE00000", token).status_code == 404
    site.unshare(plans, "bob")
    assert ask(site, "GET", f"items/{inside.id}/content", token).status_code == 403


def test_files_are_uploaded_renamed_moved_and_thrown_away(site: Site, client: Client) -> None:
    here, there = site.folder("Here"), site.folder("There")
    drive = client(site.give("ada", ACTS))
    folder = drive.get_item(here.id)
    made = folder.upload_file(None, "a.txt", stream=io.BytesIO(b"One"), stream_size=3)
    assert (made.name, made.size, made.parent_id) == ("a.txt", 3, here.id)
    again = folder.upload_file(None, "a.txt", stream=io.BytesIO(b"Other"), stream_size=5)
    assert (again.object_id, content(again)) == (made.object_id, b"Other")
    assert made.update(name="b.txt")
    assert made.move(there.id)
    assert [each.name for each in drive.get_item(there.id).get_items()] == ["b.txt"]
    folder.upload_file(None, "b.txt", stream=io.BytesIO(b"Two"), stream_size=3)
    with pytest.raises(HTTPError) as refused:
        next(iter(folder.get_items())).move(there.id)
    taken: Any = refused.value.response
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "nameAlreadyExists")
    assert drive.get_item(made.object_id).delete()
    assert made.object_id in site.at.world.binned
    child = folder.create_child_folder("Deeper")
    assert (child.is_folder, child.name) == (True, "Deeper")


def test_a_file_has_versions_which_are_restored(site: Site, client: Client) -> None:
    file = site.put("a.txt", "old")
    site.write(file, b"new")
    item = client(site.give("ada", ACTS)).get_item(file.id)
    newest, first = item.get_versions()
    assert (newest.object_id, first.object_id) == ("2.0", "1.0")
    assert first.restore()
    assert file.content == b"old"


def test_an_owner_sees_who_may_read_something_and_others_themselves(site: Site, client: Client) -> None:
    file = site.put("a.txt", "x")
    site.share(file, "bob", Role.WRITE)
    site.share(file, "anonymous", kind="link")
    site.share(file, "jd@partner.example", kind="invited")
    told = client(site.give("ada")).get_item(file.id).get_permissions()
    assert [each.roles for each in told] == [["owner"], ["write"], ["read"], ["read"]]
    assert (told[2].permission_type, told[2].share_scope) == ("link", "anonymous")
    assert (told[3].permission_type, told[3].share_email) == ("invitation", "jd@partner.example")
    own = ask(site, "GET", f"items/{file.id}/permissions", site.give("bob")).json()["value"]
    assert [each["grantedToV2"]["user"]["email"] for each in own] == ["bob@acme.example"]


def test_files_are_found_by_name_and_by_text_as_the_index_has_them(site: Site, client: Client) -> None:
    plans = site.folder("Plans")
    site.put("basket.txt", "apples", within=plans)
    gone = site.put("prices.txt", "of a basket")
    drive = client(site.give("ada"))
    assert {each.name for each in drive.get_root_folder().search("basket")} == {"basket.txt", "prices.txt"}
    assert [each.name for each in drive.get_item(plans.id).search("basket")] == ["basket.txt"]
    site.freeze()
    site.at.world.bin(gone)
    assert {each.name for each in drive.get_root_folder().search("basket")} == {"basket.txt", "prices.txt"}
    quoted = ask(site, "GET", "root/search(q='o''neil')", site.give("ada"))
    assert quoted.json() == {"value": []}


def test_what_has_changed_is_not_changed_on_a_condition(site: Site) -> None:
    file, token = site.put("a.txt", "old"), site.give("ada", ACTS)
    at = f"items/{file.id}"
    told = ask(site, "GET", at, token).json()
    stale = {"if-match": told["eTag"]}
    site.write(file, b"newer")
    for method, path, more in (
        ("PUT", f"{at}/content", {"content": b"x"}),
        ("PATCH", at, {"json": {"name": "b.txt"}}),
        ("DELETE", at, {}),
    ):
        refused = ask(site, method, path, token, headers=stale, **more)
        assert (refused.status_code, refused.json()["error"]["code"]) == (412, "resourceModified")
    now = ask(site, "GET", at, token).json()
    assert ask(site, "PATCH", at, token, headers={"if-match": now["cTag"]}, json={"name": "b.txt"}).is_success
    moved = ask(site, "GET", at, token).json()
    assert (moved["cTag"], moved["eTag"] == now["eTag"]) == (now["cTag"], False)
    clash = ask(
        site,
        "PUT",
        f"items/{site.root.id}:/B.txt:/content?@microsoft.graph.conflictBehavior=fail",
        token,
        content=b"x",
    )
    assert clash.status_code == 409


def test_another_library_is_another_one(site: Site, client: Client) -> None:
    secret = site.put("secret.txt", "x", within=site.folder("Board", elsewhere=True))
    ada = site.give("ada")
    assert client(ada, ELSEWHERE).get_item(secret.id).name == "secret.txt"
    assert ask(site, "GET", f"items/{secret.id}", ada).status_code == 404


def test_tokens_end_and_have_permissions(site: Site, client: Client) -> None:
    token = site.give("ada")
    folder = client(token).get_root_folder()
    with pytest.raises(HTTPError):
        folder.upload_file(None, "a.txt", stream=io.BytesIO(b"x"), stream_size=1)
    assert ask(site, "GET", "root", site.give("ada", ["User.Read"])).status_code == 403
    site.end(token)
    ended = ask(site, "GET", "root", token)
    assert (ended.status_code, ended.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_it_fails_as_it_is_told(site: Site, client: Client) -> None:
    folder = client(site.give("ada", ACTS)).get_root_folder()
    site.at.faults = [Fault(429, headers={"retry-after": "30"})]
    with pytest.raises(HTTPError) as refused:
        list(folder.get_items())
    answer: Any = refused.value.response
    assert answer.headers["retry-after"] == "30"
    site.at.losses = [Fault(502)]
    with pytest.raises(HTTPError):
        folder.upload_file(None, "a.txt", stream=io.BytesIO(b"x"), stream_size=1)
    assert site.names == ["a.txt"]
    site.at.world.full = True
    with pytest.raises(HTTPError) as full:
        folder.upload_file(None, "b.txt", stream=io.BytesIO(b"x"), stream_size=1)
    answer = full.value.response
    assert (answer.status_code, site.names) == (507, ["a.txt"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "items"),
        ("GET", "root?$expand=children"),
        ("GET", "root?$skiptoken=x"),
        ("GET", "root/children?$skiptoken=x"),
        ("GET", "root/thumbnails"),
        ("POST", "root/content"),
    ],
)
def test_what_it_does_not_know_it_refuses(site: Site, method: str, path: str) -> None:
    assert ask(site, method, path, site.give("ada", ACTS)).status_code == 400
