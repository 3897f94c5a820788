"""Which rule says what is done with a finding."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.document import parse
from policies.doubts import doubts
from policies.errors import ConfigurationError
from policies.labels import PERSONAL
from policies.sources import SqlSource
from policies.treatments import DEFAULTS, Classification, Redaction, Rules, Treatment, Treatments

CONFIGURED = """\
[sources.shop]
kind = "sqlite"
dsn = "sqlite:shop.db"
classification = "{classification}"

[sources.shop.tables.customers]
columns = ["id", "email", "notes", "ref"]
labels = {{ ref = "US_SSN" }}

{rules}
"""
EMAIL, NOTES = ("main.customers", "email"), ("main.customers", "notes")
treatments = st.sampled_from(Treatment)
rules = st.builds(
    Rules,
    entities=st.dictionaries(st.sampled_from(PERSONAL), treatments, max_size=3),
    columns=st.dictionaries(st.sampled_from(["customers.email", "customers.notes"]), treatments),
)
redactions = st.builds(
    Redaction,
    entities=st.dictionaries(st.sampled_from(PERSONAL), treatments, max_size=3),
    columns=st.dictionaries(st.sampled_from(["customers.email", "customers.notes"]), treatments),
    roles=st.dictionaries(st.sampled_from(["support", "analyst", "lead"]), rules),
)
roles = st.frozensets(st.sampled_from(["support", "analyst", "lead", "guest"]))
classifications = st.sampled_from(get_args(Classification))


def shop(rules: str, classification: str = "confidential") -> SqlSource:
    source = parse(
        CONFIGURED.format(classification=classification, rules=rules), Path("/etc/remit.toml")
    ).sources["shop"]
    assert isinstance(source, SqlSource)
    return source


def refused(rules: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        shop(rules)
    return caught.value


def placed(name: str) -> tuple[str, str]:
    return "", name


@pytest.mark.parametrize("classification", get_args(Classification))
def test_every_kind_of_personal_data_has_a_default(classification: Classification) -> None:
    assert DEFAULTS[classification].keys() == set(PERSONAL)


def test_what_may_be_read_by_fewer_is_shown_less() -> None:
    by_openness = list(Treatment)
    for label in PERSONAL:
        shown = [by_openness.index(DEFAULTS[each][label]) for each in get_args(Classification)]
        assert shown == sorted(shown), label


def test_nothing_leads_back_to_what_is_restricted() -> None:
    assert set(DEFAULTS["restricted"].values()) == {Treatment.HIDE}


def test_the_most_special_rule_decides() -> None:
    source = shop(
        """
        [sources.shop.redaction.entities]
        EMAIL_ADDRESS = "mask"
        [sources.shop.redaction.columns]
        "customers.email" = "hide"
        [sources.shop.redaction.roles.support.entities]
        EMAIL_ADDRESS = "keep"
        [sources.shop.redaction.roles.lead.columns]
        "main.customers.email" = "keep"
        """
    )
    nobody, support, lead = (source.treatments({role}) for role in ("", "support", "lead"))
    assert nobody.entities["EMAIL_ADDRESS"] is Treatment.MASK
    assert support.entities["EMAIL_ADDRESS"] is Treatment.KEEP
    assert nobody.columns == support.columns == {EMAIL: Treatment.HIDE}
    assert lead.columns == {EMAIL: Treatment.KEEP}


def test_of_several_roles_the_most_open_rule_counts_and_a_role_without_one_counts_for_nothing() -> None:
    source = shop(
        """
        [sources.shop.redaction.roles.contractor.columns]
        "customers.notes" = "drop"
        [sources.shop.redaction.roles.support.columns]
        "main.customers.notes" = "hide"
        """
    )
    assert source.treatments({"contractor", "analyst"}).columns == {NOTES: Treatment.DROP}
    assert source.treatments({"contractor", "support"}).columns == {NOTES: Treatment.HIDE}
    assert source.treatments({"analyst"}).columns == {}


@given(redactions, roles, classifications)
def test_a_role_that_no_rule_names_changes_nothing(
    redaction: Redaction, held: frozenset[str], classification: Classification
) -> None:
    assert redaction.treatments(classification, held | {"guest"}, placed) == redaction.treatments(
        classification, held - {"guest"}, placed
    )


@given(redactions, roles, roles, classifications)
def test_a_rule_of_one_role_is_never_made_stricter_by_another_role(
    redaction: Redaction, held: frozenset[str], more: frozenset[str], classification: Classification
) -> None:
    by_openness = list(Treatment)

    def shown(these: Treatments, label: str) -> int:
        return by_openness.index(these.entities[label])

    less = redaction.treatments(classification, held, placed)
    both = redaction.treatments(classification, held | more, placed)
    for role in held:
        for label in redaction.roles.get(role, Rules()).entities:
            assert shown(both, label) <= shown(less, label)


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ('[sources.shop.redaction.entities]\nEMAIL = "keep"', "there are: AGE, BANK_ACCOUNT"),
        ('[sources.shop.redaction.entities]\ngithub_pat = "keep"', "there are: AGE, BANK_ACCOUNT"),
        ('[sources.shop.redaction.entities]\nPERSON = "show"', "'keep', 'pseudonym', 'mask'"),
        ('[sources.shop.redaction.columns]\nemail = "keep"', "write table.column"),
        ('[sources.shop.redaction.columns]\n"customers.mail" = "keep"', "redaction names customers.mail"),
        (
            '[sources.shop.redaction.roles.a.columns]\n"main.staff.email" = "keep"',
            "redaction names main.staff.email",
        ),
        (
            '[sources.shop.redaction.columns]\n"customers.email" = "keep"\n"main.customers.email" = "drop"',
            "two rules for main.customers.email",
        ),
        ('[sources.shop.redaction]\nPERSON = "keep"', "no such setting"),
        ('[sources.shop.tables.orders]\ncolumns = ["id"]\nlabels.total = "AGE"', "labels names total"),
        ('[sources.shop.tables.orders]\ncolumns = ["id"]\nlabels.id = "MONEY"', "there are: AGE"),
    ],
)
def test_a_rule_for_what_there_is_not_stops_the_start(rules: str, what: str) -> None:
    error = refused(rules)
    assert what in error.message
    assert error.where.startswith("/etc/remit.toml:")


@pytest.mark.parametrize(
    ("rules", "classification", "found"),
    [
        ('[sources.shop.redaction.entities]\nPERSON = "keep"', "confidential", []),
        (
            '[sources.shop.redaction.entities]\nPERSON = "keep"',
            "restricted",
            ["PERSON is kept for everybody"],
        ),
        ('[sources.shop.redaction.roles.lead.entities]\nPERSON = "keep"', "restricted", []),
        ('[sources.shop.redaction.roles.leed.entities]\nPERSON = "keep"', "internal", ["the role leed"]),
        (
            '[sources.shop.redaction.roles.lead.entities]\nPERSON = "pseudonym"',
            "internal",
            ["say what holds without them"],
        ),
        (
            '[sources.shop.redaction.columns]\n"orders.total" = "drop"',
            "internal",
            ["orders.total is needed for writing"],
        ),
        ('[sources.shop.redaction.columns]\n"orders.total" = "hide"', "internal", []),
    ],
)
def test_a_rule_that_can_hardly_be_meant_is_told_of(
    rules: str, classification: str, found: list[str]
) -> None:
    orders = '[sources.shop.tables.orders]\ncolumns = ["id", "total"]\nkey = ["id"]\nwrite = ["total"]\n'
    told = [
        doubt.what
        for doubt in doubts(shop(f'[sources.shop.roles]\nread = ["lead"]\n{orders}{rules}', classification))
    ]
    assert len(told) == len(found)
    assert all(what in doubt for what, doubt in zip(found, told, strict=True))
