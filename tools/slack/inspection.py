"""What an operator should mend about a Slack source."""

import re
from collections.abc import AsyncIterator

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import SlackSource
from tools.connector import Finding
from tools.rest import members
from tools.slack.api import Api
from tools.slack.scopes import ACT, acting, excess, reading


async def findings(
    name: str, source: SlackSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a Slack answers there; with one, what the token may do."""
    if source.retention_days is None:
        yield Finding(
            name,
            "nothing says how long messages may live: whatever Slack tells is read",
            "Set retention_days to what the workspace keeps.",
            fatal=False,
        )
    if credential is None:
        if members.record(api.read(await api.ask("GET", "api", "api.test"))).get("ok") is not True:
            what = f"{source.url} does not answer as Slack does"
            yield Finding(name, what, "docs/slack.md: the address and TLS.", fatal=False)
        return
    try:
        _, found = await api.scopes()
    except NeedsConnection:
        wanted = ", ".join(acting(source))
        yield Finding(name, "the token is not taken", f"Connect anew, with {wanted}.", fatal=False)
        return
    if spare := excess(source, found):
        known = [scope for scope in spare if re.fullmatch(r"[a-z:._]{1,40}", scope)]
        what = f"the token may do more than it must: it has {len(spare)} scopes more"
        yield Finding(name, what, f"Connect anew without {', '.join(known)}.", fatal=False)
    if lacking := [scope for scope in reading(source) if scope not in found]:
        what = f"the token can't read all that is open: it lacks {', '.join(lacking)}"
        yield Finding(name, what, "Connect anew, with these scopes as well.", fatal=False)
    if source.acts and ACT not in found:
        what = "the token can't act: it may only read"
        yield Finding(name, what, f"Who is to act connects anew, with the scope {ACT}.", fatal=False)
