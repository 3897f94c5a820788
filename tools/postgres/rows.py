"""The statements that read and write single rows by their key. Pure: text from names and types alone.

A value goes both ways as text by its type's own output and input functions, which is exact under the settings
of our transactions. Statements take one array of texts for each column, so that a hundred rows go the way to
the server once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from policies.canonical import Json
from policies.change import Fields
from tools.postgres.targets import Field, Target

Arrays: TypeAlias = tuple[list[str | None], ...]
_IS_OURS = "t"  # what stands for the table in every statement here


@dataclass(frozen=True, slots=True)
class Filter:
    """The condition of a row filter, with `parameters` for its placeholders from $1 on; or none."""

    sql: str = "true"
    parameters: tuple[Json, ...] = ()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def as_text(cell: str, most: int) -> str:
    """A value by its type's own output function, and one character more than it may have.

    A cast to text could be anybody's function, and IS NULL is true for a row of NULLs.
    """
    return (
        f"CASE pg_catalog.num_nulls({cell}) WHEN 0 THEN "
        f'pg_catalog."left"(pg_catalog.concat({cell}), {most + 1}) END'
    )


def reading(
    target: Target, key: Sequence[str], columns: Sequence[str], rows: Filter, *, most: int, lock: bool
) -> str:
    """Reads `columns` of the rows with these keys. One after the other is locked in the order of the keys.

    Its parameters are the filter's, then one array for each column of the key.
    """
    cells = ", ".join(as_text(f"{_IS_OURS}.{quoted(name)}", most) for name in columns)
    own = ", ".join(f"{_IS_OURS}.{quoted(name)}" for name in key)
    arrays = _arrays(len(rows.parameters), key)
    given = ", ".join(_value(f"k.v{number}", target.fields[name]) for number, name in enumerate(key, 1))
    names = ", ".join(f"v{number}" for number in range(1, len(key) + 1))
    return (
        f"SELECT {cells} FROM {_table(target)} WHERE ({rows.sql}) AND ({own}) IN "  # noqa: S608 - see above
        f"(SELECT {given} FROM unnest({arrays}) AS k({names})) ORDER BY {own}"
        + (f" FOR UPDATE OF {_IS_OURS}" if lock else "")
    )


def proposing(
    target: Target,
    sql: str,
    read: Sequence[str],
    key: Sequence[str],
    written: Sequence[str],
    *,
    most: int,
    count: int,
) -> str:
    """What a SELECT of `read` and then of new values for `written` proposes, at most `count` rows of it.

    New values come as they would be stored; then, for each, whether that is the value that was given.
    """
    old = [f"b{number}" for number in range(1, len(read) + 1)]
    new = [f"a{number}" for number in range(1, len(written) + 1)]
    fields = [target.fields[name] for name in written]
    given = [_value(f"q.{name}", field) for name, field in zip(new, fields, strict=True)]
    kept = [f"CAST({value} AS {field.type})" for value, field in zip(given, fields, strict=True)]
    fits = [
        f"{value} IS NOT DISTINCT FROM {_value(stored, field)}" if field.is_sized else "true"
        for value, stored, field in zip(given, kept, fields, strict=True)
    ]
    cells = [*(as_text(f"q.{name}", most) for name in old), *(as_text(value, most) for value in kept), *fits]
    order = ", ".join(f"q.{cell}" for cell, name in zip(old, read, strict=True) if name in key)
    return (
        f"SELECT {', '.join(cells)} FROM (\n{sql}\n) AS q({', '.join([*old, *new])})"  # noqa: S608
        f"{f' ORDER BY {order}' if order else ''} LIMIT {count}"
    )


def outside(target: Target, rows: Filter, given: Sequence[str], left: Sequence[str]) -> str:
    """Whether one of the rows to add would not be within the filter: of values for `given`, and defaults.

    Its parameters are the filter's, then one array for each column of `given`.
    """
    fields = [target.fields[name] for name in (*given, *left)]
    values = [f"k.v{number}" for number in range(1, len(given) + 1)]
    values += [f"({target.fields[name].default})" for name in left]
    cells = ", ".join(
        f"CAST({_value(value, field)} AS {field.type}) AS {quoted(field.name)}"
        for value, field in zip(values, fields, strict=True)
    )
    names = ", ".join((*(f"v{number}" for number in range(1, len(given) + 1)), "place"))
    # With nothing given, all rows are the same one.
    source = f"unnest({_arrays(len(rows.parameters), given)}) WITH ORDINALITY AS k({names})" if given else ""
    return (
        f"SELECT EXISTS (SELECT FROM (SELECT {cells}{f' FROM {source}' if source else ''}) AS {_IS_OURS} "  # noqa: S608
        f"WHERE ({rows.sql}) IS NOT TRUE)"
    )


def updating(target: Target, key: Sequence[str], written: Sequence[str]) -> str:
    """Its parameters are one array for each column of the key and then of `written`."""
    sets = ", ".join(
        f"{quoted(name)} = {_value(f'k.v{number}', target.fields[name])}"
        for number, name in enumerate(written, len(key) + 1)
    )
    return (
        f"UPDATE {_table(target)} SET {sets} FROM {_given((*key, *written))} "  # noqa: S608 - see above
        f"WHERE {_meets(target, key)}"
    )


def deleting(target: Target, key: Sequence[str]) -> str:
    """Its parameters are one array for each column of the key."""
    return f"DELETE FROM {_table(target)} USING {_given(key)} WHERE {_meets(target, key)}"  # noqa: S608


def inserting(target: Target, key: Sequence[str], written: Sequence[str], *, most: int) -> str:
    """Answers with the keys, in the order of the arrays, of which there is one for each column.

    A number that the server alone gives is written where a row is put back.
    """
    values = ", ".join(_value(f"k.v{number}", target.fields[name]) for number, name in enumerate(written, 1))
    overriding = (
        "OVERRIDING SYSTEM VALUE " if any(target.fields[name].is_numbered for name in written) else ""
    )
    cells = ", ".join(as_text(f"{_IS_OURS}.{quoted(name)}", most) for name in key)
    names = ", ".join((*(f"v{number}" for number in range(1, len(written) + 1)), "place"))
    return (
        f"INSERT INTO {_table(target)} ({', '.join(map(quoted, written))}) {overriding}"  # noqa: S608
        f"SELECT {values} FROM unnest({_arrays(0, written)}) WITH ORDINALITY AS k({names}) "
        f"ORDER BY k.place RETURNING {cells}"
    )


def columns_of(records: Sequence[Fields], names: Sequence[str]) -> Arrays:
    """One array a column."""
    return tuple(texts([record[name] for record in records]) for name in names)


def texts(values: Sequence[object]) -> list[str | None]:
    """Of values that are text or nothing."""
    return [None if value is None else str(value) for value in values]


def _table(target: Target) -> str:
    return f"{quoted(target.relation.schema)}.{quoted(target.relation.name)} AS {_IS_OURS}"


def _arrays(taken: int, names: Sequence[str]) -> str:
    return ", ".join(f"${taken + number}::pg_catalog.text[]" for number in range(1, len(names) + 1))


def _given(names: Sequence[str]) -> str:
    columns = ", ".join(f"v{number}" for number in range(1, len(names) + 1))
    return f"unnest({_arrays(0, names)}) AS k({columns})"


def _meets(target: Target, key: Sequence[str]) -> str:
    return " AND ".join(
        f"{_IS_OURS}.{quoted(name)} = {_value(f'k.v{number}', target.fields[name])}"
        for number, name in enumerate(key, 1)
    )


def _value(text: str, field: Field) -> str:
    """Of the type without its size: so that the server refuses what a cast to the size would cut."""
    return f"CAST({text} AS {field.base})"
