"""What a column is made of says more than what an answer calls it (threat T27)."""

import pytest

from policies.call import Column, Kind, Origin
from policies.canonical import Json
from policies.errors import Denied
from policies.redaction.masks import Masks
from policies.redaction.redactor import Redactor
from policies.treatments import DEFAULTS, Place, Treatment, Treatments
from tests.policies.redaction.tables import raw_of

pytestmark = pytest.mark.threat("T27")

TOKEN = "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"
CUSTOMERS = "public.customers"


def of(column: str, *, table: str = CUSTOMERS, label: str = "", changed: bool = False) -> Origin:
    return Origin(table, column, label, changed)


def cells(
    redactor: Redactor,
    values: list[Json],
    *origins: Origin,
    name: str = "x",
    kind: Kind = Kind.TEXT,
    masks: Masks | None = None,
) -> list[Json]:
    raw = raw_of([Column(name, kind, origins)], [[value] for value in values])
    return [row[0] for row in redactor.redact(raw, masks=masks).table.rows]


def ruled(columns: dict[Place, Treatment] | None = None, **entities: Treatment) -> Masks:
    return Masks(
        Treatments({**DEFAULTS["confidential"], **entities}, columns or {}), lambda label, _: f"<{label}_1>"
    )


def test_an_alias_takes_nothing_away(redactor: Redactor) -> None:
    assert cells(redactor, [123456789, None], of("ssn"), kind=Kind.NUMBER) == ["<US_SSN>", None]
    assert cells(redactor, ["not an address", ""], of("email")) == ["<EMAIL_ADDRESS>", ""]
    assert cells(redactor, [123456789], kind=Kind.NUMBER) == [123456789]
    assert cells(redactor, ["Winter24"], of("password")) == ["[secret: password #1]"]


def test_a_name_is_a_persons_in_a_table_of_people(redactor: Redactor) -> None:
    assert cells(redactor, ["mira quux"], of("name"), name="name") == ["<PERSON>"]
    assert cells(redactor, ["mira quux"], of("name", table="public.products"), name="name") == ["mira quux"]
    assert cells(redactor, ["DHL"], of("name", table="public.shipping_methods"), name="name") == ["DHL"]


def test_what_is_made_from_certain_values_is_masked_whole_and_leads_nowhere(redactor: Redactor) -> None:
    made: list[Json] = ["moc.elpmaxe@anel", 7, True, None, {"lena": ["x", 1]}]
    mask = "<EMAIL_ADDRESS>"
    assert cells(redactor, made, of("email", changed=True), masks=ruled()) == [
        *(mask, mask, True, None),
        {mask: [mask, mask]},
    ]
    assert cells(redactor, ["41111111111"], of("card", changed=True)) == ["<CREDIT_CARD>"]
    assert cells(redactor, ["2024-05-06"], of("dob", changed=True), kind=Kind.TIME) == ["<DATE_OF_BIRTH>"]
    assert cells(redactor, [TOKEN[4:12]], of("api_key", changed=True)) == ["[secret: derived #1]"]
    assert cells(redactor, ["SHIPPED"], of("status", changed=True)) == ["SHIPPED"]


def test_a_part_of_json_is_what_its_key_says(redactor: Redactor) -> None:
    def part(*path: str, column: str = "doc", changed: bool = False) -> list[Json]:
        origin = Origin("public.orders", column, changed=changed, path=path)
        return cells(redactor, ["mira quux 1234"], origin, masks=ruled())

    assert part("ssn") == ["<US_SSN>"]
    assert part("customer", "name") == ["<PERSON_1>"]
    assert part("customer", "name", changed=True) == ["<PERSON>"]
    assert part("product", "name") == ["mira quux 1234"]
    assert part("line", column="address") == ["<STREET_ADDRESS_1>"]
    kept = ruled({("public.orders", "doc"): Treatment.KEEP})
    assert cells(redactor, ["1234"], Origin("public.orders", "doc", path=("ssn",)), masks=kept) == ["1234"]


def test_what_stands_in_a_text_that_was_changed_gets_no_pseudonym(redactor: Redactor) -> None:
    note = "write to lena@example.com"
    assert cells(redactor, [note], of("notes"), masks=ruled()) == ["write to <EMAIL_ADDRESS_1>"]
    assert cells(redactor, [note], of("notes", changed=True), masks=ruled()) == ["write to <EMAIL_ADDRESS>"]


def test_what_the_source_declares_decides_first(redactor: Redactor) -> None:
    labelled = of("ref", label="US_PASSPORT")
    assert cells(redactor, ["x7", "lena@example.com", "-", None], labelled) == [
        "<US_PASSPORT>",
        "<US_PASSPORT>",
        "-",
        None,
    ]
    assert cells(redactor, ['{"a": 1}'], labelled) == ["<US_PASSPORT>"]
    assert cells(redactor, [{"a": 1}], labelled, kind=Kind.JSON) == [{"<US_PASSPORT>": "<US_PASSPORT>"}]
    assert cells(redactor, [f"x {TOKEN}"], labelled) == ["[secret: github_pat #1]"]
    assert cells(redactor, [12], labelled, kind=Kind.NUMBER, name="email") == ["<US_PASSPORT>"]


def test_values_of_several_kinds_are_masked_whatever_they_look_like(redactor: Redactor) -> None:
    assert cells(redactor, ["abc", 17], of("ssn"), of("email")) == ["<US_SSN>", "<US_SSN>"]
    assert cells(redactor, ["abc", "-"], of("email"), of("status")) == ["<EMAIL_ADDRESS>", "-"]


def test_a_rule_is_of_the_column_and_not_of_its_alias(redactor: Redactor) -> None:
    kept = {(CUSTOMERS, "email"): Treatment.KEEP, ("", "email"): Treatment.KEEP}
    mail: list[Json] = ["lena@example.com"]
    assert cells(redactor, mail, of("email"), masks=ruled(kept)) == mail
    assert cells(redactor, mail, of("email", changed=True), masks=ruled(kept)) == mail
    assert cells(redactor, mail, of("mail"), name="email", masks=ruled(kept)) == ["<EMAIL_ADDRESS_1>"]
    dropped = {(CUSTOMERS, "notes"): Treatment.DROP}
    for origins in ([of("notes")], [of("notes", changed=True)], [of("id"), of("notes")]):
        raw = raw_of(
            [Column("id", Kind.NUMBER, (of("id"),)), Column("x", Kind.TEXT, (*origins,))], [[1, "a"]]
        )
        answer = redactor.redact(raw, masks=ruled(dropped))
        assert (answer.table.rows, answer.left_out) == (((1,),), ("public.customers.notes",))
    with pytest.raises(Denied, match=r"the column public\.customers\.email"):
        cells(redactor, mail, of("email"), masks=ruled({(CUSTOMERS, "email"): Treatment.REFUSE}))


def test_what_is_made_of_several_columns_is_treated_as_the_strictest(redactor: Redactor) -> None:
    rules = {(CUSTOMERS, "email"): Treatment.KEEP, (CUSTOMERS, "phone"): Treatment.HIDE}
    both = of("email", changed=True), of("phone", changed=True)
    assert cells(redactor, ["a 1"], *both, masks=ruled(rules)) == ["<EMAIL_ADDRESS>"]
    both = of("email", changed=True), of("ssn", changed=True)
    assert cells(redactor, ["a 1"], *both, masks=ruled(EMAIL_ADDRESS=Treatment.KEEP)) == ["<EMAIL_ADDRESS>"]
    with pytest.raises(Denied):
        cells(redactor, ["a 1"], *both, masks=ruled(EMAIL_ADDRESS=Treatment.KEEP, US_SSN=Treatment.REFUSE))


def test_by_calling_a_column_something_that_passes_nobody_makes_it_pass(redactor: Redactor) -> None:
    masks = ruled(EMAIL_ADDRESS=Treatment.KEEP)
    assert cells(redactor, ["secret plan 5678901234"], of("notes"), name="email", masks=masks) == [
        "<EMAIL_ADDRESS>"
    ]
    assert cells(redactor, ["secret plan 5678901234"], of("notes"), name="card") == ["<CREDIT_CARD>"]
    assert cells(redactor, [123456789], of("ssn"), name="email", kind=Kind.NUMBER, masks=masks) == [
        "<US_SSN>"
    ]
    assert cells(redactor, ["a@b.example"], of("email"), name="email", masks=masks) == ["a@b.example"]
