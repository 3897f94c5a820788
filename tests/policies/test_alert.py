"""What an alert says, and what it makes of hostile text."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.alert import LONGEST, Alert, Severity
from policies.canonical import Json, canonical

ODD = Alert(
    kind="error_rate",
    severity=Severity.WARNING,
    summary="too many calls failed",
    user="ada",
    source="crm",
    evidence={"failed": 6, "calls": 100},
    did="demoted to assisted",
)

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(), inner, max_size=40),
    max_leaves=20,
)


def test_severities_are_ordered() -> None:
    assert [severity for severity in Severity if severity.reaches(Severity.WARNING)] == [
        "warning",
        "critical",
    ]


def test_alerts_that_differ_in_their_evidence_alone_are_alike() -> None:
    assert replace(ODD, evidence={"failed": 7}).identity == ODD.identity


@pytest.mark.parametrize(
    "other",
    [
        replace(ODD, kind="volume"),
        replace(ODD, severity=Severity.CRITICAL),
        replace(ODD, tenant="acme"),
        replace(ODD, user="bob"),
        replace(ODD, source="erp"),
        replace(ODD, tool="crm_query"),
        replace(ODD, summary="too many calls"),
        replace(ODD, did=""),
    ],
)
def test_alerts_that_differ_in_anything_else_are_not(other: Alert) -> None:
    assert other.identity != ODD.identity


@pytest.mark.parametrize("kind", ["", "Volume", "two words", "a\n", "1st", "x" * 64])
def test_a_kind_is_a_name(kind: str) -> None:
    with pytest.raises(ValueError, match="name of small letters"):
        replace(ODD, kind=kind)


@given(st.text(st.characters(exclude_categories=())), values)
def test_whatever_comes_in_an_alert_is_one_printable_line_and_bounded(text: str, value: Json) -> None:
    told = replace(
        ODD, summary=text, user=text, tool=text, did=text, evidence={text: value, "of": value}
    ).plain()
    assert len(told.summary) <= LONGEST
    for each in (told.summary, told.user, told.tool, told.did):
        assert each.isprintable()
    kept = canonical(dict(told.evidence))
    kept.encode()
    assert json.loads(kept) == told.evidence
    assert kept.isprintable()


def test_evidence_is_cut_where_it_is_long_or_deep() -> None:
    deep: Json = [[[[[1, 2, 3]]]]]
    told = replace(ODD, evidence={"deep": deep, "long": [*range(100)]}).plain()
    assert told.evidence == {"deep": [[[1]]], "long": [*range(32)]}
