"""What an operator should mend about a source of chat, of whichever platform."""

from collections.abc import Iterator

from policies.sources import ChatSource
from tools.connector import Finding


def unlimited(name: str, source: ChatSource) -> Iterator[Finding]:
    if source.retention_days is None:
        yield Finding(
            name,
            "nothing says how long messages may live: whatever is told is read",
            "Set retention_days to what the organisation keeps.",
            fatal=False,
        )
