"""Nothing outside the folders of the configuration is ever asked for, however a path is written."""

import json
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import InvalidArgument, NotFound
from policies.paths import segments
from tests.seaweedfs import Seaweed
from tests.tools.s3.desk import Desk
from tests.tools.s3.gate import Gate
from tools.files.paths import is_within

pytestmark = [pytest.mark.threat("T32")]

_DATA: Final = Path(__file__).parents[2] / "data/hostile_args.jsonl"
PAYLOADS: Final = [json.loads(line)["text"] for line in _DATA.read_bytes().strip().split(b"\n")]
NEIGHBOURS: Final = [
    "tenant-a-evil/x.txt",
    "tenant-a-evil",
    "tenant-a/../tenant-b/x.txt",
    "tenant-a/./x.txt",
    "tenant-a//x.txt",
    "/tenant-a/x.txt",
    "tenant-a/",
    "tenant-a/..",
    "tenant-a\\..\\tenant-b",
    "tenant-a/\x00x",
    "TENANT-A/x.txt",
    "tenant-a%2f..%2ftenant-b/x.txt",
    "tenant-а/x.txt",
]


def outside(gate: Gate, bucket: str) -> list[str]:
    """Requests for an object or a list that is of no open folder."""
    found: list[str] = []
    for each in gate.asked:
        key = unquote(each.target).removeprefix(f"/{bucket}").removeprefix("/")
        prefixes = [part.partition("=")[2] for part in each.query.split("&") if part.startswith("prefix=")]
        asked = [key] if key else [unquote(prefix) for prefix in prefixes if prefix]
        found += [path for path in asked if not path.startswith(("shop/", "tenant-a/")) or ".." in path]
    return found


@pytest.mark.anyio
async def test_payloads_and_neighbours_lead_nowhere(desk: Desk) -> None:
    await desk.table("list")  # which looks at the key, once
    desk.gate.asked.clear()
    for payload in [*PAYLOADS, *NEIGHBOURS]:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        for path in (text, f"tenant-a/{text}", f"{text}/x.txt"):
            for verb, arguments in (
                ("info", {"file": path}),
                ("read", {"file": path}),
                ("list", {"folder": path}),
                ("search", {"search": "x", "folder": path}),
            ):
                try:
                    await desk.table(verb, **arguments)
                except (NotFound, InvalidArgument):
                    continue
    assert outside(desk.gate, desk.bucket) == []


@pytest.mark.anyio
async def test_names_that_are_payloads_are_written_nowhere_else(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed)
    await desk.table("list")
    gate.asked.clear()
    for payload in [*PAYLOADS, *NEIGHBOURS]:
        try:
            await desk.plan("write", folder="tenant-a", name=str(payload)[:255], text="x")
        except (NotFound, InvalidArgument):
            continue
    assert outside(gate, desk.bucket) == []
    assert desk.writes == []


@pytest.mark.anyio
async def test_what_is_found_outside_is_not_told(gate: Gate, seaweed: Seaweed) -> None:
    """The key may read more than the source opens."""
    desk = Desk(gate, seaweed, folders=["*"])
    for path in ("tenant-a/x.txt", "tenant-a-evil/x.txt", "tenant-b/x.txt"):
        desk.put(path, "x")
    desk.connector = desk.with_settings(folders=["tenant-a"], overprivileged="a test")
    assert [row[0] for row in await desk.all_rows("search", search="x")] == ["tenant-a/x.txt"]
    for path in ("tenant-a-evil/x.txt", "tenant-b/x.txt"):
        with pytest.raises(NotFound):
            await desk.table("read", file=path)


SEGMENT: Final = st.sampled_from(
    ["a", "b", "ab", "a.", "..", ".", "", "A", "a b", "\u00e9", "e\u0301", "%2e"]
)
PATHS: Final = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


@given(PATHS, PATHS)
def test_a_path_is_within_a_folder_by_whole_segments(path: str, folder: str) -> None:
    plain = segments(path) is not None and segments(folder) is not None
    assert is_within(path, [folder]) == (plain and f"{path}/".startswith(f"{folder}/"))


@pytest.mark.parametrize(
    "path", ["", "/", "a//b", "a/", "/a", ".", "a/../b", "a\\b", "a\nb", "a%2fb", "e\u0301", "a" * 1_025]
)
def test_what_could_be_read_in_two_ways_is_no_path(path: str) -> None:
    assert segments(path) is None
    assert not is_within(path, ["*"])
