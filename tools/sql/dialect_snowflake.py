"""Snowflake: what a read may use. Curated from its reference of functions and of query syntax.

Left out on purpose: what names a table, a column or a result by a string (`identifier`, `result_scan`), reads
stages or files, tells of the account, the session or other queries (`current_user`, `current_role`,
`last_query_id`, `get_ddl`, `system$...`), waits or steers (`system$wait`, `system$cancel_query`), generates
text with a model, ciphers, unpacks, hashes whole rows (`hash`), and what reaches into sequences. Time travel,
stages, flow operators and scripting are no nodes of `nodes`.
"""

import re

from sqlglot import exp
from sqlglot.expressions import DType

from tools.sql.language import Explain, Language, words
from tools.sql.unnumbered import MARK

_TEXT = """
    ascii base64_decode_string base64_encode bit_length char char_length charindex chr collate collation
    concat concat_ws contains editdistance endswith hex_decode_string hex_encode ilike initcap insert
    jarowinkler_similarity left length len like lower lpad ltrim md5 md5_hex octet_length parse_ip parse_url
    position regexp regexp_count regexp_instr regexp_like regexp_replace regexp_substr regexp_substr_all
    repeat replace reverse right rlike rpad rtrim rtrimmed_length sha1 sha1_hex sha2 sha2_hex soundex space
    split split_part startswith strtok strtok_to_array substr substring translate trim
    try_base64_decode_string try_hex_decode_string unicode upper uuid_string
"""
_MATH = """
    abs acos acosh asin asinh atan atan2 atanh bitand bitnot bitor bitshiftleft bitshiftright bitxor cbrt
    ceil ceiling cos cosh cot degrees div0 div0null exp factorial floor getbit haversine ln log mod normal pi
    pow power radians random round seq1 seq2 seq4 seq8 sign sin sinh sqrt square tan tanh trunc truncate
    uniform width_bucket
"""
_TIME = """
    add_months convert_timezone current_date current_time current_timestamp date date_from_parts date_part
    date_trunc dateadd datediff datefromparts day dayname dayofmonth dayofweek dayofweekiso dayofyear extract
    getdate hour last_day localtime localtimestamp minute month monthname months_between next_day
    previous_day quarter second sysdate systimestamp time time_from_parts time_slice timeadd timediff
    timefromparts timestamp_from_parts timestamp_ltz_from_parts timestamp_ntz_from_parts
    timestamp_tz_from_parts timestampadd timestampdiff week weekiso weekofyear year yearofweek yearofweekiso
"""
_CONDITIONAL = """
    booland boolnot boolor boolxor coalesce decode equal_null greatest greatest_ignore_nulls iff ifnull
    is_null_value least least_ignore_nulls nullif nullifzero nvl nvl2 zeroifnull
"""
_CONVERSION = """
    to_array to_binary to_boolean to_char to_date to_decimal to_double to_json to_number to_numeric to_object
    to_time to_timestamp to_timestamp_ltz to_timestamp_ntz to_timestamp_tz to_varchar to_variant
    try_to_binary try_to_boolean try_to_date try_to_decimal try_to_double try_to_number try_to_numeric
    try_to_time try_to_timestamp try_to_timestamp_ltz try_to_timestamp_ntz try_to_timestamp_tz
"""
_SEMI_STRUCTURED = """
    array_append array_cat array_compact array_construct array_construct_compact array_contains
    array_distinct array_except array_flatten array_insert array_intersection array_max array_min
    array_position array_prepend array_remove array_remove_at array_reverse array_size array_slice array_sort
    array_to_string arrays_overlap arrays_to_object arrays_zip as_array as_binary as_boolean as_char as_date
    as_decimal as_double as_integer as_number as_object as_real as_time as_timestamp_ltz as_timestamp_ntz
    as_timestamp_tz as_varchar check_json get get_ignore_case get_path is_array is_boolean is_char is_date
    is_decimal is_double is_integer is_object is_real is_time is_timestamp_ltz is_timestamp_ntz
    is_timestamp_tz is_varchar json_extract_path_text object_construct object_construct_keep_null
    object_delete object_insert object_keys object_pick parse_json strip_null_value try_parse_json typeof
"""
_IN_FROM = "flatten generator"
_AGGREGATES = """
    any_value approx_count_distinct approx_percentile avg bitand_agg bitor_agg bitxor_agg booland_agg
    boolor_agg boolxor_agg corr count count_if covar_pop covar_samp grouping grouping_id hll kurtosis max
    max_by median min min_by mode percentile_cont percentile_disc regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skew stddev stddev_pop stddev_samp sum
    var_pop var_samp variance variance_pop variance_samp
"""
_COLLECTORS = "array_agg array_union_agg array_unique_agg listagg object_agg"
_WINDOW = """
    conditional_change_event conditional_true_event cume_dist dense_rank first_value lag last_value lead
    nth_value ntile percent_rank rank ratio_to_report row_number
"""
_UNITS = """
    YEAR Y YY YYY YYYY YR YEARS YRS MONTH MM MON MONS MONTHS DAY D DD DAYS DAYOFMONTH WEEK W WK WEEKOFYEAR WOY
    WY WEEKISO WEEK_ISO QUARTER Q QTR QTRS QUARTERS HOUR H HH HR HOURS HRS MINUTE M MI MIN MINUTES MINS SECOND
    S SEC SECONDS SECS MILLISECOND MS MSEC MILLISECONDS MICROSECOND US USEC MICROSECONDS NANOSECOND NS NSEC
    NANOSECONDS DAYOFWEEK WEEKDAY DOW DW DAYOFWEEKISO DOW_ISO DAYOFYEAR DOY DY YEAROFWEEK YEAROFWEEKISO
    EPOCH EPOCH_SECOND EPOCH_SECONDS EPOCH_MILLISECOND EPOCH_MILLISECONDS TIMEZONE_HOUR TIMEZONE_MINUTE
"""

_AGGREGATE_SET = words(_AGGREGATES, _COLLECTORS)
_BINARY = frozenset({"this", "expression"})
_UNARY = frozenset({"this"})

SNOWFLAKE = Language(
    name="snowflake",
    functions=_AGGREGATE_SET
    | words(_TEXT, _MATH, _TIME, _CONDITIONAL, _CONVERSION, _SEMI_STRUCTURED, _IN_FROM, _WINDOW),
    aggregates=_AGGREGATE_SET,
    collectors=words(_COLLECTORS),
    records={"flatten": ("seq", "key", "path", "index", "value", "this")},
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
            *(DType.BIGINT, DType.INT, DType.SMALLINT, DType.TINYINT),
            *(DType.DECIMAL, DType.DOUBLE, DType.FLOAT, DType.BOOLEAN),
            *(DType.CHAR, DType.VARCHAR, DType.TEXT, DType.BINARY, DType.VARBINARY),
            *(DType.DATE, DType.DATETIME, DType.TIME, DType.TIMESTAMP),
            *(DType.TIMESTAMPLTZ, DType.TIMESTAMPNTZ, DType.TIMESTAMPTZ),
            *(DType.VARIANT, DType.OBJECT, DType.ARRAY),
        }
    ),
    named_types=frozenset(),
    type_names={},
    operators=frozenset(),
    arrows={},
    nodes={
        exp.Select: words(
            "expressions from_ joins where group having qualify order limit offset distinct with_"
        ),
        exp.Subquery: words("this alias joins with_ order limit offset pivots"),
        exp.Pivot: words("expressions fields unpivot default_on_null alias"),
        exp.TableFromRows: words("this alias joins"),
        exp.Star: frozenset({"except_"}),
        exp.Group: frozenset({"expressions", "all"}),
        exp.Qualify: _UNARY,
        exp.Filter: frozenset(),
        exp.IgnoreNulls: _UNARY,
        exp.RespectNulls: _UNARY,
        exp.Any: _UNARY,
        exp.All: _UNARY,
        exp.ILike: frozenset({"this", "expression", "negate"}),
        exp.RegexpLike: frozenset({"this", "expression", "full_match"}),
        exp.TryCast: words("this to safe requires_string null_on_text_overflow"),
        exp.Array: frozenset({"expressions", "value_constructor"}),
        exp.Bracket: frozenset({"this", "expressions", "offset"}),
        exp.Kwarg: _BINARY,
        exp.Interval: frozenset({"this", "unit"}),
        exp.Extract: _BINARY,
        exp.StrPosition: frozenset({"this", "substr"}),
        exp.CurrentTime: _UNARY,
        exp.CurrentTimestamp: _UNARY,
        exp.Localtime: _UNARY,
        exp.Localtimestamp: _UNARY,
    },
    builtin_schema=None,
    placeholder=MARK,
    whole_rows=False,
    output_names_in_having=True,
    output_names_in_outputs=True,
    outputs_named_by_text=True,
    explain=Explain(words=(), options={}),
    spellings={},
    quoted_names_keep_case=False,
    no_limit="1000000000000000",
    longest_name=255,
    limit_takes_two=False,
    joins_need_a_condition=True,
    arrays_need_a_keyword=False,
    unit_functions=words("date_part date_trunc dateadd datediff timeadd timediff timestampadd timestampdiff"),
    units=words(_UNITS),
    dropped_words=frozenset({"extract"}),
    own_syntax=frozenset({"TABLE", "TRY_CAST"}),
    claims_are_cast=False,
    char_has_a_length=False,
    sub_select_names_are_distinct=True,
    names_are_upper=True,
    rows_of_values_differ=True,
    # A comment ends with its first `*/`, and none holds another.
    between=re.compile(
        r"(?:[ \t\r\n;]|(?:--|//)[^\n]*(?:\n|$)|/\*(?:(?!/\*|\*/).)*\*/)*",
        re.DOTALL,
    ),
)
