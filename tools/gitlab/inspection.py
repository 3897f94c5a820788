"""What an operator should mend about a GitLab source."""

import re
from collections.abc import AsyncIterator
from typing import Final

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import GitlabSource
from tools.connector import Finding
from tools.gitlab.api import V4, Api
from tools.gitlab.scopes import ACT, excess, scopes, wanted
from tools.rest import members

OLDEST: Final = 16
"""The major version that the requests of this package are written for."""

_REMEDY: Final = "docs/gitlab.md: the address and TLS."
_VERSION: Final = re.compile(r"([0-9]{1,4})\.[0-9]{1,4}")


async def findings(
    name: str, source: GitlabSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a GitLab answers there; with one, its version and the token's scopes."""
    if credential is None:
        # GitLab tells nobody its version who has not signed in, and a 401 is what it says then.
        if (status := await api.status(*V4, "version")) != 401:
            what = f"{source.url} answers {status} to a request without a token, and not as GitLab does"
            yield Finding(name, what, _REMEDY, fatal=False)
        return
    try:
        found = await scopes(api)
        version = members.text(members.record(await api.value("version")), "version")
    except NeedsConnection:
        remedy = f"Connect anew, with the scope {wanted(source)}."
        yield Finding(name, "the token is not taken", remedy, fatal=False)
        return
    if spare := excess(source, found):
        what = f"the token may do more than it must: it has {len(spare)} scopes beyond {wanted(source)}"
        known = [scope for scope in spare if re.fullmatch(r"[a-z_]{1,40}", scope)]
        yield Finding(name, what, f"Connect anew without {', '.join(known)}.", fatal=False)
    if source.acts and ACT not in found:
        what = "the token can't act: it may only read"
        yield Finding(name, what, f"Who is to act connects anew, with the scope {ACT}.", fatal=False)
    told = _VERSION.match(version)
    if told is None or int(told[1]) < OLDEST:
        said = told[0] if told else "unknown"
        yield Finding(name, f"its version is {said}", f"Use GitLab {OLDEST} or newer.", fatal=False)
