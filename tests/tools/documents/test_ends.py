"""Texts that are too long end behind lines, and never within a key or a word."""

import secrets
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.documents.ends import beginning, pieces

pytestmark = pytest.mark.threat("T27")

SIZE: Final = 20_000  # bytes: the smallest page
TEXTS: Final = st.text(alphabet=st.sampled_from("ab ü€𝄞\n-"), max_size=400)


def key(lines: int) -> str:
    body = "\n".join(secrets.token_urlsafe(48) for _ in range(lines))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def putty(lines: int) -> str:
    body = "\n".join(secrets.token_urlsafe(48) for _ in range(lines))
    return f"PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: {lines}\n{body}\nPrivate-MAC: {'0' * 64}\n"


@given(TEXTS, st.integers(min_value=4, max_value=200))
@example("", 4)
def test_pieces_are_whole_lines_that_fit_and_leave_out_nothing_but_ends_of_long_lines(
    text: str, size: int
) -> None:
    rest = text
    for piece, is_cut in pieces(text, size):
        assert len(piece.encode()) <= size
        assert rest.startswith(piece)
        assert is_cut or piece.endswith("\n") or piece == rest
        if is_cut:
            line = rest.partition("\n")[0]
            assert len(line.encode()) >= size or "-----BEGIN" in line
            assert "\n" not in piece
            rest = rest[rest.find("\n") + 1 :] if "\n" in rest else ""
        else:
            rest = rest[len(piece) :]
    assert rest == ""


@pytest.mark.parametrize("before", [0, 18_000, 19_000, 19_900, 19_975, 19_980, 19_990, 20_000, 39_000])
@pytest.mark.parametrize("lines", [12, 190])
@pytest.mark.parametrize("kind", [key, putty])
def test_a_key_stands_in_one_piece_wherever_one_would_end(
    before: int, kind: Callable[[int], str], lines: int
) -> None:
    made = kind(lines)
    text = "line\n" * (before // 5) + made + "line\n" * 8_000
    found = [piece for piece, _ in pieces(text, SIZE)]
    assert "".join(found) == text
    assert sum(made in piece for piece in found) == 1


@pytest.mark.parametrize(
    "made",
    [
        "password: |\n  Tr0ub4dor3\n",
        "- name: DB_PASSWORD\n\n  value: Tr0ub4dor3\n",
        '{\n\t"name": "password",\n\t"value": "Tr0ub4dor3"\n}\n',
    ],
)
def test_what_is_indented_stands_with_what_it_belongs_to(made: str) -> None:
    for before in range(SIZE - len(made) - 10, SIZE + 10):
        text = "line\n" * (before // 5) + "x" * (before % 5) + "\n" + made + "line\n" * SIZE
        found = [piece for piece, _ in pieces(text, SIZE)]
        assert "".join(found) == text
        assert any(made.strip("}\n") in piece for piece in found)


NEAR_BY: Final = [
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "Lena Hoffmann",
    "password = correct horse battery staple",
    "postgres://admin:correct horse@host",
]


@pytest.mark.parametrize("made", NEAR_BY)
def test_of_a_long_line_what_is_of_several_words_is_shown_whole_or_not_at_all(made: str) -> None:
    for before in range(SIZE - len(made) - 40, SIZE + 10):
        text = f"{('a few words ' * SIZE)[:before]} {made} {'more ' * SIZE}"
        (first, _), *_ = pieces(text, SIZE)
        assert made in first or made[:4] not in first


@pytest.mark.parametrize("before", range(19_900, 20_100, 7))
@pytest.mark.parametrize("kind", ["password=correct horse", "token", "key", "spaced"])
def test_of_a_long_line_no_half_of_a_word_or_a_key_is_shown(before: int, kind: str) -> None:
    made = {
        "token": f"ghp_{secrets.token_hex(18)}",
        "key": key(3).strip().replace("\n", "\\n"),
        "spaced": key(3).strip().replace("\n", " "),
    }
    secret = made.get(kind, kind)
    text = f"{'x,' * (before // 2)}{secret},{'y,' * SIZE}\nnext\n"
    (first, is_cut), (second, _) = pieces(text, SIZE)
    assert (is_cut, second) == (True, "next\n")
    words = secret.split(" ")
    assert not any(
        first.endswith(word[:end]) for word in words for end in range(3, len(word)) if word not in first
    )
    assert "BEGIN" not in first or "END" in first
    assert first.startswith("x," * 7_000)


def test_of_a_line_without_an_end_of_a_word_less_is_shown() -> None:
    ((first, is_cut),) = pieces("x" * 3 * SIZE, SIZE)
    assert is_cut
    assert len(first) == SIZE - 4_096


@given(TEXTS, st.integers(min_value=0, max_value=500))
def test_a_beginning_is_one_and_is_short_enough(text: str, most: int) -> None:
    found = beginning(text, most)
    assert text.startswith(found)
    assert len(found) <= most
    assert found == text or len(text) > most


def test_a_beginning_ends_where_a_page_would() -> None:
    assert beginning("one\ntwo\nthree\n", 10) == "one\ntwo\n"
    assert beginning("one two three", 10) == "one two "
    long = "line\n" * 10 + key(12)
    assert beginning(long, len(long) - 5) == "line\n" * 10
