"""What names of columns and keys say."""

import pytest

from policies.redaction.names import Context, Meaning, are_people, beside, fits, is_of_a_thing, meaning
from policies.redaction.words import words_of
from tests.policies.redaction.columns import ALIKE, USUAL

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
    "custFirstName": "PERSON",
    "bill_to_name": "PERSON",
    "name_on_card": "PERSON",
    "Prénom": "PERSON",
    "kundenname": "PERSON",
    "nombreCompleto": "PERSON",
    "E-Mail-Adresse": "EMAIL_ADDRESS",
    "correo_electronico": "EMAIL_ADDRESS",
    "emailNormalized": "EMAIL_ADDRESS",
    "usr_mob_no": "PHONE_NUMBER",
    "teléfono_móvil": "PHONE_NUMBER",
    "phoneE164": "PHONE_NUMBER",
    "X-Forwarded-For": "IP_ADDRESS",
    "ipv6_address": "IP_ADDRESS",
    "IP-Adresse": "IP_ADDRESS",
    "hardware_address": "MAC_ADDRESS",
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
        "table_name",
        "file_name",
        "font_family",
        "email_count",
        "mobile_app",
        "ip_version",
        "caller_id",
    ],
)
def test_a_name_of_something_else_says_nothing(name: str) -> None:
    assert meaning(Context(name)) is None


def test_a_name_beside_an_email_is_a_persons() -> None:
    assert meaning(Context("name", beside({"name", "email"}))) == Meaning("PERSON", certain=False)
    assert meaning(Context("name", beside({"name", "sku"}))) is None


@pytest.mark.threat("T27")
@pytest.mark.parametrize("label", USUAL)
def test_columns_of_usual_names_hold_what_they_say(label: str) -> None:
    found = {name: meaning(Context(name)) for name in USUAL[label].split()}
    assert {name for name, said in found.items() if said is None or said.label != label} == set()


def test_columns_that_only_sound_alike_are_not_masked_for_their_names() -> None:
    certain = {name for name in ALIKE.split() if (found := meaning(Context(name))) and found.certain}
    assert certain == set()


def test_a_part_of_a_name_is_one_within_a_name_or_a_persons_record() -> None:
    assert meaning(Context("given", within=("name",))) == Meaning("PERSON", certain=True)
    assert meaning(Context("last", beside({"first", "last"}))) == Meaning("PERSON", certain=False)
    assert meaning(Context("family", within=("font",))) is None


def test_the_value_of_an_object_is_what_the_object_is_called() -> None:
    assert meaning(Context("number", within=("customer", "phone"))) == Meaning("PHONE_NUMBER", certain=True)
    assert meaning(Context("value", within=("emails",))) == Meaning("EMAIL_ADDRESS", certain=True)
    assert meaning(Context("value", within=("price",))) is None


@pytest.mark.parametrize(
    "value", ["Anna de la Cruz", "d'Angelo, Maria", "山田 太郎", "george", "O\u2019Neil Jr."]
)
def test_a_value_may_look_like_a_name_in_many_ways(value: str) -> None:
    assert fits(value, Meaning("PERSON", certain=False))


def test_a_column_of_names_is_one_whatever_it_is_called() -> None:
    assert are_people(["Helena Miettinen", "Nikhil Rao", "Anna Kovács", "Xu Q"])
    assert not are_people(["Helena Miettinen", "Nikhil Rao"])
    assert not are_people(["Kate Spade tote", "Martin D-28", "Paul Smith wallet", "Oslo Sofa"])


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
    assert is_of_a_thing(Context("product"))
    assert is_of_a_thing(Context("warehouse_name"))
    assert is_of_a_thing(Context("name", beside({"name", "unit_price"})))
    assert is_of_a_thing(Context("name", within=("order", "line_items")))
    assert not is_of_a_thing(Context("name", within=("customer",)))
    assert not is_of_a_thing(Context("notes"))


def test_words_are_parted_by_case_signs_and_digits() -> None:
    assert words_of("customerEmail2") == words_of("customer_email_2") == ("customer", "email", "2")
