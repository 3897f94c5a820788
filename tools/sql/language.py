"""What differs from one SQL dialect to the next: a value that the checks read, and nothing that they do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType


def words(*texts: str) -> frozenset[str]:
    """The words of these texts: long allowlists read best as prose."""
    return frozenset(word for text in texts for word in text.split())


@dataclass(frozen=True, slots=True)
class Explain:
    """The EXPLAIN that runs nothing: `words` follow the keyword, `options` are what each option may be.

    `formats` are those of `FORMAT=...`, which is left out: the explain tool has a form of its own.
    """

    words: tuple[str, ...]
    options: Mapping[str, frozenset[str]]
    formats: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Language:
    """One dialect, as allowlists.

    `name` is sqlglot's name for it. Functions go by their lower-case name; one that is not in `functions`
    does not exist, and the further sets single some of these out:

    * `aggregates` make one row of many, `collectors` those whose value grows with the rows they take in
    * `records` have output columns with names of their own
    * `text_functions` take text first: a number there can only mean somebody else's function
    * `sizes` names the argument that says how large the result gets, and how large it may be
    * `templates` take a format, with widths inside
    """

    name: str
    functions: frozenset[str]
    aggregates: frozenset[str]
    collectors: frozenset[str]
    records: Mapping[str, tuple[str, ...]]
    text_functions: frozenset[str]
    sizes: Mapping[str, tuple[int, int]]
    templates: frozenset[str]
    types: frozenset[exp.DType]
    named_types: frozenset[str]
    type_names: Mapping[exp.DType, str]
    operators: frozenset[str]
    arrows: Mapping[str, Callable[..., exp.Expr]]
    """What JSON operators are made into, of `this` and `expression`, where there is no OPERATOR(...)."""
    nodes: Mapping[type[exp.Expr], frozenset[str]]
    builtin_schema: str | None
    placeholder: str
    whole_rows: bool
    """A relation's name, as a value, is the row."""
    output_names_in_having: bool
    outputs_named_by_text: bool
    """A column without an alias is called what was written."""
    explain: Explain
    spellings: Mapping[TokenType, frozenset[str]]
    """Tokens that stand for operators under several spellings, with those that this database knows."""
    quoted_names_keep_case: bool
    """Unquoted names are folded, quoted ones are not; else all names compare without case."""
    no_limit: str
    """What LIMIT says for all rows, where OFFSET needs one."""
    longest_name: int
    """In bytes: beyond it the database cuts a name off, and two become one."""
    limit_takes_two: bool
    joins_need_a_condition: bool
    arrays_need_a_keyword: bool
    unit_functions: frozenset[str] = frozenset()
    """Those that take the name of a span of time first."""
    units: frozenset[str] = words("YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MICROSECOND")
    """What spans of time are called, in upper case."""
    dropped_words: frozenset[str] = frozenset()
    """Words, in lower case, of forms that are written back as another spelling of the same."""
    strings_as_aliases: bool = False
    own_syntax: frozenset[str] = frozenset()
    """Functions, in upper case, whose arguments are written as only this database's parser reads them."""
    claims_are_cast: bool = True
    """A claim is text to this database only where that is said."""
    char_has_a_length: bool = True
    """`char '12'` has no length of its own, and written back as a cast it has one."""
    output_names_in_outputs: bool = False
    """`SELECT a * 2 AS b, b + 1 AS c ... WHERE b > 5`, where no column is called b."""
    sub_select_names_are_distinct: bool = False
    """A sub-select can't have two columns of one name."""
    rows_of_values_differ: bool = False
    """Rows of VALUES that are read from are written otherwise (MySQL), or hold less (Snowflake)."""
    names_are_upper: bool = False
    """The database folds unquoted names to upper case, and so are those of the configuration kept."""
    between: re.Pattern[str] | None = None
    """What may stand between two words, where the tokenizer takes more for a comment than the database."""
