"""What answers that were made to be slow cost everybody else, through remit's whole pipeline.

    python -m tests.benchmarks.neighbours

Prints Markdown. A source holds texts of a megabyte that were made to be slow, and pages of people that nobody
has asked for yet. Short calls are timed alone, beside the texts, which are asked for one after the other, and
beside hostile documents and archives, opened in the same way. The memory is that of remit and of the process
that redacts large answers, while page after page is asked for.
"""

import itertools
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, cast

import anyio

from policies.call import Caller, Request, Transport
from policies.errors import Denied
from server.approvals import new_id
from server.assembly import Service, assemble
from server.configuration import load
from tests.benchmarks.redaction import COLUMNS, rows_of_people
from tests.policies.redaction.test_hostile import shapes
from tests.server.enabling import enable_all
from tests.tools.documents import made
from tools.documents.opening import Opener

SHORT: Final = 200
BATCHES: Final = 10
PAGES: Final = 400
LOOKS: Final = 4
ROUNDS: Final = 3
_NO_UNICODE: Final = b"\x81"
_MB: Final = 1_000_000
CONFIGURATION: Final = """\
[server]
name = "bench"
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

[limits]
calls_per_minute = 100000
burst = 10000
tenant = {{ calls_per_minute = 100000, burst = 10000 }}
source = {{ calls_per_minute = 100000, burst = 10000 }}

[sources.shop]
kind = "sqlite"
dsn = "sqlite:shop.db"
owner = "a team"
purpose = "tests"
classification = "internal"
max_rows = 1000
max_bytes = 10000000
max_cell_bytes = 2000000

[sources.shop.roles]
read = ["analyst"]

[sources.shop.tables.texts]
columns = ["id", "body"]

[sources.shop.tables.people]
columns = [{columns}]
"""


async def measure(folder: Path) -> None:
    count = _filled(folder)
    async with _serving(folder) as service:
        await _one(service, "SELECT id FROM texts WHERE id = 1")
        await _one(service, "SELECT body FROM texts WHERE id = 1")  # the other process is there by now
        alone = [took for _ in range(BATCHES) for took in await _short(service)]
        texts, beside = await _beside(service, lambda number: _asked(service, number % count + 1), count)
        documents = list(_documents())
        opener = Opener()
        opened, beside_documents = await _beside(
            service,
            lambda number: _opened(opener, documents[number % len(documents)]),
            ROUNDS * len(documents),
        )
        print("| short calls | number | p50 | p99 | slowest |\n|---|---|---|---|---|")
        for name, times in (
            ("alone", alone),
            (f"beside {count} texts of a megabyte", beside),
            (f"beside {ROUNDS * len(documents)} hostile documents", beside_documents),
        ):
            p50, p99 = _at(times, 0.5), _at(times, 0.99)
            print(f"| {name} | {len(times)} | {p50:.1f} ms | {p99:.1f} ms | {max(times) * 1000:.0f} ms |")
        print(
            f"\np99 of p99 alone: {_at(beside, 0.99) / _at(alone, 0.99):.1f} beside texts, "
            f"{_at(beside_documents, 0.99) / _at(alone, 0.99):.1f} beside documents. "
            f"A text was answered after {_said(texts)}, a document opened or refused after {_said(opened)}.\n"
        )
        print("| unseen pages of 1,000 rows | remit | the other process |\n|---|---|---|")
        for look in range(LOOKS + 1):
            if look:
                for number in range((look - 1) * PAGES // LOOKS, look * PAGES // LOOKS):
                    await _one(service, f"SELECT {', '.join(COLUMNS)} FROM people WHERE page = {number}")
            own, others = _memory()
            print(f"| {look * PAGES // LOOKS} | {own / _MB:.0f} MB | {others / _MB:.0f} MB |")


async def _beside(
    service: Service, hostile: Callable[[int], Awaitable[None]], count: int
) -> tuple[list[float], list[float]]:
    """How long each of what was made to be slow took, one after the other, and short calls beside it."""
    slow: list[float] = []
    beside: list[float] = []
    async with anyio.create_task_group() as tasks:

        async def going_on() -> None:
            for number in itertools.count():
                begun = time.perf_counter()
                await hostile(number)
                slow.append(time.perf_counter() - begun)

        tasks.start_soon(going_on)
        while len(slow) < count:
            beside += await _short(service)
        tasks.cancel_scope.cancel()
    return slow, beside


async def _asked(service: Service, number: int) -> None:
    await _one(service, f"SELECT body FROM texts WHERE id = {number}")


async def _opened(opener: Opener, content: bytes) -> None:
    async def fetched() -> bytes:
        return content

    with suppress(Denied):
        await opener.open(fetched, "a.txt" if content.startswith(_NO_UNICODE) else "")


def _documents() -> Iterator[bytes]:
    """Those that unpack to far more than they are, hold far more than is read, or lie of what they hold."""
    bomb = made.bomb(200 * 2**20)
    yield from (bomb, made.lying(bomb, 10), made.bomb(200 * 2**20, "xl/workbook.xml"))
    yield made.bomb(90 * 2**20, "word/document.xml")
    yield made.spreadsheet({"Wide": ([number] * 100 for number in range(10_000))})
    yield made.exploding_entities()
    yield made.archive({str(number): b"" for number in range(10_001)})
    yield made.pdf(*("page of a long report" for _ in range(1_500)))
    yield ("a line of a log\n" * 1_200_000).encode()
    yield _NO_UNICODE * 20_000_000


def _said(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f} s in the median, {max(times):.2f} s at most"


def _at(times: Sequence[float], share: float) -> float:
    """Milliseconds."""
    return sorted(times)[int(len(times) * share)] * 1000


async def _short(service: Service) -> list[float]:
    return [
        await _one(service, f"SELECT id FROM texts WHERE id = {number % 7 + 1}") for number in range(SHORT)
    ]


async def _one(service: Service, sql: str) -> float:
    """Seconds."""
    begun = time.perf_counter()
    caller = Caller(Transport.STDIO, "bench")
    await service.pipeline.run(Request(id=new_id(), caller=caller, tool="shop_query", arguments={"sql": sql}))
    return time.perf_counter() - begun


@asynccontextmanager
async def _serving(folder: Path) -> AsyncGenerator[Service]:
    document = load(folder / "remit.toml").document
    await enable_all(document)
    async with assemble(load(folder / "remit.toml")) as service:
        yield service


def _filled(folder: Path) -> int:
    """The number of the texts."""
    (folder / "remit.toml").write_text(
        CONFIGURATION.format(columns=", ".join(f'"{name}"' for name in ("page", *COLUMNS)))
    )
    connection = sqlite3.connect(folder / "shop.db")
    connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, body TEXT)")
    texts = list(_texts())
    with connection:
        connection.executemany("INSERT INTO texts (body) VALUES (?)", [(text,) for text in texts])
    columns = ("page", *COLUMNS)
    connection.execute(f"CREATE TABLE people ({', '.join(columns)})")
    connection.execute("CREATE INDEX pages ON people (page)")
    marks = ", ".join("?" * len(columns))
    with connection:
        for page in range(PAGES):
            rows = [(page, *cast("list[str | float]", row)) for row in rows_of_people(lambda: "needs review")]
            connection.executemany(f"INSERT INTO people VALUES ({marks})", rows)
    connection.close()
    return len(texts)


def _texts() -> Iterator[str]:
    """The shapes that are one text, and one that a database holds."""
    for make in shapes().values():
        rows = make().table.rows
        if len(rows) == len(rows[0]) == 1 and isinstance(text := rows[0][0], str) and "\ud800" not in text:
            yield text


def _memory() -> tuple[int, int]:
    """Bytes that this process holds, and its children."""
    page = os.sysconf("SC_PAGE_SIZE")

    def held(process: int) -> int:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * page

    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return held(os.getpid()), sum(held(int(child)) for child in children)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="remit-bench-") as folder:
        anyio.run(measure, Path(folder))


if __name__ == "__main__":
    main()
