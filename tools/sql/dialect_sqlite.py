"""SQLite: what a read may use. Curated from the documentation of SQLite 3.54's built-in functions.

Left out on purpose: `load_extension`, `readfile`, `writefile`, `edit`, `fts3_tokenizer`, the `pragma_*`
functions, all that begins with `sqlite_`, what tells of the connection (`changes`, `last_insert_rowid`) and
what makes large values (`zeroblob`, `randomblob`).
"""

from sqlglot import exp
from sqlglot.expressions import DType
from sqlglot.tokenizer_core import TokenType

from tools.sql.language import Explain, Language, words

_SCALAR = """
    abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely
    lower ltrim max min nullif octet_length printf quote random replace round rtrim sign  substr
    substring trim typeof unhex unicode unistr unlikely upper
"""
_TIME = "date datetime julianday strftime time timediff unixepoch current_date current_time current_timestamp"
_MATH = """
    acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod
    pi pow power radians sin sinh sqrt tan tanh trunc
"""
_JSON = """
    json json_array json_array_length json_each json_error_position json_extract json_insert json_object
    json_patch json_pretty json_quote json_remove json_replace json_set json_tree json_type json_valid
    jsonb jsonb_array jsonb_extract jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace
    jsonb_set
"""
_AGGREGATES = "avg count max median min percentile percentile_cont percentile_disc sum total"
_COLLECTORS = """
    group_concat json_group_array json_group_object jsonb_group_array jsonb_group_object string_agg
"""
_WINDOW = """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""
_JSON_ROWS = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")

_AGGREGATE_SET = words(_AGGREGATES, _COLLECTORS)
_BINARY = frozenset({"this", "expression"})

SQLITE = Language(
    name="sqlite",
    functions=_AGGREGATE_SET | words(_SCALAR, _TIME, _MATH, _JSON, _WINDOW),
    aggregates=_AGGREGATE_SET,
    collectors=words(_COLLECTORS),
    records={"json_each": _JSON_ROWS, "json_tree": _JSON_ROWS},
    text_functions=frozenset(),
    sizes={},
    templates=frozenset({"format", "printf"}),
    types=frozenset({DType.INT, DType.TEXT, DType.FLOAT, DType.DOUBLE}),
    named_types=frozenset(),
    type_names={},
    operators=frozenset({"->", "->>"}),
    arrows={"->": exp.JSONExtract, "->>": exp.JSONExtractScalar},
    nodes={
        exp.JSONExtract: _BINARY,
        exp.JSONExtractScalar: _BINARY,
        exp.Glob: frozenset({"this", "expression", "negate"}),
        exp.CurrentTime: frozenset(),
    },
    builtin_schema=None,
    placeholder="?",
    whole_rows=False,
    output_names_in_having=True,
    outputs_named_by_text=True,
    explain=Explain(words=("query", "plan"), options={}),
    spellings={TokenType.NULLSAFE_EQ: frozenset()},
    quoted_names_keep_case=False,
    no_limit="-1",
    longest_name=512,
    limit_takes_two=True,
    joins_need_a_condition=False,
    arrays_need_a_keyword=False,
)
