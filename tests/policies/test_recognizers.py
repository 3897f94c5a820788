"""The settings of an operator's own recognizers."""

import tomllib
from pathlib import Path

import pytest

from policies.document import Document, parse
from policies.doubts import doubts_of
from policies.errors import ConfigurationError

STAFF = """\
[[redaction.recognizers]]
name = "staff"
supported_entity = "CUSTOM_STAFF_NUMBER"
patterns = [{ regex = 'EMP-[0-9]{6}' }]

"""
SHOP = """\
[sources.shop]
kind = "sqlite"
dsn = "sqlite:shop.db"

[sources.shop.tables.customers]
columns = ["id", "ref"]
"""


def parsed(text: str) -> Document:
    return parse(text, Path("/etc/remit.toml"))


def refused(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        parsed(text)
    return caught.value


def one(settings: str) -> str:
    return f'[[redaction.recognizers]]\nname = "staff"\nsupported_entity = "CUSTOM_STAFF"\n{settings}\n'


@pytest.mark.threat("T40")
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("patterns = [{ regex = '(?<=EMP-)[0-9]+' }]", "no look-around"),
        ("patterns = [{ regex = '(a)\\1' }]", "no back-references"),
        ("patterns = [{ regex = 'EMP-[' }]", "no expression of RE2"),
        ("patterns = [{ regex = '(?:a{1,900}){1,900}' }]", "no expression of RE2"),
        ("patterns = [{ regex = 'x*' }]", "matches the empty text"),
        ("patterns = [{ regex = '\\AEMP' }]", "write ^ and $"),
        ("patterns = [{ regex = '(?s-m:^EMP)' }]", "write ^ and $"),
        ("patterns = [{ regex = '[0-9]{6}', score = 0.1 }]", "add context, or raise the score to 0.4"),
        ("patterns = [{ regex = '[0-9]{6}', score = 2 }]", "less than or equal to 1"),
        ("patterns = [{ regex = 'x', module = 'os' }]", "no such setting"),
        ('class_name = "os.system"', "no such setting"),
        ("deny_list = ['...']", "pattern"),
        ("", "it finds nothing"),
    ],
)  # fmt: skip
def test_a_recognizer_that_is_no_use_is_refused_with_the_remedy(settings: str, said: str) -> None:
    error = refused(STAFF + one(settings))
    assert said in error.message
    assert int(error.where.rpartition(":")[2]) >= 6


def test_a_backslash_is_no_anchor() -> None:
    (recognizer,) = parsed(one(r"patterns = [{ regex = 'C:\\Ada' }]")).redaction.recognizers
    assert recognizer.patterns[0].regex == r"C:\\Ada"


@pytest.mark.parametrize(
    "label", ["EMPLOYEE", "CUSTOM_", "CUSTOM_x", "CUSTOM_A1B", "CUSTOM_A_", "github_pat"]
)
def test_a_label_is_of_the_form_that_masks_are_known_by(label: str) -> None:
    error = refused(
        f'[[redaction.recognizers]]\nname = "x"\nsupported_entity = "{label}"\ndeny_list = ["ab"]\n'
    )
    assert "as in CUSTOM_EMPLOYEE_ID" in error.message
    assert error.where.endswith(":3")


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ('labels = { ref = "CUSTOM_STAF" }\n', 9),
        ('[sources.shop.redaction.entities]\nCUSTOM_STAF = "keep"\n', 10),
        ('[sources.shop.redaction.roles.support.entities]\nCUSTOM_STAF = "keep"\n', 10),
    ],
)
def test_a_rule_for_a_kind_that_nothing_finds_is_refused(rules: str, line: int) -> None:
    error = refused(f"{STAFF}{SHOP}{rules}")
    assert "no recognizer has CUSTOM_STAF" in error.message
    assert "[[redaction.recognizers]]" in error.remedy


def test_rules_and_labels_may_name_what_a_recognizer_finds() -> None:
    rules = (
        'labels = { ref = "CUSTOM_STAFF_NUMBER" }\n'
        '[sources.shop.redaction.entities]\nCUSTOM_STAFF_NUMBER = "mask"\n'
    )
    source = parsed(STAFF + SHOP + rules).sources["shop"]
    assert source.treatments(frozenset()).of("CUSTOM_STAFF_NUMBER") == "mask"
    restricted = parsed(STAFF + SHOP.replace("dsn", 'classification = "restricted"\ndsn')).sources["shop"]
    assert restricted.treatments(frozenset()).of("CUSTOM_STAFF_NUMBER") == "hide"


def test_where_a_fault_is_in_a_list_of_tables_is_told_by_its_line() -> None:
    nested = one(
        "[[redaction.recognizers.patterns]]\nregex = 'a'\n[[redaction.recognizers.patterns]]\nregex = '('"
    )
    assert refused(nested).where == "/etc/remit.toml:7"
    assert refused(STAFF + nested).where == "/etc/remit.toml:12"
    assert tomllib.loads(nested)


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ("patterns = [{ regex = 'a' }]\ncontext = ['badge']", 1),
        ("patterns = [{ regex = 'a', score = 0.1 }]\ncontext = ['badge']", 0),
        ("deny_list = ['ab']\ncontext = ['badge']", 1),
    ],
)
def test_a_context_that_changes_nothing_is_told(settings: str, count: int) -> None:
    (recognizer,) = parsed(one(settings)).redaction.recognizers
    assert len(list(doubts_of(recognizer))) == count
