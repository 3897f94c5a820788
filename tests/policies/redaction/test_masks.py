"""What stands in place of a finding, as the rules for its reader say."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Column, Kind, Redacted
from policies.canonical import Json
from policies.errors import Denied
from policies.labels import LONG_NUMBERS, PERSONAL
from policies.redaction.masks import Masks
from policies.redaction.redactor import Redactor
from policies.redaction.spans import Span, placeholders
from policies.structured import structured
from policies.treatments import DEFAULTS, Place, Treatment, Treatments
from tests.policies.redaction.tables import raw_of

CARD = "4111 1111 1111 1111"
MAIL = "lena@example.com"
KEY = "AKIA2G3JYK74PYANIO4X"
MASKED_KEY = "[secret: aws_access_key_id #1]"
NOTE = f"Write to {MAIL}, card {CARD}, key {KEY}."
COLUMNS = {"id": Kind.NUMBER, "email": Kind.TEXT, "note": Kind.TEXT}
ROWS: list[list[Json]] = [[1, MAIL, NOTE]]


def ruled(treatment: Treatment, *labels: str, columns: Mapping[Place, Treatment] | None = None) -> Masks:
    """Masks by the default rules of a confidential source, and one more for these labels."""
    entities = {**DEFAULTS["confidential"], **dict.fromkeys(labels, treatment)}
    return Masks(Treatments(entities, columns or {}), numbered)


def numbered(label: str, text: str) -> str:
    return f"<{label}_{len(text)}_aaaaaa>"


def redacted(redactor: Redactor, masks: Masks, rows: list[list[Json]] = ROWS) -> Redacted:
    return redactor.redact(raw_of(COLUMNS, rows), masks=masks)


def masked(label: str, text: str, treatment: Treatment) -> str:
    return ruled(treatment, label).within(None)(Span(0, len(text), label), text)


def test_by_default_people_get_pseudonyms_and_numbers_their_last_four_digits(redactor: Redactor) -> None:
    assert redacted(redactor, ruled(Treatment.KEEP)).table.rows == (
        (
            1,
            "<EMAIL_ADDRESS_16_aaaaaa>",
            f"Write to <EMAIL_ADDRESS_16_aaaaaa>, card <CREDIT_CARD *1111>, key {MASKED_KEY}.",
        ),
    )


def test_where_no_pseudonym_can_be_given_the_kind_stands(redactor: Redactor) -> None:
    assert redacted(redactor, Masks()).table.rows[0][1] == "<EMAIL_ADDRESS>"


@pytest.mark.threat("T27")
def test_what_is_kept_passes_and_is_not_counted_but_a_secret_never_does(redactor: Redactor) -> None:
    answer = redacted(redactor, ruled(Treatment.KEEP, *PERSONAL))
    assert answer.table.rows[0][1:] == (MAIL, NOTE.replace(KEY, MASKED_KEY))
    assert answer.masked == {"aws_access_key_id": 1}
    columns = {("", "note"): Treatment.KEEP, ("", "email"): Treatment.KEEP}
    assert redacted(redactor, ruled(Treatment.HIDE, *PERSONAL, columns=columns)).table == answer.table


def test_what_is_dropped_leaves_nothing_and_a_cell_that_was_all_of_it_is_null(redactor: Redactor) -> None:
    rows: list[list[Json]] = [[1, MAIL, f"Write to {MAIL}."], [2, None, {"email": MAIL, MAIL: [MAIL, ""]}]]
    answer = redacted(redactor, ruled(Treatment.DROP, "EMAIL_ADDRESS"), rows)
    assert answer.table.rows == (
        (1, None, "Write to ."),
        (2, None, {"email": None, "<EMAIL_ADDRESS>": [None, ""]}),
    )
    assert answer.masked == {"EMAIL_ADDRESS": 5}


def test_a_number_that_is_dropped_is_null(redactor: Redactor) -> None:
    raw = raw_of({"ssn": Kind.NUMBER}, [[123456789], [None]])
    assert redactor.redact(raw, masks=ruled(Treatment.DROP, "US_SSN")).table.rows == ((None,), (None,))


def test_a_column_that_is_dropped_is_left_out_and_both_halves_say_so(redactor: Redactor) -> None:
    columns = {("", "note"): Treatment.DROP}
    answer = redacted(redactor, ruled(Treatment.REFUSE, "CREDIT_CARD", columns=columns))
    assert answer.table.columns == (Column("id", Kind.NUMBER), Column("email", Kind.TEXT))
    assert answer.table.rows == ((1, "<EMAIL_ADDRESS_16_aaaaaa>"),)
    assert "Left out by a rule of this source: note." in answer.text
    assert structured(answer)["left_out"] == ["note"]
    assert answer.masked == {"EMAIL_ADDRESS": 1}


@pytest.mark.threat("T27")
def test_what_is_refused_ends_the_call_and_says_what_to_do(redactor: Redactor) -> None:
    for masks, what in (
        (ruled(Treatment.REFUSE, "CREDIT_CARD"), "holds CREDIT_CARD"),
        (ruled(Treatment.KEEP, columns={("", "email"): Treatment.REFUSE}), "holds the column email"),
    ):
        with pytest.raises(Denied) as refusal:
            redacted(redactor, masks)
        assert refusal.value.rule == "redaction"
        assert what in refusal.value.message
        assert "Leave" in refusal.value.message
        assert MAIL not in refusal.value.message
    assert redacted(redactor, ruled(Treatment.REFUSE, "US_SSN")).table.rows


def test_the_answer_to_what_is_done_already_is_not_refused(redactor: Redactor) -> None:
    treatments = Treatments({**DEFAULTS["confidential"], "CREDIT_CARD": Treatment.REFUSE})
    answer = redacted(redactor, Masks(treatments, refusing=False))
    assert "card <CREDIT_CARD>," in str(answer.table.rows[0][2])
    columns = {("", "note"): Treatment.REFUSE}
    answer = redacted(redactor, Masks(Treatments(columns=columns), refusing=False))
    assert answer.left_out == ("note",)


@pytest.mark.threat("T27")
def test_a_part_of_a_number_shows_no_digits(redactor: Redactor) -> None:
    raw = raw_of(dict.fromkeys("abcd", Kind.TEXT), [["4111", "1111", "1111", "1111"]])
    for treatment in (Treatment.MASK, Treatment.KEEP, Treatment.PSEUDONYM, Treatment.DROP):
        answer = redactor.redact(raw, masks=ruled(treatment, "CREDIT_CARD"))
        assert answer.table.rows == (("<CREDIT_CARD>",) * 4,)
    with pytest.raises(Denied):
        redactor.redact(raw, masks=ruled(Treatment.REFUSE, "CREDIT_CARD"))


@pytest.mark.parametrize(
    ("label", "text", "mask"),
    [
        ("CREDIT_CARD", "4111-1111-1111-1234", "<CREDIT_CARD *1234>"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "<IBAN_CODE *3000>"),
        ("IBAN_CODE", "MT84MALT011000012345MTLCAST001S", "<IBAN_CODE>"),
        ("PHONE_NUMBER", "+1 212 555 0147", "<PHONE_NUMBER *0147>"),
        ("PHONE_NUMBER", "555 0147", "<PHONE_NUMBER>"),
        ("PHONE_NUMBER", "+1 212 555 0147 (mobile)", "<PHONE_NUMBER>"),
        ("PHONE_NUMBER", "٠١٢٣٤٥٦٧٨٩٠١", "<PHONE_NUMBER>"),
        ("US_SSN", "123-45-6789", "<US_SSN>"),
        ("PERSON", "Agent 0000000007", "<PERSON>"),
    ],
)
def test_the_last_digits_are_shown_where_they_do_not_give_the_rest_away(
    label: str, text: str, mask: str
) -> None:
    assert masked(label, text, Treatment.MASK) == mask


@given(st.sampled_from(LONG_NUMBERS), st.text("0123456789 -", min_size=1, max_size=30))
def test_a_mask_is_known_as_one_and_shows_less_than_half(label: str, text: str) -> None:
    mask = masked(label, text, Treatment.MASK)
    assert placeholders(mask) == [(0, len(mask))]
    shown = sum(map(str.isdigit, mask))
    assert shown in {0, 4}
    assert shown * 2 < sum(map(str.isdigit, text)) or not shown


def test_what_only_looks_like_a_mask_carries_no_number() -> None:
    for text in ("<CREDIT_CARD *41111>", "<CREDIT_CARD *4 111>", "<CREDIT_CARD 4111>", "<PERSON *4111>"):
        assert not placeholders(text)


def test_masking_what_is_masked_with_its_last_digits_changes_nothing(redactor: Redactor) -> None:
    once = redactor.mask(f"card {CARD}, call +1 212 555 0147")
    assert once == "card <CREDIT_CARD *1111>, call <PHONE_NUMBER>"
    assert redactor.mask(once) == once
