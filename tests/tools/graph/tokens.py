"""Access tokens in the form that Entra gives them: what one may do stands in it."""

import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import JSONResponse, Response

_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Holder:
    login: str
    scopes: frozenset[str]


class Tokens:
    """Those that were given, and have not ended."""

    def __init__(self) -> None:
        self._holders: dict[str, Holder] = {}

    def give(self, login: str, scopes: Sequence[str]) -> str:
        claims = {"aud": _GRAPH, "scp": " ".join(scopes), "uti": next(_NUMBERS)}
        head, payload = (_encoded(part) for part in ({"typ": "JWT", "alg": "RS256"}, claims))
        token = f"{head}.{payload}.{_encoded({'for': login})}"
        self._holders[token] = Holder(login, frozenset(scopes))
        return token

    def end(self, token: str) -> None:
        self._holders.pop(token, None)

    def holder(self, headers: Mapping[str, str]) -> Holder | None:
        """Whose token came with a request."""
        _, _, token = headers.get("authorization", "").partition(" ")
        return self._holders.get(token)


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """As Graph says no: learn.microsoft.com/graph/errors."""
    said: Mapping[str, Any] = {"error": {"code": code, "message": message, "innerError": {}}}
    return JSONResponse(said, status, dict(headers or {}))


def bad_token() -> Response:
    return error(401, "InvalidAuthenticationToken", "Lifetime validation failed.")


def _encoded(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
