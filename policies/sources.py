"""The connected systems as settings: what all of them have, and what each kind adds."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple, Self, TypeAlias, cast, get_args
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from policies.oauth import OAuth
from policies.paths import segments
from policies.treatments import Classification, Label, Redaction, Treatments
from policies.values import (
    Dsn,
    Frozen,
    Identifier,
    NetworkSetting,
    Pace,
    Pin,
    Role,
    SecretReference,
    Sentence,
    Tls,
    WebAddress,
    with_a_reserve,
)

Trust: TypeAlias = Literal["organisation", "anyone"]
OWN = "remit"
"""The source of remit's own tools, which no source of the configuration can be called."""


class Roles(Frozen):
    """The shipped Cedar policy reads these lists and allows nothing else."""

    read: tuple[Role, ...] = ()
    act: tuple[Role, ...] = ()
    act_unconfirmed: tuple[Role, ...] = ()
    approve: tuple[Role, ...] = ()
    administer: tuple[Role, ...] = ()


class TableRules(Frozen):
    """`rows` is a condition over the table's columns and, as `:name`, the user's claims.

    `labels` say of columns what kind of personal data they hold, however it looks.
    """

    columns: tuple[Identifier, ...] = Field(min_length=1)
    rows: str | None = None
    key: tuple[Identifier, ...] = ()
    write: tuple[Identifier, ...] = ()
    labels: dict[Identifier, Label] = {}

    @model_validator(mode="after")
    def _labels_are_of_its_columns(self) -> Self:
        if unread := self.labels.keys() - set(self.columns):
            raise ValueError(f"labels names {min(unread)}, which is not among its columns")
        return self


class RowSecurity(Frozen):
    """Claims are handed to the database signed with `key`, for row-level security policies of its own."""

    key: SecretReference


class Typed(NamedTuple):
    """What people type to connect a system, as it is called there. What has no `login` is a token alone.

    `narrower` says where one comes from that may do no more than it has to.
    """

    what: str
    login: str
    secret: str
    narrower: str = ""


_ACCOUNT: Final = Typed(
    "account", "Name of the account", "Its password", "`remit sql role` prints what such a one is made with"
)
_TOKEN: Final = Typed("token", "", "A token of yours, made there for remit")
_ACCESS_KEY: Final = Typed(
    "access key", "Access key ID", "Secret access key", "docs/s3.md has the policy of such a one"
)


class Source(BaseModel, ABC, frozen=True):
    """One connected system, of whatever kind. Sizes are in bytes, times in seconds.

    `limits` takes the place of the general `limits.source`; `user_limits` are for each user of it, and
    `tool_limits` by verb, as in `query`. `networks` are those that it may be used from, all where there are
    none.
    `owner` answers for it, `purpose` says why it is connected: policies/checklist.py asks for both.
    `trust` says who may write what it holds: where it is `anyone`, its text is a stranger's (threat T23).
    """

    model_config = Frozen.model_config

    asks_who_comes: ClassVar[bool] = True
    """Whether the system takes nobody without a credential."""
    is_seen_by_anybody: ClassVar[bool] = False
    """Whether something can be told of it, if not what is in it, without a credential."""
    typed: ClassVar[Typed] = _ACCOUNT

    kind: str
    credential: Literal["user", "shared"] = "user"
    reason: str | None = None
    owner: Sentence | None = None
    purpose: Sentence | None = None
    review_days: int = Field(default=365, ge=1, le=365)
    renew_days: int = Field(default=90, ge=1, le=90)
    classification: Classification = "confidential"
    trust: Trust = "organisation"
    max_rows: int = Field(default=1000, ge=1, le=100_000)
    max_bytes: int = Field(default=1_000_000, ge=1_000, le=50_000_000)
    max_cell_bytes: int = Field(default=65_536, ge=64, le=10_000_000)
    timeout: float = Field(default=10, gt=0, le=600)
    max_changed_rows: int = Field(default=100, ge=1, le=1000)
    limits: Pace | None = None
    user_limits: Pace | None = None
    networks: tuple[NetworkSetting, ...] = ()
    tool_limits: dict[str, Pace] = {}
    roles: Roles = Roles()
    redaction: Redaction = Redaction()

    @property
    def takes_accounts(self) -> bool:
        """Whether it is reached with each user's own account alone."""
        return self.asks_who_comes and self.credential == "user"

    @property
    def shared_secret(self) -> SecretReference | None:
        """What everybody's calls reach it with, where that is configured."""
        return None

    @property
    def authorized_by(self) -> OAuth | None:
        """How each user authorizes remit there, where it is not by a secret that they type."""
        return None

    @property
    def isolation(self) -> str:
        """What keeps strangers off the way to it: by default the one door to other hosts, which verifies."""
        return "TLS, verified"

    @property
    @abstractmethod
    def may_be_changed(self) -> bool:
        """Whether anything in it may be changed by somebody."""

    @property
    @abstractmethod
    def extent(self) -> Mapping[str, int]:
        """How many of its things may be reached, by what they are called."""

    def treatments(self, roles: AbstractSet[str]) -> Treatments:
        """What is done with what is found in it, for a user with these roles."""
        return self.redaction.treatments(self.classification, roles, self.column_named)

    def column_named(self, name: str) -> tuple[str, str]:
        """The table and the column that a rule for redaction names; by default one of an answer."""
        return "", name

    def segments(self, target: str) -> tuple[str, ...]:
        """What the name of a target is made of: whatever holds the records that an action changes."""
        return tuple(target.split("/"))

    def written(self, target: str) -> tuple[str, ...] | None:
        """The fields of such a target that an action may write; None where it may write nothing there."""
        del target
        return None

    def is_written_by_strangers(self, table: str, column: str) -> bool:
        """Whether the text of its column may be; `table` is "" for one of which nobody knows the origin."""
        del table, column
        return self.trust == "anyone"

    @model_validator(mode="after")
    def _a_shared_credential_has_a_reason(self) -> Self:
        if self.asks_who_comes and self.credential == "shared" and not self.reason:
            raise ValueError('credential = "shared" needs reason = "why one role may serve every user"')
        return self


class OAuthSource(Source, frozen=True):
    """A system that may be reached by OAuth 2.0, where `oauth` says as which client."""

    oauth: OAuth | None = None

    @property
    def authorized_by(self) -> OAuth | None:
        return self.oauth

    @model_validator(mode="after")
    def _who_authorizes_is_a_user(self) -> Self:
        if self.oauth is not None and self.credential == "shared":
            raise ValueError(
                'oauth is for each user\'s own account: take out credential = "shared", or oauth'
            )
        return self


class SqlSource(Source, frozen=True):
    """A database. Tables without a schema are in `default_schema`.

    `untrusted` are columns whose text comes from outside, each as `table.column`.
    """

    kind: Literal["postgres", "sqlite", "mysql", "snowflake"]
    dsn: Dsn
    default_schema: Identifier = "public"
    functions: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()
    tables: dict[str, TableRules] = {}

    @property
    def may_be_changed(self) -> bool:
        return any(table.write for table in self.tables.values())

    def column_named(self, name: str) -> tuple[str, str]:
        table, _, column = name.rpartition(".")
        return self._full_name(table), column

    def segments(self, target: str) -> tuple[str, ...]:
        return tuple(self._full_name(target).split(".", 1))

    def written(self, target: str) -> tuple[str, ...] | None:
        for name, rules in self.tables.items():
            if rules.write and self.segments(name) == self.segments(target):
                return (*rules.key, *rules.write)
        return None

    def is_written_by_strangers(self, table: str, column: str) -> bool:
        if self.trust == "anyone":
            return True
        named = {self.column_named(name) for name in self.untrusted}
        return bool(named) and (not table or (table, column) in named)

    def _full_name(self, table: str) -> str:
        return table if "." in table else f"{self.default_schema}.{table}"

    @property
    def _readable(self) -> AbstractSet[tuple[str, str]]:
        return {
            (self._full_name(name), column) for name, rules in self.tables.items() for column in rules.columns
        }

    @model_validator(mode="after")
    def _untrusted_are_columns_that_may_be_read(self) -> Self:
        for name in self.untrusted:
            if self.column_named(name) not in self._readable:
                raise ValueError(f"untrusted names {name}, which is no column that may be read")
        return self

    @model_validator(mode="after")
    def _redaction_names_columns_that_may_be_read(self) -> Self:
        known = self._readable
        for rules in self.redaction.all_rules:
            named = [self.column_named(name) for name in rules.columns]
            for name, place in zip(rules.columns, named, strict=True):
                if place not in known:
                    raise ValueError(
                        f"redaction names {name}, which is no column that may be read: write table.column"
                    )
                if named.count(place) > 1:
                    raise ValueError(f"redaction has two rules for {'.'.join(place)}: keep one")
        return self

    @property
    def extent(self) -> Mapping[str, int]:
        return {"tables": len(self.tables)}


class SqlServer(SqlSource, frozen=True):
    """A database behind a port. `tls_pins` are as those of `policies.values.Tls`.

    `overprivileged` says why a role that may do more than is configured is taken all the same.
    """

    password: SecretReference | None = None
    tls: Literal["verify-full", "verify-ca", "require", "disable"] = "verify-full"
    tls_ca: str | None = None
    tls_pins: tuple[Pin, ...] = ()
    tls_certificate: str | None = None
    tls_key: str | None = None
    overprivileged: str | None = None

    @property
    def shared_secret(self) -> SecretReference | None:
        return self.password

    @property
    def isolation(self) -> str:
        return "this machine alone" if is_loopback(self.dsn) else f"TLS, {self.tls}"

    @field_validator("tls_pins")
    @classmethod
    def _a_pin_has_a_reserve(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return with_a_reserve(value)

    @model_validator(mode="after")
    def _weak_tls_stays_on_this_machine(self) -> Self:
        if self.tls != "verify-full" and not is_loopback(self.dsn):
            raise ValueError(f'tls = "{self.tls}" is only for a host on this machine: use "verify-full"')
        return self


class PostgresSource(SqlServer, frozen=True):
    """`max_cost` is in the planner's units."""

    kind: Literal["postgres"]
    max_cost: float = Field(default=1_000_000, gt=0)
    row_security: RowSecurity | None = None


class MysqlSource(SqlServer, frozen=True):
    """MySQL or MariaDB, whose schemas are databases.

    Without `default_schema` the tables without a schema are in the database of the dsn, unless all tables are
    said to be in one other. `bare_tables` is an administrator's word that nothing hangs on the tables that
    may be written: no triggers, and no foreign keys that change other rows with theirs.
    """

    kind: Literal["mysql"]
    bare_tables: bool = False

    @model_validator(mode="before")
    @classmethod
    def _tables_are_in_its_database(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "default_schema" in values:
            return cast("Any", values)
        given = cast("dict[str, Any]", values)
        named = {
            name.partition(".")[0] if "." in name else "" for name in map(str, given.get("tables") or ())
        }
        database = unquote(urlsplit(str(given.get("dsn"))).path.removeprefix("/"))
        if len(named) == 1 and "" not in named:
            (database,) = named
        return {**given, "default_schema": database} if database else given


_SNOWFLAKE: Final = re.compile(
    r"snowflake://([A-Za-z0-9][A-Za-z0-9._-]{0,250}(?::[0-9]{1,5})?)/([A-Za-z_][\w$]{0,254})"
)
_CLOUD: Final = ".snowflakecomputing.com"


class SnowflakeSource(OAuthSource, SqlSource, Tls, frozen=True):
    """One database of a Snowflake account: `snowflake://ACCOUNT/DATABASE`, or with the account's whole host.

    All names are those that Snowflake keeps in upper case. `token` is a programmatic access token that all
    share. `overprivileged` says why a role that may do more than is configured is taken all the same.
    `bare_tables` is an administrator's word that no policy of Snowflake's masks or hides what may be written.
    """

    typed: ClassVar[Typed] = _TOKEN

    kind: Literal["snowflake"]
    role: Identifier | None = None
    warehouse: Identifier | None = None
    token: SecretReference | None = None
    overprivileged: str | None = None
    bare_tables: bool = False

    @property
    def shared_secret(self) -> SecretReference | None:
        return self.token

    @property
    def url(self) -> str:
        """Without TLS on this machine alone, where nobody but a test is."""
        host = self._parts[0]
        if is_loopback(self.dsn):
            return f"http://{host}"
        return f"https://{host}" if "." in host else f"https://{host}{_CLOUD}"

    @property
    def database(self) -> str:
        return self._parts[1].upper()

    @property
    def isolation(self) -> str:
        return super().isolation if self.url.startswith("https:") else "this machine alone"

    @property
    def _parts(self) -> tuple[str, str]:
        found = _SNOWFLAKE.fullmatch(self.dsn)
        assert found is not None
        return found[1], found[2]

    @field_validator("dsn")
    @classmethod
    def _it_names_an_account_and_a_database(cls, value: str) -> str:
        if not _SNOWFLAKE.fullmatch(value):
            raise ValueError("write snowflake://ACCOUNT/DATABASE, or the account's whole host")
        return value


class SqliteSource(SqlSource, frozen=True):
    """A file of this machine: it asks nobody who they are."""

    asks_who_comes: ClassVar[bool] = False

    kind: Literal["sqlite"]
    default_schema: Literal["main"] = "main"

    @property
    def isolation(self) -> str:
        return "a file of this machine"


class RestSource(OAuthSource, Tls, frozen=True):
    """A system behind a REST API, reached by each user with a token of their own.

    `acts` are what may be done there beside reading. `overprivileged` says why a token that may do more than
    is configured is taken all the same.
    """

    is_seen_by_anybody: ClassVar[bool] = True
    typed: ClassVar[Typed] = _TOKEN

    credential: Literal["user"] = "user"
    trust: Trust = "anyone"
    url: WebAddress
    acts: tuple[str, ...] = ()
    overprivileged: str | None = None

    @property
    def isolation(self) -> str:
        return super().isolation if self.url.startswith("https:") else "this machine alone"

    @property
    def may_be_changed(self) -> bool:
        return bool(self.acts)


def _projects(value: str) -> str:
    path = value.removesuffix("/*")
    if not re.fullmatch(r"\w[\w.-]{0,254}(/\w[\w.-]{0,254}){0,20}", path, re.ASCII) or (
        path == value and "/" not in path
    ):
        raise ValueError("write a project's full path, group/project, or all below a group: group/*")
    return value


CodeAct: TypeAlias = Literal["create_issue", "update_issue", "comment", "propose_change"]


_CODE_FIELDS: Final = {
    r"issues": ("title", "description", "labels", "confidential", "state"),
    r"issues/[0-9]+/comments": ("text",),
    r"proposals": ("title", "description", "source_branch", "target_branch", "state"),
    r"branches/.+": ("content",),
}
"""Those of records, by what stands in the name of a target below the place."""


class CodeSource(RestSource, frozen=True):
    """Places of one forge of code, and no others: by their paths, or `group/*` for all below a group.

    Whoever may open an issue in one of them writes there, and in a public one that is anyone.
    """

    # A file is one cell, and it is looked through for people and secrets as a whole: up to some 20 µs a byte.
    max_bytes: int = Field(default=100_000, ge=1_000, le=1_000_000)
    acts: tuple[CodeAct, ...] = ()

    @property
    @abstractmethod
    def named(self) -> tuple[str, ...]:
        """The places."""

    def written(self, target: str) -> tuple[str, ...] | None:
        """`place/-/issues`, `.../issues/NUMBER/comments`, `.../proposals`, `.../branches/NAME`."""
        _, _, within = target.partition("/-/")
        return next((fields for form, fields in _CODE_FIELDS.items() if re.fullmatch(form, within)), None)


class GitlabSource(CodeSource, frozen=True):
    """Projects of one GitLab."""

    kind: Literal["gitlab"]
    url: WebAddress = "https://gitlab.com"
    projects: tuple[Annotated[str, AfterValidator(_projects)], ...] = Field(min_length=1, max_length=1000)

    @property
    def named(self) -> tuple[str, ...]:
        return self.projects

    @property
    def extent(self) -> Mapping[str, int]:
        return {"projects": len(self.projects)}


def _repositories(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/([A-Za-z0-9_.-]{1,100}|\*)", value):
        raise ValueError("write owner/name, or owner/* for all of an organisation")
    return value


class GithubSource(CodeSource, frozen=True):
    """Repositories of one GitHub: of github.com, or of a server of the organisation's own."""

    kind: Literal["github"]
    url: WebAddress = "https://github.com"
    repositories: tuple[Annotated[str, AfterValidator(_repositories)], ...] = Field(
        min_length=1, max_length=1000
    )

    @property
    def api(self) -> str:
        """The address of its REST API, as the documentation of GitHub Enterprise Server has it."""
        url = self.url.rstrip("/")
        return "https://api.github.com" if url == "https://github.com" else f"{url}/api/v3"

    @property
    def named(self) -> tuple[str, ...]:
        return self.repositories

    @property
    def extent(self) -> Mapping[str, int]:
        return {"repositories": len(self.repositories)}


ChatAct: TypeAlias = Literal["post", "reply", "edit", "delete"]


class ChatSource(RestSource, frozen=True):
    """Channels of one workspace that the user is in: public ones, and more where that is said.

    `channels` are the names of those that may be used, or `*` for all. What is older than `retention_days` is
    in no answer.
    """

    channels: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field(
        min_length=1, max_length=1000
    )
    private: bool = False
    direct: bool = False
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    acts: tuple[ChatAct, ...] = ()

    target: ClassVar[str]
    """The form of a target: a channel's id, or one below it for the replies to a message."""
    id_segments: ClassVar[int] = 1
    """Of a channel's id."""

    @property
    def extent(self) -> Mapping[str, int]:
        return {"channels": len(self.channels)}

    def written(self, target: str) -> tuple[str, ...] | None:
        return ("text",) if re.fullmatch(self.target, target) else None

    def parted(self, target: str) -> tuple[str, str | None]:
        """The channel's id, and the message that is replied to."""
        parts = target.split("/")
        thread = parts[self.id_segments :]
        return "/".join(parts[: self.id_segments]), thread[0] if thread else None


class SlackSource(ChatSource, frozen=True):
    """One workspace of Slack."""

    target: ClassVar[str] = r"[A-Z0-9]{8,24}(/[0-9]{10}\.[0-9]{6})?"

    kind: Literal["slack"]
    url: WebAddress = "https://slack.com"


FileAct: TypeAlias = Literal["write", "move", "delete"]
_FILE_FIELDS: Final = ("file", "text", "name", "folder")


def _folder(value: str) -> str:
    if segments(value) is None:
        raise ValueError("write a folder without / at its ends, as in contracts/2026, or * for all")
    return value


class FileSource(RestSource, frozen=True):
    """Folders of one store of files, and all that is below them; `*` for everything in it.

    `max_file_bytes` is of one file: a larger one is not fetched.
    """

    folders: tuple[Annotated[str, Field(max_length=1024), AfterValidator(_folder)], ...] = Field(
        min_length=1, max_length=1000
    )
    # As of a file of code: it is looked through for people and secrets.
    # A page has to hold the longest private key as a whole, and a cell the longest path.
    max_bytes: int = Field(default=100_000, ge=20_000, le=1_000_000)
    max_cell_bytes: int = Field(default=65_536, ge=4_096, le=10_000_000)
    max_file_bytes: int = Field(default=20_000_000, ge=1_000, le=200_000_000)
    acts: tuple[FileAct, ...] = ()

    @property
    def extent(self) -> Mapping[str, int]:
        return {"folders": len(self.folders)}

    def written(self, target: str) -> tuple[str, ...] | None:
        """A folder: of a file in it, its text, its name and the folder that it is in."""
        return _FILE_FIELDS if target else None


class DriveSource(FileSource, frozen=True):
    """Google Drive. Folders are named by their ids."""

    kind: Literal["drive"]
    url: WebAddress = "https://www.googleapis.com"


class S3Source(FileSource, frozen=True):
    """One bucket of Amazon S3, or of what speaks as it does. Folders are what its keys have before a `/`.

    Users connect it with an access key of their own.
    """

    typed: ClassVar[Typed] = _ACCESS_KEY

    kind: Literal["s3"]
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]{1,64}$")


_GUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TEAMS_CHANNEL: Final = (
    rf"({_GUID}/19:[A-Za-z0-9_-]{{1,120}}@thread\.(tacv2|skype)"
    r"|chats/19:[A-Za-z0-9_-]{1,120}@(thread\.v2|unq\.gbl\.spaces))"
)
"""The id of a channel, `TEAM/CHANNEL`, or of a chat, `chats/CHAT`, of the ids that Graph has for them."""
TEAMS_MESSAGE: Final = "[0-9]{10,20}"


def _channels_of_teams(value: str) -> str:
    team, _, channel = value.rpartition(" / ")
    if value != "*" and not (team.strip() and channel.strip()):
        raise ValueError("write Team / Channel, Team / * for all of a team, or * for all")
    return value


_GRAPH: Final = "https://graph.microsoft.com"


class GraphSource(RestSource, frozen=True):
    """What is reached over Microsoft Graph. `authority` and `tenant` are where users authorize remit: at
    Microsoft Entra, in one tenant.
    """

    authority: WebAddress = "https://login.microsoftonline.com"
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$")] | None = None

    @model_validator(mode="after")
    def _users_authorize_it_in_one_tenant(self) -> Self:
        if self.oauth is not None and self.tenant in {None, "common", "organizations", "consumers"}:
            raise ValueError("oauth needs tenant: the id of the organisation's own, or a domain of it")
        return self


class TeamsSource(ChatSource, GraphSource, frozen=True):
    """The teams of one tenant of Microsoft Entra, and their channels. `private` opens shared ones, too."""

    target: ClassVar[str] = f"{TEAMS_CHANNEL}(/{TEAMS_MESSAGE})?"
    id_segments: ClassVar[int] = 2

    kind: Literal["teams"]
    url: WebAddress = _GRAPH
    channels: tuple[
        Annotated[str, Field(min_length=1, max_length=310), AfterValidator(_channels_of_teams)], ...
    ] = Field(min_length=1, max_length=1000)


_HOST: Final = r"^(\*\.)?[a-z0-9]([a-z0-9-]{0,62}\.)+[a-z]{2,63}$"


class SharepointSource(FileSource, GraphSource, frozen=True):
    """One document library of SharePoint: `drive` is Graph's id of it, and folders are named by theirs.

    What files hold comes from the hosts of `content`, where `*.` stands for all below one. With `selected`
    the application was given this library alone.
    """

    kind: Literal["sharepoint"]
    url: WebAddress = _GRAPH
    drive: str = Field(pattern=r"^b![A-Za-z0-9_-]{20,120}$")
    content: tuple[Annotated[str, Field(pattern=_HOST)], ...] = ("*.sharepoint.com",)
    selected: bool = False


Kinds = (
    PostgresSource
    | SqliteSource
    | MysqlSource
    | SnowflakeSource
    | GitlabSource
    | GithubSource
    | SlackSource
    | S3Source
    | DriveSource
    | TeamsSource
    | SharepointSource
)
AnySource = Annotated[Kinds, Field(discriminator="kind")]
KINDS: Final = tuple(str(get_args(each.model_fields["kind"].annotation)[0]) for each in get_args(Kinds))


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
