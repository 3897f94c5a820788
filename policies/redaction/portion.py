"""How much of a result goes into one answer."""

from policies.call import Kept, Table
from policies.results import Room


def portion(table: Table, lines: str, room: Room | None) -> tuple[Table, str, Kept | None]:
    """The rows that go into the answer, their lines, and the whole where those are not all.

    `lines` are those of the table (rendering.py): the names of its columns, then a line for each row.
    """
    if room is None or len(lines) <= room.characters:
        return table, lines, None
    count = _rows_within(lines, room.characters)
    if count == len(table.rows):
        return table, lines, None
    shown = Table(table.columns, table.rows[:count], truncated=True, next=table.next)
    return shown, _first(lines, count), Kept(room.handle, table)


def page(table: Table, lines: str, start: int, characters: int) -> Table:
    """The rows from `start`, as many as fit, one at the least; none where `start` is behind the last.

    `next` is the number of the first that does not fit.
    """
    names, *texts = lines.split("\n")
    rest = "\n".join([names, *texts[start:]])
    end = start + (_rows_within(rest, characters) if texts[start:] else 0)
    more = end < len(table.rows)
    cursor = str(end) if more else None
    return Table(table.columns, table.rows[start:end], more or table.truncated, next=cursor)


def _rows_within(lines: str, characters: int) -> int:
    if len(lines) <= characters:
        return lines.count("\n")
    return max(1, lines.count("\n", 0, characters + 1) - 1)


def _first(lines: str, count: int) -> str:
    return "\n".join(lines.split("\n", count + 1)[: count + 1])
