"""What an operator should mend about a GitHub source."""

import re
from collections.abc import AsyncIterator
from typing import Final

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import GithubSource
from tools.connector import Finding
from tools.github.api import Api
from tools.github.scopes import excess, scopes

_REMEDY: Final = "docs/github.md: the address and TLS."


async def findings(
    name: str, source: GithubSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a GitHub answers there; with one, its scopes."""
    if credential is None:
        if (status := await api.status("user")) != 401:
            what = f"{source.api} answers {status} to a request without a token, and not as GitHub does"
            yield Finding(name, what, _REMEDY, fatal=False)
        return
    try:
        found = await scopes(api)
    except NeedsConnection:
        yield Finding(name, "the token is not taken", "Connect anew: docs/github.md.", fatal=False)
        return
    if spare := excess(source, found):
        known = [scope for scope in spare if re.fullmatch(r"[a-z_:]{1,40}", scope)]
        what = f"the token may do more than it must: it has {len(spare)} scopes too much"
        yield Finding(name, what, f"Connect anew without {', '.join(known)}.", fatal=False)
    if found is None:
        what = "GitHub does not say what the token may do: its permissions are what counts"
        remedy = "See that it was given no more than docs/github.md says."
        yield Finding(name, what, remedy, fatal=False)
