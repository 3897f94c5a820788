"""What an operator should mend about the way to Graph."""

from collections.abc import AsyncIterator

from policies.sources import GraphSource
from tools.connector import Finding
from tools.graph.api import GraphApi


async def unsigned(name: str, source: GraphSource, api: GraphApi, *path: str) -> AsyncIterator[Finding]:
    """Graph tells nobody anything who has not signed in, and a 401 is what it says then."""
    if (status := await api.status(*api.prefix, *path)) != 401:
        what = f"{source.url} answers {status} to a request without a token, and not as Graph does"
        yield Finding(name, what, f"docs/{source.kind}.md: the address and TLS.", fatal=False)
