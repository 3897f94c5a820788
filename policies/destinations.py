"""Where alerts go: the tables `[alerts.NAME]`."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from policies.alert import Severity
from policies.host import is_plain
from policies.values import LOOPBACK, EndpointOrigin, SecretReference, Sentence, Tls, WebAddress

_PORT = r"(?:[1-9]\d{0,4})"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253})"


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", value, re.ASCII):
        raise ValueError("write one plain address, as in alerts@acme.example")
    return value


def _syslog_address(value: str) -> str:
    return _reached(value, "tls|tcp|udp", "write tls://HOST:6514, or tcp:// or udp:// for this machine")


def _mail_address(value: str) -> str:
    return _reached(value, "starttls|tls|plain", "write starttls://HOST:587 or tls://HOST:465")


def _reached(value: str, schemes: str, remedy: str) -> str:
    found = re.fullmatch(rf"(?:{schemes})://({_HOST}):({_PORT})", value, re.ASCII)
    if found is None or int(found[2]) > 65_535 or not is_plain(found[1].strip("[]")):
        raise ValueError(remedy)
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]
DestinationName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class Destination(Tls, frozen=True):
    """`least` is the severity from which on an alert goes there."""

    least: Severity = Severity.WARNING


class Webhook(Destination, frozen=True):
    """A receiver of Standard Webhooks. `secret` signs: 24 to 64 bytes in base64, with or without `whsec_`."""

    kind: Literal["webhook"]
    url: WebAddress
    secret: SecretReference


class Slack(Destination, frozen=True):
    """An incoming webhook. Whoever has its address may write there: `url` is a reference to it.

    `origin` is that of the address where it is in an inner network or on a port of its own.
    """

    kind: Literal["slack"]
    url: SecretReference
    origin: EndpointOrigin | None = None


class _Direct(Destination, frozen=True):
    """What is no HTTP. `plaintext` says why it is right that another machine is reached without TLS."""

    plaintext: Sentence | None = None

    def _refuse_plaintext(self, scheme: str, host: str) -> None:
        if scheme in {"tcp", "udp", "plain"} and host not in LOOPBACK and self.plaintext is None:
            raise ValueError(
                "what goes to another machine goes by TLS; where it can't, say why with plaintext"
            )


class Syslog(_Direct, frozen=True):
    """A receiver of RFC 5424: `address` is tls://, tcp:// or udp://, the host and the port."""

    kind: Literal["syslog"]
    address: Annotated[str, AfterValidator(_syslog_address)]

    @property
    def there(self) -> tuple[str, str, int]:
        return _parts(self.address)

    @model_validator(mode="after")
    def _it_is_told_by_tls(self) -> Self:
        self._refuse_plaintext(*self.there[:2])
        return self


class Smtp(_Direct, frozen=True):
    """A mail server: `address` is starttls://, tls:// or plain://, the host and the port."""

    kind: Literal["smtp"]
    address: Annotated[str, AfterValidator(_mail_address)]
    sender: Mailbox
    recipients: tuple[Mailbox, ...] = Field(min_length=1, max_length=50)
    user: str | None = Field(default=None, min_length=1, max_length=256)
    password: SecretReference | None = None

    @property
    def there(self) -> tuple[str, str, int]:
        return _parts(self.address)

    @model_validator(mode="after")
    def _it_is_told_by_tls(self) -> Self:
        scheme, host, _ = self.there
        self._refuse_plaintext(scheme, host)
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password come together")
        if self.password is not None and scheme == "plain":
            raise ValueError("a password is never shown without TLS: write starttls:// or tls://")
        return self


AnyDestination = Annotated[Webhook | Slack | Syslog | Smtp, Field(discriminator="kind")]
DESTINATION_KINDS = ("webhook", "slack", "syslog", "smtp")


def _parts(address: str) -> tuple[str, str, int]:
    """Scheme, host and port."""
    scheme, _, rest = address.partition("://")
    host, _, port = rest.rpartition(":")
    return scheme, host.strip("[]"), int(port)
