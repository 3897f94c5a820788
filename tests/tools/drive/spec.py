"""Google's own description of its Drive API, which ships with Google's client."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote

from googleapiclient.discovery_cache import get_static_doc  # type: ignore[import-untyped]

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
_TAKEN_ALL_THE_SAME: Final = frozenset({"emailAddress", "domain"})
"""Of a permission: said to be for the server to say, where a new one needs them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is like `files.list`; `said` is what the document says of it. One that is an `upload` brings
    content along.
    """

    name: str
    method: str
    pattern: "re.Pattern[str]"
    said: Mapping[str, Any] = field(repr=False)
    upload: bool = False

    @property
    def scopes(self) -> frozenset[str]:
        """Any of them is enough."""
        return frozenset(each.rpartition("/")[2] for each in self.said["scopes"])

    def named(self, path: str) -> dict[str, str]:
        """What stands in its path."""
        found = self.pattern.fullmatch(path)
        assert found is not None
        return {name: unquote(value) for name, value in found.groupdict().items()}


class DriveSpec:
    """A discovery document, of www.googleapis.com."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @classmethod
    @cache
    def shipped(cls) -> "DriveSpec":
        return cls(json.loads(cast("str", get_static_doc("drive", "v3"))))

    def operation(self, method: str, path: str) -> Operation | None:
        """A path in so many words goes before one with an id in it."""
        fitting = [
            each for each in self._operations if each.method == method and each.pattern.fullmatch(path)
        ]
        return min(fitting, key=lambda each: each.pattern.groups, default=None)

    def members(self, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Of an object, or of each of many; None where they may have any name."""
        resolved = self._resolved(schema)
        if resolved.get("type") == "array":
            return self.members(resolved["items"])
        if "additionalProperties" in resolved:
            return None
        return cast("Mapping[str, Any]", resolved.get("properties", {}))

    def faults(self, method: str, target: str, body: bytes) -> list[str]:
        """What is wrong with a request. `target` is its path and its query, as on the wire; `body` is JSON,
        without the content of an upload.
        """
        path, _, query = target.partition("?")
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path}: there is no such operation"]
        found = [f"{operation.name}: {fault}" for fault in self._of_query(operation, query)]
        if body and body != b"{}":
            request = operation.said.get("request")
            if request is None:
                return [*found, f"{operation.name}: takes no body"]
            found += [f"{operation.name}: {fault}" for fault in self._of(request, json.loads(body), "")]
        return found

    def _of_query(self, operation: Operation, query: str) -> Iterator[str]:
        said: Mapping[str, Any] = {**self._document["parameters"], **operation.said.get("parameters", {})}
        given = parse_qsl(query, keep_blank_values=True)
        names = [name for name, _ in given]
        for name, value in dict(given).items():
            parameter = said.get(name)
            if parameter is None or parameter["location"] != "query":
                yield f"{name}: not a parameter"
            elif names.count(name) > 1 and not parameter.get("repeated"):
                yield f"{name}: given more than once"
            elif not _may_be(parameter, value):
                yield f"{name}: may not be {value!r}"
        for name, parameter in said.items():
            if parameter["location"] == "query" and parameter.get("required") and name not in names:
                yield f"{name}: is required"
        if operation.upload and "uploadType" not in names:
            yield "uploadType: is required"

    def _of(self, schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
        resolved = self._resolved(schema)
        if not isinstance(value, _TYPES[resolved["type"]]) or (
            resolved["type"] == "integer" and isinstance(value, bool)
        ):
            yield f"{where or 'the body'}: is no {resolved['type']}"
        elif isinstance(value, list):
            for each in cast("Any", value):
                yield from self._of(resolved["items"], each, where)
        elif isinstance(value, dict):
            members = self.members(resolved)
            for name, each in cast("dict[str, Any]", value).items():
                at = f"{where}.{name}" if where else name
                if members is None:
                    # What is null is taken out of what may have any names.
                    if each is not None:
                        yield from self._of(resolved["additionalProperties"], each, at)
                elif name not in members:
                    yield f"{at}: not a member"
                elif at not in _TAKEN_ALL_THE_SAME and _is_the_servers(members[name]):
                    yield f"{at}: is for the server to say"
                else:
                    yield from self._of(members[name], each, at)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._document["schemas"][schema["$ref"]] if "$ref" in schema else schema

    @cached_property
    def _operations(self) -> list[Operation]:
        base = f"/{self._document['servicePath']}"
        found: list[Operation] = []
        for resource, said in self._document["resources"].items():
            for name, method in said["methods"].items():
                called, verb = f"{resource}.{name}", method["httpMethod"]
                found.append(Operation(called, verb, _pattern(base + method["path"]), method))
                if upload := method.get("mediaUpload"):
                    path = upload["protocols"]["simple"]["path"]
                    found.append(Operation(called, verb, _pattern(path), method, upload=True))
        return found


def _pattern(path: str) -> "re.Pattern[str]":
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    )


def _is_the_servers(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("readOnly")) or str(schema.get("description", "")).startswith("Output only.")


def _may_be(parameter: Mapping[str, Any], value: str) -> bool:
    match parameter["type"]:
        case "boolean":
            return value in {"true", "false"}
        case "integer":
            least, most = int(parameter.get("minimum", 0)), int(parameter.get("maximum", 2**31 - 1))
            return value.isdecimal() and least <= int(value) <= most
        case _:
            return "enum" not in parameter or value in parameter["enum"]
