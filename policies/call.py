"""The facts and proofs of one call, in the order in which they are gathered.

    Request -> User -> Call -> Permit -> Admission -> Fresh -> Restored -> Plan -> Approval -> Grant
    -> Raw -> Redacted -> Reply

Each is a frozen value that holds the one before it, and each has one maker (tests/test_architecture.py).
Whoever asks for the last has therefore been through all.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from policies.canonical import Json, canonical
from policies.change import Change, Effect
from policies.context import Context
from policies.injection.suspicion import CALM, Suspicion
from policies.networks import Address


class Tier(StrEnum):
    """How far a tool reaches, and so which rules it meets."""

    READ = "read"
    ACT = "act"
    AUTO = "auto"


class Transport(StrEnum):
    STDIO = "stdio"
    HTTP = "http"


TWIN: Final = "_auto"
"""How the name of an autonomous tool ends: no other does."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as clients see it. Written in code and configuration alone: no upstream text (threat T26).

    An autonomous one is the twin of the one that asks: the same source and verb, and another name.
    """

    source: str
    verb: str
    tier: Tier
    title: str
    description: str
    input_schema: Mapping[str, Json] = field(repr=False)
    output_schema: Mapping[str, Json] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.plain}{TWIN}" if self.tier is Tier.AUTO else self.plain

    @property
    def plain(self) -> str:
        """The name, of a twin that of the one that asks: the two are one thing to limits and repetitions."""
        return f"{self.source}_{self.verb}"


@dataclass(frozen=True, slots=True)
class Token:
    """What a bearer token says, once it is verified. The text that arrived is not in it (threat T03).

    `subject` is unique within `issuer`. `client` is the OAuth client that it was given to, "" where it does
    not say. `claims` are those that the settings name, under the names that they give them. `issued` and
    `expires` are in seconds since 1970. `session` is the issuer's name for the sign-in that it comes from
    (`sid`). Where it does not say, `issued` is 0 and `session` "".
    """

    issuer: str
    subject: str
    client: str
    scopes: frozenset[str]
    claims: Mapping[str, Json] = field(repr=False)
    issued: float
    expires: float
    session: str = ""


class Channel(StrEnum):
    """A way to ask the person behind a call."""

    FORM = "form"
    """A form that the client shows. That it says yes is no proof of a person (threat T16)."""
    LINK = "link"
    """The client opens our page. That it did says nothing of what was decided there."""
    PAGE = "page"
    """Our page, whose address goes into the answer."""
    TERMINAL = "terminal"
    """The terminal that remit itself was started from."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The far end of a transport. `client` is what it calls itself: for the log alone (threat T11).

    `channels` are those that its client offers to ask through. `address` is where a request over HTTP comes
    from, None where nobody knows.
    """

    transport: Transport
    client: str
    token: Token | None = field(default=None, repr=False)
    channels: frozenset[Channel] = frozenset()
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to a question of ours, by state that we sealed ourselves: never by an argument (T16).

    `action` is the id that the question was about. `yes` is None where a person was only shown the way.
    """

    action: str
    channel: Channel
    yes: bool | None


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is to be taken back: an action, and the inverse of what it did. The server's word alone."""

    action: str
    items: tuple[int, ...]
    changes: tuple[Change, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Nothing in it is believed. `id` is ours, random, new for each call.

    `answer` and `undoing` did not come with it: the server found them for it.
    """

    id: str
    caller: Caller
    tool: str
    arguments: Mapping[str, object] = field(repr=False)
    answer: Answer | None = None
    undoing: Undoing | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Who is asking. `claims` are facts that the identity provider vouches for; row filters read them.

    `since`, `session` and `client` are the token's `issued`, `session` and `client`, and tell sign-ins of one
    user apart, not users; the local user has None and "".
    """

    id: str
    tenant: str
    roles: frozenset[str]
    claims: Mapping[str, str] = field(default_factory=dict[str, str])
    since: float | None = field(default=None, compare=False)
    session: str = field(default="", compare=False)
    client: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A user's wish for a tool that exists, with arguments that are valid and in their canonical form.

    `definition` is the digest of the tool as clients saw it listed, of a twin that of the one that asks.
    `address` is where the user calls from.
    """

    id: str
    user: User
    tool: Tool
    definition: str
    arguments: Mapping[str, Json] = field(repr=False)
    transport: Transport
    undoing: Undoing | None = None
    address: Address | None = None

    @property
    def inverse(self) -> tuple[Change, ...] | None:
        """What a plan that takes something back is made from, in the place of the arguments."""
        return self.undoing.changes if self.undoing else None

    @property
    def wish(self) -> str:
        """The same for calls that want the same, whatever the world is like: SHA-256 in hex (threat T48).

        What an assisted tool was asked, its twin was asked: what was done or declined by one is by the other.
        """
        undone = [self.undoing.action, list(self.undoing.items)] if self.undoing else None
        return _sha256(
            [
                "remit wish 1",
                [self.user.tenant, self.user.id],
                [self.tool.plain, self.definition],
                self.arguments,
                undone,
            ]
        )


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
    """The call is within its limits, not halted, counted, and on record as asked: one transaction.

    `context` is the user's, of which it is a turn.
    """

    permit: Permit
    receipt: "Receipt"
    context: Context


@dataclass(frozen=True, slots=True)
class Fresh:
    """No call has done already what this one wants: it is no repetition of a call whose answer got lost."""

    admission: Admission


@dataclass(frozen=True, slots=True)
class Restored:
    """The pseudonyms in the call's arguments are of its own context, and `values` are what they stand for.

    It has the text of each as it stands there. What they stand for is in no other fact of the call.
    """

    fresh: Fresh
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what will be sent, made without changing anything.

    `request` is the message to the system behind, as data; carrying it out reads nothing else. `connection`
    names the version of the connection that it was planned for, `own` the user's own one under which it was
    planned; "" where that is shared. `effect` is what changes: None for a plan that only reads.
    """

    call: Call
    request: Mapping[str, Json] = field(repr=False)
    connection: str
    effect: Effect | None = field(default=None, repr=False)
    own: str = ""

    @property
    def digest(self) -> str:
        """What a yes binds to (threats T17, T18): SHA-256 in hex."""
        effect = self.effect.to_json() if self.effect else None
        return _sha256(["remit plan 3", self.call.wish, self.request, self.connection, effect, self.own])


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a plan sends outside the directory, sealed: of its context's `trail` the `number`th, from 1."""

    trail: str
    number: int
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A plan fits `scope`, as its `digest` was when `by` switched it on, so nobody need be asked."""

    scope: str
    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Everybody who has to say yes to this plan has. `by` says who, or which rule made asking needless.

    `action` is the id that the action is kept under, "" for what only reads; `asked` says that it waits there
    for this, with the yes that is spent by carrying it out. `binding` is what that yes was given to,
    `confirmed_by` the channel by which the user gave it. `leaving` is what is to be remembered of it, and
    `mandate` what it goes by where nobody was asked.
    """

    admission: Admission
    plan: Plan
    by: str
    action: str = ""
    binding: str = ""
    asked: bool = False
    confirmed_by: str = ""
    leaving: Leaving | None = None
    mandate: Mandate | None = None


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


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A column of a source that a column of an answer is made of.

    `label` is the kind of personal data that the configuration says it holds, "" where it says nothing.
    `changed`: the values in the answer are not its values, but made from them. `path` are the keys that lead
    to them in the JSON that it holds.
    """

    table: str
    column: str
    label: str = ""
    changed: bool = False
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """`origins` are empty where nobody knows them, and for what is made of no column."""

    name: str
    kind: Kind
    origins: tuple[Origin, ...] = ()


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
class Kept:
    """A redacted result that is too large for one answer: `handle` is what it is read on by, for a while."""

    handle: str
    table: Table = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redacted:
    """What may leave. `masked` counts findings by label, `hidden` the invisible characters taken out.

    `left_out` are the columns that the rules for redaction took out, as the configuration names them,
    `pseudonyms` how many different ones it holds. `suspicion` is that its text addresses a model: `CALM` too
    where nobody looked. `kept` is the whole result, where `table` holds its first rows alone.

    `text` renders the same table that `table` holds: neither half says more than the other.
    """

    grant: Grant
    table: Table
    text: str
    masked: Mapping[str, int]
    hidden: int
    left_out: tuple[str, ...] = ()
    pseudonyms: int = 0
    suspicion: Suspicion = CALM
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome is on record: this may be sent.

    `text` and `structured` are the two halves of one answer. `action` is the id of what was done, "" for what
    only read. A `replayed` one repeats what an earlier call did, and nothing was done for this one.
    """

    call: str
    text: str = field(repr=False)
    structured: Mapping[str, Json] = field(repr=False)
    receipt: Receipt
    action: str = ""
    replayed: bool = False


def _sha256(value: object) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
