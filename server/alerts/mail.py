"""Mail, over a connection that TLS has verified before anything is said on it."""

import logging
import socket
import ssl
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

import aiosmtplib

from policies.destinations import Smtp
from policies.secret import Secret
from server.alerts.message import Message
from server.alerts.sending import PATIENCE, NotDelivered
from server.moments import moment
from tools.outbound.addresses import Origin
from tools.outbound.errors import failures_of_sockets_at
from tools.outbound.sockets import connected
from tools.outbound.tls import ClientContext

log = logging.getLogger("remit.alerts")

_SUBJECT: Final = 200  # characters


class MailSender:
    def __init__(self, settings: Smtp, password: Secret | None, tls: ClientContext) -> None:
        self._tls = tls
        self._settings = settings
        self._password = password
        self._scheme, host, port = settings.there
        self._there = Origin(self._scheme, host, port)

    async def send(self, message: Message) -> None:
        made = await connected(self._there)
        smtp = aiosmtplib.SMTP(
            hostname=self._there.host,
            sock=made,
            use_tls=self._scheme == "tls",
            start_tls=self._scheme == "starttls",
            tls_context=self._tls,
            local_hostname=socket.gethostname(),
            timeout=PATIENCE,
            username=self._settings.user,
            password=self._password.reveal() if self._password else None,
        )
        with failures_of_sockets_at(str(self._there)):
            try:
                async with smtp:
                    refused, _ = await smtp.send_message(
                        written(message, self._settings.sender, self._settings.recipients)
                    )
            except aiosmtplib.SMTPException as error:
                raise _failed(error) from None
        if refused:
            log.warning(
                "a mail server takes mail for some of the recipients alone",
                extra={"server": str(self._there), "alert": message.id, "refused": len(refused)},
            )


def written(message: Message, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """No text of an alert is a header, and the subject is one line: the library refuses any other."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("remit", addr_spec=sender)
    mail["To"] = [Address(addr_spec=each) for each in recipients]
    mail["Subject"] = f"[remit] {message.severity.upper()}: {message.summary}"[:_SUBJECT]
    mail["Date"] = moment(message.raised_at)
    mail["Message-ID"] = f"<{message.id}@remit.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    facts = "\n".join(f"{what}: {said}" for what, said in message.facts.items())
    mail.set_content(f"{message.summary}\n\n{facts}\n", cte="quoted-printable")
    return mail


def _failed(error: aiosmtplib.SMTPException) -> Exception:
    """Without a word of what the server said."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return NotDelivered("it does not take the user and password")
        case aiosmtplib.SMTPRecipientsRefused(recipients=recipients):
            # A greylist answers 4xx: it takes the same mail later.
            refused = all(_is_final(each.code) for each in recipients)
            return NotDelivered("it takes mail for none of the recipients", refused=refused)
        case aiosmtplib.SMTPResponseException(code=code):
            return NotDelivered(f"it answers {code}", refused=_is_final(code))
        case aiosmtplib.SMTPTimeoutError():
            return NotDelivered("it did not answer in time")
        case _:
            return NotDelivered(f"it can't be spoken to ({type(error).__name__})")


def _is_final(code: int) -> bool:
    """RFC 5321, section 4.2.1."""
    return 500 <= code < 600
