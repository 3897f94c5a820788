"""What arrives is one JSON text of one meaning, within limits, whatever transport it came by (T30, T31)."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final, NoReturn

from policies.arguments import MAX_DEPTH, MAX_NODES
from policies.canonical import Json

MAX_BYTES: Final = 1_048_576
PARSE_ERROR: Final = -32700  # JSON-RPC 2.0, section 5.1
INVALID_REQUEST: Final = -32600
MAX_NAME: Final = 200  # characters of what answers give back
_VERSION: Final = "io.modelcontextprotocol/protocolVersion"
_PROGRESS: Final = "progressToken"

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class BadFrame(Exception):  # noqa: N818 - as a refusal, it is an answer
    """Why it is not taken up: `status` for HTTP, `code` for JSON-RPC; the message quotes nothing of it."""

    def __init__(self, message: str, *, status: int = 400, code: int = INVALID_REQUEST) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


def message(frame: bytes) -> Mapping[str, Json]:
    """The JSON-RPC 2.0 message that a frame is. Raises `BadFrame`."""
    value = parse(frame)
    if not isinstance(value, dict) or not _is_message(value):
        raise BadFrame("This is not one JSON-RPC 2.0 message: a request, a notification or a response.")
    if any(len(str(name)) > MAX_NAME for name in _given_back(value)):
        raise BadFrame(
            f"A method, an id, a version and a token of progress have at most {MAX_NAME} characters."
        )
    return value


def _given_back(value: Mapping[str, Json]) -> Iterator[Json]:
    """What the protocol's answers quote of a message."""
    yield value.get("id")
    yield value.get("method")
    match value:
        case {"params": {"_meta": dict(meta)}}:
            yield meta.get(_VERSION)
            yield meta.get(_PROGRESS)
        case _:
            pass


def _is_message(value: Mapping[str, Json]) -> bool:
    match value:
        case {"jsonrpc": "2.0", "method": str()}:
            return _is_id(value.get("id", 0)) and isinstance(value.get("params", {}), dict)
        case {"jsonrpc": "2.0", "result": dict()}:
            return _is_id(value.get("id"))
        case {"jsonrpc": "2.0", "error": {"code": int(), "message": str()}, "id": id_}:
            return id_ is None or _is_id(id_)
        case _:
            return False


def _is_id(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def parse(frame: bytes, most: int = MAX_BYTES) -> Json:
    """The value of a frame of at most so many bytes. Raises `BadFrame`.

    Two readers of JSON that disagree are a way around a guard: a key that stands twice, another encoding than
    UTF-8, half a character, and numbers that JSON does not have are refused (RFC 8259, sections 4, 6 and 8).
    """
    refuse_long(len(frame), most)
    _refuse_deep_and_wide(frame)
    try:
        value: Json = json.loads(
            frame.decode("utf-8"), object_pairs_hook=_object, parse_constant=_not_a_number
        )
        if _SURROGATE.search(frame):
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # which has no form for half a pair
    except (ValueError, RecursionError) as error:
        raise BadFrame("This is not JSON in UTF-8. Send one JSON text.", code=PARSE_ERROR) from error
    return value


def refuse_long(size: int, most: int = MAX_BYTES) -> None:
    """Raises `BadFrame` for a frame of so many bytes."""
    if size > most:
        raise BadFrame(f"A message has at most {most} bytes. Send less.", status=413)


def _refuse_deep_and_wide(frame: bytes) -> None:
    opened = frame.count(b"[") + frame.count(b"{")
    if opened <= MAX_DEPTH and frame.count(b",") + opened <= MAX_NODES:
        return
    bare = _STRING.sub(b"", frame)
    brackets = bare.translate(None, _ALL_BUT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise BadFrame(f"A message nests at most {MAX_DEPTH} deep. Flatten it.")
    if bare.count(b",") + bare.count(b"[") + bare.count(b"{") > MAX_NODES:
        raise BadFrame(f"A message holds at most {MAX_NODES} values. Send fewer.")


def _object(pairs: list[tuple[str, Json]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadFrame("A key stands twice in an object of this message. Send each once.")
    return made


def _not_a_number(_: str) -> NoReturn:
    raise BadFrame("NaN and Infinity are not JSON. Send a number, or null.", code=PARSE_ERROR)
