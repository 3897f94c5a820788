"""What the tools of a Teams source say."""

from typing import Final

from policies.sources import TEAMS_CHANNEL, TEAMS_MESSAGE
from tools.chat.words import Words

WORDS: Final = Words(
    channel=f"^{TEAMS_CHANNEL}$",
    message=f"^{TEAMS_MESSAGE}(/{TEAMS_MESSAGE})?$",
    root=f"^{TEAMS_MESSAGE}$",
    roots="The `message` that a thread begins with, as an answer has it: of a reply, what is before /.",
    written="It is plain text: nothing in it mentions anybody, or is a link behind words.",
    order="the newest reply first",
    deleted="it is there again",
    cursor=8192,  # Graph's own mark of a page has some 1,000 characters
)
