"""`remit.toml` as frozen settings. An unknown key, a bad value or a bare secret stops the start."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from policies.destinations import DESTINATION_KINDS, AnyDestination, DestinationName
from policies.directory import Directory
from policies.errors import ConfigurationError
from policies.flow import Flow
from policies.labels import is_own
from policies.recognizers import Recognition
from policies.scopes import Scope
from policies.sources import KINDS, OWN, AnySource, Source, SqlSource
from policies.thresholds import Anomalies
from policies.values import (
    ClaimName,
    Dsn,
    EndpointOrigin,
    Frozen,
    Identifier,
    MasterReference,
    NetworkSetting,
    Origin,
    Pace,
    Role,
    ScopeLabel,
    ScopeName,
    SecretReference,
    SourceName,
    Tls,
    WebAddress,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Asymmetric alone: who can check a token must not be able to make one.
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"
]


def _named_alike(value: object) -> object:
    """A list of names stands for a table where each claim keeps its own."""
    if not isinstance(value, list):
        return value
    return {str(name): name for name in cast("list[object]", value)}


class Server(Frozen):
    """`name` is the audience of sealed state: the same on every replica. `store` is the store of record.

    `origins` are those of web pages that may call it, beside its own. `plaintext` says why HTTP without TLS
    is right although other machines can reach it. `proxies` are the networks of those whose X-Forwarded-For
    counts.
    """

    name: str = Field(default="remit", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    url: WebAddress = "http://127.0.0.1:8787"
    origins: tuple[Origin, ...] = ()
    tls_certificate: str | None = None
    tls_key: str | None = None
    proxies: tuple[NetworkSetting, ...] = ()
    plaintext: str | None = None
    store: Dsn = "sqlite:remit.db"
    store_password: SecretReference | None = None

    @model_validator(mode="after")
    def _a_certificate_has_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key come together")
        return self


class Keys(Frozen):
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


class LocalIdentity(Frozen):
    """Who a stdio connection is, and without `[identity.oidc]` an HTTP one on this machine too."""

    user: str = Field(min_length=1, max_length=256)
    tenant: str = Field(min_length=1, max_length=256)
    roles: tuple[Role, ...] = ()
    claims: dict[str, str] = {}


class OidcScopes(Frozen):
    """What a token must hold: `read` for anything at all, `act` as well to call a tool that acts."""

    read: ScopeName | None = None
    act: ScopeName | None = None


class SignIn(Frozen):
    """remit as a client of the issuer, for people who open its pages. Without a secret it is a public one.

    `scopes` are what it asks for: some issuers give roles for one of their own alone. With
    `logout_ends_connections` the connections of somebody who signs out there end, too.
    """

    client_id: str = Field(min_length=1, max_length=256, pattern=r"^[!-~]+$")
    client_secret: SecretReference | None = None
    scopes: tuple[ScopeName, ...] = ("openid",)
    logout_ends_connections: bool = False

    @field_validator("scopes")
    @classmethod
    def _it_asks_who_it_is(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("openid must be among the scopes: without it the issuer gives no ID token")
        return value


class Oidc(Tls, frozen=True):
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


class Identity(Frozen):
    local: LocalIdentity | None = None
    oidc: Oidc | None = None


class Policy(Frozen):
    """`path` is a folder of *.cedar files, added to the shipped policy."""

    path: str | None = None


class Limits(Pace):
    """Calls that each user may make; with `tenant` those of each tenant, with `source` those to each one.

    `questions_per_hour` are those that each user may be asked before actions (threat T20).
    """

    calls_per_minute: int = Field(default=120, ge=1, le=6_000_000)
    burst: int = Field(default=30, ge=1, le=100_000)
    tenant: Pace = Pace(calls_per_minute=1200, burst=300)
    source: Pace = Pace(calls_per_minute=1200, burst=300)
    questions_per_hour: int = Field(default=20, ge=1, le=1000)


class Window(Frozen):
    """How long a user's context lasts: so many minutes after its last call, and so many calls at most."""

    minutes: int = Field(default=60, ge=1, le=1440)
    turns: int = Field(default=200, ge=1, le=100_000)


class Injection(Frozen):
    """With `detector`, answers and the log say where text addresses a model. No guard depends on it."""

    detector: bool = True


class Results(Frozen):
    """How much of a result goes into one answer, and how long the whole of a larger one is kept.

    `characters` are those of the answer's text. What is kept ends with its context, so many minutes after it
    was read or so many calls later, whichever comes first. `most` are kept in one context: the oldest goes.
    """

    characters: int = Field(default=200_000, ge=1_000, le=10_000_000)
    minutes: int = Field(default=30, ge=1, le=1440)
    turns: int = Field(default=50, ge=1, le=100_000)
    most: int = Field(default=10, ge=1, le=1000)


class Audit(Frozen):
    """`checkpoints` is the folder, best on another disk, that signed checkpoints are copied to.

    A checkpoint is due after `every_entries` or `every_seconds`, whichever comes first. When the folder has
    not taken one for ten such periods, calls are refused.
    """

    checkpoints: str = "remit-checkpoints"
    every_entries: int = Field(default=1000, ge=1, le=100_000)
    every_seconds: int = Field(default=10, ge=1, le=3600)


class Switch(Frozen):
    """The kill switch. `unreadable` says what is halted while nobody can say what is.

    `lifted_by` are the accounts of the machine, two of which it takes to lift a full halt; any two where none
    is named.
    """

    unreadable: Literal["acts", "everything"] = "acts"
    lifted_by: tuple[Annotated[str, Field(min_length=1, max_length=256)], ...] = ()

    @field_validator("lifted_by")
    @classmethod
    def _it_takes_two(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and len(set(value)) < 2:
            raise ValueError("it takes two people to lift a full halt: name two accounts or more, or none")
        return value


class Metrics(Frozen):
    """`token` is what `/metrics` is read with from another machine, too; without it from this one alone."""

    token: SecretReference | None = None


class Telemetry(Tls, frozen=True):
    """`otlp` is where traces of calls go, by OTLP over HTTP; `token` what the collector is shown."""

    otlp: WebAddress
    token: SecretReference | None = None


def _not_our_own(name: str) -> str:
    if name == OWN:
        raise ValueError(f"{OWN} is the name of this server's own tools: call the source something else")
    return name


class Document(Frozen):
    """The whole file. `root` is its folder: relative paths are relative to it."""

    root: Path
    server: Server = Server()
    keys: Keys = Keys()
    identity: Identity = Identity()
    policy: Policy = Policy()
    limits: Limits = Limits()
    context: Window = Window()
    results: Results = Results()
    redaction: Recognition = Recognition()
    injection: Injection = Injection()
    directory: Directory = Directory()
    flow: Flow = Flow()
    audit: Audit = Audit()
    anomalies: Anomalies = Anomalies()
    kill_switch: Switch = Switch()
    metrics: Metrics = Metrics()
    alerts: dict[DestinationName, AnyDestination] = {}
    telemetry: Telemetry | None = None
    sources: dict[Annotated[SourceName, AfterValidator(_not_our_own)], AnySource] = {}
    scopes: dict[ScopeLabel, Scope] = {}

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
        document = Document.model_validate({**tree, "root": path.parent})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        keys, message, remedy = _told(first)
        raise ConfigurationError(
            f"{'.'.join(keys)}: {message}", where=f"{path}:{line_of(text, keys)}", remedy=remedy
        ) from None
    for keys, label in _labels(document.sources):
        if is_own(label) and label not in document.redaction.own:
            raise ConfigurationError(
                f"{'.'.join(keys)}: no recognizer has {label} as its supported_entity",
                where=f"{path}:{line_of(text, keys)}",
                remedy="Mend the label, or add a recognizer for it under [[redaction.recognizers]].",
            )
    return document


def _labels(sources: Mapping[str, Source]) -> Iterator[tuple[list[str], str]]:
    """The labels of personal data that sources name, and where."""
    for name, source in sources.items():
        rules = ["sources", name, "redaction"]
        yield from (([*rules, "entities", label], label) for label in source.redaction.entities)
        for role, ruled in source.redaction.roles.items():
            yield from (([*rules, "roles", role, "entities", label], label) for label in ruled.entities)
        if isinstance(source, SqlSource):
            for table, its in source.tables.items():
                for column, label in its.labels.items():
                    yield ["sources", name, "tables", table, "labels", column], label


def _told(error: "ErrorDetails") -> tuple[list[str], str, str]:
    """The keys of what is wrong, what is wrong there, and what to do."""
    keys = [str(part) for part in error["loc"] if part != "[key]"]
    of_kind = ""
    tables = {"sources": ("a source", KINDS), "alerts": ("a destination", DESTINATION_KINDS)}
    what, kinds = tables.get(keys[0], ("", ()))
    if what and len(keys) > 2 and error["loc"][2] != "[key]":
        of_kind = f" of {what} of kind {keys.pop(2)}"  # which stands there as the model that was chosen
    match error["type"]:
        case "extra_forbidden":
            return keys, f"there is no such setting{of_kind}", "Remove it, or mend its spelling."
        case "union_tag_invalid" | "union_tag_not_found":
            return [*keys, "kind"], "it is none that remit knows", f"Write one of: {', '.join(kinds)}."
        case _:
            remedy = "Mend the value; the README and docs/configuration.md list what each setting takes."
            return keys, error["msg"].removeprefix("Value error, "), remedy


def line_of(text: str, keys: list[str]) -> int:
    """The line, from 1, that sets `keys`, or the nearest table around it."""
    table: list[str] = []
    best, depth = 1, -1
    entries = Counter[tuple[str, ...]]()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$", line):
            path = table = _entry(_split(header[1]), entries, new=line.lstrip().startswith("[["))
        elif setting := re.match(r"\s*([^=#\[{]+?)\s*=", line):
            path = table + _split(setting[1])
        else:
            continue
        if len(path) > depth and path == keys[: len(path)]:
            best, depth = number, len(path)
    return best


def _entry(header: list[str], entries: Counter[tuple[str, ...]], *, new: bool) -> list[str]:
    """The keys of a header, with the number of the entry behind each that is a list of tables."""
    path: list[str] = []
    for place, key in enumerate(header, 1):
        path.append(key)
        if new and place == len(header):
            entries[tuple(path)] += 1
        if count := entries[tuple(path)]:
            path.append(str(count - 1))
    return path


def _split(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)]
