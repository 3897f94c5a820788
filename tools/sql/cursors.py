"""Where the next page of a query starts, as text that a client hands back."""

import base64
import binascii
import hashlib
import json

from policies.errors import InvalidArgument

MAX_LENGTH = 256
_MAX_OFFSET = 2**53 - 1


def digest(sql: str) -> str:
    """What a cursor remembers of its query: half a SHA-256, in hex."""
    return hashlib.sha256(sql.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def encode(query: str, offset: int) -> str:
    """A bookmark, not a key: it says where to go on, and the query passes every check again.

    `query` is the digest of the statement that it belongs to, `offset` is in rows.
    """
    text = json.dumps({"offset": offset, "query": query}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(query: str, cursor: str) -> int:
    """The offset, in rows. Raises `InvalidArgument` for garbage and for the cursor of another query."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        bookmark: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        bookmark = None
    match bookmark:
        case {"offset": int() as offset, "query": str() as named}:
            if not isinstance(offset, bool) and 0 <= offset <= _MAX_OFFSET and named == query:
                return offset
        case _:
            pass
    raise InvalidArgument(
        "cursor: it does not belong to this query. Pass `next` of the answer before, with the same other "
        "arguments, or leave cursor out to start over."
    )
