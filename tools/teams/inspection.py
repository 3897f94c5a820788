"""What an operator should mend about a Teams source."""

from collections.abc import AsyncIterator

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import TeamsSource
from tools.chat.inspection import unlimited
from tools.connector import Finding
from tools.graph.inspection import unsigned
from tools.rest.inspection import not_taken, of_scopes
from tools.teams.api import Api
from tools.teams.scopes import scopes


async def findings(
    name: str, source: TeamsSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether Graph answers there; with one, what the token may do."""
    for found in unlimited(name, source):
        yield found
    if credential is None:
        async for found in unsigned(name, source, api, "me"):
            yield found
        return
    try:
        await api.record("me")
    except NeedsConnection:
        yield not_taken(name, scopes(source))
        return
    for found in of_scopes(name, source, scopes(source), api.scopes):
        yield found
