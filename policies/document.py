"""`remit.toml` as frozen settings. An unknown key, a bad value or a bare secret stops the start."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from policies.errors import ConfigurationError
from policies.host import is_plain

OWN = "remit"
"""The source of remit's own tools, which no source of the configuration can be called."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Role = Annotated[str, Field(min_length=1, max_length=128)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,62}$")]
ClaimName = Annotated[str, Field(min_length=1, max_length=128)]
ScopeName = Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,128}$")]  # RFC 6749, scope-token
# Asymmetric alone: who can check a token must not be able to make one.
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"
]
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


def _named_alike(value: object) -> object:
    """A list of names stands for a table where each claim keeps its own."""
    if not isinstance(value, list):
        return value
    return {str(name): name for name in cast("list[object]", value)}


WebAddress = Annotated[str, AfterValidator(_web_address)]
SecretReference = Annotated[str, AfterValidator(_reference)]
MasterReference = Annotated[str, AfterValidator(_master)]
Dsn = Annotated[str, AfterValidator(_without_password)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ValueError("an origin is a scheme, a host and perhaps a port, as in https://chat.acme.example")
    return value


Origin = Annotated[str, AfterValidator(_origin)]
EndpointOrigin = Annotated[WebAddress, AfterValidator(_origin)]
Pin = Annotated[str, Field(pattern=r"^sha256//[A-Za-z0-9+/]{43}=$")]  # as curl and openssl users write them


class Server(_Frozen):
    """`name` is the audience of sealed state: the same on every replica. `store` is the store of record.

    `origins` are those of web pages that may call it, beside its own. `plaintext` says why HTTP without TLS
    is right although other machines can reach it.
    """

    name: str = Field(default="remit", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    url: WebAddress = "http://127.0.0.1:8787"
    origins: tuple[Origin, ...] = ()
    tls_certificate: str | None = None
    tls_key: str | None = None
    plaintext: str | None = None
    store: Dsn = "sqlite:remit.db"
    store_password: SecretReference | None = None

    @model_validator(mode="after")
    def _a_certificate_has_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key come together")
        return self


class Keys(_Frozen):
    """`master` wraps the keys that the store keeps; `former` are others that may still unwrap.

    `token` and `ca` are for those in a Transit engine: what it is asked with, and the file of the authority
    to trust in place of the system's.
    """

    master: MasterReference = "file:remit.key"
    former: tuple[MasterReference, ...] = ()
    token: SecretReference | None = None
    ca: str | None = None

    @model_validator(mode="after")
    def _transit_is_asked_with_a_token(self) -> Self:
        if self.token is None and any(each.startswith("transit:") for each in (self.master, *self.former)):
            raise ValueError('a Transit engine asks for a token: add token = "file:/path" or "env:NAME"')
        return self


class LocalIdentity(_Frozen):
    """Who a stdio connection is, and without `[identity.oidc]` an HTTP one on this machine too."""

    user: str = Field(min_length=1, max_length=256)
    tenant: str = Field(min_length=1, max_length=256)
    roles: tuple[Role, ...] = ()
    claims: dict[str, str] = {}


class OidcScopes(_Frozen):
    """What a token must hold: `read` for anything at all, `act` as well to call a tool that acts."""

    read: ScopeName | None = None
    act: ScopeName | None = None


class SignIn(_Frozen):
    """remit as a client of the issuer, for people who open its pages. Without a secret it is a public one.

    `scopes` are what it asks for: some issuers give roles for one of their own alone.
    """

    client_id: str = Field(min_length=1, max_length=256, pattern=r"^[!-~]+$")
    client_secret: SecretReference | None = None
    scopes: tuple[ScopeName, ...] = ("openid",)

    @field_validator("scopes")
    @classmethod
    def _it_asks_who_it_is(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("openid must be among the scopes: without it the issuer gives no ID token")
        return value


class Tls(_Frozen):
    """How a far side proves who it is, and what remit shows it. Files are PEM, the key without passphrase.

    `tls_pins` are SHA-256 of the keys that its certificate may have: the one in use and one in reserve.
    """

    tls_minimum: Literal["1.2", "1.3"] = "1.3"
    tls_ca: str | None = None
    tls_pins: tuple[Pin, ...] = ()
    tls_certificate: str | None = None
    tls_key: str | None = None

    @model_validator(mode="after")
    def _a_pin_has_a_reserve(self) -> Self:
        if self.tls_pins and len(set(self.tls_pins)) < 2:
            raise ValueError(
                "tls_pins needs a second pin, of a key in reserve: else a new key locks remit out"
            )
        return self

    @model_validator(mode="after")
    def _a_key_has_its_certificate(self) -> Self:
        if self.tls_key and not self.tls_certificate:
            raise ValueError("tls_key needs tls_certificate")
        return self


class Oidc(Tls):
    """Who an HTTP caller is: what a token of this issuer says, and nothing else.

    `roles_claim`, `tenant_claim` and the values of `claims` are names of claims, or paths through nested ones
    with dots; the keys of `claims` are what row filters call them.
    `audience` is what a token's `aud` must contain; `Document.resource` where it is not set.
    `sign_in` is how people sign in to the pages; without it nobody can.
    `endpoint_origins` are those that its endpoints may have beside its own and public ones.
    """

    issuer: WebAddress
    endpoint_origins: tuple[EndpointOrigin, ...] = ()
    audience: str | None = Field(default=None, min_length=1, max_length=512)
    roles_claim: ClaimName = "groups"
    tenant_claim: ClaimName | None = None
    tenant: str | None = Field(default=None, min_length=1, max_length=256)
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "PS256", "ES256", "EdDSA"), min_length=1)
    claims: Annotated[dict[Identifier, ClaimName], BeforeValidator(_named_alike)] = {}
    scopes: OidcScopes = OidcScopes()
    sign_in: SignIn | None = None

    @model_validator(mode="after")
    def _a_tenant_comes_from_one_place(self) -> Self:
        if (self.tenant is None) == (self.tenant_claim is None):
            raise ValueError('write either tenant_claim = "the claim that names it" or tenant = "its name"')
        return self


class Identity(_Frozen):
    local: LocalIdentity | None = None
    oidc: Oidc | None = None


class Policy(_Frozen):
    """`path` is a folder of *.cedar files, added to the shipped policy."""

    path: str | None = None


class Pace(_Frozen):
    """`burst` calls at once, refilled at `calls_per_minute`."""

    calls_per_minute: int = Field(ge=1, le=6_000_000)
    burst: int = Field(ge=1, le=100_000)


class Limits(Pace):
    """Calls that each user may make; with `tenant` those of each tenant, with `source` those to each one.

    `questions_per_hour` are those that each user may be asked before actions (threat T20).
    """

    calls_per_minute: int = Field(default=120, ge=1, le=6_000_000)
    burst: int = Field(default=30, ge=1, le=100_000)
    tenant: Pace = Pace(calls_per_minute=1200, burst=300)
    source: Pace = Pace(calls_per_minute=1200, burst=300)
    questions_per_hour: int = Field(default=20, ge=1, le=1000)


class Audit(_Frozen):
    """`checkpoints` is the folder, best on another disk, that signed checkpoints are copied to.

    A checkpoint is due after `every_entries` or `every_seconds`, whichever comes first. When the folder has
    not taken one for ten such periods, calls are refused.
    """

    checkpoints: str = "remit-checkpoints"
    every_entries: int = Field(default=1000, ge=1, le=100_000)
    every_seconds: int = Field(default=10, ge=1, le=3600)


class Roles(_Frozen):
    """The shipped Cedar policy reads these lists and allows nothing else."""

    read: tuple[Role, ...] = ()
    act: tuple[Role, ...] = ()
    act_unconfirmed: tuple[Role, ...] = ()
    approve: tuple[Role, ...] = ()


class TableRules(_Frozen):
    """`rows` is a condition over the table's columns and, as `:name`, the user's claims."""

    columns: tuple[Identifier, ...] = Field(min_length=1)
    rows: str | None = None
    key: tuple[Identifier, ...] = ()
    write: tuple[Identifier, ...] = ()


class RowSecurity(_Frozen):
    """Claims are handed to the database signed with `key`, for row-level security policies of its own."""

    key: SecretReference


class Source(_Frozen):
    """One connected system. Sizes are in bytes, times in seconds; `max_cost` is in the planner's units.

    `limits` takes the place of the general `limits.source`; `tool_limits` are by verb, as in `query`.
    """

    kind: Literal["postgres", "sqlite"]
    dsn: Dsn
    credential: Literal["user", "shared"] = "user"
    reason: str | None = None
    password: SecretReference | None = None
    renew_days: int = Field(default=90, ge=1, le=90)
    tls: Literal["verify-full", "verify-ca", "require", "disable"] = "verify-full"
    tls_ca: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    classification: Literal["public", "internal", "confidential", "restricted"] = "confidential"
    max_rows: int = Field(default=1000, ge=1, le=100_000)
    max_bytes: int = Field(default=1_000_000, ge=1_000, le=50_000_000)
    max_cell_bytes: int = Field(default=65_536, ge=64, le=10_000_000)
    max_cost: float = Field(default=1_000_000, gt=0)
    timeout: float = Field(default=10, gt=0, le=600)
    max_changed_rows: int = Field(default=100, ge=1, le=1000)
    default_schema: Identifier = "public"
    functions: tuple[str, ...] = ()
    row_security: RowSecurity | None = None
    overprivileged: str | None = None
    limits: Pace | None = None
    tool_limits: dict[str, Pace] = {}
    roles: Roles = Roles()
    tables: dict[str, TableRules] = {}

    @property
    def takes_accounts(self) -> bool:
        """Whether it is reached with each user's own account alone."""
        return self.kind != "sqlite" and self.credential == "user"

    @model_validator(mode="after")
    def _a_shared_credential_has_a_reason(self) -> Self:
        if self.kind != "sqlite" and self.credential == "shared" and not self.reason:
            raise ValueError('credential = "shared" needs reason = "why one role may serve every user"')
        return self

    @model_validator(mode="after")
    def _weak_tls_stays_on_this_machine(self) -> Self:
        if self.kind == "postgres" and self.tls != "verify-full" and not is_loopback(self.dsn):
            raise ValueError(f'tls = "{self.tls}" is only for a host on this machine: use "verify-full"')
        return self


def is_loopback(dsn: str) -> bool:
    """Whether a database URL names this machine: no host, a socket's folder, or a loopback address."""
    parts = urlsplit(dsn)
    query = {key.lower(): values for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if {"hostaddr", "service", "servicefile"} & query.keys():
        return False
    address = parts.netloc.rpartition("@")[2]
    hosts = [re.sub(r":\d*$", "", host).strip("[]") for host in address.split(",")]
    hosts += [host for value in query.get("host", []) for host in value.split(",")]
    return all(
        host in {"", "localhost", "127.0.0.1", "::1"} or host.startswith("/") for host in map(unquote, hosts)
    )


def _not_our_own(name: str) -> str:
    if name == OWN:
        raise ValueError(f"{OWN} is the name of this server's own tools: call the source something else")
    return name


class Document(_Frozen):
    """The whole file. `root` is its folder: relative paths are relative to it."""

    root: Path
    server: Server = Server()
    keys: Keys = Keys()
    identity: Identity = Identity()
    policy: Policy = Policy()
    limits: Limits = Limits()
    audit: Audit = Audit()
    sources: dict[Annotated[SourceName, AfterValidator(_not_our_own)], Source] = {}

    @property
    def resource(self) -> str:
        """The URI of the resource that tokens are asked for (RFC 8707) and that clients reach."""
        return self.server.url.rstrip("/") + "/mcp"

    def within(self, path: str) -> Path:
        """A path of the file, relative to the file's own folder."""
        return self.root / path


def parse(text: str, path: Path) -> Document:
    """Checks the text of the file at `path`. Raises `ConfigurationError` with the line of what is wrong."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigurationError(
            f"this is not TOML: {error}",
            where=f"{path}:{line[1]}" if line else str(path),
            remedy="Mend the syntax there.",
        ) from None
    try:
        return Document.model_validate({**tree, "root": path.parent})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        keys = [str(part) for part in first["loc"] if part != "[key]"]
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message, remedy = "there is no such setting", "Remove it, or mend its spelling."
        else:
            remedy = "Mend the value; the README and docs/configuration.md list what each setting takes."
        raise ConfigurationError(
            f"{'.'.join(keys)}: {message}", where=f"{path}:{line_of(text, keys)}", remedy=remedy
        ) from None


def line_of(text: str, keys: list[str]) -> int:
    """The line, from 1, that sets `keys`, or the nearest table around it."""
    table: list[str] = []
    best, depth = 1, -1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$", line):
            path = table = _split(header[1])
        elif setting := re.match(r"\s*([^=#\[{]+?)\s*=", line):
            path = table + _split(setting[1])
        else:
            continue
        if len(path) > depth and path == keys[: len(path)]:
            best, depth = number, len(path)
    return best


def _split(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)]
