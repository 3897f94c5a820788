"""PostgreSQL: what a read may use. Curated from pg_proc, pg_operator and pg_type of PostgreSQL 15.

Left out on purpose: whatever runs SQL that comes as text (`query_to_xml`, `ts_stat`, `ts_rewrite`), touches
the session, the server, files, large objects, locks, sequences or statistics, tells of the catalogue,
resolves names (`to_regclass`, casts to reg* types), or takes a composite type of the database
(`json_populate_record`). All that begins with `pg_` is left out.
"""

from sqlglot import exp
from sqlglot.expressions import DType
from sqlglot.tokenizer_core import TokenType

from tools.sql.language import Explain, Language, words

_TEXT = """
    ascii bit_length btrim char_length character_length initcap left length lower lpad ltrim md5
    octet_length overlay quote_ident regexp_count regexp_instr regexp_like regexp_match regexp_matches
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse
    right rpad rtrim split_part starts_with string_to_array string_to_table strpos substr to_date
    to_number translate unistr upper
"""
_STRING = """
    chr concat concat_ws convert convert_from convert_to decode encode format get_bit get_byte normalize
    is_normalized parse_ident quote_literal quote_nullable set_bit set_byte sha224 sha256 sha384 sha512
    to_ascii to_hex to_char to_timestamp bit_count text varchar
"""
_MATH = """
    abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh
    cot cotd degrees div erf erfc exp factorial float4 float8 floor gcd int2 int4 int8 lcm ln log log10
    min_scale mod pi pow power radians random round scale sign sin sind sinh sqrt tan tand tanh
    trim_scale trunc width_bucket bool
"""
_TIME = """
    age clock_timestamp current_time current_timestamp date date_bin date_part date_trunc extract
    isfinite justify_days justify_hours justify_interval localtime localtimestamp make_date
    make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp
    timeofday timestamptz timezone transaction_timestamp
"""
_CONDITIONAL = "all any coalesce greatest grouping least nullif num_nonnulls num_nulls row some"
_AGGREGATES = """
    any_value avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every max min
    mode percentile_cont percentile_disc range_intersect_agg regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp sum
    var_pop var_samp variance
"""
_COLLECTORS = """
    array_agg json_agg json_agg_strict json_arrayagg json_object_agg json_object_agg_strict
    json_object_agg_unique json_objectagg jsonb_agg jsonb_agg_strict jsonb_object_agg
    jsonb_object_agg_strict jsonb_object_agg_unique range_agg string_agg
"""
_WINDOW = """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""
_JSON = """
    array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
    json_object_keys json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
    jsonb_each_text jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists
    jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
    jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz
    jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset
    jsonb_typeof row_to_json to_json to_jsonb
"""
_ARRAY = """
    array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_sample array_shuffle array_to_string
    array_upper cardinality generate_series generate_subscripts trim_array unnest
"""
_RANGE = """
    daterange datemultirange int4multirange int4range int8multirange int8range isempty lower_inc
    lower_inf multirange nummultirange numrange range_merge tsmultirange tsrange tstzmultirange
    tstzrange upper_inc upper_inf
"""
_SEARCH = """
    array_to_tsvector json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery
    querytree setweight strip to_tsquery to_tsvector ts_delete ts_filter ts_headline ts_rank ts_rank_cd
    tsquery_phrase tsvector_to_array websearch_to_tsquery
"""
_NETWORK = (
    "abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen"
)
_UUID = "gen_random_uuid"

_AGGREGATE_SET = words(_AGGREGATES, _COLLECTORS)
_BINARY = frozenset({"this", "expression"})

POSTGRES = Language(
    name="postgres",
    functions=_AGGREGATE_SET
    | words(
        _TEXT, _STRING, _MATH, _TIME, _CONDITIONAL, _WINDOW, _JSON, _ARRAY, _RANGE, _SEARCH, _NETWORK, _UUID
    ),
    aggregates=_AGGREGATE_SET,
    collectors=words(_COLLECTORS),
    records={
        "json_each": ("key", "value"),
        "json_each_text": ("key", "value"),
        "jsonb_each": ("key", "value"),
        "jsonb_each_text": ("key", "value"),
        "json_array_elements": ("value",),
        "json_array_elements_text": ("value",),
        "jsonb_array_elements": ("value",),
        "jsonb_array_elements_text": ("value",),
    },
    text_functions=words(_TEXT),
    sizes={
        "repeat": (1, 10_000),
        "lpad": (1, 10_000),
        "rpad": (1, 10_000),
        "array_fill": (1, 10_000),
        "factorial": (0, 100),
        "power": (1, 1_000),
        "pow": (1, 1_000),
        "exp": (0, 1_000),
        "round": (1, 1_000),
        "trunc": (1, 1_000),
    },
    templates=frozenset({"format"}),
    types=frozenset(
        {
            *(DType.TEXT, DType.VARCHAR, DType.CHAR, DType.BOOLEAN, DType.UUID, DType.JSON, DType.JSONB),
            *(DType.SMALLINT, DType.INT, DType.BIGINT, DType.DECIMAL, DType.FLOAT, DType.DOUBLE),
            *(DType.DATE, DType.TIME, DType.TIMETZ, DType.TIMESTAMP, DType.TIMESTAMPTZ, DType.INTERVAL),
            *(
                DType.INT4RANGE,
                DType.INT8RANGE,
                DType.NUMRANGE,
                DType.TSRANGE,
                DType.TSTZRANGE,
                DType.DATERANGE,
            ),
            *(DType.INT4MULTIRANGE, DType.INT8MULTIRANGE, DType.NUMMULTIRANGE),
            *(DType.TSMULTIRANGE, DType.TSTZMULTIRANGE, DType.DATEMULTIRANGE),
            *(DType.VARBINARY, DType.INET, DType.ARRAY),
        }
    ),
    named_types=frozenset({"cidr", "jsonpath", "macaddr", "tsquery", "tsvector"}),
    type_names={
        DType.INT: "int4",
        DType.BIGINT: "int8",
        DType.SMALLINT: "int2",
        DType.DECIMAL: "numeric",
        DType.FLOAT: "float4",
        DType.DOUBLE: "float8",
        DType.BOOLEAN: "bool",
        DType.VARBINARY: "bytea",
        DType.CHAR: "bpchar",
    },
    operators=words("-> ->> #> #>> ? ?| ?& @> <@ && || ^@ = <> != < > <= >= + - * / % ~ ~* !~ !~* #"),
    arrows={},
    nodes={
        **dict.fromkeys(
            (exp.Overlaps, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.BitwiseXor, exp.Pow), _BINARY
        ),
        **dict.fromkeys((exp.ArrayContainedBy, exp.ArrayContainsAll, exp.ArrayOverlaps), _BINARY),
        **dict.fromkeys((exp.ExtendsLeft, exp.ExtendsRight, exp.Adjacent), _BINARY),
        **dict.fromkeys(
            (exp.JSONBPathExists, exp.JSONBContainsAnyTopKeys, exp.JSONBContainsAllTopKeys), _BINARY
        ),
        exp.JSONBDeleteAtPath: _BINARY,
        exp.MatchAgainst: frozenset({"this", "expressions"}),
        exp.ILike: frozenset({"this", "expression", "negate"}),
        exp.Operator: frozenset({"this", "operator", "expression"}),
        # Calls are never read as Sqrt and Cbrt: these are the operators |/ and ||/.
        **dict.fromkeys((exp.Any, exp.All, exp.Variadic, exp.Sqrt, exp.Cbrt), frozenset({"this"})),
        exp.Array: frozenset({"expressions", "bracket_notation"}),
        exp.Bracket: frozenset({"this", "expressions", "offset"}),
        exp.Slice: _BINARY,
        exp.Dot: _BINARY,
        exp.AtTimeZone: frozenset({"this", "zone"}),
        exp.Extract: _BINARY,
        exp.StrPosition: frozenset({"this", "substr"}),
        exp.Overlay: frozenset({"this", "expression", "from_", "for_"}),
        exp.Kwarg: _BINARY,
        exp.PropertyEQ: _BINARY,
        exp.Localtime: frozenset(),
        exp.Localtimestamp: frozenset(),
    },
    builtin_schema="pg_catalog",
    placeholder="$",
    whole_rows=True,
    output_names_in_having=False,
    outputs_named_by_text=False,
    explain=Explain(
        words=(),
        options={
            "costs": frozenset({"", "on", "off", "true", "false", "1", "0"}),
            "summary": frozenset({"", "on", "off", "true", "false", "1", "0"}),
            "format": frozenset({"text", "json", "xml", "yaml"}),
        },
    ),
    spellings={
        TokenType.EQ: frozenset({"="}),
        TokenType.RLIKE: frozenset({"~"}),
        TokenType.NULLSAFE_EQ: frozenset(),
    },
    quoted_names_keep_case=True,
    no_limit="",
    longest_name=63,
    limit_takes_two=False,
    joins_need_a_condition=True,
    arrays_need_a_keyword=True,
)
