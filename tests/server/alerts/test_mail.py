"""Mail: what a real SMTP server takes, and what no text of an alert can add to it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.destinations import Smtp
from policies.secret import Secret
from server.alerts.mail import MailSender, written
from server.alerts.sending import NotDelivered
from tests.certificates import Authority
from tests.server.alerts.senders import MESSAGE, saying, trusting
from tests.tools.outbound.far import proving
from tools.outbound.errors import Unreachable, Untrusted

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ENDS = "alerts@acme.example"


class Box:
    """Takes mail. `refuses` is what it answers to the recipients that it names."""

    def __init__(self, refuses: dict[str, str] | None = None) -> None:
        self.envelopes: list[Envelope] = []
        self.refuses = refuses or {}

    async def handle_RCPT(  # noqa: N802 - as it is there
        self, _: SMTP, __: object, envelope: Envelope, address: str, ___: object
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: object, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


@asynccontextmanager
async def serving(box: Box, context: ssl.SSLContext | None, *, at_once: bool = False) -> AsyncGenerator[int]:
    """The port of a mail server, which has TLS from the first byte where `at_once`, or after STARTTLS."""

    def authenticator(*given: Any) -> AuthResult:
        data = given[-1]
        known = (data.login, data.password) == (b"remit", PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    def connection() -> SMTP:
        return SMTP(
            box,
            hostname="mail.acme.example",
            authenticator=authenticator,
            auth_require_tls=not at_once,
            tls_context=None if at_once else context,
            loop=loop,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context if at_once else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def sender(address: str, authority: Path, *recipients: str, password: str | None = None) -> MailSender:
    settings = Smtp(
        kind="smtp",
        address=address,
        sender="remit@acme.example",
        recipients=recipients or (ENDS,),
        user="remit" if password else None,
        password="env:MAIL" if password else None,
    )
    return MailSender(settings, Secret(password) if password else None, trusting(authority))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("scheme", ["starttls", "tls"])
async def test_a_mail_server_is_told_over_tls_by_who_may(authority: Authority, scheme: str) -> None:
    box, context = Box(), proving(authority.server("localhost"))
    async with serving(box, context, at_once=scheme == "tls") as port:
        there = sender(f"{scheme}://localhost:{port}", authority.certificate, password=PASSWORD)
        await there.send(saying(summary="too many calls failed: é"))
    (envelope,) = box.envelopes
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == [ENDS]
    assert mail["Subject"] == "[remit] WARNING: too many calls failed: é"
    assert mail["Message-ID"] == f"<{MESSAGE.id}@remit.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content()
    assert body.startswith("too many calls failed: é")
    assert "calls: 100" in body.splitlines()


async def test_a_mail_server_without_tls_is_told_nothing(authority: Authority) -> None:
    box = Box()
    async with serving(box, None) as port:
        with pytest.raises(NotDelivered):
            await sender(f"starttls://localhost:{port}", authority.certificate).send(MESSAGE)
    assert not box.envelopes


@pytest.mark.parametrize("scheme", ["starttls", "tls"])
async def test_a_mail_server_that_proves_nothing_is_told_nothing(
    authority: Authority, tmp_path: Path, scheme: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    box, context = Box(), proving(authority.server("localhost"))
    async with serving(box, context, at_once=scheme == "tls") as port:
        with pytest.raises(Untrusted):
            await sender(f"{scheme}://localhost:{port}", Authority(elsewhere).certificate).send(MESSAGE)
    assert not box.envelopes


async def test_a_wrong_password_is_told_without_a_word_of_the_server(authority: Authority) -> None:
    context = proving(authority.server("localhost"))
    async with serving(Box(), context) as port:
        with pytest.raises(NotDelivered, match=r"does not take the user and password$"):
            await sender(f"starttls://localhost:{port}", authority.certificate, password="wrong").send(
                MESSAGE
            )


async def test_a_recipient_that_is_refused_keeps_it_from_no_other(authority: Authority) -> None:
    box = Box({"gone@acme.example": "550 no such user"})
    async with serving(box, proving(authority.server("localhost"))) as port:
        address = f"starttls://localhost:{port}"
        await sender(address, authority.certificate, "gone@acme.example", ENDS).send(MESSAGE)
        with pytest.raises(NotDelivered, match="none of the recipients") as failed:
            await sender(address, authority.certificate, "gone@acme.example").send(MESSAGE)
    assert failed.value.refused
    assert [envelope.rcpt_tos for envelope in box.envelopes] == [[ENDS]]


async def test_a_mail_server_that_takes_it_later_has_not_refused_it(authority: Authority) -> None:
    later = {"new@acme.example": "450 greylisted", "gone@acme.example": "550 no such user"}
    async with serving(Box(later), proving(authority.server("localhost"))) as port:
        with pytest.raises(NotDelivered, match="none of the recipients") as failed:
            await sender(f"starttls://localhost:{port}", authority.certificate, *later).send(MESSAGE)
    assert not failed.value.refused


async def test_a_mail_server_that_is_not_there_has_nothing_delivered(
    authority: Authority, free_port: int
) -> None:
    with pytest.raises(Unreachable):
        await sender(f"tls://localhost:{free_port}", authority.certificate).send(MESSAGE)


@pytest.mark.threat("T34")
@given(TEXTS, TEXTS)
def test_no_text_of_an_alert_is_a_header(summary: str, user: str) -> None:
    message = saying(summary=f"{summary}\r\nBcc: all@acme.example\r\n\r\nhi", user=user).masked(_plain)
    mail = message_from_bytes(bytes(written(message, "remit@acme.example", (ENDS,))), policy=policy.default)
    assert sorted(mail.keys()) == [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert mail["To"].addresses[0].addr_spec == ENDS


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: c@d", "two@acme.example, other@acme.example", "<a@b>", "nobody", "a b@c"]
)
def test_an_address_with_more_in_it_stops_the_start(address: str) -> None:
    with pytest.raises(ValidationError, match="one plain address"):
        Smtp(kind="smtp", address="tls://mail.acme.example:465", sender=address, recipients=(ENDS,))
