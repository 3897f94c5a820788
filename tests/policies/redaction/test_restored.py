"""What a call was given back does not show in its answer."""

from hypothesis import given
from hypothesis import strategies as st

from policies.call import Kind
from policies.redaction.restored import Restored
from policies.redaction.spans import placeholders
from tests.policies.redaction.tables import raw_of

P, Q = "<PERSON_1_k7qm2a>", "<PHONE_NUMBER_2_abcdef>"


def put_back(value: object, values: dict[str, str]) -> tuple[object, dict[str, int]]:
    restored = Restored(values)
    table = restored.put_back(raw_of({"a": Kind.TEXT}, [[value]]).table)  # type: ignore[list-item]
    return table.rows[0][0], dict(restored.counts)


def test_it_is_put_back_in_whatever_case_and_wherever_it_stands() -> None:
    assert put_back("xLENAx, Lena", {P: "Lena"}) == (f"x{P}x, {P}", {"PERSON": 2})
    assert put_back({"Lena": ["of lena", 5, None, True]}, {P: "Lena"})[0] == {P: [f"of {P}", 5, None, True]}
    assert put_back(2125550147, {Q: "2125550147"}) == (Q, {"PHONE_NUMBER": 1})
    assert put_back(2125550147, {Q: "555"})[0] == f"212{Q}0147"


def test_the_longer_of_two_comes_first() -> None:
    assert put_back("Lena Hoffmann", {P: "Lena", Q: "Lena Hoffmann"})[0] == Q


def test_the_masks_of_an_answer_stay() -> None:
    text = f"<PERSON> {P} [secret: token #1]"
    assert put_back(text, {P: "person", Q: "1"})[0] == text


def test_no_value_is_lost_where_two_keys_become_one() -> None:
    hidden, _ = put_back({"Lena": 1, "LENA": 2}, {P: "lena"})
    assert isinstance(hidden, str)
    assert hidden.count(P) == 2
    assert "1" in hidden
    assert "2" in hidden


@given(st.text(max_size=30), st.text(min_size=1, max_size=5))
def test_outside_of_masks_it_is_nowhere(text: str, value: str) -> None:
    hidden, _ = put_back(text, {P: value})
    assert isinstance(hidden, str)
    rest, position = list[str](), 0
    for start, end in [*placeholders(hidden), (len(hidden), len(hidden))]:
        rest.append(hidden[position:start])
        position = end
    assert not any(value in part for part in rest)
