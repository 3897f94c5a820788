"""What is found is what backlot finds, an emulator that is not ours and was measured against Google."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import pytest

from tests.backlot import PAPERS, Backlot
from tests.tools.drive.google import client, refusal
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, FOLDER, SPREADSHEET

TYPES: Final = {"document": DOCUMENT, "spreadsheet": SPREADSHEET, "txt": "text/plain"}
FOUND: Final = (
    "",
    "name contains 'plan'",
    "name contains 'PLAN' and not name contains 'May'",
    "name = 'Plan of May'",
    "name = 'plan of may'",
    "name != 'Plan of May'",
    r"name = 'O\'Neil'",
    'name = "Prices"',
    "fullText contains 'basket'",
    "fullText contains 'basket slow'",
    "fullText contains '\"slow basket\"'",
    "fullText contains '\"basket slow\"'",
    f"mimeType = '{DOCUMENT}'",
    "mimeType contains 'text/'",
    f"mimeType != '{DOCUMENT}' AND trashed = FALSE",
    "trashed",
    "trashed = false",
    "starred = false",
    "modifiedTime > '2026-03-01T00:00:00Z'",
    "modifiedTime <= '2026-03-01T00:00:00'",
    "createdTime < '2026-03-01T00:00:00Z' or name = 'Prices'",
    "(name contains 'plan' or name contains 'prices') and modifiedTime < '2026-03-01T00:00:00Z'",
    "'me' in owners",
    "'ada@acme.example' in owners",
    "sharedWithMe",
    "sharedWithMe = true and fullText contains 'basket'",
)
REFUSED: Final = (
    " ",
    "basket",
    "= 'basket'",
    "name",
    "name contains",
    "name has 'x'",
    "name > 'x'",
    "nme = 'x'",
    "name = x",
    "name = 'x",
    "name = 'a' and",
    "name = 'a' name = 'b'",
    "(trashed",
    "trashed)",
    "trashed = 'true'",
    "trashed = maybe",
    "not not trashed",
    "modifiedTime > 'yesterday'",
    "modifiedTime contains '2026'",
    "fullText = 'basket'",
    "'x' in folders",
    "'x' = parents",
    "sharedWithMe = false",
    "title contains 'plan'",
)
OTHERWISE_REFUSED: Final[tuple[Mapping[str, Any], ...]] = (
    {"orderBy": "size"},
    {"orderBy": "name descending"},
    {"orderBy": "name", "q": "fullText contains 'basket'"},
    {"pageToken": "made up"},
    {"includeItemsFromAllDrives": True},
    {"fields": "files(nme)"},
    {"fields": "filez"},
)

Twins = Callable[[str], tuple[Any, Any]]


@pytest.fixture
def twins(site: Site, backlot: Backlot) -> Iterator[Twins]:
    """Of a user, the client of ours and that of backlot, with the same files in them."""
    folder = site.folder("Papers")
    for paper in PAPERS:
        file = site.put(paper.name, paper.text, mime=TYPES[paper.kind], owner=paper.owner, within=folder)
        for login in paper.readers:
            site.share(file, login)
        file.created = file.modified = datetime.fromisoformat(paper.when)
        file.trashed = paper.trashed
    made: list[Any] = []

    def of(login: str) -> tuple[Any, Any]:
        pair = client(site.url, site.give(login)), client(backlot.url, backlot.tokens[login])
        made.extend(pair)
        return pair

    yield of
    for each in made:
        each.close()


def names(drive: Any, q: str, **more: Any) -> list[str]:
    """Without folders: each has its own in which the files are."""
    told = drive.files().list(q=q, fields="files(name,mimeType)", **more).execute()
    return [each["name"] for each in told["files"] if each["mimeType"] != FOLDER]


@pytest.mark.parametrize("q", FOUND)
def test_the_same_files_are_found(twins: Twins, q: str) -> None:
    for login in ("ada", "bob", "eve"):
        ours, theirs = twins(login)
        assert sorted(names(ours, q)) == sorted(names(theirs, q)), login


@pytest.mark.parametrize("q", REFUSED)
def test_the_same_queries_are_refused(twins: Twins, q: str) -> None:
    ours, theirs = (each.files().list(q=q) for each in twins("ada"))
    assert refusal(ours) == refusal(theirs) == (400, "invalid")


@pytest.mark.parametrize("asked", OTHERWISE_REFUSED)
def test_the_same_listings_are_refused(twins: Twins, asked: Mapping[str, Any]) -> None:
    ours, theirs = (each.files().list(**asked) for each in twins("ada"))
    assert refusal(ours) == refusal(theirs)


@pytest.mark.parametrize("order", [None, "name", "name desc", "modifiedTime", "createdTime desc,name"])
def test_the_files_come_in_the_same_order(twins: Twins, order: str | None) -> None:
    ours, theirs = twins("ada")
    more = {} if order is None else {"orderBy": order}
    assert names(ours, "trashed = false", **more) == names(theirs, "trashed = false", **more)


def test_the_same_is_told_of_a_file(twins: Twins) -> None:
    """Of single members alone: backlot does not pick within one."""
    for login in ("ada", "bob"):
        told = [
            drive.files()
            .list(q="name = 'Plan of May'", fields="files(name,mimeType,trashed,shared,ownedByMe,starred)")
            .execute()["files"]
            for drive in twins(login)
        ]
        assert told[0] == told[1]


@pytest.mark.parametrize(("name", "mime"), [("Plan of May", "image/png"), (r"O\'Neil", "text/plain")])
def test_the_same_exports_are_refused(twins: Twins, name: str, mime: str) -> None:
    def refused(drive: Any) -> tuple[int, str]:
        (file,) = drive.files().list(q=f"name = '{name}'", fields="files(id)").execute()["files"]
        return refusal(drive.files().export(fileId=file["id"], mimeType=mime))

    ours, theirs = twins("ada")
    assert refused(ours) == refused(theirs)


@pytest.mark.parametrize("token", ["nobodys", None])
def test_the_same_tokens_are_refused(site: Site, backlot: Backlot, token: str | None) -> None:
    nobodys = [client(url, token) for url in (site.url, backlot.url)]
    ours, theirs = (refusal(each.files().list()) for each in nobodys)
    assert ours == theirs
    for each in nobodys:
        each.close()
