"""What the tools of a Slack source say."""

from typing import Final

from tools.chat.words import Words

_MESSAGE: Final = r"^[0-9]{10}\.[0-9]{6}$"
WORDS: Final = Words(
    channel="^[A-Z0-9]{8,24}$",
    message=_MESSAGE,
    root=_MESSAGE,
    roots="Its `message`, as an answer has it.",
    written="<@U012AB3CD> mentions a person by their id.",
    order="the oldest first",
    deleted="its text is posted anew",
)
