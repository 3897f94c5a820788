"""The facts and proofs of one call, in the order in which they are gathered.

    Request -> User -> Call -> Permit -> Admission -> Plan -> Approval -> Grant -> Raw -> Redacted -> Reply

Each is a frozen value that holds the one before it, and each has one maker (tests/test_architecture.py).
Whoever asks for the last has therefore been through all.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def canonical(value: object) -> str:
    """The one text of a JSON value: sorted keys, no spaces, no NaN. What is hashed, and what is signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Tier(StrEnum):
    """How far a tool reaches, and so which rules it meets."""

    READ = "read"
    ACT = "act"
    AUTO = "auto"


class Transport(StrEnum):
    STDIO = "stdio"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as clients see it. Written in code and configuration alone: no upstream text (threat T26)."""

    source: str
    verb: str
    tier: Tier
    title: str
    description: str
    input_schema: Mapping[str, Json] = field(repr=False)
    output_schema: Mapping[str, Json] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.source}_{self.verb}"


@dataclass(frozen=True, slots=True)
class Caller:
    """The far end of a transport. `client` is what it calls itself: for the log alone (threat T11)."""

    transport: Transport
    client: str


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Nothing in it is believed. `id` is ours, random, new for each call."""

    id: str
    caller: Caller
    tool: str
    arguments: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """Who is asking. `claims` are facts that the identity provider vouches for; row filters read them."""

    id: str
    tenant: str
    roles: frozenset[str]
    claims: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Call:
    """A user's wish for a tool that exists, with arguments that are valid and in their canonical form."""

    id: str
    user: User
    tool: Tool
    arguments: Mapping[str, Json] = field(repr=False)
    transport: Transport


class Obligation(StrEnum):
    """What policy still asks for before a permitted call may act."""

    CONFIRM = "confirm"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Permit:
    """Policy allows the call. `policies` names those that decided, `version` is the digest of them all."""

    call: Call
    policies: tuple[str, ...]
    version: str
    obligations: frozenset[Obligation]


@dataclass(frozen=True, slots=True)
class Admission:
    """The call is within its limits, not halted, counted, and on record as asked: one transaction."""

    permit: Permit
    receipt: "Receipt"


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what will be sent, made without changing anything.

    `request` is the message to the system behind, as data; carrying it out reads nothing else. `connection`
    names the version of the connection that it was planned for.
    """

    call: Call
    request: Mapping[str, Json] = field(repr=False)
    connection: str

    @property
    def digest(self) -> str:
        """What a yes binds to (threats T17, T18): SHA-256 in hex."""
        call = self.call
        return hashlib.sha256(
            canonical(
                [
                    "remit plan 1",
                    [call.user.tenant, call.user.id],
                    call.tool.name,
                    call.arguments,
                    self.request,
                    self.connection,
                ]
            ).encode()
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """Everybody who has to say yes to this plan has. `by` says who, or which rule made asking needless."""

    admission: Admission
    plan: Plan
    by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands in the audit log: durable before anybody holds this."""

    writer: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Grant:
    """The intent is on record. Good for carrying out `approval.plan`, once."""

    approval: Approval
    receipt: Receipt

    @property
    def plan(self) -> Plan:
        return self.approval.plan


class Kind(StrEnum):
    """What a column holds, as its source declares it: the first thing redaction goes by."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    UUID = "uuid"
    JSON = "json"
    BINARY = "binary"
    NAME = "name"  # a name out of the configuration or a system's catalogue: a table's, a column's, a type's


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they go to the caller. `cut_cells` counts those shortened to the cell's limit.

    `next` is a cursor to the following page: a bookmark, not a key. It only says where to go on; the query
    passes every check again.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Json, ...], ...] = field(repr=False)
    truncated: bool = False
    cut_cells: int = 0
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """What the system behind returned: for redaction alone."""

    grant: Grant
    table: Table = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redacted:
    """What may leave. `masked` counts findings by label, `hidden` the invisible characters taken out.

    `text` renders the same table that `table` holds: neither half says more than the other.
    """

    grant: Grant
    table: Table
    text: str
    masked: Mapping[str, int]
    hidden: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome is on record: this may be sent."""

    redacted: Redacted
    receipt: Receipt
