"""What the verifier finds, and what it does not raise an alarm about."""

import asyncio
import base64
import hashlib
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from policies.document import Audit as Settings
from policies.errors import ConfigurationError, Denied
from server import verify as verify_module
from server.audit import open_audit
from server.chain import Checkpoint, Entry, columns_of, link
from server.history import (
    copied_checkpoints,
    entries,
    examine,
    kept_checkpoints,
    load_public_key,
)
from server.store import Store, look_into_store, open_store
from server.verify import Report, verify
from tests.rounds import SEED, rounds
from tests.server.calls import SETTINGS, Pipeline, keys, request
from tests.server.places import Place, embedded

pytestmark = pytest.mark.anyio


@dataclass
class Log:
    """A log as an attacker has it in hand: everything in the store. The second place is out of reach."""

    entries: list[Entry]
    kept: list[Checkpoint]
    copied: list[Checkpoint]
    key: Ed25519PublicKey

    def verify(self) -> Report:
        return verify(self.entries, self.kept, self.copied, self.key)

    def copy(self) -> "Log":
        return Log([*self.entries], [*self.kept], [*self.copied], self.key)


async def read_log(store: Store, folder: Path) -> Log:
    return Log(
        kept=[checkpoint async for checkpoint in kept_checkpoints(store)],
        copied=list(copied_checkpoints(folder)),
        entries=[entry async for entry in entries(store)],
        key=load_public_key(folder / "public.pem"),
    )


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    """Three processes, one after the other, and some two hundred entries."""
    place, settings, second = (
        embedded(tmp_path),
        Settings(every_entries=20, every_seconds=60),
        tmp_path / "second",
    )
    async with open_store(place.document, None) as store:
        for _ in range(3):
            async with open_audit(store, keys(tmp_path), settings, second) as audit:
                pipeline = Pipeline(store, audit)
                for _ in range(4):
                    await asyncio.gather(*(pipeline.run(sql=str(n)) for n in range(9)))
                    await asyncio.sleep(0)  # lets the checkpoints that are due be made
        yield await read_log(store, second)


def at(checkpoint: Checkpoint) -> tuple[str, int]:
    body = json.loads(checkpoint.body)
    return body["writer"], body["sequence"]


def flipped(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chr(ord(text[place]) ^ (1 << chance.randrange(7))) + text[place + 1 :]


def rewritten(log: Log, start: int, change: Callable[[list[Entry]], None]) -> None:
    """Changes the rest of a writer's chain and gives it numbers and hashes that fit: that takes no key."""
    writer = log.entries[start].writer
    rest = [entry for entry in log.entries[start:] if entry.writer == writer]
    end = start + len(rest)
    before = log.entries[start - 1] if log.entries[start].sequence > 1 else None
    change(rest)
    previous, sequence = (before.hash, before.sequence) if before else ("", 0)
    anew: list[Entry] = []
    for entry in rest:
        sequence += 1
        previous = link(writer, sequence, previous, entry.body)
        anew.append(replace(entry, sequence=sequence, hash=previous))
    log.entries[start:end] = anew


# Each takes a log that nobody else holds and changes it for good.
Mutation = Callable[[Log, random.Random], None]


def flip_a_field(log: Log, chance: random.Random) -> None:
    i = chance.randrange(len(log.entries))
    entry = log.entries[i]
    match chance.randrange(5):
        case 0:
            log.entries[i] = replace(entry, body=flipped(entry.body, chance))
        case 1:
            log.entries[i] = replace(entry, hash=flipped(entry.hash, chance))
        case 2:
            log.entries[i] = replace(entry, writer=flipped(entry.writer, chance))
        case 3:
            log.entries[i] = replace(entry, sequence=entry.sequence ^ (1 << chance.randrange(10)))
        case _:
            columns = list(entry.columns)
            place = chance.choice([n for n, value in enumerate(columns) if value != ""])
            value = columns[place]
            columns[place] = value ^ 1 if isinstance(value, int) else flipped(value, chance)
            log.entries[i] = replace(entry, columns=tuple(columns))


def delete_some(log: Log, chance: random.Random) -> None:
    start = chance.choice([0, chance.randrange(len(log.entries)), len(log.entries) - 1])
    del log.entries[max(0, start - chance.randrange(3)) : start + 1]


def swap_two_of_a_writer(log: Log, chance: random.Random) -> None:
    i = chance.randrange(len(log.entries))
    mates = [n for n, entry in enumerate(log.entries) if entry.writer == log.entries[i].writer and n != i]
    j = chance.choice(mates)
    log.entries[i], log.entries[j] = log.entries[j], log.entries[i]


def swap_what_two_entries_say(log: Log, chance: random.Random) -> None:
    i, j = chance.sample(range(len(log.entries)), 2)
    one, other = log.entries[i], log.entries[j]
    log.entries[i] = replace(one, body=other.body, columns=other.columns, hash=other.hash)
    log.entries[j] = replace(other, body=one.body, columns=one.columns, hash=one.hash)


def write_one_twice(log: Log, chance: random.Random) -> None:
    i = chance.randrange(len(log.entries))
    log.entries.insert(chance.randrange(len(log.entries)), log.entries[i])


def truncate_to_a_checkpoint(log: Log, chance: random.Random) -> None:
    """What is left is whole in itself: the last signed state, as it once was."""
    writer, sequence = at(chance.choice([kept for kept in log.kept if not is_last(log, kept)]))
    log.entries[:] = [e for e in log.entries if e.writer != writer or e.sequence <= sequence]
    log.kept[:] = [kept for kept in log.kept if at(kept)[0] != writer or at(kept)[1] <= sequence]


def is_last(log: Log, checkpoint: Checkpoint) -> bool:
    writer, sequence = at(checkpoint)
    return sequence == max(entry.sequence for entry in log.entries if entry.writer == writer)


def put_back_an_older_copy(log: Log, chance: random.Random) -> None:
    times = sorted({entry.columns[0] for entry in log.entries})
    until = times[chance.randrange(len(times) - 1)]
    log.entries[:] = [entry for entry in log.entries if entry.columns[0] <= until]
    log.kept[:] = [kept for kept in log.kept if json.loads(kept.body)["at"] <= until]


def drop_a_checkpoint(log: Log, chance: random.Random) -> None:
    del log.kept[chance.randrange(len(log.kept))]


def flip_a_checkpoint(log: Log, chance: random.Random) -> None:
    i = chance.randrange(len(log.kept))
    kept = log.kept[i]
    if chance.randrange(2):
        log.kept[i] = replace(kept, body=flipped(kept.body, chance))
    else:
        log.kept[i] = replace(kept, signature=flipped(kept.signature, chance))


def drop_a_writer(log: Log, chance: random.Random) -> None:
    writer = chance.choice(log.entries).writer
    log.entries[:] = [entry for entry in log.entries if entry.writer != writer]
    log.kept[:] = [kept for kept in log.kept if at(kept)[0] != writer]


def rewrite_from_a_change_on(log: Log, chance: random.Random) -> None:
    def change(rest: list[Entry]) -> None:
        body = json.loads(rest[0].body) | {"user": "eve", "at": 1}
        rest[0] = replace(rest[0], body=json.dumps(body), columns=columns_of(body))

    rewritten(log, chance.randrange(len(log.entries)), change)


def rewrite_without_one(log: Log, chance: random.Random) -> None:
    rewritten(log, chance.randrange(len(log.entries)), lambda rest: rest.__delitem__(0))


def rewrite_with_one_more(log: Log, chance: random.Random) -> None:
    body = {"event": "asked", "at": 1, "call": "x", "tenant": "acme", "user": "eve", "tool": "t", "code": ""}
    i = chance.randrange(len(log.entries))
    forged = Entry(log.entries[i].writer, 0, columns_of(body), json.dumps(body), "")
    rewritten(log, i, lambda rest: rest.insert(chance.randrange(len(rest) + 1), forged))


def add_a_writer(log: Log, chance: random.Random) -> None:
    body: dict[str, object] = {"event": "opened", "heads": [], "at": 1}
    said: dict[str, object] = {"event": "answered", "at": 2, "user": "eve"}
    writer, previous = f"{chance.randrange(16**32):032x}", ""
    for sequence, facts in enumerate((body, said), 1):
        text = json.dumps(facts)
        previous = link(writer, sequence, previous, text)
        log.entries.append(Entry(writer, sequence, columns_of(facts), text, previous))


MUTATIONS: tuple[Mutation, ...] = (
    flip_a_field,
    delete_some,
    swap_two_of_a_writer,
    swap_what_two_entries_say,
    write_one_twice,
    truncate_to_a_checkpoint,
    put_back_an_older_copy,
    drop_a_checkpoint,
    flip_a_checkpoint,
    drop_a_writer,
    rewrite_from_a_change_on,
    rewrite_without_one,
    rewrite_with_one_more,
    add_a_writer,
)


@pytest.mark.threat("T44")
@pytest.mark.timeout(300)
async def test_random_mutations_of_a_log_are_all_found(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("link", "_object"):  # of their arguments alone, and most of each log is as it was
        monkeypatch.setattr(verify_module, name, cache(getattr(verify_module, name)))
    assert log.verify().ok
    assert len(log.entries) > 200
    for number in range(rounds(2_000, 10_000)):
        mutated, chance = log.copy(), random.Random(SEED + number)
        mutation = MUTATIONS[number % len(MUTATIONS)]
        mutation(mutated, chance)
        assert not mutated.verify().ok, f"{mutation.__name__}, seed {SEED + number}"


async def test_the_first_bad_entry_is_named(log: Log) -> None:
    writer = log.entries[100].writer
    i = next(n for n, entry in enumerate(log.entries) if (entry.writer, entry.sequence) == (writer, 40))
    changed = log.copy()
    changed.entries[i] = replace(log.entries[i], body=log.entries[i].body.replace("ada", "eve"))
    (fault,) = changed.verify().faults
    assert (fault.writer, fault.sequence) == (writer, 40)

    missing = log.copy()
    del missing.entries[i]
    (fault,) = missing.verify().faults
    assert (fault.writer, fault.sequence, fault.why[:7]) == (writer, 40, "missing")

    swapped = log.copy()
    swapped.entries[i], swapped.entries[i + 3] = log.entries[i + 3], log.entries[i]
    (fault,) = swapped.verify().faults
    assert (fault.writer, fault.sequence) == (writer, 40)

    anew = log.copy()
    rewritten(anew, i, lambda rest: rest.__setitem__(0, replace(rest[0], body="{}", columns=columns_of({}))))
    (fault,) = anew.verify().faults
    assert fault.writer == writer
    assert fault.sequence <= 40
    assert "were written anew" in fault.why


async def test_a_writer_that_ran_twice_is_found(log: Log, tmp_path: Path) -> None:
    """A machine that was copied while it ran: both sign, each its own going on."""
    signing = keys(tmp_path).signing_key
    last = max(log.copied, key=at)
    body = json.loads(last.body)
    twin = json.dumps(body | {"hash": "0" * 64}, sort_keys=True, separators=(",", ":"))
    signature = signing.sign(json.dumps(["remit audit checkpoint 1", twin], separators=(",", ":")).encode())
    log.copied.append(Checkpoint(twin, base64.b64encode(signature).decode()))
    assert any("run twice" in fault.why for fault in log.verify().faults)


async def test_whatever_byte_of_the_second_place_is_changed_shows(log: Log, tmp_path: Path) -> None:
    """At its very end a lost checkpoint looks like one that was not copied yet, and is counted as that."""
    files = sorted((tmp_path / "second").glob("*.jsonl"))
    originals = {file: file.read_bytes() for file in files}
    chance = random.Random(1)
    for _ in range(200):
        file = chance.choice(files)
        data = bytearray(originals[file])
        data[chance.randrange(len(data) - 1)] ^= 1 << chance.randrange(8)
        file.write_bytes(data)
        log.copied = list(copied_checkpoints(tmp_path / "second"))
        report = log.verify()
        assert not report.ok or report.uncopied > 0
        file.write_bytes(originals[file])


async def test_a_checkpoint_that_is_missing_in_one_place_or_in_both_is_found(log: Log) -> None:
    """Of a writer with three: its second."""
    writer = log.kept[0]
    second = sorted((kept for kept in log.kept if at(kept)[0] == at(writer)[0]), key=at)[1]
    for places, why in (
        (["kept"], "the store has lost a checkpoint that the second place has"),
        (["copied"], "the second place has lost a checkpoint that the store has"),
        (["kept", "copied"], "the checkpoint before this one is missing"),
    ):
        without = log.copy()
        for place in places:
            getattr(without, place).remove(second)
        (fault,) = without.verify().faults
        assert (fault.writer, fault.why) == (at(second)[0], why)


async def test_a_signature_has_one_form(log: Log) -> None:
    """Four bits of its base64 say nothing; they are held all the same, even if both places agree."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    kept = log.kept[0]
    other = letters[letters.index(kept.signature[-3]) ^ 1]
    changed = replace(kept, signature=f"{kept.signature[:-3]}{other}==")
    assert base64.b64decode(changed.signature) == base64.b64decode(kept.signature)
    log.kept[0] = changed
    log.copied[log.copied.index(kept)] = changed
    assert any("not signed with this key" in fault.why for fault in log.verify().faults)


async def test_another_key_verifies_nothing(log: Log) -> None:
    log.key = Ed25519PrivateKey.generate().public_key()
    assert any("not signed with this key" in fault.why for fault in log.verify().faults)


async def test_a_store_that_was_emptied_is_found_and_so_is_a_second_place_that_was(log: Log) -> None:
    emptied = log.copy()
    emptied.entries, emptied.kept = [], []
    assert not emptied.verify().ok
    log.copied = []
    assert any("no checkpoint of this writer" in fault.why for fault in log.verify().faults)


async def test_an_entry_after_the_writer_closed_is_found(log: Log) -> None:
    last = log.entries[-1]
    text = json.dumps({"event": "answered", "at": 1})
    digest = link(last.writer, last.sequence + 1, last.hash, text)
    columns = columns_of({"event": "answered", "at": 1})
    log.entries.append(Entry(last.writer, last.sequence + 1, columns, text, digest))
    (fault,) = log.verify().faults
    assert fault == (last.writer, last.sequence + 1, "the writer had closed")


@pytest.mark.parametrize(
    "entry",
    [
        Entry(None, 1, (), "{}", ""),  # type: ignore[arg-type]  # what SQLite lets into a column
        Entry(b"\xff", 1, (), "{}", ""),  # type: ignore[arg-type]
        Entry("w", "1", (), "{}", ""),  # type: ignore[arg-type]
        Entry("w", True, (), "{}", ""),
        Entry("w", 10**30, (), "{}", ""),
        Entry("w", 1, (), None, None),  # type: ignore[arg-type]
        Entry("w", 1, (), "\ud800", "\ud800"),
        Entry("\ud800", 1, (), "{}", ""),
        Entry("w", 1, (), "[" * 100_000, link("w", 1, "", "[" * 100_000)),
        Entry("w", 1, (), "[]", link("w", 1, "", "[]")),
    ],
)
async def test_a_row_that_is_no_entry_is_a_fault_and_no_crash(log: Log, entry: Entry) -> None:
    log.entries.append(entry)
    assert len(log.verify().faults) == 1


@pytest.mark.parametrize("heads", [None, {}, "x", [1], [["w"]], [["w", "1", "h"]], [[1, 1, "h"]]])
async def test_a_first_entry_that_names_no_heads_is_a_fault(log: Log, heads: object) -> None:
    body = {"event": "opened", "at": 1, "heads": heads}
    text = json.dumps(body)
    log.entries.append(Entry("w", 1, columns_of(body), text, link("w", 1, "", text)))
    (fault,) = log.verify().faults
    assert (fault.writer, fault.sequence) == ("w", 1)


@pytest.mark.parametrize("events", [["asked"], ["opened", "opened"], ["opened", "asked", "opened"]])
async def test_a_writer_opens_once_and_first(log: Log, events: list[str]) -> None:
    previous = ""
    for sequence, event in enumerate(events, 1):
        body: dict[str, object] = {"event": event, "at": 1, "heads": []}
        text = json.dumps(body)
        previous = link("w", sequence, previous, text)
        log.entries.append(Entry("w", sequence, columns_of(body), text, previous))
    why = "a writer's first entry, and no other, says that it opened"
    assert ("w", len(events), why) in log.verify().faults


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", ""),
        Checkpoint("[]", ""),
        Checkpoint("null", "AAAA"),
        Checkpoint('{"writer":"w","sequence":"1","hash":"","previous":""}', ""),
        Checkpoint('{"writer":"w","sequence":1,"hash":"","previous":""}', "no base64"),
        Checkpoint('{"writer":"w","sequence":1,"hash":"","previous":""}', "AAAA"),
        Checkpoint(None, None),  # type: ignore[arg-type]  # what SQLite lets into a column
        Checkpoint('{"writer":"w","sequence":1,"hash":"","previous":""}', None),  # type: ignore[arg-type]
    ],
)
async def test_a_row_that_is_no_checkpoint_is_a_fault_and_no_crash(log: Log, checkpoint: Checkpoint) -> None:
    log.kept.append(checkpoint)
    assert len(log.verify().faults) == 1


@dataclass
class Scribe:
    """Writes a log by docs/audit.md alone: none of the product's code but the types."""

    key: Ed25519PrivateKey
    checkpoints: list[Checkpoint] = field(default_factory=list[Checkpoint])

    def hashed(self, value: object) -> str:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def write(self, writer: str, length: int, heads: list[object]) -> Iterator[Entry]:
        head, before = "", ""
        for sequence in range(1, length + 1):
            facts: dict[str, object] = {"at": 1_700_000_000_000 + sequence, "event": "asked", "user": "zoë"}
            if sequence == 1:
                facts |= {"event": "opened", "heads": [*heads]}
            if sequence == length:
                facts |= {"event": "closed"}
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            head = self.hashed(["remit audit entry 1", writer, sequence, head, text])
            columns = tuple(
                facts.get(name, "") for name in ("at", "event", "call", "tenant", "user", "tool", "code")
            )
            yield Entry(writer, sequence, columns, text, head)
            if sequence == 1 or sequence % 1000 == 0 or sequence == length:
                before = self.sign(writer, sequence, head, before)
        heads[:] = [[writer, length, head]]

    def sign(self, writer: str, sequence: int, head: str, before: str) -> str:
        body = json.dumps(
            {"at": 1, "hash": head, "previous": before, "sequence": sequence, "writer": writer},
            sort_keys=True,
            separators=(",", ":"),
        )
        signed = ["remit audit checkpoint 1", body]
        signature = self.key.sign(json.dumps(signed, separators=(",", ":")).encode())
        self.checkpoints.append(Checkpoint(body, base64.b64encode(signature).decode()))
        return self.hashed(signed)


@pytest.mark.threat("T44")
def test_a_clean_log_of_a_hundred_thousand_raises_no_alarm() -> None:
    scribe, heads = Scribe(Ed25519PrivateKey.generate()), list[object]()
    whole = [entry for n in range(5) for entry in scribe.write(f"{n:032x}", 20_000, heads)]
    report = verify(whole, scribe.checkpoints, scribe.checkpoints, scribe.key.public_key())
    assert report == Report((), 100_000, 5, 105, 0, 0)


async def test_what_a_killed_process_leaves_raises_no_alarm(log: Log) -> None:
    """Its last entries are not signed, and its last checkpoints are not copied."""
    named = {head[0] for e in log.entries if e.sequence == 1 for head in json.loads(e.body)["heads"]}
    (writer,) = {entry.writer for entry in log.entries} - named
    signed = sorted(at(kept)[1] for kept in log.kept if at(kept)[0] == writer)
    length = (signed[-2] + signed[-1]) // 2
    log.entries = [e for e in log.entries if e.writer != writer or e.sequence <= length]
    log.kept = [kept for kept in log.kept if at(kept)[0] != writer or at(kept)[1] <= length]
    log.copied = [kept for kept in log.copied if at(kept)[0] != writer or at(kept)[1] <= signed[0]]
    report = log.verify()
    assert report.ok
    assert report.unsigned == length - signed[-2]
    assert report.uncopied == len(signed) - 2


async def test_a_log_that_is_written_meanwhile_raises_no_alarm(place: Place, tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with (
        open_store(place.document, place.password) as store,
        # Ten times twelve may wait for a disk that is slow, and no more are written.
        open_audit(store, keys(tmp_path), Settings(every_entries=12, every_seconds=1), second) as audit,
        look_into_store(place.document, place.password) as reader,
    ):
        pipeline = Pipeline(store, audit)

        async def write() -> None:
            for _ in range(60):
                await pipeline.run()

        writing = asyncio.create_task(write())
        while not writing.done():
            report = await examine(reader, second, second / "public.pem")
            assert report.ok, report.faults
        await writing


async def test_replicas_that_write_side_by_side_raise_no_alarm(place: Place, tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with (
        open_store(place.document, place.password) as one,
        open_store(place.document, place.password) as two,
    ):
        async with open_audit(one, keys(tmp_path), SETTINGS, second) as first:
            await Pipeline(one, first).run()
            async with open_audit(two, keys(tmp_path), SETTINGS, second) as other:
                await asyncio.gather(
                    *(
                        Pipeline(store, audit).run()
                        for _ in range(30)
                        for store, audit in ((one, first), (two, other))
                    )
                )
            await Pipeline(one, first).run()
        report = await examine(one, second, second / "public.pem")
        assert report.ok, report.faults
        assert (report.writers, report.unsigned) == (2, 0)


@pytest.mark.threat("T44")
async def test_an_older_copy_of_the_store_put_back_is_found(tmp_path: Path) -> None:
    place, second = embedded(tmp_path), tmp_path / "second"
    database = tmp_path / "remit.db"

    async def run_once() -> bytes:
        async with (
            open_store(place.document, None) as store,
            open_audit(store, keys(tmp_path), SETTINGS, second) as audit,
        ):
            await Pipeline(store, audit).run()
        return database.read_bytes()

    older = await run_once()
    await run_once()
    database.write_bytes(older)
    await run_once()
    async with look_into_store(place.document, None) as reader:
        report = await examine(reader, second, second / "public.pem")
    assert any(fault.why.startswith("missing") for fault in report.faults)


@pytest.mark.threat("T44")
async def test_what_is_changed_in_the_database_itself_is_named(place: Place, tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with open_store(place.document, place.password) as store:
        async with open_audit(store, keys(tmp_path), SETTINGS, second) as audit:
            pipeline = Pipeline(store, audit)
            for _ in range(5):
                await pipeline.run()
            with pytest.raises(Denied):
                async with audit.record(request()):
                    raise Denied("No.", rule="r")

        def cover_up() -> object:
            yield "UPDATE audit_entries SET code = $1 WHERE code = $2", ("", "denied")

        await store.run(cover_up)  # type: ignore[arg-type]  # it returns nothing
        (fault,) = (await examine(store, second, second / "public.pem")).faults
        assert (fault.sequence, fault.why[:11]) == (12, "the columns")


async def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    place, second = embedded(tmp_path), tmp_path / "second"
    async with (
        open_store(place.document, None) as store,
        open_audit(store, keys(tmp_path), SETTINGS, second) as audit,
    ):
        for _ in range(5):
            await Pipeline(store, audit).run()
    database: Any = apsw.Connection(str(tmp_path / "remit.db"))
    database.execute("UPDATE audit_entries SET body = CAST(x'ff' || body AS TEXT) WHERE sequence = 4")
    database.close()
    async with look_into_store(place.document, None) as reader:
        report = await examine(reader, second, second / "public.pem")
    assert report.entries == 12
    (fault,) = report.faults
    assert (fault.sequence, fault.why) == (4, "this is not an entry")


async def test_a_folder_or_a_key_that_is_not_there_is_said_with_the_remedy(
    store: Store, tmp_path: Path
) -> None:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second"):
        pass
    with pytest.raises(ConfigurationError, match=r"can't be read .FileNotFoundError."):
        await examine(store, tmp_path / "nowhere", tmp_path / "second/public.pem")
    (tmp_path / "strange.pem").write_text("strange")
    for name in ("nowhere.pem", "strange.pem"):
        with pytest.raises(ConfigurationError, match="no Ed25519 public key"):
            await examine(store, tmp_path / "second", tmp_path / name)
