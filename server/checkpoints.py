"""Signed checkpoints of one writer's chain: kept in the store, and copied to a second place.

The second place is a folder, best on another disk or machine: one file of JSON lines for each writer, which
is only ever appended to, and the public key. Whoever changes the store can't change what was signed there.
"""

import asyncio
import base64
import logging
import os
import secrets
import stat
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from policies.alert import Alert, Severity
from policies.cause import cause
from policies.document import Audit as Settings
from policies.errors import AuditUnavailable, ConfigurationError
from server.alerts.outbox import raise_alert
from server.chain import Checkpoint, checkpoint_body, signed_bytes
from server.keys import Keys
from server.store import Store
from server.transaction import Transaction
from server.worker import Worker
from server.writer import Writer

log = logging.getLogger("remit.audit")

PERIODS = 10  # that the second place may miss before calls are refused
PATIENCE = 5.0  # seconds that a start or an end waits for the second place
PUBLIC_KEY = "public.pem"

READ_SINCE = """
    SELECT sequence, body, signature FROM audit_checkpoints WHERE writer = $1 AND sequence > $2
    ORDER BY sequence
"""
ADD = "INSERT INTO audit_checkpoints (writer, sequence, body, signature) VALUES ($1, $2, $3, $4)"


class SecondPlace:
    """The folder `audit.checkpoints`, for one writer. Every method may block for as long as its disk does."""

    def __init__(self, folder: Path, writer: str) -> None:
        self._folder = folder
        self._file = folder / f"{writer}.jsonl"
        self._torn = False

    def prepare(self, public_key: bytes) -> None:
        """Makes the folder and puts the public key there. Raises `ConfigurationError` if another is there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / PUBLIC_KEY
        if not path.exists():
            draft = path.with_name(f".{PUBLIC_KEY}.{secrets.token_hex(8)}")
            _append(draft, public_key)
            draft.replace(path)
            _sync_folder(self._folder)
        if path.read_bytes() != public_key:
            raise ConfigurationError(
                "the checkpoints there are signed with another store's key",
                where=str(path),
                remedy="Restore the store that they are of (server.store). For a new store choose a new "
                "folder for audit.checkpoints.",
            )

    def append(self, lines: Sequence[str]) -> None:
        """Returns once the lines are durable. After a failure the next lines begin on a line of their own."""
        text = "".join(f"{line}\n" for line in lines)
        new = not self._file.exists()
        torn, self._torn = self._torn, True
        _append(self._file, f"\n{text}".encode() if torn else text.encode())
        if new:
            _sync_folder(self._folder)
        self._torn = False


class _Sealed(NamedTuple):
    sequence: int
    checkpoint: Checkpoint


class _Behind(NamedTuple):
    """What the second place has not taken, and for how long."""

    entries: int
    seconds: float


class Checkpointer:
    """Signs the chain's head when that is due, and knows whether the second place keeps up."""

    def __init__(self, store: Store, writer: Writer, keys: Keys, settings: Settings, folder: Path) -> None:
        self._store = store
        self._writer = writer
        self._signing_key = keys.signing_key
        self._public_key = keys.public_key_pem
        self._settings = settings
        self._place = SecondPlace(folder, writer.id)
        self._where = str(folder)
        self._worker = Worker("remit checkpoints")
        self._due = asyncio.Event()
        self._sealed = 0
        self._previous = ""
        self._taken = 0
        self._untaken: list[_Sealed] = []
        self._untaken_since: float | None = None
        self._delivery: asyncio.Future[None] | None = None
        self._told = False

    async def start(self) -> None:
        """Prepares the second place. Raises `ConfigurationError`, also when it hangs."""
        preparing = self._worker.submit(lambda: self._place.prepare(self._public_key))
        try:
            async with asyncio.timeout(PATIENCE):
                await preparing
        except OSError as error:  # TimeoutError is an OSError
            raise self._no_second_place(error) from error

    async def first(self) -> None:
        """Takes the writer's first entry to the second place. Raises `ConfigurationError`."""
        await self._checkpoint(PATIENCE)
        if self._taken < self._sealed:
            raise self._no_second_place(None)

    async def run(self) -> None:
        """Makes each checkpoint when it is due, until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._settings.every_seconds):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()
            await self._checkpoint(self._settings.every_seconds)
            await self.tell_if_behind()

    async def last(self) -> None:
        """Signs the end of the chain and waits for the second place, within bounds."""
        await self._checkpoint(PATIENCE)
        if self._taken < self._sealed:
            log.error("the second place has not taken the last checkpoints", extra={"folder": self._where})

    def stop(self) -> None:
        self._worker.stop()

    def notice(self) -> None:
        """More entries are durable."""
        if self._untaken_since is None and self._writer.acknowledged > self._taken:
            self._untaken_since = monotonic()
        if self._writer.acknowledged - self._sealed >= self._settings.every_entries:
            self._due.set()

    @property
    def waiting(self) -> int:
        """Entries that the second place has not taken a checkpoint for yet."""
        return self._writer.acknowledged - self._taken

    def refuse_if_behind(self) -> None:
        """Raises `AuditUnavailable` when the second place has missed ten periods (threat T45)."""
        if behind := self._behind():
            raise AuditUnavailable(
                "The second place of remit's audit log does not answer, so remit does nothing. Try again "
                "later; an administrator finds the reason in the log.",
                detail=f"audit.checkpoints has not taken {behind.entries} entries for {behind.seconds:.0f} s",
            )

    def _behind(self) -> "_Behind | None":
        behind = self.waiting
        waited = 0.0 if self._untaken_since is None else monotonic() - self._untaken_since
        periods = behind > PERIODS * self._settings.every_entries
        if periods or waited > PERIODS * self._settings.every_seconds:
            return _Behind(behind, waited)
        return None

    async def tell_if_behind(self) -> None:
        """Once, until it keeps up again."""
        behind, told = self._behind(), self._told
        self._told = behind is not None
        if behind is None or told:
            return
        alert = Alert(
            kind="checkpoints_behind",
            severity=Severity.CRITICAL,
            summary="the second place of the audit log takes no checkpoints",
            evidence={"folder": self._where, "entries": behind.entries, "seconds": round(behind.seconds)},
            did="all calls are refused",
        )
        try:
            await self._store.run(partial(raise_alert, alert))
        except AuditUnavailable as error:
            self._told = False
            log.error("an alert could not be raised: %s", error.detail)  # noqa: TRY400 - no driver's text

    async def _checkpoint(self, patience: float) -> None:
        if self._writer.acknowledged > self._sealed:
            try:
                new = await self._store.run(self._seal)
            except AuditUnavailable as error:
                log.error("a checkpoint could not be kept: %s", error.detail)  # noqa: TRY400 - no driver's text
            else:
                self._sealed = new[-1].sequence
                self._previous = new[-1].checkpoint.hash
                self._untaken += new
        await self._deliver(patience)

    def _seal(self) -> Transaction[list[_Sealed]]:
        """The head's checkpoint, after those whose commit this process never heard the end of."""
        head, now = yield from self._writer.head()
        rows = yield READ_SINCE, (head.writer, self._sealed)
        sealed = [_Sealed(sequence, Checkpoint(*signed)) for sequence, *signed in rows]
        if not sealed or sealed[-1].sequence != head.sequence:
            previous = sealed[-1].checkpoint.hash if sealed else self._previous
            body = checkpoint_body(head, now, previous)
            signature = base64.b64encode(self._signing_key.sign(signed_bytes(body))).decode()
            yield ADD, (head.writer, head.sequence, body, signature)
            sealed.append(_Sealed(head.sequence, Checkpoint(body, signature)))
        return sealed

    async def _deliver(self, patience: float) -> None:
        """Hands over all that is not yet taken, one hand-over at a time: one that hangs is waited for."""
        while self._untaken:
            delivery = self._delivery or self._hand_over()
            done, _ = await asyncio.wait({delivery}, timeout=patience)
            if not done or delivery.exception():
                return

    def _hand_over(self) -> "asyncio.Future[None]":
        batch = list(self._untaken)
        lines = [sealed.checkpoint.line for sealed in batch]
        self._delivery = self._worker.submit(lambda: self._place.append(lines))
        self._delivery.add_done_callback(lambda done: self._delivered(done, batch))
        return self._delivery

    def _delivered(self, done: "asyncio.Future[None]", batch: Sequence[_Sealed]) -> None:
        self._delivery = None
        if error := done.exception():
            log.error(
                "the second place has not taken a checkpoint",
                extra={"folder": self._where, "error": cause(error)},
            )
            return
        self._untaken = self._untaken[len(batch) :]
        self._taken = batch[-1].sequence
        self._untaken_since = monotonic() if self._writer.acknowledged > self._taken else None

    def _no_second_place(self, error: Exception | None) -> ConfigurationError:
        return ConfigurationError(
            f"checkpoints can't be written there ({type(error).__name__ if error else 'see the log'})",
            where=self._where,
            remedy="Check that the folder of audit.checkpoints is on a disk that answers and has room, and "
            "that this user may write there.",
        )


def _append(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is not a file")
        while data:
            # A disk that fills up takes a part, and says so at the next part.
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
