"""Standard Webhooks, version 1 (https://www.standardwebhooks.com): signed, so that it is known whose it is.

A receiver drops what it has had by `webhook-id`, which is the same at each try.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Final

import httpx2

from policies.destinations import Webhook
from policies.errors import ConfigurationError
from policies.secret import Secret
from server.alerts.message import Message
from server.alerts.sending import PATIENCE, NotDelivered
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext

BOUNDS: Final = Bounds(seconds=PATIENCE, size=65_536, tries=1)
_REFUSALS: Final = frozenset({400, 413, 415, 422})


class WebhookSender:
    def __init__(
        self, settings: Webhook, secret: Secret, tls: ClientContext, now: Callable[[], float] = time.time
    ) -> None:
        """Raises `ConfigurationError` for a secret that can't sign."""
        self._url = settings.url
        self._key = key_of(secret, settings.secret)
        self._transport = Transport(tls, origins((settings.url,)), BOUNDS)
        self._now = now

    async def send(self, message: Message) -> None:
        told = {"type": f"remit.alert.{message.kind}", "timestamp": message.to_json()["at"]}
        body = json.dumps({**told, "data": message.to_json()}).encode()
        at = int(self._now())
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._key, message.id, at, body),
        }
        await post(self._transport, self._url, body, headers)


async def post(transport: Transport, url: httpx2.URL | str, body: bytes, headers: dict[str, str]) -> None:
    """Raises `NotDelivered` or `OutboundError`. Redirects are not followed."""
    async with client(transport) as http, http.stream("POST", url, content=body, headers=headers) as answer:
        status = answer.status_code
    if not 200 <= status < 300:
        raise NotDelivered(f"it answers {status}", refused=status in _REFUSALS)


def signature(key: bytes, id_: str, at: int, body: bytes) -> str:
    signed = b".".join((id_.encode(), str(at).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def key_of(secret: Secret, where: str) -> bytes:
    """Raises `ConfigurationError` for what is no secret of Standard Webhooks."""
    try:
        key = base64.b64decode(secret.reveal().strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ConfigurationError(
            "a webhook is signed with 24 to 64 bytes, written in base64 with or without whsec_ before them",
            where=where,
            remedy="Make one with: openssl rand -base64 32",
        )
    return key
