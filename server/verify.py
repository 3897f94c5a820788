"""Whether an audit log is whole: offline, with the public key alone.

What must hold (threat T44):

1. A writer's entries are numbered from 1 without a gap, in order, and each hash binds the one before it.
2. What the store repeats of an entry, to search by, is what the entry says.
3. A writer's first entry, and no other, says that it opened; after the one that says that it closed is none.
4. Every checkpoint is signed with the key, and names the one before it: none is missing, none made twice.
5. Every checkpoint of the second place is in the store too; those that it does not have are the last ones.
6. Every head that a checkpoint or another writer's first entry names is in the log, with that hash.
7. A writer that wrote more than its first entry has a checkpoint in the second place.

What was written after a writer's last checkpoint is not signed yet: the report counts it.
"""

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from server.chain import Checkpoint, Entry, Head, columns_of, link, signed_bytes

HASH = 32  # bytes


class Fault(NamedTuple):
    """`sequence` is the first entry of the writer that is wrong, or missing."""

    writer: str
    sequence: int
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """`unsigned` counts the entries after their writer's last checkpoint, `uncopied` the checkpoints that the
    second place does not have yet. Neither is a fault: a process that was killed leaves both.
    """

    faults: tuple[Fault, ...]
    entries: int
    writers: int
    checkpoints: int
    unsigned: int
    uncopied: int

    @property
    def ok(self) -> bool:
        return not self.faults


@dataclass(slots=True)
class _Chain:
    """What is known of a writer's entries so far. After a fault the rest of the chain proves nothing."""

    length: int = 0
    head: str = ""
    hashes: bytearray = field(default_factory=bytearray)
    closed: bool = False
    fault: Fault | None = None

    def hash_at(self, sequence: int) -> str:
        return self.hashes[(sequence - 1) * HASH : sequence * HASH].hex()


@dataclass(slots=True)
class _Signed:
    """A checkpoint whose signature is right."""

    head: Head
    previous: str
    hash: str
    kept: bool = False
    copied: bool = False


class _Anchor(NamedTuple):
    sequence: int
    hash: str
    by: str


class Verifier:
    """Takes the entries one by one, each writer's in its order, and then reports."""

    def __init__(
        self, kept: Iterable[Checkpoint], copied: Iterable[Checkpoint], public_key: Ed25519PublicKey
    ) -> None:
        """`kept` are the store's checkpoints, `copied` those of the second place, each in any order."""
        self._public_key = public_key
        self._chains: defaultdict[str, _Chain] = defaultdict(_Chain)
        self._anchors: defaultdict[str, list[_Anchor]] = defaultdict(list)
        self._faults: list[Fault] = []
        self._entries = 0
        self._signed: dict[Checkpoint, _Signed] = {}
        for checkpoint in kept:
            if signed := self._read(checkpoint, "the store"):
                signed.kept = True
        for checkpoint in copied:
            if signed := self._read(checkpoint, "the second place"):
                signed.copied = True

    def add(self, entry: Entry) -> None:
        self._entries += 1
        if not _is_text(entry.writer):
            self._faults.append(Fault(repr(entry.writer), 0, "an entry names no writer"))
            return
        chain = self._chains[entry.writer]
        if chain.fault is not None:
            return
        expected = chain.length + 1
        if why := self._extend(chain, entry, expected):
            chain.fault = Fault(entry.writer, expected, why)

    def report(self) -> Report:
        by_writer: defaultdict[str, list[_Signed]] = defaultdict(list)
        for each in sorted(self._signed.values(), key=lambda each: each.head.sequence):
            by_writer[each.head.writer].append(each)
        faults = [*self._faults]
        unsigned = uncopied = 0
        for writer in sorted({*self._chains, *self._anchors, *by_writer}):
            chain, signed = self._chains[writer], by_writer[writer]
            found = [*self._check_checkpoints(writer, signed)]
            found += self._check_anchors(writer, chain, signed)
            if chain.fault is not None:
                found.append(chain.fault)
            if chain.length > 1 and not any(each.copied for each in signed):
                found.append(Fault(writer, 1, "the second place has no checkpoint of this writer"))
            faults += sorted(found, key=lambda fault: fault.sequence)
            unsigned += max(chain.length - max((each.head.sequence for each in signed), default=0), 0)
            uncopied += sum(not each.copied for each in signed)
        return Report(
            faults=tuple(faults),
            entries=self._entries,
            writers=sum(chain.length > 0 for chain in self._chains.values()),
            checkpoints=len(self._signed),
            unsigned=unsigned,
            uncopied=uncopied,
        )

    def _extend(self, chain: _Chain, entry: Entry, expected: int) -> str:
        """Why the entry is not the next of its chain; "" if it is, and then the chain has it."""
        if type(entry.sequence) is not int or not _is_text(entry.body) or not _is_text(entry.hash):
            return "this is not an entry"
        if entry.sequence != expected:
            what = "missing" if entry.sequence > expected else "out of order, or written twice"
            return f"{what}: {entry.sequence} stands in its place"
        if entry.hash != link(entry.writer, expected, chain.head, entry.body):
            return "the entry, or the one before it, is not what was written"
        body = _object(entry.body)
        if body is None or entry.columns != columns_of(body):
            return "the columns that are searched are not what the entry says"
        if chain.closed:
            return "the writer had closed"
        if (body.get("event") == "opened") != (expected == 1):
            return "a writer's first entry, and no other, says that it opened"
        if expected == 1 and not self._name_heads(entry.writer, body):
            return "the first entry does not name the heads before it"
        chain.closed = body.get("event") == "closed"
        chain.length, chain.head = expected, entry.hash
        chain.hashes += bytes.fromhex(entry.hash)
        return ""

    def _name_heads(self, writer: str, body: dict[str, Any]) -> bool:
        match body.get("heads"):
            case [*heads]:
                pass
            case _:
                return False
        for head in heads:
            match head:
                case [str(named), int(sequence), str(digest)]:
                    self._anchors[named].append(_Anchor(sequence, digest, f"the first entry of {writer}"))
                case _:
                    return False
        return True

    def _read(self, checkpoint: Checkpoint, place: str) -> _Signed | None:
        """The checkpoint, once for both places; None, and a fault, where it is none of the key's."""
        if known := self._signed.get(checkpoint):
            return known
        match _object(checkpoint.body):
            case {
                "writer": str(writer),
                "sequence": int(sequence),
                "hash": str(digest),
                "previous": str(before),
            }:
                pass
            case _:
                self._faults.append(Fault("", 0, f"a checkpoint in {place} is not one"))
                return None
        if not self._signature_holds(checkpoint):
            self._faults.append(
                Fault(writer, sequence, f"the checkpoint in {place} is not signed with this key")
            )
            return None
        signed = _Signed(Head(writer, sequence, digest), before, checkpoint.hash)
        self._signed[checkpoint] = signed
        return signed

    def _signature_holds(self, checkpoint: Checkpoint) -> bool:
        try:
            signature = base64.b64decode(checkpoint.signature, validate=True)
            self._public_key.verify(signature, signed_bytes(checkpoint.body))
        except (InvalidSignature, binascii.Error, TypeError, ValueError):
            return False
        # Base64 has spare bits: the one form that was written, and no other, is taken.
        return base64.b64encode(signature).decode() == checkpoint.signature

    def _check_checkpoints(self, writer: str, signed: list[_Signed]) -> Iterable[Fault]:
        before = None
        last_copied = max((each.head.sequence for each in signed if each.copied), default=0)
        for each in signed:
            sequence = each.head.sequence
            if before is not None and before.head.sequence == sequence:
                yield Fault(writer, sequence, "two checkpoints for one entry: the writer was run twice")
            elif each.previous != (before.hash if before else ""):
                yield Fault(writer, sequence, "the checkpoint before this one is missing")
            if not each.kept:
                yield Fault(writer, sequence, "the store has lost a checkpoint that the second place has")
            if not each.copied and sequence < last_copied:
                yield Fault(writer, sequence, "the second place has lost a checkpoint that the store has")
            before = each

    def _check_anchors(self, writer: str, chain: _Chain, signed: list[_Signed]) -> Iterable[Fault]:
        """At most one fault: the first head that is not in the log as it was named."""
        anchors = [_Anchor(each.head.sequence, each.head.hash, "a checkpoint") for each in signed]
        sound = 0
        for anchor in sorted([*anchors, *self._anchors[writer]]):
            if chain.fault is not None and anchor.sequence >= chain.fault.sequence:
                return
            if anchor.sequence > chain.length:
                why = f"missing: {anchor.by} names {anchor.sequence}"
                yield Fault(writer, chain.length + 1, why)
                return
            if anchor.hash != chain.hash_at(anchor.sequence):
                why = f"{sound + 1} to {anchor.sequence} were written anew: {anchor.by} names another hash"
                yield Fault(writer, sound + 1, why)
                return
            sound = anchor.sequence


def verify(
    entries: Iterable[Entry],
    kept: Iterable[Checkpoint],
    copied: Iterable[Checkpoint],
    public_key: Ed25519PublicKey,
) -> Report:
    """Reads the entries once, each writer's in its order. The checkpoints must have been read before them.

    `kept` are the store's checkpoints, `copied` those of the second place.
    """
    verifier = Verifier(kept, copied, public_key)
    for entry in entries:
        verifier.add(entry)
    return verifier.report()


def _is_text(value: object) -> bool:
    """Text that has bytes: a lone surrogate has none, and no writer writes one."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(text: object) -> dict[str, Any] | None:
    try:
        value: Any = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
