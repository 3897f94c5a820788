"""`remit.toml` as frozen settings. An unknown key, a bad value or a bare secret stops the start."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies.errors import ConfigurationError

Role = Annotated[str, Field(min_length=1, max_length=128)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,62}$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


def _reference(value: str) -> str:
    scheme, _, rest = value.partition(":")
    if scheme not in {"keyring", "file", "env"} or not rest:
        raise ValueError(
            "a secret is never in the file: write a reference, keyring:service/name, file:/path or env:NAME"
        )
    return value


def _without_password(value: str) -> str:
    if "://" in value and (urlsplit(value).password or re.search(r"[?&](password|sslpassword)=", value)):
        raise ValueError('a password is never in the file: take it out and add password = "env:NAME"')
    return value


SecretReference = Annotated[str, AfterValidator(_reference)]
Dsn = Annotated[str, AfterValidator(_without_password)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(_Frozen):
    """`name` is the audience of sealed state: the same on every replica. `store` is the store of record."""

    name: str = Field(default="remit", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    url: str = "http://127.0.0.1:8787"
    store: Dsn = "sqlite:remit.db"
    store_password: SecretReference | None = None


class Keys(_Frozen):
    master: SecretReference = "file:remit.key"


class LocalIdentity(_Frozen):
    """Who a stdio connection is, and on this machine an HTTP one too."""

    user: str = Field(min_length=1, max_length=256)
    tenant: str = Field(min_length=1, max_length=256)
    roles: tuple[Role, ...] = ()
    claims: dict[str, str] = {}


class Identity(_Frozen):
    local: LocalIdentity | None = None


class Policy(_Frozen):
    """`path` is a folder of *.cedar files, added to the shipped policy."""

    path: str | None = None


class Limits(_Frozen):
    """Calls that one user may make: `burst` at once, refilled at `calls_per_minute`."""

    calls_per_minute: int = Field(default=120, ge=1, le=100_000)
    burst: int = Field(default=30, ge=1, le=10_000)


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
    """One connected system. Sizes are in bytes, times in seconds; `max_cost` is in the planner's units."""

    kind: Literal["postgres", "sqlite"]
    dsn: Dsn
    credential: Literal["user", "shared"] = "user"
    reason: str | None = None
    password: SecretReference | None = None
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
    default_schema: Identifier = "public"
    functions: tuple[str, ...] = ()
    row_security: RowSecurity | None = None
    overprivileged: str | None = None
    roles: Roles = Roles()
    tables: dict[str, TableRules] = {}

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


class Document(_Frozen):
    """The whole file. `root` is its folder: relative paths are relative to it."""

    root: Path
    server: Server = Server()
    keys: Keys = Keys()
    identity: Identity = Identity()
    policy: Policy = Policy()
    limits: Limits = Limits()
    audit: Audit = Audit()
    sources: dict[SourceName, Source] = {}

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
