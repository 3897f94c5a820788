"""What is sent to SharePoint is held against Microsoft's own description of Graph."""

import pytest

from tests.graph_spec import GraphSpec
from tests.tools.sharepoint.world import LIBRARY

_AT = f"/v1.0/drives/{LIBRARY}"
_ITEM = f"{_AT}/items/01ABCDEFGHIJ"


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", f"{_AT}?$select=id", b""),
        ("GET", f"{_ITEM}?$select=id,name,parentReference", b""),
        ("GET", f"{_AT}/root/children?$top=5&$skiptoken=x", b""),
        ("GET", f"{_AT}/root/search(q='a')?$select=id", b""),
        ("GET", f"{_ITEM}:/a.txt?$select=id", b""),
        ("PUT", f"{_ITEM}:/a.txt:/content?@microsoft.graph.conflictBehavior=fail", b"text"),
        ("PATCH", _ITEM, b'{"name": "a", "parentReference": {"id": "x"}}'),
        ("DELETE", _ITEM, b""),
    ],
)
def test_what_microsoft_describes_is_known(
    graph_spec: GraphSpec, method: str, target: str, body: bytes
) -> None:
    assert graph_spec.faults(method, target, body) == []


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", f"{_AT}/nowhere", b""),
        ("PUT", _ITEM, b""),
        ("GET", f"{_ITEM}?$select=id,nme", b""),
        ("GET", f"{_ITEM}/children?$top=many", b""),
        ("GET", f"{_ITEM}/children?top=1", b""),
        ("GET", f"{_ITEM}/search(p='a')", b""),
        ("PUT", f"{_ITEM}:/a.txt:/content?@microsoft.graph.conflictBehavior=never", b"x"),
        ("PATCH", _ITEM, b'{"title": "a"}'),
        ("PATCH", _ITEM, b'{"name": 1}'),
        ("PATCH", _ITEM, b'{"parentReference": "x"}'),
        ("DELETE", _ITEM, b"{}"),
    ],
)
def test_what_microsoft_does_not_describe_is_seen(
    graph_spec: GraphSpec, method: str, target: str, body: bytes
) -> None:
    assert graph_spec.faults(method, target, body)
