"""What stands in a message: as Graph has it, as people read it, and as it is sent.

learn.microsoft.com/graph/api/resources/chatmessage: a body is a text, or HTML with elements of Teams' own for
mentions (`at`), attached files (`attachment`) and pictures (`emoji`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

_LONGEST: Final = 200_000  # characters that are looked at: Teams takes some 100 KB
# Not html.parser: it takes a minute for 100 KB that mean to take it (threat T40).
_TAG: Final = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9:-]{0,40}+)((?:[\s/](?:[^<>"']++|"[^"]*+"|'[^']*+')*+)?)>"""
)
_ATTRIBUTE: Final = re.compile(r"""(?<![\w-])([\w-]{1,40}+)\s{0,8}+=\s{0,8}+(?:"([^"]*+)"|'([^']*+)')""")
_HEADINGS: Final = frozenset(f"h{level}" for level in range(1, 7))
_BLOCKS: Final = _HEADINGS | {"article", "blockquote", "codeblock", "div", "hr", "p", "pre", "section"}
_LISTS: Final = frozenset({"dd", "dl", "dt", "li", "ol", "table", "tr", "ul"})
_LINES: Final = _BLOCKS | _LISTS
_UNSEEN: Final = frozenset({"script", "style", "title", "head", "template"})
_PLAIN: Final = re.compile(r"</?(?:p|div|br)\s*/?>")
_LINK: Final = re.compile(r"(?:https?://|mailto:)\S{1,4000}", re.IGNORECASE)


@dataclass(slots=True)
class _Written:
    """What is read so far. `opened` are the links that are open: where each leads, and where it begins.

    `muted` is the element in which nothing is shown, and `mentioned` who is shown in the place of it.
    """

    mentions: Mapping[str, str]
    parts: list[str] = field(default_factory=list[str])
    opened: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    muted: str | None = None

    def say(self, text: str) -> None:
        if self.muted is None:
            self.parts.append(re.sub(r"\s+", " ", unescape(text)))

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        if self.muted is not None:
            return
        if name in _UNSEEN:
            self.muted = name
        elif name == "at":
            who = self.mentions.get(attributes.get("id", ""))
            if who is None:
                self.parts.append("@")
            else:
                self.parts.append(f"<@{who}>")
                self.muted = name
        elif name == "a":
            self.opened.append((attributes.get("href", ""), len(self.parts)))
        elif name in {"img", "emoji", "customemoji"}:
            self.parts.append(attributes.get("alt", ""))
        elif name == "br" or name in _LINES:
            self.parts.append("\n- " if name == "li" else "\n")
        elif name in {"td", "th"}:
            self.parts.append(" ")

    def close(self, name: str) -> None:
        if self.muted is not None:
            self.muted = None if name == self.muted else self.muted
        elif name == "a" and self.opened:
            address, begin = self.opened.pop()
            label = "".join(self.parts[begin:]).strip()
            bare = address.removeprefix("mailto:")
            if _LINK.fullmatch(address) and label not in {address, bare}:
                self.parts.append(f" ({bare})" if label else bare)
        elif name in _LINES:
            self.parts.append("\n")


def readable(content: str, mentions: Mapping[str, str]) -> str:
    """HTML as people read it, but for those whom it mentions: they are shown by their ids, for a name would
    be one to mask. `mentions` are the ids of people, by what the text calls each mention.
    """
    written, end = _Written(mentions), 0
    text = _uncommented(content[:_LONGEST])
    for found in _TAG.finditer(text):
        written.say(text[end : found.start()])
        end = found.end()
        name = found[2].lower()
        if found[1]:
            written.close(name)
        else:
            written.open(name, dict(_attributes(found[3])))
    written.say(text[end:])
    return normal(re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(written.parts))))


def is_plain(content: str) -> bool:
    """Whether HTML says no more than its text does."""
    return "<" not in _PLAIN.sub("", content)


def normal(text: str) -> str:
    """One form for a text that was sent, and what comes back of it."""
    return text.replace("\r\n", "\n").replace("\xa0", " ").strip()


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for found in _ATTRIBUTE.finditer(text):
        yield found[1].lower(), unescape(found[2] if found[2] is not None else found[3])


def _uncommented(text: str) -> str:
    """Without comments: one that has no end takes all that follows with it."""
    parts: list[str] = []
    for number, piece in enumerate(text.split("<!--")):
        parts.append(piece if number == 0 else piece.partition("-->")[2])
    return "".join(parts)
