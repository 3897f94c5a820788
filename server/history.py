"""Reads the audit log: to search it, and to verify it."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from policies.errors import ConfigurationError
from server.chain import Checkpoint, Entry, parse_line
from server.digests import printable
from server.store import Reader, StoreUnavailable
from server.transaction import Rows, Transaction
from server.verify import Report, Verifier

PAGE = 1000

SELECT = (
    "SELECT writer, sequence, at, event, call, tenant, user_id, tool, code, body, hash FROM audit_entries"
)
READ_ENTRIES = SELECT + " WHERE (writer, sequence) > ($1, $2) ORDER BY writer, sequence LIMIT $3"
READ_ENTRY = SELECT + " WHERE writer = $1 AND sequence = $2"
READ_KEYS = """
    SELECT writer, sequence FROM audit_entries WHERE (writer, sequence) > ($1, $2)
    ORDER BY writer, sequence LIMIT $3
"""
READ_CHECKPOINTS = """
    SELECT writer, sequence, body, signature FROM audit_checkpoints WHERE (writer, sequence) > ($1, $2)
    ORDER BY writer, sequence LIMIT $3
"""


async def search(
    reader: Reader,
    *,
    user: str | None = None,
    tool: str | None = None,
    code: str | None = None,
    call: str | None = None,
    since: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The newest entries that meet every condition, newest first. `since` is in milliseconds since 1970.

    `code` is a refusal's, or "failed" or "cancelled"; "" for a call that went well. Searching proves nothing:
    verify first. Raises `StoreUnavailable`.
    """
    conditions = {
        "user_id =": None if user is None else printable(user),
        "tool =": None if tool is None else printable(tool),
        "code =": code,
        "call =": call,
        "at >=": since,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    wheres = [f"{condition} ${number}" for number, condition in enumerate(given, 1)]
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    sql = f"{SELECT}{where} ORDER BY at DESC, writer, sequence DESC LIMIT ${len(given) + 1}"
    return [_entry(row) for row in await reader.read(partial(_all, sql, *given.values(), limit))]


async def examine(reader: Reader, folder: Path, public_key: Path) -> Report:
    """Verifies the log in a store against the second place in `folder`, with the public key alone.

    What is written meanwhile raises no alarm: whatever names an entry is read before the entries are.
    Raises `ConfigurationError` or `StoreUnavailable`.
    """
    key = load_public_key(public_key)
    copied = list(copied_checkpoints(folder))
    verifier = Verifier([checkpoint async for checkpoint in kept_checkpoints(reader)], copied, key)
    async for entry in entries(reader):
        verifier.add(entry)
    return verifier.report()


async def entries(reader: Reader) -> AsyncGenerator[Entry]:
    """Every entry, each writer's in its order. One that can't be read is given without its contents."""
    after: tuple[Any, ...] = ("", 0)
    while True:
        try:
            rows = await reader.read(partial(_all, READ_ENTRIES, *after, PAGE))
        except StoreUnavailable:
            # One bad cell spoils its page. What is left of it tells the verifier which entry it is.
            rows = [
                await _row(reader, *key) for key in await reader.read(partial(_all, READ_KEYS, *after, PAGE))
            ]
        if not rows:
            return
        for row in rows:
            yield _entry(row)
        after = rows[-1][0], rows[-1][1]


async def kept_checkpoints(reader: Reader) -> AsyncGenerator[Checkpoint]:
    """The store's checkpoints."""
    after: tuple[Any, ...] = ("", 0)
    while rows := await reader.read(partial(_all, READ_CHECKPOINTS, *after, PAGE)):
        for _, _, body, signature in rows:
            yield Checkpoint(body, signature)
        after = rows[-1][0], rows[-1][1]


def copied_checkpoints(folder: Path) -> Iterator[Checkpoint]:
    """Those of the second place, without lines that are torn. Raises `ConfigurationError`."""
    try:
        for file in sorted(folder.iterdir()):
            if file.suffix == ".jsonl":
                with file.open(encoding="utf-8", errors="replace") as lines:
                    yield from filter(None, map(parse_line, lines))
    except OSError as error:
        raise ConfigurationError(
            f"the checkpoints can't be read ({type(error).__name__})",
            where=str(folder),
            remedy="Name the folder of audit.checkpoints, or a copy of it.",
        ) from None


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Raises `ConfigurationError`."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(
            "there is no Ed25519 public key in PEM",
            where=str(path),
            remedy="Give the public.pem that you keep, or that of the folder audit.checkpoints.",
        )
    return key


async def _row(reader: Reader, writer: Any, sequence: Any) -> Sequence[Any]:
    """One entry's row, with nothing but its key where it can't be read."""
    try:
        rows = await reader.read(partial(_all, READ_ENTRY, writer, sequence))
        return rows[0]
    except (StoreUnavailable, IndexError):
        return (writer, sequence, *((None,) * 9))


def _all(sql: str, *arguments: Any) -> Transaction[Rows]:
    return (yield sql, arguments)


def _entry(row: Any) -> Entry:
    writer, sequence, *columns, body, digest = row
    return Entry(writer, sequence, tuple(columns), body, digest)
