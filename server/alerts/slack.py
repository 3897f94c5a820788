"""Incoming webhooks as Slack has them, and those that take the same.

All text is plain: nothing in it is a link, a format or a mention, whatever an alert is about.
"""

import json
import re
from typing import Final

from policies.canonical import Json
from policies.destinations import Slack
from policies.errors import ConfigurationError
from policies.secret import Secret
from server.alerts.message import Message
from server.alerts.webhook import BOUNDS, post
from tools.outbound.addresses import origins, outside
from tools.outbound.client import Transport
from tools.outbound.errors import BlockedAddress
from tools.outbound.tls import ClientContext

LONGEST: Final = 2_900  # characters: Slack takes 3000 in a block
_MENTION: Final = re.compile(r"@(?=(?:channel|here|everyone|all|group)\b)", re.IGNORECASE)
_INERT: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("://", ":\\/\\/"))


class SlackSender:
    def __init__(self, settings: Slack, address: Secret, tls: ClientContext) -> None:
        """Raises `ConfigurationError` for an address that may not be connected to."""
        named = origins((settings.origin,) if settings.origin else ())
        self._transport = Transport(tls, named, BOUNDS)
        try:
            self._url = outside(address.reveal().strip(), named)
        except BlockedAddress:
            raise ConfigurationError(
                "the address of the webhook is none that remit may connect to",
                where=settings.url,
                remedy="It is https://, on port 443 and public; name any other with origin.",
            ) from None

    async def send(self, message: Message) -> None:
        headers = {"content-type": "application/json"}
        await post(self._transport, self._url, json.dumps(shaped(message)).encode(), headers)


def shaped(message: Message) -> dict[str, Json]:
    title = f"{message.severity.upper()}: {message.summary}"
    facts = "\n".join(f"{what}: {said}" for what, said in message.facts.items())
    return {
        "text": inert(title),
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [_block(title), _block(facts)],
    }


def inert(text: str) -> str:
    """Shows the text, and does nothing: no mention of everyone, no link."""
    shown = _MENTION.sub("@\u200b", text)
    for active, safe in _INERT:
        shown = shown.replace(active, safe)
    return shown if len(shown) <= LONGEST else inert(text[: len(text) // 2])


def _block(text: str) -> Json:
    return {"type": "section", "text": {"type": "plain_text", "text": inert(text), "emoji": False}}
