"""The text of a result, in a client that draws it as Markdown."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from policies.call import Column, Kind, Table
from policies.labels import PERSONAL
from policies.redaction.characters import clean
from policies.redaction.rendering import cell_text, render

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MASK = re.compile(rf"<(?:{'|'.join(PERSONAL)})>")
MARK = re.compile(r"^<<(?:end of )?data [0-9a-f]{24}>>$", re.MULTILINE)
# What GitHub's dialect makes links of by itself: https://github.github.com/gfm/#autolinks-extension-
BARE = re.compile(r"(?:https?|ftp)://[\w-]|\bwww\.[\w-]|[\w.+-]@[\w-]+(?:\.[\w-]*[A-Za-z])+\b", re.IGNORECASE)
ADDRESSES = (
    "http://e.example/?q=1",
    "//e.example",
    "javascript:alert(1)",
    "data:text/html,<b>",
    "a@e.example",
    "www.e.example",
)

pieces = st.sampled_from(
    ["[", "]", "(", ")", "![", "](", "]:", "][", "]: ", "<", ">", "</", "<!--", "-->", "<?", "<![CDATA[", "!",
     "\\", "`", "|", "\n", "\t", " ", "    ", '"', "'", "*", "_", "#", "~~~", "```", "&lt;", "&#91;",
     "&#x3c;",
     "a", "x", "1", "img src=x", "a href=", "script", ":", "^", "[^1]", "<PERSON>", "[secret: jwt #1]",
     "\u200b", "\x1b[31m", *ADDRESSES]
)  # fmt: skip
texts = st.lists(pieces, max_size=14).map("".join) | st.text(max_size=40)


def tokens(source: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(source):
        yield token
        yield from token.children or ()


def active(source: str) -> list[str]:
    """What a client would draw, fetch, follow or run."""
    drawn = [token.type for token in tokens(source) if token.type in {"link_open", "image"}]
    html = [token.content for token in tokens(source) if token.type in {"html_inline", "html_block"}]
    return drawn + [piece for piece in html if MASK.sub("", piece).strip()] + BARE.findall(source)


def cleaned(text: str) -> str:
    return clean(text.encode("utf-8", "replace").decode()).text


@pytest.mark.threat("T22")
@given(texts, texts)
def test_no_image_no_link_and_no_tag_comes_of_any_cell(first: str, second: str) -> None:
    one, other = cleaned(first), cleaned(second)
    table = Table((Column(one or "id", Kind.TEXT), Column("b", Kind.TEXT)), ((one, other), (other, one)))
    text = render(table, source="shop", call="c", masked={}, hidden=0)
    assert active(MARK.sub("mark", text)) == []
    assert all(active(cell_text(cell)) == [] for cell in (one, other))
    assert active(cell_text({other: one})) == []
    assert clean(text).hidden == 0


@pytest.mark.threat("T22")
@pytest.mark.parametrize("mask", ["[secret: jwt #1]", "[secret: github_pat #12]"])
@pytest.mark.parametrize(
    "form", ["{}(http://e.example)", "!{}(http://e.example)", "{}: http://e.example", "{}[1]", "[{}](x)"]
)
def test_a_mask_is_no_half_of_a_link(form: str, mask: str) -> None:
    cell = cell_text(form.format(mask))
    assert active(f"{cell}\n\n[1]: /x\n") == []
    assert mask in cell


@pytest.mark.threat("T22")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "form",
    ["[a]({})", "![a]({})", "<{}>", "[a]: {}", '<a href="{}">a</a>', '<img src="{}">', "{}", "[a][{}]"],
)
def test_an_address_leads_nowhere(form: str, address: str) -> None:
    assert active(cell_text(form.format(address))) == []


def test_the_marks_stay_lines_of_their_own_beside_a_fence() -> None:
    table = Table((Column("body", Kind.TEXT),), (("~~~",), ("```",), ("<!--",)))
    text = render(table, source="shop", call="c", masked={}, hidden=0)
    assert not [token for token in tokens(text) if token.type in {"fence", "html_block"}]
