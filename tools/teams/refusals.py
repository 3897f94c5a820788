"""What Graph's answers mean for a call to Teams."""

from typing import NoReturn

import httpx2

from policies.errors import NotFound
from tools.graph import refusals
from tools.graph.refusals import Words


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, where the user is not, and what is not configured."""
    return NotFound(
        "There is no such channel or message open to you. "
        f"{source}_channels lists the channels that you are in."
    )


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    words = Words(
        not_found(source),
        denied="Teams does not let you do this. Ask whoever runs the team for the right to.",
        unfit="Teams does not take this text. Make it shorter, and call again.",
    )
    refusals.refuse(source, answer, now, words)
