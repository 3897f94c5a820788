"""The form of the audit log: entries, each bound to the one before it, and signed checkpoints.

docs/audit.md says the same in prose, for whoever writes another verifier. No I/O here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from policies.canonical import Json, canonical

ENTRY = "remit audit entry 1"
CHECKPOINT = "remit audit checkpoint 1"

Columns: TypeAlias = tuple[Any, ...]

# What the store repeats of an entry's body in columns of their own, to search by.
SEARCHABLE = ("at", "event", "call", "tenant", "user", "tool", "code")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept. What it says is `body`; nothing in it is believed before it is verified.

    `sequence` counts from 1 for each writer, which is one run of one process. `columns` repeat SEARCHABLE.
    """

    writer: str
    sequence: int
    columns: Columns
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a writer has come: the last of its entries, and that one's hash."""

    writer: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A writer's signed word on its head. `body` is canonical JSON, `signature` Ed25519 in base64."""

    body: str
    signature: str

    @property
    def hash(self) -> str:
        """What the writer's next checkpoint calls `previous`: SHA-256 in hex."""
        return hashlib.sha256(signed_bytes(self.body)).hexdigest()

    @property
    def line(self) -> str:
        """As it stands in the second place."""
        return canonical({"body": self.body, "signature": self.signature})


def columns_of(body: Mapping[str, Any]) -> Columns:
    return tuple(body.get(name, "") for name in SEARCHABLE)


def link(writer: str, sequence: int, previous: str, body: str) -> str:
    """An entry's hash: SHA-256 in hex. `previous` is that of the entry before it, "" for the first."""
    return hashlib.sha256(canonical([ENTRY, writer, sequence, previous, body]).encode()).hexdigest()


def signed_bytes(body: str) -> bytes:
    """What the signature of a checkpoint is over."""
    return canonical([CHECKPOINT, body]).encode()


def checkpoint_body(head: Head, at: int, previous: str) -> str:
    """`at` is in milliseconds; `previous` is the hash of the writer's checkpoint before, "" for the first."""
    return canonical(
        {
            "at": at,
            "hash": head.hash,
            "previous": previous,
            "sequence": head.sequence,
            "writer": head.writer,
        }
    )


def opening_facts(heads: Sequence[Head], program: str) -> dict[str, Json]:
    """A writer's first entry: what every other writer had written that no earlier first entry names."""
    return {
        "event": "opened",
        "heads": [[head.writer, head.sequence, head.hash] for head in heads],
        "program": program,
    }


def parse_line(line: str) -> Checkpoint | None:
    """A line of the second place; None for one that is torn, which counts as one that is not there."""
    try:
        fields = json.loads(line)
        body, signature = fields["body"], fields["signature"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(body, str) or not isinstance(signature, str):
        return None
    return Checkpoint(body, signature)
