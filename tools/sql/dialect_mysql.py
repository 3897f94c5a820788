"""MySQL and MariaDB: what a read may use. Curated from the reference manual of MySQL 8.4 (chapter 14), and of
these what MariaDB 10.11 has too, but for the few that only one of the two has.

Left out on purpose: what reads or writes files (`load_file`), waits or burns time (`sleep`, `benchmark`,
`master_pos_wait`), locks (`get_lock` and its like), tells of the session or the server (`user`, `database`,
`version`, `connection_id`, `last_insert_id`, `found_rows`, `row_count`), puts values into error messages
(`extractvalue`, `updatexml`), unpacks (`uncompress`), ciphers, and what reaches into sequences (`nextval`).
"""

import re

from sqlglot import exp
from sqlglot.expressions import DType

from tools.sql.language import Explain, Language, words
from tools.sql.unnumbered import MARK

_TEXT = """
    ascii bin bit_length char char_length character_length concat concat_ws crc32 elt field
    find_in_set format from_base64 hex insert instr lcase left length locate lower lpad ltrim md5 mid
    oct octet_length ord position quote regexp_instr regexp_replace regexp_substr repeat replace
    reverse right rpad rtrim sha sha1 sha2 soundex space strcmp substr substring substring_index
    to_base64 trim ucase unhex upper uuid
"""
_MATH = """
    abs acos asin atan atan2 bit_count ceil ceiling conv cos cot degrees exp floor ln log log10 log2 mod
    pi pow power radians rand round sign sin sqrt tan truncate
"""
_TIME = """
    adddate addtime convert_tz curdate current_date current_time current_timestamp curtime date date_add
    date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear extract from_days
    from_unixtime get_format hour last_day localtime localtimestamp makedate maketime microsecond minute
    month monthname now period_add period_diff quarter sec_to_time second str_to_date subdate subtime
    sysdate time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_days to_seconds
    unix_timestamp utc_date utc_time utc_timestamp week weekday weekofyear year yearweek
"""
_CONDITIONAL = "coalesce greatest if ifnull isnull least nullif interval"
_JSON = """
    json_array json_array_append json_array_insert json_contains json_contains_path json_depth
    json_extract json_insert json_keys json_length json_merge_patch json_merge_preserve json_object
    json_overlaps json_pretty json_quote json_remove json_replace json_search json_set json_type
    json_unquote json_valid json_value
"""
_NETWORK = "inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv6"
_AGGREGATES = """
    any_value avg bit_and bit_or bit_xor count max min std stddev stddev_pop stddev_samp sum var_pop
    var_samp variance
"""
_COLLECTORS = "group_concat json_arrayagg json_objectagg"
_WINDOW = """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""

_AGGREGATE_SET = words(_AGGREGATES, _COLLECTORS)
_BINARY = frozenset({"this", "expression"})


def _extracted(*, this: exp.Expr, expression: exp.Expr) -> exp.Expr:
    """`a -> '$.b'`, which MariaDB lacks, as both write it."""
    return exp.Anonymous(this="json_extract", expressions=[this, expression])


def _unquoted(*, this: exp.Expr, expression: exp.Expr) -> exp.Expr:
    """`a ->> '$.b'`."""
    return exp.Anonymous(this="json_unquote", expressions=[_extracted(this=this, expression=expression)])


MYSQL = Language(
    name="mysql",
    functions=_AGGREGATE_SET | words(_TEXT, _MATH, _TIME, _CONDITIONAL, _JSON, _NETWORK, _WINDOW),
    aggregates=_AGGREGATE_SET,
    collectors=words(_COLLECTORS),
    records={},
    text_functions=frozenset(),
    sizes={
        "repeat": (1, 10_000),
        "space": (0, 10_000),
        "lpad": (1, 10_000),
        "rpad": (1, 10_000),
        "exp": (0, 1_000),
        "pow": (1, 1_000),
        "power": (1, 1_000),
    },
    templates=frozenset(),
    types=frozenset(
        {
            *(DType.BIGINT, DType.UBIGINT, DType.INT, DType.DECIMAL, DType.DOUBLE, DType.FLOAT),
            *(DType.CHAR, DType.VARCHAR, DType.TEXT, DType.BINARY),
            *(DType.DATE, DType.DATETIME, DType.TIME, DType.TIMESTAMPTZ),
        }
    ),
    named_types=frozenset(),
    type_names={},
    operators=frozenset({"->", "->>"}),
    arrows={"->": _extracted, "->>": _unquoted},
    nodes={
        **dict.fromkeys((exp.Xor, exp.IntDiv, exp.BitwiseXor), _BINARY),
        exp.Group: frozenset({"expressions", "rollup"}),
        exp.Interval: frozenset({"this", "unit"}),
        exp.Extract: _BINARY,
        **dict.fromkeys((exp.Any, exp.All), frozenset({"this"})),
        exp.StrPosition: frozenset({"this", "substr"}),
        exp.MatchAgainst: words("this expressions modifier"),
        exp.CurrentTime: frozenset({"this"}),
        exp.CurrentTimestamp: frozenset({"this"}),
        exp.Localtime: frozenset({"this"}),
        exp.Localtimestamp: frozenset({"this"}),
    },
    builtin_schema=None,
    placeholder=MARK,
    whole_rows=False,
    output_names_in_having=True,
    outputs_named_by_text=True,
    explain=Explain(words=(), options={}, formats=frozenset({"traditional", "json", "tree"})),
    spellings={},
    quoted_names_keep_case=False,
    no_limit="18446744073709551615",
    longest_name=64,
    limit_takes_two=True,
    joins_need_a_condition=False,
    arrays_need_a_keyword=False,
    unit_functions=frozenset({"timestampadd", "timestampdiff"}),
    dropped_words=frozenset({"convert", "position"}),
    strings_as_aliases=True,
    own_syntax=frozenset({"CONVERT", "GROUP_CONCAT", "MATCH"}),
    claims_are_cast=False,
    char_has_a_length=False,
    sub_select_names_are_distinct=True,
    rows_of_values_differ=True,
    # `/*! ... */` and `/*M! ... */` run, `/*+ ... */` steers, `--1` is arithmetic, and none holds another.
    between=re.compile(
        r"(?:[ \t\r\n;]|--(?:[ \t][^\n]*)?(?:\n|\r|$)|\#[^\n]*(?:\n|$)"
        r"|/\*(?![!+]|[Mm]!)(?:(?!/\*|\*/).)*\*/)*",
        re.DOTALL,
    ),
)
