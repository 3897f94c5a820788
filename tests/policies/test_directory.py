"""What is in the organisation's directory, and what only looks like it (threat T23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.directory import Directory

pytestmark = pytest.mark.threat("T23")

ACME = Directory(
    domains=("acme.example", "acme.co.uk"),
    addresses=("billing@partner.example",),
    hosts=("docs.partner.example", "*.cdn.partner.example"),
    places={"chat": ("#general", "T0ACME"), "desk": ("*",)},
)


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("mail", "ada@acme.example"),
        ("mail", "Ada.Lovelace+x@ACME.example"),
        ("mail", "ada@eu.acme.example"),
        ("mail", "ada@acme.co.uk"),
        ("mail", "billing@partner.example"),
        ("mail", "https://acme.example/hook"),
        ("mail", "https://eu.acme.example:8443"),
        ("mail", "https://docs.partner.example/a?b=c#d"),
        ("mail", "http://a.cdn.partner.example"),
        ("chat", "#general"),
        ("chat", "T0ACME"),
        ("desk", "any queue at all"),
    ],
)
def test_what_was_verified_is_known(source: str, destination: str) -> None:
    assert ACME.has(source, destination)


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "ada@evil-acme.example",
        "ada@acme.example.evil.example",
        "ada@acme.examples",
        "ada@example",
        "ada@co.uk",
        "ada@evil.co.uk",
        "ada@acme.example.",
        "ada@.acme.example",
        "ada@acme..example",
        "ada@\u0430cme.example",  # a Cyrillic letter
        "ada@acme\u3002example",
        "ada@\uff41cme.example",
        "ada@xn--cme-7cd.example",
        "ada@evil.example@acme.example",
        "ada%evil.example@acme.example",
        "evil.example!ada@acme.example",
        '"ada@evil.example"@acme.example',
        "ada@acme.example <eve@evil.example>",
        "Ada <ada@acme.example>",
        "ada@acme.example,eve@evil.example",
        "ada@acme.example;eve@evil.example",
        "ada@acme.example\neve@evil.example",
        "ada@acme.example eve@evil.example",
        "ada@acme.example\u200b",
        "mailto:ada@acme.example",
        "sales@partner.example",
        "billing@partner.example.evil.example",
        "other+billing@partner.example",
        "https://acme.example@evil.example/",
        "https://acme.example:pw@evil.example/",
        "https://evil.example\\@acme.example/",
        "https://evil.example/@acme.example",
        "https://evil.example#@acme.example",
        "https://evil.example?.acme.example",
        "https://evil-acme.example/",
        "https://acme.example.evil.example/",
        "https://\u0430cme.example/",
        "https://acme%2eexample/",
        "https://acme.example%00.evil.example/",
        "https://acme.example\t.evil.example/",
        "https:///acme.example/",
        "https:acme.example",
        "//acme.example",
        "javascript://acme.example/%0aalert(1)",
        "file://acme.example/etc",
        "https://partner.example/",
        "https://evil.docs.partner.example/",
        "https://cdn.partner.example/",
        "https://10.0.0.1/",
        "https://0x7f.1/",
        "https://[::1]/",
        "#General",
        "#general ",
        "#\u0261eneral",
        "#random",
        "*",
    ],
)
@pytest.mark.parametrize("source", ["mail", "chat"])
def test_what_only_looks_like_it_is_not(source: str, destination: str) -> None:
    assert not ACME.has(source, destination)


def test_a_place_of_one_system_is_none_of_another() -> None:
    assert not ACME.has("teams", "#general")
    assert not ACME.has("teams", "any queue at all")
    assert not ACME.has("desk", "eve@evil.example")
    assert not ACME.has("desk", "https://evil.example/")


def test_an_empty_directory_knows_nobody() -> None:
    assert not any(Directory().has("mail", each) for each in ("ada@acme.example", "#general", ""))


@pytest.mark.parametrize(
    "settings",
    [
        {"domains": ["co.uk"]},
        {"domains": ["com"]},
        {"domains": ["github.io"]},
        {"domains": ["acme"]},
        {"domains": ["*.acme.example"]},
        {"domains": ["acme.example."]},
        {"domains": ["\u0430cme.example"]},
        {"domains": ["https://acme.example"]},
        {"domains": ["10.0.0.1"]},
        {"addresses": ["acme.example"]},
        {"addresses": ["a@b@acme.example"]},
        {"hosts": ["*.co.uk"]},
        {"hosts": ["*"]},
        {"hosts": ["docs.*.example"]},
        {"places": {"chat": [""]}},
    ],
    ids=str,
)
def test_what_would_let_strangers_in_stops_the_start(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Directory.model_validate(settings)


def test_the_list_of_public_suffixes_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Directory(domains=("acme.example",))

    def again(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tldextract.TLDExtract", again)
    assert Directory(domains=("other.example",)).domains == ("other.example",)


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(LABELS, st.lists(LABELS, max_size=3))
def test_a_domain_covers_what_is_below_it_and_nothing_beside_it(label: str, below: list[str]) -> None:
    host = ".".join([*below, "acme.example"])
    assert ACME.has_host(host)
    assert ACME.has("mail", f"x@{host}")
    for beside in (
        f"{label}acme.example",
        f"{label}-acme.example",
        f"{host}.{label}.test",
        f"{label}.example",
    ):
        expected = beside == "acme.example"
        assert ACME.has_host(beside) is expected
        assert ACME.has("mail", f"x@{beside}") is expected


@given(st.text(max_size=60))
def test_no_text_behind_an_address_or_a_host_changes_where_it_leads(text: str) -> None:
    assert not ACME.has("mail", f"eve@evil.example{text}@acme.example")
    assert not ACME.has_link(f"https://evil.example{text}@acme.example/") or "/" in text or "?" in text
    assert not ACME.has_link(f"https://evil.example/{text}")
