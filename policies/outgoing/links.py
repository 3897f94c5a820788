"""Links and pictures in a text that leaves: what a client fetches or follows, in whatever form (T24)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.directory import Directory, host_of

_REST: Final = r"[^\s<>\"'`|]+"
# A client makes a link of each: any scheme, none before two slashes, `www.`, and a host with a path.
_LINK: Final = re.compile(
    rf"https?:[\\/]*{_REST}"
    rf"|(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{{1,30}}://{_REST}"
    rf"|(?<![\w:/\\])[\\/]{{2}}[\w-]+\.{_REST}"
    rf"|(?<![\w@.-])www\.{_REST}"
    rf"|(?<![\w@./:-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}[/?]{_REST}",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"mailto:([^\s<>\"'`|?&]+)", re.IGNORECASE)
_TRAILING: Final = ".,;:!?)]}*_~"
_PICTURE: Final = re.compile(
    r"!\[|<\s*(?:img|image|picture|source|video|audio|iframe|object|embed|link|script|svg)\b"
    r"|\burl\s*\(|\bbackground\s*=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    host: str


def shows_pictures(text: str) -> bool:
    """Whether anything in it is fetched without a click: which of its links, no two clients agree on."""
    return _PICTURE.search(text) is not None


def links_in(text: str) -> Iterator[str]:
    for found in _LINK.finditer(text):
        yield found[0].rstrip(_TRAILING)


def strange_links(text: str, directory: Directory) -> Iterator[Link]:
    """Those that lead to where the directory does not."""
    for link in links_in(text):
        full = link if re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE) else f"https://{link.lstrip('/')}"
        if not directory.has_link(full):
            yield Link(link, host_of(full))
    for found in _MAIL.finditer(text):
        if not directory.has("", found[1]):
            yield Link(found[0], found[1])
