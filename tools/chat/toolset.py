"""The tools of a source of chat, described by the configuration alone (threat T26)."""

from collections.abc import Iterator
from typing import Final

from policies.call import Tool
from policies.sources import ChatSource
from tools.chat.words import MAX_TEXT, Words
from tools.rest.parts import CURSOR, SHOWN, Part, limits
from tools.tables import acting_tool, reading_tool

CHANNELS: Final = "channels"
HISTORY: Final = "history"
THREAD: Final = "thread"
SEARCH: Final = "search"
POST: Final = "post"
REPLY: Final = "reply"
EDIT: Final = "edit"
DELETE: Final = "delete"

MAX_SEARCH: Final = 200


def toolset(name: str, source: ChatSource, words: Words) -> tuple[Tool, ...]:
    """Those that read, and what may be done beside reading."""
    acting = (tool for tool in _acting(name, words) if tool.verb in source.acts)
    return (*_reading(name, source, words), *acting)


def _channel(name: str, words: Words) -> Part:
    return {
        "type": "string",
        "pattern": words.channel,
        "description": f"Its id, as {name}_channels lists it.",
    }


def _root(words: Words) -> Part:
    return {"type": "string", "pattern": words.root, "description": words.roots}


def _reading(name: str, source: ChatSource, words: Words) -> Iterator[Tool]:
    channel, days = _channel(name, words), source.retention_days
    cursor = {**CURSOR, "maxLength": words.cursor}
    bounds = limits(source) + (f" Nothing is older than {days} days." if days else "")
    yield reading_tool(
        name,
        CHANNELS,
        f"Channels of {name}",
        f"Lists the channels of {name} that you are in. {bounds}",
        {"cursor": cursor},
    )
    yield reading_tool(
        name,
        HISTORY,
        f"Messages of {name}",
        f"Reads the messages of one channel, the newest first, without the replies to them. {bounds}",
        {"channel": channel, "cursor": cursor},
        required=["channel"],
    )
    yield reading_tool(
        name,
        THREAD,
        f"A thread of {name}",
        f"Reads one message and the replies to it, {words.order}. {bounds}",
        {"channel": channel, "message": _root(words), "cursor": cursor},
        required=["channel", "message"],
    )
    yield reading_tool(
        name,
        SEARCH,
        f"Search messages of {name}",
        f"Finds messages in the channels that you are in. {bounds}",
        {
            "search": {
                "type": "string",
                "minLength": 2,
                "maxLength": MAX_SEARCH,
                "description": f"Words that stand together, at most {MAX_SEARCH} characters; no filters.",
            },
            "channel": {**channel, "description": f"In this one alone. {channel['description']}"},
            "cursor": cursor,
        },
        required=["search"],
    )


def _acting(name: str, words: Words) -> Iterator[Tool]:
    """Of all that may be done, whatever the configuration opens."""
    channel = _channel(name, words)
    message: Part = {
        "type": "string",
        "pattern": words.message,
        "description": "Its `message`, as an answer has it.",
    }
    text: Part = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TEXT,
        "description": f"At most {MAX_TEXT} characters. {words.written}",
    }
    yield acting_tool(
        name,
        POST,
        f"Post to {name}",
        f"Posts one message to a channel. {SHOWN} Taken back, it is deleted.",
        {"channel": channel, "text": text},
        required=["channel", "text"],
    )
    yield acting_tool(
        name,
        REPLY,
        f"Reply in {name}",
        f"Replies to one message, in its thread. {SHOWN} Taken back, the reply is deleted.",
        {"channel": channel, "message": _root(words), "text": text},
        required=["channel", "message", "text"],
    )
    yield acting_tool(
        name,
        EDIT,
        f"Edit a message of {name}",
        f"Changes the text of a message of your own. {SHOWN} Taken back, it says what it said.",
        {"channel": channel, "message": message, "text": text},
        required=["channel", "message", "text"],
    )
    yield acting_tool(
        name,
        DELETE,
        f"Delete a message of {name}",
        f"Deletes a message of your own. {SHOWN} Taken back, {words.deleted}.",
        {"channel": channel, "message": message},
        required=["channel", "message"],
    )
