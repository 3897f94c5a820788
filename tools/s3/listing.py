"""A page of a bucket's list, as what it says of folders and files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from tools.files import paths
from tools.files.store import Entry
from tools.rest.refusals import odd


@dataclass(frozen=True, slots=True)
class Page:
    """`following` is where the next one starts, "" where there is none."""

    folders: Sequence[Entry]
    files: Sequence[Entry]
    following: str


def page_of(root: Any) -> Page:
    """Raises `UpstreamFailed` for what is no list."""
    folders = [_key(root, each) for each in root.iterfind("{*}CommonPrefixes/{*}Prefix")]
    return Page(
        [_folder(path.removesuffix("/")) for path in folders if path != "/"],
        list(_files(root)),
        _following(root),
    )


def _following(root: Any) -> str:
    if root.findtext("{*}IsTruncated") != "true":
        return ""
    token = root.findtext("{*}NextContinuationToken")
    if not token:
        raise odd("a list goes on, and does not say where")
    return str(token)


def _folder(path: str) -> Entry:
    return Entry(path, paths.name_of(path), is_folder=True)


def _files(root: Any) -> Iterator[Entry]:
    for each in root.iterfind("{*}Contents"):
        key, size = _key(root, each.find("{*}Key")), str(each.findtext("{*}Size") or "")
        if not size.isdecimal():
            raise odd("an object has no size")
        if key and not key.endswith("/"):  # which only stands for a folder
            yield Entry(key, paths.name_of(key), size=int(size), modified_at=each.findtext("{*}LastModified"))


def _key(root: Any, told: Any) -> str:
    """Written as in a form, where it is asked for and that is known: some keys have no place in XML."""
    key = "" if told is None else str(told.text or "")
    return unquote_plus(key) if root.findtext("{*}EncodingType") == "url" else key
