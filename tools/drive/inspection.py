"""What an operator should mend about a source of Drive."""

from collections.abc import AsyncIterator

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import DriveSource
from tools.connector import Finding
from tools.drive.api import V3, Api
from tools.drive.entries import FIELDS, FOLDER
from tools.files.inspection import unseen


async def findings(
    name: str, source: DriveSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a Drive answers there; with one, whether its folders are there."""
    if credential is None:
        # Google asks for a key or a token, with a 401 or a 403.
        if (status := await api.status(*V3, "about")) not in {401, 403}:
            what = f"{source.url} answers {status} to a request without a token, and not as Drive does"
            yield Finding(name, what, "docs/drive.md: the address and TLS.", fatal=False)
        return

    async def is_folder(folder: str) -> bool:
        return (await api.file(folder, FIELDS)).get("mimeType") == FOLDER

    try:
        async for found in unseen(name, source, is_folder):
            yield found
    except NeedsConnection:
        yield Finding(name, "the token is not taken", "Connect anew.", fatal=False)
