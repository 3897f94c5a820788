"""Who is asking: over stdio, over HTTP, and with a token that says too little."""

import time
from collections.abc import Mapping

import pytest

from policies.call import Caller, Token, Transport, User
from policies.canonical import Json
from policies.document import LocalIdentity, Oidc
from policies.errors import Denied
from server.identity import Identity

pytestmark = pytest.mark.anyio

LOCAL = LocalIdentity(user="root", tenant="here", roles=("admin",))
OIDC = Oidc(
    issuer="https://idp.acme.example",
    tenant_claim="tenant",
    claims={"territory": "territory", "team": "org.team"},
)
CLAIMS: Mapping[str, Json] = {"tenant": "acme", "groups": ["analyst", "support"], "territory": "EMEA"}


def caller(
    claims: Mapping[str, Json] = CLAIMS, *, subject: str = "ada", lasts: float = 60, client: str = ""
) -> Caller:
    token = Token(
        OIDC.issuer,
        subject,
        "editor",
        frozenset({"remit:read"}),
        claims,
        issued=0,
        expires=time.time() + lasts,
    )
    return Caller(Transport.HTTP, client, token)


async def refused(identity: Identity, who: Caller) -> Denied:
    with pytest.raises(Denied) as denied:
        await identity.identify(who)
    return denied.value


async def test_a_token_names_its_user_with_tenant_roles_and_claims() -> None:
    assert await Identity(None, OIDC).identify(caller()) == User(
        "ada", "acme", frozenset({"analyst", "support"}), {"territory": "EMEA"}
    )
    named = await Identity(None, OIDC).identify(caller({**CLAIMS, "org.team": "blue"}))
    assert named.claims == {"territory": "EMEA", "team": "blue"}
    fixed = Oidc(issuer=OIDC.issuer, tenant="acme")
    assert (await Identity(None, fixed).identify(caller())).tenant == "acme"


@pytest.mark.threat("T11")
async def test_over_http_the_local_user_is_nobody_where_tokens_are_taken() -> None:
    identity = Identity(LOCAL, OIDC)
    assert (await identity.identify(caller(client="root"))).id == "ada"
    assert (await refused(identity, Caller(Transport.HTTP, "root"))).rule == "unknown_caller"
    assert (await identity.identify(Caller(Transport.STDIO, ""))).id == "root"
    assert (await identity.identify(Caller(Transport.STDIO, "", caller().token))).id == "root"
    assert (await refused(Identity(None, OIDC), Caller(Transport.STDIO, ""))).rule == "unknown_caller"


async def test_without_an_issuer_http_on_this_machine_is_the_local_user() -> None:
    assert (await Identity(LOCAL).identify(Caller(Transport.HTTP, ""))).id == "root"


@pytest.mark.threat("T04")
async def test_a_token_that_expired_since_it_was_verified_names_nobody() -> None:
    assert (await refused(Identity(LOCAL, OIDC), caller(lasts=0))).rule == "expired_token"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"tenant": None}, "tenant_claim"),
        ({"tenant": ""}, "tenant_claim"),
        ({"tenant": ["acme"]}, "tenant_claim"),
        ({"tenant": "ac\x00me"}, "tenant_claim"),
        ({"groups": None}, "roles_claim"),
        ({"groups": "analyst"}, "roles_claim"),
        ({"groups": {"analyst": True}}, "roles_claim"),
        ({"groups": ["analyst", 1]}, "roles_claim"),
        ({"groups": [""]}, "roles_claim"),
        ({"groups": ["r"] * 1001}, "roles_claim"),
        ({"territory": ["EMEA", "APAC"]}, "claims"),
        ({"org.team": 7}, "claims"),
    ],
)
async def test_a_token_that_says_too_little_is_refused_and_the_log_says_what_to_mend(
    changes: Mapping[str, Json], names: str
) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    denied = await refused(Identity(LOCAL, OIDC), caller(claims))
    assert denied.rule == "incomplete_token"
    assert f"[identity.oidc] {names}:" in denied.detail
    assert "administrator" in denied.message


@pytest.mark.threat("T05")
async def test_two_users_of_one_client_are_two_users() -> None:
    identity = Identity(LOCAL, OIDC)
    ada, bob = caller(subject="ada"), caller(subject="bob")
    assert ada.token
    assert bob.token
    assert ada.token.client == bob.token.client
    assert (await identity.identify(ada)).id != (await identity.identify(bob)).id


async def test_a_caller_shows_no_token() -> None:
    assert "ada" not in repr(caller())


@pytest.mark.threat("T11")
async def test_the_client_of_a_user_is_the_one_that_the_token_was_given_to() -> None:
    assert (await Identity(LOCAL, OIDC).identify(caller(client="a name of its own"))).client == "editor"
    assert (await Identity(LOCAL).identify(Caller(Transport.STDIO, "a name of its own"))).client == ""
