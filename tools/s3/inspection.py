"""What an operator should mend about a source of S3."""

from collections.abc import AsyncIterator

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import S3Source
from tools.connector import Finding
from tools.s3.api import Api
from tools.s3.rights import excess


async def findings(
    name: str, source: S3Source, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether an S3 answers there; with one, what the access key may do."""
    if credential is None:
        if (status := await api.status(source.bucket)) != 403:
            what = f"{source.url} answers {status} to whoever brings no key: S3 answers 403"
            remedy = "docs/s3.md: the address, and a bucket that is not public."
            yield Finding(name, what, remedy, fatal=False)
        return
    try:
        spare = await excess(source, api)
    except NeedsConnection:
        yield Finding(name, "the access key is not taken", "Connect anew, with another one.", fatal=False)
        return
    for what in spare:
        remedy = "docs/s3.md has the policy of a key for this source alone."
        yield Finding(name, f"the access key may {what}", remedy, fatal=False)
