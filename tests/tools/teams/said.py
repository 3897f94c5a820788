"""What is said in a pretend Teams, beside what backlot has: in memory, and as Graph tells it.

After learn.microsoft.com/graph/api/resources/chatmessage; the members are those that backlot tells.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

_NUMBERS: Final = itertools.count(1)


@dataclass
class Said:
    """A message in `place`, the id of a channel as remit has it, or of a chat. Times are milliseconds."""

    place: str
    user: str
    author: str
    content: str
    at: int
    kind: str = "text"
    root: str | None = None
    subject: str = ""
    mentions: Sequence[Any] = ()
    files: Sequence[str] = ()
    edited: int | None = None
    deleted: int | None = None
    id: str = field(default="")

    def __post_init__(self) -> None:
        self.id = self.id or str(self.at)

    @property
    def changed(self) -> int:
        return max(self.at, self.edited or 0, self.deleted or 0)

    def told(self) -> dict[str, Any]:
        holder, _, key = self.place.partition("/")
        in_chat = holder == "chats"
        gone = self.deleted is not None
        user = {
            "@odata.type": "#microsoft.graph.teamworkUserIdentity",
            "id": self.user,
            "displayName": self.author,
            "userIdentityType": "aadUser",
            "tenantId": None,
        }
        link = f"https://teams.microsoft.com/l/message/{key}/{self.id}?groupId={holder}&tenantId=t"
        return {
            "id": self.id,
            "replyToId": self.root,
            "etag": str(self.changed),
            "messageType": "message",
            "createdDateTime": _iso(self.at),
            "lastModifiedDateTime": _iso(self.changed),
            "lastEditedDateTime": None if self.edited is None else _iso(self.edited),
            "deletedDateTime": None if self.deleted is None else _iso(self.deleted),
            "subject": self.subject,
            "summary": None,
            "chatId": key if in_chat else None,
            "importance": "normal",
            "locale": "en-us",
            "webUrl": f"{link}&createdTime={self.at}&parentMessageId={self.root or self.id}",
            "policyViolation": None,
            "eventDetail": None,
            "from": {"application": None, "device": None, "user": user},
            "body": {"contentType": self.kind, "content": "" if gone else self.content},
            "channelIdentity": None if in_chat else {"teamId": holder, "channelId": key},
            "attachments": [_file(name) for name in self.files],
            "mentions": [*self.mentions],
            "reactions": [],
        }

    def hit(self) -> dict[str, Any]:
        """As search tells of it: no body, and an extract."""
        told = self.told()
        resource = {
            name: told[name]
            for name in ("id", "createdDateTime", "lastModifiedDateTime", "subject", "chatId", "etag")
        }
        return {
            "hitId": f"AAMk{self.id}",
            "rank": 1,
            "summary": f"...{self.content[:10]}",
            "resource": {
                "@odata.type": "microsoft.graph.chatMessage",
                **resource,
                "webLink": told["webUrl"],
                "from": {"emailAddress": {"name": self.author, "address": "somebody@acme.example"}},
                "channelIdentity": told["channelIdentity"] or {},
            },
        }


@dataclass
class Chat:
    """Between people, by login; `strangers` are of another tenant."""

    id: str
    logins: Sequence[str]
    topic: str | None = None
    strangers: Sequence[str] = ()


class Store:
    """All that was said."""

    def __init__(self) -> None:
        self.all: list[Said] = []

    def add(self, place: str, user: str, author: str, content: str, **more: Any) -> Said:
        """Now, where `at` is not told. No two messages have one moment."""
        at = more.pop("at", None) or time.time_ns() // 1_000_000 + next(_NUMBERS)
        said = Said(place, user, author, content, at, **more)
        self.all.append(said)
        return said

    def of(self, place: str, root: str | None) -> Iterator[Said]:
        return (each for each in self.all if each.place == place and each.root == root)

    def find(self, place: str, message: str, root: str | None = None) -> Said | None:
        return next((each for each in self.of(place, root) if each.id == message), None)

    def last(self, root: Said) -> int:
        """When something was last said in its thread."""
        return max([root.changed, *(each.at for each in self.of(root.place, root.id))])


def _file(name: str) -> dict[str, Any]:
    return {
        "id": f"of-{name}",
        "contentType": "reference",
        "contentUrl": f"https://acme.example/{name}",
        "content": None,
        "name": name,
        "thumbnailUrl": None,
        "teamsAppId": None,
    }


def _iso(millis: int) -> str:
    moment = datetime.fromtimestamp(millis / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03}Z"
