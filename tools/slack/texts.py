"""What stands in a message: as Slack writes it, as people read it, and as it is sent.

docs.slack.dev/messaging/formatting-message-text: `<...>` is a mention, a channel or a link, and `&`, `<` and
`>` are escaped.
"""

import re
from html import unescape
from typing import Final

_MARKED: Final = re.compile(r"<([^<>\n]{1,4000})>")
_KEPT: Final = re.compile(r"<(?:@[UW][A-Z0-9]{2,24}|!here|!channel|!everyone|!subteam\^S[A-Z0-9]{2,24})>")
_EVERYBODY: Final = re.compile(r"<!(?:here|channel|everyone|subteam\^S[A-Z0-9]{2,24})(?:\|[^<>]*)?>")
_LINK: Final = re.compile(r"<((?:https?://|mailto:)[^|<>]{1,4000})(?:\|([^<>]*))?>")


def readable(text: str) -> str:
    """As people read it, but for those whom it mentions: they stay ids, for a name would be one to mask."""
    return unescape(_MARKED.sub(lambda found: _shown(found[1]), text))


def _shown(marked: str) -> str:
    what, _, label = marked.partition("|")
    if what.startswith("@"):
        return f"<{what}>"
    if what.startswith("#"):
        return f"#{label or what[1:]}"
    if what.startswith("!date^"):
        return label
    if what.startswith("!"):
        return label or f"@{what[1:]}"
    address = what.removeprefix("mailto:")
    return f"{label} ({address})" if label and label not in {what, address} else address


def normal(text: str) -> str:
    """One form for a text that was sent and what Slack made of it: it puts links into brackets by itself."""
    return _LINK.sub(_unlinked, text.replace("\r\n", "\n")).strip()


def _unlinked(found: "re.Match[str]") -> str:
    address, label = found[1], found[2]
    bare = address.removeprefix("mailto:")
    plain = bare.removeprefix("https://").removeprefix("http://")
    if label is None or label in {address, bare}:
        return bare
    return label if label == plain else found[0]


def sent(text: str) -> str:
    """What is to be sent of a text: mentions of people and groups by their ids alone are obeyed."""
    parts: list[str] = []
    end = 0
    for found in _KEPT.finditer(text):
        parts += (_escaped(text[end : found.start()]), found[0])
        end = found.end()
    return normal("".join([*parts, _escaped(text[end:])]))


def tells_everybody(text: str) -> bool:
    return _EVERYBODY.search(text) is not None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
