"""What single settings may be, and the tables that several others are made of."""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from policies.host import is_plain
from policies.networks import network_of

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Role = Annotated[str, Field(min_length=1, max_length=128)]
Sentence = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,62}$")]
ClaimName = Annotated[str, Field(min_length=1, max_length=128)]
ScopeName = Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,128}$")]  # RFC 6749, scope-token
ScopeLabel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


def _reference(value: str) -> str:
    scheme, _, rest = value.partition(":")
    if scheme not in {"keyring", "file", "env"} or not rest:
        raise ValueError(
            "a secret is never in the file: write a reference, keyring:service/name, file:/path or env:NAME"
        )
    return value


def _master(value: str) -> str:
    if value.startswith("kms:"):
        if not re.fullmatch(r"kms:(arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)|alias)/[\w/-]+", value, re.ASCII):
            raise ValueError("write kms: and the key's ARN, or kms:alias/NAME")
        return value
    if not value.startswith("transit:"):
        return _reference(value)
    address = _web_address(value.removeprefix("transit:"))
    if not re.fullmatch(r"https?://[^/]+(/[\w.-]+)+/[\w.-]+", address, re.ASCII) or "/.." in address:
        raise ValueError("write transit:https://host:port/mount/key, the engine's mount, the key's name")
    return value


def _without_password(value: str) -> str:
    if "://" in value and (urlsplit(value).password or re.search(r"[?&](password|sslpassword)=", value)):
        raise ValueError('a password is never in the file: take it out and add password = "env:NAME"')
    return value


def _web_address(value: str) -> str:
    """Kept to the letter: an issuer is compared as text, and a URL type would add or drop a slash."""
    parts = urlsplit(value)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ValueError("write https://...; http:// is for this machine alone")
    if (
        not parts.hostname
        or parts.username is not None
        or not is_plain(parts.hostname)
        or not re.fullmatch(r"[\w.~:/\[\]%+-]{1,512}", value, re.ASCII)
    ):
        raise ValueError("write a scheme, a host and at most a port and a path")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
SecretReference = Annotated[str, AfterValidator(_reference)]
MasterReference = Annotated[str, AfterValidator(_master)]
Dsn = Annotated[str, AfterValidator(_without_password)]


NetworkSetting = Annotated[IPv4Network | IPv6Network, BeforeValidator(lambda value: network_of(str(value)))]


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ValueError("an origin is a scheme, a host and perhaps a port, as in https://chat.acme.example")
    return value


Origin = Annotated[str, AfterValidator(_origin)]
EndpointOrigin = Annotated[WebAddress, AfterValidator(_origin)]
Pin = Annotated[str, Field(pattern=r"^sha256//[A-Za-z0-9+/]{43}=$")]  # as curl and openssl users write them


def with_a_reserve(pins: tuple[str, ...]) -> tuple[str, ...]:
    """Raises `ValueError` for a pin alone."""
    if pins and len(set(pins)) < 2:
        raise ValueError("tls_pins needs a second pin, of a key in reserve: else a new key locks remit out")
    return pins


class Tls(BaseModel, frozen=True):
    """How a far side proves who it is, and what remit shows it. Files are PEM, the key without passphrase.

    `tls_pins` are SHA-256 of the keys that its certificate may have: the one in use and one in reserve.
    """

    model_config = Frozen.model_config

    tls_minimum: Literal["1.2", "1.3"] = "1.3"
    tls_ca: str | None = None
    tls_pins: tuple[Pin, ...] = ()
    tls_certificate: str | None = None
    tls_key: str | None = None

    @field_validator("tls_pins")
    @classmethod
    def _a_pin_has_a_reserve(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return with_a_reserve(value)

    @model_validator(mode="after")
    def _a_key_has_its_certificate(self) -> Self:
        if self.tls_key and not self.tls_certificate:
            raise ValueError("tls_key needs tls_certificate")
        return self


class Pace(Frozen):
    """`burst` calls at once, refilled at `calls_per_minute`."""

    calls_per_minute: int = Field(ge=1, le=6_000_000)
    burst: int = Field(ge=1, le=100_000)
