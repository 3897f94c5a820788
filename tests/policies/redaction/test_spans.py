"""Overlapping findings, and placeholders."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from policies.labels import PERSONAL
from policies.redaction.spans import Finding, Span, Weight, beside, merge, placeholders, substitute

findings = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20), st.sampled_from(PERSONAL), st.sampled_from(Weight)).map(
        lambda f: Finding(f[0], f[0] + f[1], f[2], f[3])
    )
)


@given(findings)
def test_merged_findings_cover_what_any_of_them_covered_and_stand_apart(found: list[Finding]) -> None:
    merged = merge(found)
    covered = {at for f in found for at in range(f.start, f.end)}
    assert {at for f in merged for at in range(f.start, f.end)} == covered
    assert all(a.end <= b.start for a, b in pairwise(merged))


def test_a_secret_names_what_it_overlaps() -> None:
    email = Finding(8, 30, "EMAIL_ADDRESS", Weight.PROOF)
    url = Finding(0, 40, "postgres_url", Weight.SECRET)
    assert [f.label for f in merge([email, url])] == ["postgres_url"]


def test_only_our_own_placeholders_are_let_be() -> None:
    assert placeholders("<PERSON> [secret: github_pat #12]") == [(0, 8), (9, 33)]
    assert not placeholders("<ANNA> <person> [secret: x #4111111111111111] [secret: Anna #1]")


@given(findings, st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=3))
def test_what_is_left_beside_the_taken_is_outside_of_it(
    found: list[Finding], ranges: list[tuple[int, int]]
) -> None:
    taken = [(f.start, f.end) for f in merge(Finding(a, a + n, "PERSON", Weight.SHAPE) for a, n in ranges)]
    covered = {at for f in found for at in range(f.start, f.end)}
    free = covered - {at for start, end in taken for at in range(start, end)}
    assert {at for f in beside(found, taken) for at in range(f.start, f.end)} == free


def test_spans_are_replaced_from_left_to_right() -> None:
    spans = [Span(0, 4, "PERSON"), Span(8, 11, "LOCATION")]
    assert substitute("Anna in Rom.", spans, lambda span: f"<{span.label}>") == "<PERSON> in <LOCATION>."
