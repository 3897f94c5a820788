"""What an operator should mend about a Slack source."""

from collections.abc import AsyncIterator

from policies.errors import NeedsConnection
from policies.secret import Credential
from policies.sources import SlackSource
from tools.chat.inspection import unlimited
from tools.connector import Finding
from tools.rest import members
from tools.rest.inspection import not_taken, of_scopes
from tools.slack.api import Api
from tools.slack.scopes import scopes


async def findings(
    name: str, source: SlackSource, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a Slack answers there; with one, what the token may do."""
    for found in unlimited(name, source):
        yield found
    if credential is None:
        if members.record(api.read(await api.ask("GET", "api", "api.test"))).get("ok") is not True:
            what = f"{source.url} does not answer as Slack does"
            yield Finding(name, what, "docs/slack.md: the address and TLS.", fatal=False)
        return
    try:
        _, granted = await api.scopes()
    except NeedsConnection:
        yield not_taken(name, scopes(source))
        return
    for found in of_scopes(name, source, scopes(source), granted):
        yield found
