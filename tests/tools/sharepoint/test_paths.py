"""Nothing outside the folders of the configuration is ever told or changed, however it is asked for."""

import json
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from policies.errors import InvalidArgument, NotFound
from tests.tools.sharepoint.desk import Desk
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import LIBRARY
from tools.sharepoint import names

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T32")]

_DATA: Final = Path(__file__).parents[2] / "data/hostile_args.jsonl"
PAYLOADS: Final = [json.loads(line)["text"] for line in _DATA.read_bytes().strip().split(b"\n")]
NEIGHBOURS: Final = [
    "tenant-a-evil",
    "tenant-a-evil/x.txt",
    "tenant-a/../tenant-b",
    "../tenant-a-evil",
    "..",
    "root",
    "root:/tenant-a-evil:",
    "x:/../tenant-a-evil:/content",
    "x')/../../../../../me/messages?$select=('",
    "%2e%2e%2f%2e%2e",
    "a?$expand=permissions",
    "a#b",
]
_OWN: Final = rf"/v1\.0/drives/{LIBRARY}"


def texts() -> list[str]:
    return [each if isinstance(each, str) else json.dumps(each) for each in (*PAYLOADS, *NEIGHBOURS)]


def strange(desk: Desk) -> list[str]:
    """Requests for anything but the library, the folder and names in it, also if somebody decodes twice."""
    item = rf"items/{desk.shop.id}"
    known = re.compile(
        rf"{_OWN}(/{item}(/permissions|/children|/search\(q='([^'/\\:]|'')*'\))?"
        rf"|/{item}:/[^/\\:\"*<>?|]+(:/content)?)?"
    )
    found = [unquote(each.path) for each in desk.site.at.asked if not each.is_of_the_store]
    return [path for path in found if not known.fullmatch(path) or "/../" in unquote(f"{path}/")]


async def test_payloads_are_no_ids_and_are_never_asked_for(desk: Desk) -> None:
    await desk.table("list")
    desk.site.at.asked.clear()
    for payload in [*texts(), desk.shop.id.lower() + "/x", desk.shop.id + "-evil"]:
        for path in (payload, f"{desk.shop.id}/{payload}", f"{desk.shop.id}:/{payload}"):
            for verb, arguments in (
                ("info", {"file": path}),
                ("read", {"file": path}),
                ("list", {"folder": path}),
                ("search", {"search": "x", "folder": path}),
            ):
                with pytest.raises(NotFound):
                    await desk.table(verb, **arguments)
    # What could be an id is asked for as one, and is none.
    asked = {unquote(each.path) for each in desk.site.at.asked}
    assert all(re.fullmatch(rf"{_OWN}/items/[A-Za-z0-9_-]{{10,128}}", path) for path in asked)
    assert desk.writes == []


async def test_what_is_searched_for_stays_in_its_place(desk: Desk) -> None:
    desk.put("a.txt")
    await desk.table("list")
    desk.site.at.asked.clear()
    for payload in texts():
        try:
            await desk.table("search", search=payload[:200])
        except InvalidArgument:
            continue
    assert strange(desk) == []


async def test_names_that_are_payloads_are_written_nowhere_else(site: Site) -> None:
    desk = Desk(site)
    await desk.table("list")
    site.at.asked.clear()
    for payload in texts():
        try:
            planned = await desk.plan("write", folder=desk.shop.id, name=payload[:255], text="x")
            await desk.carry_out(planned)
        except (NotFound, InvalidArgument):
            continue
    assert strange(desk) == []
    made = [each for each in site.at.world.items.values() if each.content == b"x"]
    assert made
    assert {each.parent for each in made} == {desk.shop.id}


@pytest.mark.parametrize(
    "name",
    ['a"b', "a*b", "a:b", "a<b", "a>b", "a?b", "a/b", "a\\b", "a|b", " a", "a ", "a.", "~$a", "%2e%2E"],
)
def test_what_can_be_no_name_in_sharepoint_is_refused_unsent(name: str) -> None:
    with pytest.raises(InvalidArgument, match="SharePoint"):
        names.hold(name)


def test_what_a_search_says_is_one_text() -> None:
    assert names.words("o'neil's basket") == "o''neil''s basket"
    assert names.words("') or (x eq '") == "'') or (x eq ''"
    assert names.words("a/../b:c\\d%2fe") == "a .. b c d 2fe"
    with pytest.raises(InvalidArgument, match="word"):
        names.words(" /:\\ ")


async def test_a_neighbour_of_a_folder_is_no_part_of_it(site: Site) -> None:
    tenant, evil = site.folder("tenant-a"), site.folder("tenant-a-evil")
    own, foreign = site.put("x.txt", "x", within=tenant), site.put("x.txt", "x", within=evil)
    desk = Desk(site, folders=[tenant.id])
    assert [row[0] for row in await desk.all_rows("search", search="x")] == [own.id]
    for verb, arguments in (
        ("read", {"file": foreign.id}),
        ("list", {"folder": evil.id}),
        ("search", {"search": "x", "folder": evil.id}),
    ):
        with pytest.raises(NotFound):
            await desk.table(verb, **arguments)
    assert not any(each.downloads for each in site.at.asked)
