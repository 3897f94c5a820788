"""How much is found, and how much of what is found is right, on the corpora of this repository.

Floors, a little below what docs/redaction.md says was measured.
"""

from collections import defaultdict

import pytest

from policies.redaction.redactor import Redactor
from policies.redaction.secrets import find_secrets
from policies.redaction.spans import Span, merge
from tests.policies.redaction.tables import Score, cases


@pytest.mark.threat("T27")
def test_secrets_are_found_whole_and_little_else_is() -> None:
    score = Score()
    for case in cases("secrets.jsonl"):
        score.add(case, [Span(f.start, f.end, f.label) for f in merge(find_secrets(case.text))])
    assert score.recall > 0.98
    assert score.precision > 0.98
    assert score.touched <= score.clean * 0.02


@pytest.mark.threat("T27")
def test_personal_data_is_found_and_clean_documents_are_mostly_let_be(redactor: Redactor) -> None:
    score = Score()
    by_label: dict[str, list[bool]] = defaultdict(list)
    for case in cases("pii.jsonl"):
        found = redactor.spans(case.text)
        score.add(case, found)
        for span in case.spans:
            by_label[span.label].append(any(f.start <= span.start and span.end <= f.end for f in found))
    assert score.recall > 0.93
    assert score.precision > 0.95
    assert score.touched < score.clean * 0.15
    for label in ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "PHONE_NUMBER", "DATE_OF_BIRTH"):
        assert sum(by_label[label]) > 0.97 * len(by_label[label]), label


@pytest.mark.threat("T27")
def test_what_holds_on_one_corpus_holds_on_texts_of_other_kinds_and_authors(redactor: Redactor) -> None:
    score = Score()
    for case in cases("pii_more.jsonl"):
        score.add(case, redactor.spans(case.text))
    assert score.recall > 0.95
    assert score.precision > 0.95
    assert score.touched < score.clean * 0.1
