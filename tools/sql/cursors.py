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


def encode(query: str, offset: int, mark: str = "") -> str:
    """A bookmark, not a key: it says where to go on, and the query passes every check again.

    `query` is the digest of the statement that it belongs to, `offset` is in rows, and `mark` is what the
    system itself calls the place that they are counted from.
    """
    marked = {"mark": mark} if mark else {}
    text = json.dumps({**marked, "offset": offset, "query": query}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(query: str, cursor: str) -> int:
    """The offset, in rows. Raises `InvalidArgument` for garbage and for the cursor of another query."""
    return decode_marked(query, cursor)[0]


def decode_marked(query: str, cursor: str) -> tuple[int, str]:
    """The offset, and the mark, "" where there is none. Raises as `decode` does."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        bookmark: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        bookmark = None
    match bookmark:
        case {"offset": int() as offset, "query": str() as named, "mark": str() as mark}:
            pass
        case {"offset": int() as offset, "query": str() as named}:
            mark = ""
        case _:
            raise not_its_own()
    if not isinstance(offset, bool) and 0 <= offset <= _MAX_OFFSET and named == query:
        return offset, mark
    raise not_its_own()


def not_its_own() -> InvalidArgument:
    return InvalidArgument(
        "cursor: it does not belong to this query. Pass `next` of the answer before, with the same other "
        "arguments, or leave cursor out to start over."
    )
