"""Webhooks and incoming webhooks: what a receiver gets, and what it can be sure of."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.alert import Severity
from policies.destinations import Slack, Webhook
from policies.errors import ConfigurationError
from policies.secret import Secret
from server.alerts.sending import NotDelivered, Sender
from server.alerts.slack import SlackSender, inert, shaped
from server.alerts.webhook import WebhookSender, key_of, signature
from tests.certificates import Authority
from tests.server.alerts.receiver import Receiver, receiving
from tests.server.alerts.senders import MESSAGE, saying, trusting
from tests.tools.outbound.far import proving, told
from tools.outbound.errors import BlockedAddress, Untrusted

pytestmark = pytest.mark.anyio

SECRET = Secret(f"whsec_{base64.b64encode(bytes(range(32))).decode()}")
texts = st.text(st.characters(exclude_categories=["Cs"]))


def webhook(url: str, authority: Path) -> WebhookSender:
    return WebhookSender(
        Webhook(kind="webhook", url=url, secret="env:HOOK"),
        SECRET,
        trusting(authority),
        lambda: 1_700_000_000.9,
    )


def chat(url: str, authority: Path, origin: str | None) -> SlackSender:
    return SlackSender(Slack(kind="slack", url="env:CHAT", origin=origin), Secret(url), trusting(authority))


async def sent(sender_of: Callable[[Receiver, Path], Sender], tmp_path: Path, receiver: Receiver) -> Receiver:
    authority = Authority(tmp_path)
    async with receiving(receiver, proving(authority.server("localhost"))):
        await sender_of(receiver, authority.certificate).send(MESSAGE)
    return receiver


def test_it_is_signed_as_the_example_of_the_specification_is() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, the vector of its libraries' tests."""
    key = key_of(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "env:HOOK")
    body = b'{"test": 2432232314}'
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


async def test_a_webhook_is_told_all_of_an_alert_and_can_check_whose_it_is(tmp_path: Path) -> None:
    receiver = await sent(lambda r, ca: webhook(r.url, ca), tmp_path, Receiver())
    headers, body = receiver.got[0]
    assert headers["webhook-id"] == MESSAGE.id
    assert headers["webhook-timestamp"] == "1700000000"
    assert headers["webhook-signature"] == signature(bytes(range(32)), MESSAGE.id, 1700000000, body)
    assert json.loads(body) == {
        "type": "remit.alert.error_rate",
        "timestamp": "2023-11-14T22:13:20.123Z",
        "data": {
            "id": MESSAGE.id,
            "kind": "error_rate",
            "severity": "warning",
            "at": "2023-11-14T22:13:20.123Z",
            "last": "2023-11-14T22:14:20.123Z",
            "times": 7,
            "tenant": "acme",
            "user": "ada",
            "source": "crm",
            "tool": "crm_query",
            "summary": "too many calls failed",
            "evidence": {"failed": 6, "calls": 100},
            "did": "asks a person before each action",
        },
    }


@pytest.mark.parametrize(
    ("status", "refused"), [(400, True), (413, True), (404, False), (429, False), (503, False), (302, False)]
)
async def test_what_is_not_taken_is_not_delivered(tmp_path: Path, status: int, refused: bool) -> None:  # noqa: FBT001
    receiver = Receiver(
        [told(status, "location: https://localhost/", "retry-after: 0", body=b"secret words")]
    )
    with pytest.raises(NotDelivered, match=f"it answers {status}$") as failed:
        await sent(lambda r, ca: webhook(r.url, ca), tmp_path, receiver)
    assert failed.value.refused is refused
    assert len(receiver.got) == 1


async def test_a_receiver_that_proves_nothing_gets_nothing(tmp_path: Path) -> None:
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    there.mkdir()
    elsewhere.mkdir()
    identity, other = Authority(there).server("localhost"), Authority(elsewhere).certificate
    async with receiving(Receiver(), proving(identity)) as receiver:
        for sender in (webhook(receiver.url, other), chat(receiver.url, other, receiver.origin)):
            with pytest.raises(Untrusted):
                await sender.send(MESSAGE)
    assert not receiver.got


@pytest.mark.parametrize("secret", ["", "whsec_", "c2hvcnQ=", "not base64 at all", "A" * 88])
def test_a_secret_that_is_too_short_or_none_stops_the_start(secret: str) -> None:
    with pytest.raises(ConfigurationError, match=r"env:HOOK.*openssl rand"):
        key_of(Secret(secret), "env:HOOK")


async def test_a_chat_is_told_in_plain_text(tmp_path: Path) -> None:
    receiver = await sent(lambda r, ca: chat(r.url, ca, r.origin), tmp_path, Receiver())
    told_it = json.loads(receiver.got[0][1])
    assert told_it["text"] == "WARNING: too many calls failed"
    assert [block["text"]["type"] for block in told_it["blocks"]] == ["plain_text", "plain_text"]
    assert told_it["blocks"][1]["text"]["text"].splitlines() == [
        "tenant: acme",
        "user: ada",
        "source: crm",
        "tool: crm_query",
        "failed: 6",
        "calls: 100",
        "remit: asks a person before each action",
        "at: 2023-11-14T22:13:20.123Z",
        "times: 7, the last at 2023-11-14T22:14:20.123Z",
        f"alert: {MESSAGE.id}",
    ]


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "address",
    ["http://hooks.example/x", "https://10.0.0.1/x", "https://hooks.example:8443/x", "https://a@b.c/"],
)
def test_a_chat_in_an_inner_network_has_to_be_named(tmp_path: Path, address: str) -> None:
    authority = Authority(tmp_path).certificate
    with pytest.raises(ConfigurationError, match="none that remit may connect to") as refused:
        chat(address, authority, None)
    assert address not in str(refused.value)


@pytest.mark.threat("T12")
async def test_a_chat_whose_name_leads_inside_is_connected_to_by_nobody(tmp_path: Path) -> None:
    sender: Sender = chat("https://localhost/x", Authority(tmp_path).certificate, None)
    with pytest.raises(BlockedAddress):
        await sender.send(MESSAGE)


@given(texts, texts)
def test_no_text_of_an_alert_mentions_links_or_formats(summary: str, user: str) -> None:
    shown = shaped(saying(summary=f"{summary}<!channel> @here{user}", user=user, severity=Severity.CRITICAL))
    written = json.dumps(shown, ensure_ascii=False)
    assert "<" not in written
    assert "://" not in written
    assert not re.search(r"@(channel|here|everyone|all)\b", written, re.IGNORECASE)


@given(texts)
def test_a_text_for_a_chat_is_never_longer_than_it_takes(text: str) -> None:
    assert len(inert(text * 50)) <= 2_900
