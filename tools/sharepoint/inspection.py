"""What an operator should mend about a source of SharePoint."""

from collections.abc import AsyncIterator

from policies.errors import NeedsConnection, NotFound
from policies.secret import Credential
from policies.sources import SharepointSource
from tools.connector import Finding
from tools.files.inspection import unseen
from tools.graph.inspection import unsigned
from tools.rest.inspection import not_taken, of_scopes
from tools.sharepoint.api import Api
from tools.sharepoint.entries import id_of, is_folder, is_open
from tools.sharepoint.scopes import scopes


async def findings(
    name: str, source: SharepointSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether Graph answers there; with one, what it opens and what it may do."""
    if credential is None:
        async for found in unsigned(name, source, api, "drives", source.drive):
            yield found
        return

    async def is_one(folder: str) -> bool:
        told = await api.item(folder)
        return id_of(told) == folder and is_folder(told) and is_open(told, source.drive)

    try:
        await api.library()
    except NeedsConnection:
        yield not_taken(name, scopes(source))
        return
    except NotFound:
        what = "the library is none, or not open to this account"
        yield Finding(name, what, "docs/sharepoint.md says how its id is found.", fatal=False)
        return
    for found in of_scopes(name, source, scopes(source), api.scopes):
        yield found
    async for found in unseen(name, source, is_one):
        yield found
