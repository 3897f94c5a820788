"""Personal data that has a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.redaction.folding import fold
from policies.redaction.identifiers import find_identifiers
from policies.redaction.identifiers.cards import luhn, mod97
from policies.redaction.spans import merge


def found_in(text: str, before: str = "") -> list[tuple[str, str]]:
    plain = fold(text)
    return [(f.label, text[f.start : f.end]) for f in merge(find_identifiers(plain, before))]


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("mail ada.l@analytical.example now", "EMAIL_ADDRESS", "ada.l@analytical.example"),
        ("mail ada.l@mailhost now", "EMAIL_ADDRESS", "ada.l@mailhost"),
        ("to=zoë@exämple.de", "EMAIL_ADDRESS", "zoë@exämple.de"),
        ("card 4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("it was 3782-822463-10005", "CREDIT_CARD", "3782-822463-10005"),
        ("the card 4111 1111 1111 1112 has a typo", "CREDIT_CARD", "4111 1111 1111 1112"),
        ("card 4111\u00a01111\u00a01111\u00a01111", "CREDIT_CARD", "4111\u00a01111\u00a01111\u00a01111"),
        ("the card 4111111111111112 has a typo", "CREDIT_CARD", "4111111111111112"),
        ("card ٤١١١١١١١١١١١١١١١", "CREDIT_CARD", "٤١١١١١١١١١١١١١١١"),
        ("card ４１１１１１１１１１１１１１１１", "CREDIT_CARD", "４１１１１１１１１１１１１１１１"),
        ("pay to DE89 3704 0044 0532 0130 00 BIC X", "IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
        ("iban gb82west12345698765432", "IBAN_CODE", "gb82west12345698765432"),
        ("SSN 123-45-6789", "US_SSN", "123-45-6789"),
        ("ssn 123456789", "US_SSN", "123456789"),
        ("call +44 20 7946 0958", "PHONE_NUMBER", "+44 20 7946 0958"),
        ("(212) 555-0147 x12", "PHONE_NUMBER", "(212) 555-0147 x12"),
        ("text me: 612 34 56 78", "PHONE_NUMBER", "612 34 56 78"),
        ("from 203.0.114.7 again", "IP_ADDRESS", "203.0.114.7"),
        ("from 2a00:1450:4001:81b::200e", "IP_ADDRESS", "2a00:1450:4001:81b::200e"),
        ("nic 00:1B:44:11:3A:B7", "MAC_ADDRESS", "00:1B:44:11:3A:B7"),
        ("born on 10 December 1815", "DATE_OF_BIRTH", "10 December 1815"),
        ("geboren 10.12.1815", "DATE_OF_BIRTH", "10.12.1815"),
        ("NHS number 943 476 5919", "UK_NHS", "943 476 5919"),
        ("passport no. C01234567", "US_PASSPORT", "C01234567"),
        ("lives at 221 Baker Street, London", "STREET_ADDRESS", "221 Baker Street, London"),
        ("12 rue de la Paix", "STREET_ADDRESS", "12 rue de la Paix"),
        ("wohnt Hauptstraße 12a, 10115 Berlin", "STREET_ADDRESS", "Hauptstraße 12a, 10115 Berlin"),
        ("see Mrs Lovelace, please", "PERSON", "Lovelace"),
        ("Ada Lovelace <ada@x.example>", "PERSON", "Ada Lovelace"),
        ("at Analytical Engines Ltd.", "ORGANIZATION", "Analytical Engines Ltd."),
    ],
)
def test_it_is_found_and_named(text: str, label: str, value: str) -> None:
    assert (label, value) in found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "version 10.2.14.3 is out",
        "host 192.168.0.12 on port 5432",
        "at 12:34:56 on 2024-05-06",
        "order 4520 1187 33",
        "ORD-2024-422856 and 1ZV65S7U9VKRY1IDM0",
        "sku 740-7908-92",
        "commit ab8e9be765c6608c974c629ac054425dfbcfd64e",
        "id 0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a",
        "epoch 1690030349000",
        "lodash@4.17.21 and app@sha256:80c352fe",
        "icon@2x.png",
        "17 errors in the last 5 minutes",
        "$34,269.77 by 02 Aug 2022",
        "CIDR 10.0.0.0/8",
    ],
)
def test_numbers_of_things_are_let_be(text: str) -> None:
    assert not found_in(text)


def test_the_name_of_a_column_is_a_cue_too() -> None:
    assert found_in("612 34 56 78", "mobile") == [("PHONE_NUMBER", "612 34 56 78")]
    assert not found_in("4111111111111111", "order_id")


@given(st.text(st.sampled_from("0123456789 +-().:/@aAbFx,\n"), max_size=120), st.text(max_size=20))
def test_every_finding_lies_in_the_text(text: str, before: str) -> None:
    before = before.encode("utf-8", "ignore").decode()
    assert all(0 <= f.start < f.end <= len(text) for f in find_identifiers(text, before))


@given(st.from_regex(r"[0-9]{1,18}", fullmatch=True))
def test_every_number_has_one_check_digit(number: str) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


def test_the_registry_of_ibans_own_example_is_valid() -> None:
    assert mod97("GB82WEST12345698765432")
    assert not mod97("GB82WEST12345698765431")


@given(st.text())
def test_a_folded_text_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
