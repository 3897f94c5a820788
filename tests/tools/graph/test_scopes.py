"""What a token says that it may do."""

import base64
import json
from typing import Any

import pytest

from tools.graph.scopes import told_by


def token_of(claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.made-up"


def test_it_is_what_stands_in_it() -> None:
    assert told_by(token_of({"scp": "User.Read Chat.Read"})) == {"User.Read", "Chat.Read"}


@pytest.mark.threat("T09")
@pytest.mark.parametrize(
    "token",
    [
        *("", "opaque", "a.b", "a..c", "e30.!!.x", "é.é.é"),
        *map(token_of, ([], {}, {"scp": ["User.Read"]}, {"roles": ["User.Read"]})),
    ],
)
def test_one_that_does_not_say_it_may_do_nothing(token: str) -> None:
    assert told_by(token) == frozenset()
