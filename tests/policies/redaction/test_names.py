"""What names of columns and keys say."""

import pytest

from policies.redaction.names import Context, Meaning, fits, is_of_a_thing, meaning
from policies.redaction.words import words_of

CERTAIN = {
    "email": "EMAIL_ADDRESS",
    "customerEmail": "EMAIL_ADDRESS",
    "E-Mail Address": "EMAIL_ADDRESS",
    "home_phone_2": "PHONE_NUMBER",
    "FirstName": "PERSON",
    "LAST_NAME": "PERSON",
    "ssn": "US_SSN",
    "mailing_street": "STREET_ADDRESS",
    "shipping_address": "STREET_ADDRESS",
    "last_login_ip": "IP_ADDRESS",
    "client_address": "IP_ADDRESS",
    "from_address": "EMAIL_ADDRESS",
    "date_of_birth": "DATE_OF_BIRTH",
    "card_number": "CREDIT_CARD",
    "iban": "IBAN_CODE",
}


@pytest.mark.threat("T27")
@pytest.mark.parametrize(("name", "label"), CERTAIN.items())
def test_a_name_says_what_its_values_are(name: str, label: str) -> None:
    assert meaning(Context(name)) == Meaning(label, certain=True)


@pytest.mark.parametrize(
    "name",
    [
        "email_verified",
        "phone_type",
        "address_id",
        "product_name",
        "hostname",
        "name",
        "id",
        "",
        "web_address",
        "user_name",
    ],
)
def test_a_name_of_something_else_says_nothing(name: str) -> None:
    assert meaning(Context(name)) is None


def test_a_name_beside_an_email_is_a_persons() -> None:
    assert meaning(Context("name", frozenset({"name", "email"}))) == Meaning("PERSON", certain=False)
    assert meaning(Context("name", frozenset({"name", "sku"}))) is None


def test_whose_name_it_is_the_object_around_it_says() -> None:
    assert meaning(Context("name", within=("customer",))) == Meaning("PERSON", certain=True)
    assert meaning(Context("Name", within=("Account",))) == Meaning("ORGANIZATION", certain=True)
    assert meaning(Context("number", within=("card",))) == Meaning("CREDIT_CARD", certain=True)


@pytest.mark.parametrize("value", ["", "-", "N/A", "null", "unknown", "true", "***"])
def test_a_value_that_is_none_is_not_masked(value: str) -> None:
    assert not fits(value, Meaning("EMAIL_ADDRESS", certain=True))


def test_a_cards_brand_is_no_card() -> None:
    assert not fits("visa", Meaning("CREDIT_CARD", certain=True))
    assert fits("visa 4242", Meaning("CREDIT_CARD", certain=True))


def test_a_doubtful_name_wants_a_value_that_looks_like_one() -> None:
    doubtful = Meaning("PERSON", certain=False)
    assert fits("Ada Lovelace", doubtful)
    assert fits("Lovelace, Ada", doubtful)
    assert not fits("billing-service", doubtful)
    assert not fits("Please call back at noon", doubtful)


def test_things_have_names_too() -> None:
    assert is_of_a_thing("product")
    assert is_of_a_thing("warehouse_name")
    assert not is_of_a_thing("notes")


def test_words_are_parted_by_case_signs_and_digits() -> None:
    assert words_of("customerEmail2") == words_of("customer_email_2") == ("customer", "email", "2")
