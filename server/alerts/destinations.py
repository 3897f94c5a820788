"""The destinations of the configuration, ready to be sent to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from policies.alert import Severity
from policies.destinations import AnyDestination, Slack, Smtp, Syslog, Webhook
from policies.document import Document
from policies.secret import Secret
from server.alerts.sending import Sender
from server.keys import resolve
from tools.outbound.tls import ClientContext, Tls, client_context

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Destination:
    least: Severity
    sender: Sender
    tls: ClientContext


def destinations(document: Document) -> "Mapping[str, Destination]":
    """By name; nothing is reached yet. Raises `ConfigurationError`, also for a secret that is not there."""
    secret = partial(resolve, root=document.root)
    found: dict[str, Destination] = {}
    for name, settings in document.alerts.items():
        tls = client_context(Tls.of(f"alerts.{name}", settings, document.root))
        found[name] = Destination(settings.least, _sender(settings, secret, tls), tls)
    return found


def _sender(settings: AnyDestination, secret: Callable[[str], Secret], tls: ClientContext) -> Sender:
    """The libraries of a kind are imported where it is used."""
    match settings:
        case Webhook():
            from server.alerts.webhook import WebhookSender  # noqa: PLC0415

            return WebhookSender(settings, secret(settings.secret), tls)
        case Slack():
            from server.alerts.slack import SlackSender  # noqa: PLC0415

            return SlackSender(settings, secret(settings.url), tls)
        case Syslog():
            from server.alerts.syslog import SyslogSender  # noqa: PLC0415

            return SyslogSender(settings, tls)
        case Smtp():
            from server.alerts.mail import MailSender  # noqa: PLC0415

            return MailSender(settings, secret(settings.password) if settings.password else None, tls)
