"""What an enemy writes where a text belongs."""

import json
from pathlib import Path
from typing import Final

MOST_QUOTED: Final = 200  # characters of a value that an answer may give back

# The rows hold line separators of Unicode, which end no line of JSON.
ROWS: Final = tuple(
    str(json.loads(row)["text"])
    for row in (Path(__file__).parents[1] / "data/hostile_args.jsonl").read_text().split("\n")
    if row
)
LONG: Final = "Zq7" * 22_000
WORST: Final = (LONG, "\x1b[2J\x1b]0;owned\x07" * 60, "\x00\x01\x08\x7f\x85\r\n\t", "\ud800", "__proto__", "")
OWN: Final = (
    *WORST,
    "\udfff\ud83d",
    "\U0010ffff\ufffe\ufeff\u202e\u2028",
    " ",
    "9" * 400,
    "=?base64?" + "A" * 400 + "?=",
    "2026-07-28",
    "subscriptions/nothing",
    "_GET_stream",  # what the SDK calls a stream of its own, beside those of requests
)
VALUES: Final = (*ROWS, *OWN)


def is_quoted(value: str, answer: bytes) -> bool:
    """Whether an answer gives back more of the value than it takes to recognise it."""
    if len(value) <= MOST_QUOTED:
        return False
    piece = value[: MOST_QUOTED + 1]
    forms = (piece, json.dumps(piece)[1:-1], json.dumps(piece, ensure_ascii=False)[1:-1])
    return any(form.encode(errors="surrogatepass") in answer for form in forms)
