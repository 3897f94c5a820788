"""Messages that are well formed, and the same with a hostile text wherever a text belongs."""

import copy
import json
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from policies.canonical import Json
from tests.hostile.values import OWN, ROWS, WORST

Message: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str | int, ...]
"""Where something stands in a message: the keys and indices that lead there."""

MODERN: Final = "2026-07-28"
HANDSHAKE: Final = "2025-11-25"
ENVELOPE: Final[Message] = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "enemy", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
READY: Final[Message] = {"jsonrpc": "2.0", "method": "notifications/initialized"}
SQL: Final = "SELECT 1 AS one"


def request(method: str, number: int | str = 1, **params: Any) -> Message:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def hello(client: str = "enemy", version: str = "1") -> Message:
    info = {"name": client, "version": version}
    return request("initialize", 0, protocolVersion=HANDSHAKE, capabilities={}, clientInfo=info)


def call(number: int | str = 1, tool: str = "shop_query", **arguments: Any) -> Message:
    return request("tools/call", number, name=tool, arguments=arguments)


def modern(message: Message) -> Message:
    """The same in the era whose every request says who speaks."""
    params = message.get("params", {})
    return {**message, "params": {**params, "_meta": {**ENVELOPE, **params.get("_meta", {})}}}


def frame(message: object) -> bytes:
    return json.dumps(message).encode()


def well_formed(era: str) -> list[Message]:
    """One message of each kind, with a text at every place that takes one."""
    messages = [*_served(era), *_others()]
    if era == MODERN:
        return [modern(message) if "method" in message else message for message in messages]
    return messages


_TOLD: Final = 3  # its number among them: what stands in `_meta` is the same for all, and tried there alone


def _served(era: str) -> list[Message]:
    told = call(sql=SQL)
    told["params"]["_meta"] = {
        "progressToken": "p",
        "io.modelcontextprotocol/logLevel": "debug",
        "example.com/anything": "v",
    }
    return [
        call(tool="shop_query", sql=SQL, cursor="abc"),
        call(tool="shop_explain", sql=SQL),
        call(tool="shop_schema", table="orders"),
        told,
        request("tools/list", cursor="abc"),
        *([hello()] if era == HANDSHAKE else ()),
    ]


def _others() -> list[Message]:
    return [
        request("ping"),
        request("server/discover"),
        request("logging/setLevel", level="debug"),
        request("prompts/get", name="a", arguments={"b": "c"}),
        request("resources/read", uri="file:///a"),
        request(
            "completion/complete",
            ref={"type": "ref/prompt", "name": "a"},
            argument={"name": "b", "value": "c"},
        ),
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "x", "reason": "r"}},
        {
            "jsonrpc": "2.0",
            "method": "notifications/progress",
            "params": {"progressToken": "x", "progress": 1},
        },
        {"jsonrpc": "2.0", "id": "x", "result": {"a": "b"}},
        {"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "m", "data": "d"}},
    ]


def with_text_everywhere(era: str) -> Iterator[list[bytes]]:
    """For each kind of message, the frames that hold a hostile text as a value, as an id and as a name."""
    for number, message in enumerate(well_formed(era)):
        served = number < len(_served(era))
        everywhere = [
            place for place in places(message) if number == _TOLD or place[:2] != ("params", "_meta")
        ]
        texts = [
            place for place in everywhere if isinstance(at(message, place), str) and place != ("jsonrpc",)
        ]
        if "id" in message:
            texts.append(("id",))
        names = [place for place in everywhere if len(place) > 1]
        arguments = [place for place in names if place[1] == "arguments" and len(place) > 2]
        changed: list[Message] = []
        for text in (*ROWS, *OWN) if served else WORST:
            changed += [with_value(message, place, text) for place in texts]
            changed += [with_name(message, place, text) for place in (names if text in WORST else arguments)]
        yield [frame(one) for one in changed]


def places(value: Json, here: Place = ()) -> Iterator[Place]:
    if here:
        yield here
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*here, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*here, index))


def at(message: Any, place: Place) -> Any:
    for step in place:
        message = message[step]
    return message


def with_value(message: Message, place: Place, value: object) -> Message:
    changed = copy.deepcopy(message)
    at(changed, place[:-1])[place[-1]] = value
    return changed


def with_name(message: Message, place: Place, name: str) -> Message:
    """What stands there has another name. A list has none to change."""
    changed = without(message, place)
    holder = at(changed, place[:-1])
    if isinstance(holder, dict):
        holder[name] = at(message, place)
    return changed


def without(message: Message, place: Place) -> Message:
    changed = copy.deepcopy(message)
    del at(changed, place[:-1])[place[-1]]
    return changed
