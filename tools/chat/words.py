"""What the tools of one platform of chat say differently from those of another."""

from dataclasses import dataclass
from typing import Final

from tools.sql.cursors import MAX_LENGTH

MAX_TEXT: Final = 4_000  # characters, as Slack advises


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns are of JSON Schema.

    `channel` and `message` are ids as answers have them, and `root` is that of a message that can be replied
    to, which `roots` says in words. `written` says what is obeyed in a text. `order` is that of replies, and
    `deleted` is what becomes of a deletion that is taken back. `cursor` is the most characters of one.
    """

    channel: str
    message: str
    root: str
    roots: str
    written: str
    order: str
    deleted: str
    cursor: int = MAX_LENGTH
