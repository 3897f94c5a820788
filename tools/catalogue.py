"""The explicit list of connectors, and the tools that they give."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from policies.arguments import ArgumentSchema
from policies.call import TWIN, Call, Request, Tier, Tool, Transport, User
from policies.canonical import Json, canonical
from policies.document import Document
from policies.errors import ConfigurationError, Denied, not_open
from policies.networks import THIS_MACHINE
from policies.secret import Secret
from policies.sources import (
    AnySource,
    DriveSource,
    GithubSource,
    GitlabSource,
    MysqlSource,
    PostgresSource,
    S3Source,
    SharepointSource,
    SlackSource,
    SnowflakeSource,
    SqliteSource,
    SqlSource,
    TeamsSource,
)
from policies.values import SecretReference
from tools.chat import toolset as chat
from tools.code import toolset as code
from tools.connector import Connector
from tools.files import toolset as files
from tools.github.words import WORDS as GITHUB
from tools.gitlab.words import WORDS as GITLAB
from tools.slack.words import WORDS as SLACK
from tools.sql.guard import check_rules
from tools.sql.rules import Rules
from tools.sql.toolset import toolset
from tools.teams.words import WORDS as TEAMS

Resolve = Callable[[SecretReference], Secret]
"""What a reference of the configuration stands for. Raises `ConfigurationError`."""


def connect(name: str, source: AnySource, root: Path, resolve: Resolve) -> Connector:
    """The connector of one source; `root` is the folder of the configuration. Raises `ConfigurationError`.

    Only what is configured is imported: a driver takes its time of the start.
    """
    match source:
        case PostgresSource():
            from tools.postgres.connector import PostgresConnector  # noqa: PLC0415

            _hold_rules(name, source)
            security = source.row_security
            return PostgresConnector(name, source, root, resolve(security.key) if security else None)
        case SqliteSource():
            from tools.sqlite.connector import SqliteConnector  # noqa: PLC0415

            _hold_rules(name, source)
            return SqliteConnector(name, source, root)
        case MysqlSource():
            if find_spec("asyncmy") is None:
                raise ConfigurationError(
                    "remit was installed without MySQL",
                    where=f"sources.{name}",
                    remedy="Run: pip install 'remit[mysql]'",
                )
            from tools.mysql.connector import MysqlConnector  # noqa: PLC0415

            _hold_rules(name, source)
            return MysqlConnector(name, source, root)
        case SnowflakeSource():
            from tools.snowflake.connector import SnowflakeConnector  # noqa: PLC0415

            _hold_rules(name, source)
            return SnowflakeConnector(name, source, root)
        case GitlabSource():
            from tools.gitlab.connector import GitlabConnector  # noqa: PLC0415

            return GitlabConnector(name, source, root)
        case GithubSource():
            from tools.github.connector import GithubConnector  # noqa: PLC0415

            return GithubConnector(name, source, root)
        case SlackSource():
            from tools.slack.connector import SlackConnector  # noqa: PLC0415

            return SlackConnector(name, source, root)
        case S3Source():
            if find_spec("botocore") is None:
                raise ConfigurationError(
                    "remit was installed without S3",
                    where=f"sources.{name}",
                    remedy="Run: pip install 'remit[aws]'",
                )
            from tools.s3.connector import S3Connector  # noqa: PLC0415

            return S3Connector(name, source, root)
        case DriveSource():
            from tools.drive.connector import DriveConnector  # noqa: PLC0415

            return DriveConnector(name, source, root)
        case SharepointSource():
            from tools.sharepoint.connector import SharepointConnector  # noqa: PLC0415

            return SharepointConnector(name, source, root)
        case TeamsSource():
            from tools.teams.connector import TeamsConnector  # noqa: PLC0415

            return TeamsConnector(name, source, root)


def _hold_rules(name: str, source: SqlSource) -> None:
    try:
        check_rules(Rules.of(source))
    except ValueError as error:
        raise ConfigurationError(
            str(error), where=f"sources.{name}", remedy="Mend the settings of that table."
        ) from error


def definitions(document: Document) -> Sequence[Tool]:
    """Every tool of the configuration, in order, without reaching any source."""
    return with_twins(tool for name, source in document.sources.items() for tool in _tools(name, source))


def _tools(name: str, source: AnySource) -> Sequence[Tool]:
    match source:
        case PostgresSource() | SqliteSource() | MysqlSource() | SnowflakeSource():
            return toolset(name, source)
        case GitlabSource():
            return code.toolset(name, source, GITLAB)
        case GithubSource():
            return code.toolset(name, source, GITHUB)
        case SlackSource():
            return chat.toolset(name, source, SLACK)
        case TeamsSource():
            return chat.toolset(name, source, TEAMS)
        case S3Source() | DriveSource() | SharepointSource():
            return files.toolset(name, source)


def with_twins(tools: Iterable[Tool]) -> Sequence[Tool]:
    """Each tool that acts on a source is followed by its autonomous twin."""
    return [each for tool in tools for each in ((tool, _twin(tool)) if tool.tier is Tier.ACT else (tool,))]


def _twin(tool: Tool) -> Tool:
    assert not tool.verb.endswith(TWIN)
    return Tool(
        tool.source,
        tool.verb,
        Tier.AUTO,
        f"{tool.title}, on your own",
        (
            f"Does at once what {tool.name} does, with the same arguments and under the same rules, and asks "
            "nobody: as long as it keeps to what an administrator has opened to that. Anything else is asked "
            f"as {tool.name} asks, or refused, and the answer says why. What is done is on record, and "
            "remit_undo takes it back where it can be."
        ),
        tool.input_schema,
        tool.output_schema,
    )


Gate = Callable[[User, Tool, Transport], object]
"""Returns when the tool is open to the user, else raises `Denied`."""


class Catalogue:
    """The tools of every source, in a fixed order: by source, then as the connector lists them."""

    def __init__(self, tools: Iterable[Tool], gate: Gate) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = {name: ArgumentSchema(tool.input_schema) for name, tool in self._tools.items()}
        self._definitions = {name: _digest(tool) for name, tool in self._tools.items()}
        self._gate = gate

    @property
    def tools(self) -> Sequence[Tool]:
        """All of them, whoever may use them."""
        return tuple(self._tools.values())

    @property
    def version(self) -> str:
        """The digest of every definition: SHA-256 in hex."""
        return self.digest(self._tools.values())

    def digest(self, tools: Iterable[Tool]) -> str:
        """The digest of the definitions of these, in their order: SHA-256 in hex (threat T26)."""
        return _sha256([self._definitions[tool.name] for tool in tools])

    def parse(self, user: User, request: Request) -> Call:
        """Raises `Denied` before it looks at any argument, so that a closed tool tells nothing of itself."""
        tool = self._tools.get(request.tool)
        if tool is None:
            raise not_open(request.tool, why="no source has this tool")
        transport = request.caller.transport
        self._gate(user, tool, transport)
        arguments = (
            cast("Mapping[str, Json]", request.arguments)
            if request.undoing
            else self._schemas[tool.name].check(request.arguments)
        )
        return Call(
            request.id,
            user,
            tool,
            self._definitions[tool.plain],
            arguments,
            transport,
            request.undoing,
            THIS_MACHINE if transport is Transport.STDIO else request.caller.address,
        )

    def open_to(self, user: User, transport: Transport) -> Sequence[Tool]:
        return [tool for tool in self._tools.values() if self.is_open(user, tool, transport)]

    def find(self, name: str) -> Tool | None:
        return self._tools.get(name)

    def is_open(self, user: User, tool: Tool, transport: Transport) -> bool:
        try:
            self._gate(user, tool, transport)
        except Denied:
            return False
        return True


def _digest(tool: Tool) -> str:
    return _sha256(
        [
            tool.name,
            tool.tier,
            tool.title,
            tool.description,
            dict(tool.input_schema),
            dict(tool.output_schema),
        ]
    )


def _sha256(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
