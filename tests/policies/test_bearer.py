"""What the claims of a token are taken for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.bearer import LEEWAY, TokenRefused, claim, lacking, needed_scopes, vouch
from policies.call import Tier, Token
from policies.document import Oidc, OidcScopes

AUDIENCE = "https://remit.acme.example/mcp"
NOW = 1_800_000_000.0
OIDC = Oidc(
    issuer="https://idp.acme.example",
    roles_claim="realm_access.roles",
    tenant_claim="https://acme.example/tenant",
    claims={"territory": "territory"},
)
GOOD: dict[str, Any] = {
    "iss": "https://idp.acme.example",
    "aud": AUDIENCE,
    "sub": "ada",
    "azp": "editor",
    "exp": NOW + 1,
    "scope": "openid remit:read",
    "realm_access": {"roles": ["analyst"]},
    "https://acme.example/tenant": "acme",
    "email": "ada@acme.example",
}
BOTH = OidcScopes(read="remit:read", act="remit:act")


def token(**changes: Any) -> Token:
    return vouch({**GOOD, **changes}, OIDC, AUDIENCE, NOW, typed=True)


def test_a_token_keeps_who_asks_and_the_claims_that_the_settings_name_and_no_other() -> None:
    assert token() == Token(
        issuer="https://idp.acme.example",
        subject="ada",
        client="editor",
        scopes=frozenset({"openid", "remit:read"}),
        claims={"realm_access.roles": ["analyst"], "https://acme.example/tenant": "acme"},
        issued=0,
        expires=NOW + 1,
    )


@pytest.mark.threat("T35")
def test_the_claims_of_a_token_have_no_text_form() -> None:
    assert "analyst" not in repr(token())


@pytest.mark.threat("T04")
@given(late=st.floats(0, 1e9), early=st.floats(LEEWAY + 0.001, 1e6))
def test_an_expiry_has_no_leeway_and_a_beginning_has_a_minute(late: float, early: float) -> None:
    assert token(nbf=NOW + LEEWAY, iat=NOW + LEEWAY).subject == "ada"
    with pytest.raises(TokenRefused):
        token(exp=NOW - late)
    for name in ("nbf", "iat"):
        with pytest.raises(TokenRefused):
            token(**{name: NOW + early})


some_text = st.text(max_size=5)
scalar = st.none() | st.booleans() | st.integers() | st.floats() | some_text
json_values = scalar | st.lists(scalar, max_size=2) | st.dictionaries(some_text, scalar, max_size=2)


@pytest.mark.threat("T04")
@given(st.dictionaries(st.sampled_from([*GOOD, "client_id", "scp", "nbf", "iat", "cnf"]), json_values))
def test_whatever_the_claims_hold_a_token_counts_or_is_refused(changes: dict[str, Any]) -> None:
    try:
        made = token(**changes)
    except TokenRefused:
        return
    assert made.subject
    assert changes.get("iss", OIDC.issuer) == OIDC.issuer
    assert made.expires > NOW


def test_a_claim_is_found_by_its_very_name_before_its_path() -> None:
    assert claim({"a": {"b": {"c": 1}}}, "a.b.c") == 1
    assert claim({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert claim({"a": {"b.c": 1}}, "a.b.c") == 1
    nothing: list[dict[str, Any]] = [{}, {"a": 1}, {"a": ["b"]}, {"a": "b"}, {"a": {"b": None}}]
    for claims in nothing:
        assert claim(claims, "a.b") is None


def test_acting_needs_what_reading_needs_and_more() -> None:
    assert needed_scopes(None, BOTH) == needed_scopes(Tier.READ, BOTH) == ("remit:read",)
    assert needed_scopes(Tier.ACT, BOTH) == needed_scopes(Tier.AUTO, BOTH) == ("remit:read", "remit:act")
    assert needed_scopes(Tier.ACT, OidcScopes()) == ()
    assert needed_scopes(Tier.READ, OidcScopes(act="remit:act")) == ()


def test_a_token_that_lacks_one_scope_is_told_all_that_it_needs() -> None:
    assert lacking(token(), None, BOTH) == ()
    assert lacking(token(), Tier.ACT, BOTH) == ("remit:read", "remit:act")
    assert lacking(token(scope="remit:read remit:act"), Tier.ACT, BOTH) == ()
    assert lacking(token(scope="remit:act"), Tier.ACT, BOTH) == ("remit:read", "remit:act")
    assert lacking(token(scope="remit:reader Remit:read"), None, BOTH) == ("remit:read",)
    assert lacking(token(scope=""), None, OidcScopes()) == ()
