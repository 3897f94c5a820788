"""One address for a pretend system and for the real authorization server behind its OAuth paths."""

import httpx2
from starlette.requests import Request
from starlette.responses import Response

from tests.loopback import HERE

_OWN = frozenset({b"transfer-encoding", b"connection", b"keep-alive"})


async def passed_on(request: Request, issuer: str) -> Response:
    """What the server answers: it is told the host that was asked, so that its own links lead back there."""
    sent = {**request.headers, "accept-encoding": "identity"}
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{issuer}{request.url.path}{query}"
    async with httpx2.AsyncClient(**HERE) as http:
        answer = await http.request(request.method, address, headers=sent, content=await request.body())
    passed = Response(answer.content, answer.status_code)
    passed.raw_headers = [
        (name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _OWN
    ]
    return passed
