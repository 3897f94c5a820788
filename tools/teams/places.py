"""Where Graph has a channel, a chat and a message, by the ids that remit has for them."""

from typing import Final

from tools.rest import members

CHATS: Final = "chats"  # in the place of a team's id


def is_chat(place: str) -> bool:
    return place.partition("/")[0] == CHATS


def path(place: str) -> tuple[str, ...]:
    """Of a channel, `TEAM/CHANNEL`, or of a chat, `chats/CHAT`."""
    holder, _, key = place.partition("/")
    return (CHATS, key) if holder == CHATS else ("teams", holder, "channels", key)


def path_of(place: str, message: str) -> tuple[str, ...]:
    """Of a message there, or of a reply, `MESSAGE/REPLY`."""
    root, _, reply = message.partition("/")
    return (*path(place), "messages", root, *(("replies", reply) if reply else ()))


def place_of(told: members.Record) -> str | None:
    """The channel or the chat that a message says it is in."""
    chat, identity = told.get("chatId"), told.get("channelIdentity")
    if isinstance(identity, dict) and identity.get("channelId") is not None:
        return f"{members.text(identity, 'teamId')}/{members.text(identity, 'channelId')}"
    return f"{CHATS}/{chat}" if isinstance(chat, str) else None
