"""Every type comes across exactly, and no value is too large or too odd to be told."""

import json
import math
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.call import Kind
from policies.canonical import Json
from tests.backends import Postgres
from tools.postgres.values import Output, reader, rendered

if TYPE_CHECKING:
    import asyncpg

pytestmark = pytest.mark.anyio

CELL = 100


async def read(
    link: "asyncpg.Connection[asyncpg.Record]", sql: str, cell: int = CELL
) -> list[tuple[Kind, Json]]:
    prepared = await link.prepare(sql)
    outputs = tuple(map(Output.of, prepared.get_attributes()))
    row = await link.fetchrow(rendered(sql, outputs, cell))
    assert row is not None
    return list(zip((output.column.kind for output in outputs), reader(outputs)(tuple(row)), strict=True))


CASES: list[tuple[str, Kind, Json]] = [
    ("1::int2", Kind.NUMBER, 1),
    ("2147483647", Kind.NUMBER, 2147483647),
    ("9007199254740991", Kind.NUMBER, 9007199254740991),
    ("9007199254740993", Kind.NUMBER, "9007199254740993"),
    ("-9223372036854775808", Kind.NUMBER, "-9223372036854775808"),
    ("0.1::float4", Kind.NUMBER, 0.1),
    ("'NaN'::float8", Kind.NUMBER, "NaN"),
    ("'-Infinity'::float8", Kind.NUMBER, "-Infinity"),
    ("12.30::numeric", Kind.NUMBER, "12.30"),
    ("'NaN'::numeric", Kind.NUMBER, "NaN"),
    ("true", Kind.BOOLEAN, True),
    ("NULL::int", Kind.NUMBER, None),
    ("NULL::text", Kind.TEXT, None),
    ("''", Kind.TEXT, ""),
    ("'ab '::char(5)", Kind.TEXT, "ab   "),
    ("'x'::name", Kind.TEXT, "x"),
    ("'\\x00ff'::bytea", Kind.BINARY, "00ff"),
    ("DATE '2024-02-29'", Kind.TIME, "2024-02-29"),
    ("'infinity'::date", Kind.TIME, "infinity"),
    ("'0044-03-15 BC'::date", Kind.TIME, "0044-03-15 BC"),
    ("'20000-01-01'::date", Kind.TIME, "20000-01-01"),
    ("TIMESTAMP '2024-01-02 03:04:05.000006'", Kind.TIME, "2024-01-02T03:04:05.000006"),
    ("TIMESTAMPTZ '2024-01-02 03:04:05+02'", Kind.TIME, "2024-01-02T01:04:05+00:00"),
    ("'-infinity'::timestamptz", Kind.TIME, "-infinity"),
    ("'0044-03-15 10:00 BC'::timestamp", Kind.TIME, "0044-03-15 10:00:00 BC"),
    ("TIME '10:00'", Kind.TIME, "10:00:00"),
    ("'1 year 2 mons 3 days 04:05:06'::interval", Kind.TIME, "P1Y2M3DT4H5M6S"),
    ("'6f7e4b2c-0000-4000-8000-000000000001'::uuid", Kind.UUID, "6f7e4b2c-0000-4000-8000-000000000001"),
    ("""'{"a": 1.0, "a": 2}'::json""", Kind.JSON, '{"a": 1.0, "a": 2}'),
    ("""'{"b":9007199254740993}'::jsonb""", Kind.JSON, '{"b": 9007199254740993}'),
    ("ARRAY[1,NULL,3]", Kind.TEXT, "{1,NULL,3}"),
    ("ARRAY['a','b c']", Kind.TEXT, '{a,"b c"}'),
    ("int4range(1,5)", Kind.TEXT, "[1,5)"),
    ("'192.168.0.1/24'::inet", Kind.TEXT, "192.168.0.1/24"),
    ("ROW(1,NULL)", Kind.TEXT, "(1,)"),
    ("ROW(NULL,NULL)", Kind.TEXT, "(,)"),
    ("'12.5'::money", Kind.TEXT, "$12.50"),
    ("B'101'", Kind.TEXT, "101"),
    ("point(1,2)", Kind.TEXT, "(1,2)"),
    ("'a & b'::tsquery", Kind.TEXT, "'a' & 'b'"),
    ("'mood_ok'::pg_temp.mood", Kind.TEXT, "mood_ok"),
    ("'x'::xml", Kind.TEXT, "x"),
    ("'pg_class'::regclass", Kind.TEXT, "pg_class"),
    ("int4multirange(int4range(1,2))", Kind.TEXT, "{[1,2)}"),
]


async def test_each_type_is_told_exactly(postgres: Postgres) -> None:
    async with postgres.admin() as link:
        await link.execute("CREATE TYPE pg_temp.mood AS ENUM ('mood_ok')")
        await link.execute("SET intervalstyle = iso_8601; SET datestyle = 'ISO'; SET lc_monetary = 'C'")
        for expression, kind, value in CASES:
            got = await read(link, f"SELECT {expression} AS v")
            if expression.endswith("money"):
                assert got[0][0] is kind
            else:
                assert got == [(kind, value)], expression
            json.dumps(got[0][1], allow_nan=False)


async def test_columns_may_share_a_name_or_be_none_at_all(postgres: Postgres) -> None:
    async with postgres.admin() as link:
        assert [value for _, value in await read(link, "SELECT 1 AS a, 'x' AS a, 2 AS \"A b\"")] == [
            1,
            "x",
            2,
        ]
        assert await read(link, "SELECT FROM pg_class LIMIT 1") == []


@pytest.mark.threat("T40")
async def test_a_huge_value_is_cut_before_it_crosses_the_wire(postgres: Postgres) -> None:
    async with postgres.admin() as link:
        for expression in (
            "repeat('x', 50000000)",
            "('\"' || repeat('x', 5000000) || '\"')::json",
            "repeat('ab', 5000000)::bytea",
            "ARRAY[repeat('x', 5000000)]",
        ):
            prepared = await link.prepare(f"SELECT {expression} AS v")
            outputs = tuple(map(Output.of, prepared.get_attributes()))
            value = await link.fetchval(rendered(f"SELECT {expression} AS v", outputs, CELL))
            assert CELL < len(value) <= CELL + 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bits=st.integers(0, 2**64 - 1))
def test_a_float_is_read_as_it_was_written(bits: int) -> None:
    (number,) = struct.unpack(">d", bits.to_bytes(8, "big"))
    from policies.call import Column
    from tools.postgres.values import Form

    text = "NaN" if math.isnan(number) else "Infinity" if number == math.inf else repr(number)
    text = "-Infinity" if number == -math.inf else text
    (value,) = reader([Output(Column("v", Kind.NUMBER), Form.FLOAT)])([text])
    assert value == (number if math.isfinite(number) else text)
