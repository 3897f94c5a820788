"""Whole tables whose columns are called as in other people's: all of each value is masked."""

from typing import Final

import pytest

from policies.call import Column, Kind, Table
from policies.redaction.masks import Masks
from policies.redaction.redactor import Redactor
from policies.redaction.vocabulary import BEFORE
from tests.policies.redaction.columns import ALIKE, USUAL

pytestmark = pytest.mark.threat("T27")

VALUES: Final = {
    "PERSON": (
        "Sofia Lindqvist", "anna hoffmann", "JOHN O'BRIEN", "Müller, Jürgen", "Łukasz Wójcik", "Đặng Thị Mai",
        "山田 太郎", "Ольга Петрова", "María José de la Cruz", "Samuel Okafor Jr.", "J. R. Whitfield", "lena",
    ),
    "EMAIL_ADDRESS": (
        "lena@example.com", "LENA.HOFFMANN@EXAMPLE.COM", "o'brien+tag@mail.example.co.uk", "root@mailhost",
        "jürgen@müller.example", "Lena <lena@example.com>", "lena (at) example.com",
        "mailto:lena@example.com",
    ),
    "PHONE_NUMBER": (
        "+1 (212) 555-0147", "2125550147", "020 7946 0018", "+49 30 901820", "555-0147 ext. 12",
        "06.12.34.56.78",
        "0044 20 7946 0018", "tel:+442079460018", "٠١٢٣٤٥٦٧٨٩",
    ),
    "IP_ADDRESS": (
        "203.0.113.7", "10.0.0.1", "192.168.1.20:443", "2001:db8::1", "::1", "198.51.100.0/24",
        "fe80::1%eth0",
        "203.0.113.7, 10.0.0.1", "8.8.8.8",
    ),
}  # fmt: skip
THINGS: Final = ("invoice", "north-1", "Blue lamp", "active", "2.14.0", "Chrome 118", "main", "v2")
# One word for each of the two, as a database writes a name that nobody put in quotes.
FOLDED: Final = {
    "PERSON": ["firstname", "lastname", "surname", "name"],
    "EMAIL_ADDRESS": ["email", "mail", "emailaddress"],
    "PHONE_NUMBER": ["phone", "phonenumber", "tel", "mobile"],
    "IP_ADDRESS": ["ip", "ipaddress", "ipaddr"],
}


def masked(redactor: Redactor, names: list[str], values: tuple[str, ...]) -> list[tuple[str, str, object]]:
    """For each column and value, what stands in its place. All columns of the table hold the same."""
    columns = (Column("id", Kind.NUMBER), *(Column(name, Kind.TEXT) for name in names))
    table = Table(columns, tuple((number, *([value] * len(names))) for number, value in enumerate(values)))
    rows = redactor.mark(table).masked(Masks())[0].rows
    return [
        (name, value, cell)
        for value, row in zip(values, rows, strict=True)
        for name, cell in zip(names, row[1:], strict=True)
    ]


@pytest.mark.parametrize("label", USUAL)
def test_every_value_of_a_column_with_a_usual_name_is_masked_whole(redactor: Redactor, label: str) -> None:
    shown = masked(redactor, USUAL[label].split(), VALUES[label])
    assert [each for each in shown if each[2] != f"<{label}>"] == []


@pytest.mark.parametrize("label", FOLDED)
def test_so_is_it_where_the_name_lost_its_case(redactor: Redactor, label: str) -> None:
    holders = ["customer", "cust", "client", "user", "billing", "contact", "emp"]
    assert set(holders) <= BEFORE
    names = [f"{holder}{what}" for holder in holders for what in FOLDED[label]]
    shown = masked(redactor, [name for name in names if name != "username"], VALUES[label])
    assert [each for each in shown if each[2] != f"<{label}>"] == []


def test_columns_that_only_sound_alike_are_left_as_they_are(redactor: Redactor) -> None:
    names = [*ALIKE.split(), "hostname", "username", "leadership", "ownership", "clientele"]
    assert [each for each in masked(redactor, names, THINGS) if each[2] != each[1]] == []


@pytest.mark.parametrize("name", ["user_agent", "userAgent", "filename", "hostname", "host_name", "browser"])
def test_what_a_things_name_sounds_like_is_left_too(redactor: Redactor, name: str) -> None:
    values = ("Safari", "Mozilla/5.0 (X11; Linux x86_64) Chrome/118", "Apollo", "Anna-Laptop", "Jordan")
    assert [each for each in masked(redactor, [name], values) if each[2] != each[1]] == []


def test_a_number_is_no_email_whatever_its_column_is_called(redactor: Redactor) -> None:
    assert masked(redactor, ["email_id"], ("17",)) == [("email_id", "17", "17")]
