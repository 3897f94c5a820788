"""Claims reach the database's own policies signed, and no other way."""

import hmac
import json
from typing import Any

import asyncpg
import pytest

from policies.call import User
from policies.errors import ConfigurationError, UpstreamFailed
from policies.secret import Secret
from tests.backends import Postgres
from tests.proofs import ADA, run
from tests.tools.shop import Shop, make_shop
from tools.postgres.connector import PostgresConnector
from tools.postgres.row_security import HAND_OVER, IDENTIFY, INSTALL, Signer

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T29")]

KEY = "k" * 70 + "ü"
POLICY = """
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY territory ON public.customers FOR SELECT TO {role}
    USING (territory = (SELECT remit.claim('territory')));
GRANT USAGE ON SCHEMA remit TO {role};
GRANT EXECUTE ON FUNCTION remit.claim(text) TO {role};
"""
TERRITORIES = {"sql": "SELECT DISTINCT territory FROM customers"}


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    shop = await make_shop(postgres, "rls")
    await shop.execute(INSTALL.read_text())
    async with postgres.admin("rls") as admin:
        await admin.fetchval("SELECT remit.set_key($1)", KEY)
    await shop.execute(POLICY.format(role=shop.role))
    return shop


def guarded(shop: Shop, key: str = KEY) -> PostgresConnector:
    return shop.connector(Secret(key), row_security={"key": "env:KEY"})


def signer(key: str = KEY) -> Signer:
    return Signer(hmac.new(key.encode(), digestmod="sha256"))


async def connect(shop: Shop) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(
        shop.server.dsn(shop.database, shop.role), password=shop.credential.secret.reveal(), ssl=False
    )


async def identity(link: "asyncpg.Connection[asyncpg.Record]") -> tuple[int, int]:
    row = await link.fetchrow(IDENTIFY)
    assert row is not None
    return row["backend"], row["began"]


async def test_each_user_reads_the_rows_of_their_own_claims(shop: Shop) -> None:
    connector = guarded(shop)
    for territory in ("EMEA", "AMER"):
        user = User("u", "acme", frozenset(), {"territory": territory})
        table = await run(connector, "query", TERRITORIES, user=user, credential=shop.credential)
        assert table.rows == ((territory,),)
    nobody = User("u", "acme", frozenset(), {})
    assert (await run(connector, "query", TERRITORIES, user=nobody, credential=shop.credential)).rows == ()
    await connector.close()


async def test_a_wrong_key_reads_nothing(shop: Shop) -> None:
    connector = guarded(shop, "another key that is long enough to be one")
    with pytest.raises(UpstreamFailed, match="42501"):
        await run(connector, "query", TERRITORIES, credential=shop.credential)
    await connector.close()


async def test_without_claims_nothing_is_read(shop: Shop) -> None:
    link = await connect(shop)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await link.fetch("SELECT count(*) FROM public.customers")
    await link.close()


async def forge(shop: Shop, change: Any) -> int:
    """How many rows are read under claims that `change` has made of true ones, within one SELECT."""
    link = await connect(shop)
    try:
        async with link.transaction(readonly=True):
            backend, began = await identity(link)
            true = signer().sign({"territory": "EMEA"}, backend=backend, began=began, seconds=60)
            payload, signature = change(true.payload, true.signature, backend, began)
            rows = await link.fetch(
                "WITH forged AS MATERIALIZED (SELECT set_config('remit.claims', $1, true) AS a,"
                " set_config('remit.signature', $2, true) AS b) SELECT id FROM public.customers"
                " WHERE (SELECT a || b FROM forged) IS NOT NULL",
                payload, signature,
            )  # fmt: skip
            return len(rows)
    finally:
        await link.close()


def as_it_was(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    return payload, signature


def altered(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    return payload.replace("EMEA", "AMER"), signature


def unsigned(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    return payload, ""


def of_another_backend(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    signed = signer().sign({"territory": "EMEA"}, backend=backend + 1, began=began, seconds=60)
    return signed.payload, signed.signature


def of_another_transaction(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    signed = signer().sign({"territory": "EMEA"}, backend=backend, began=began - 1, seconds=60)
    return signed.payload, signed.signature


def expired(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    signed = signer().sign({"territory": "EMEA"}, backend=backend, began=began, seconds=-1)
    return signed.payload, signed.signature


def in_upper_case(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    return payload, signature.upper()


def hashed_without_the_key(payload: str, signature: str, backend: int, began: int) -> tuple[str, str]:
    import hashlib

    return payload, hashlib.sha256(payload.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        altered,
        unsigned,
        of_another_backend,
        of_another_transaction,
        expired,
        in_upper_case,
        hashed_without_the_key,
    ],
)
async def test_forged_claims_read_nothing(shop: Shop, change: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await forge(shop, change)


async def test_true_claims_set_the_same_way_are_believed(shop: Shop) -> None:
    assert await forge(shop, as_it_was) == 50


async def test_the_signature_of_one_transaction_is_no_good_in_the_next(shop: Shop) -> None:
    link = await connect(shop)
    async with link.transaction(readonly=True):
        backend, began = await identity(link)
        signed = signer().sign({"territory": "EMEA"}, backend=backend, began=began, seconds=60)
        await link.fetch(HAND_OVER, signed.payload, signed.signature)
        assert await link.fetchval("SELECT count(*) FROM public.customers") == 50
    async with link.transaction(readonly=True):
        await link.fetch(HAND_OVER, signed.payload, signed.signature)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await link.fetchval("SELECT count(*) FROM public.customers")
    await link.close()


async def test_the_key_is_its_owners_alone(shop: Shop) -> None:
    link = await connect(shop)
    for sql in ("SELECT * FROM remit.signing_key", "SELECT remit.set_key(repeat('x', 40))"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await link.fetch(sql)
    await link.close()


async def test_a_short_key_is_refused(shop: Shop) -> None:
    async with shop.server.admin("rls") as admin:
        with pytest.raises(asyncpg.PostgresError, match="32 bytes"):
            await admin.fetchval("SELECT remit.set_key('short')")


async def test_both_sides_compute_the_same_hash_for_keys_of_every_length(shop: Shop) -> None:
    for length in (32, 63, 64, 65, 200):
        key = "x" * length
        async with shop.server.admin("rls") as admin:
            await admin.fetchval("SELECT remit.set_key($1)", key)
        connector = guarded(shop, key)
        assert (await run(connector, "query", TERRITORIES, credential=shop.credential)).rows == (("EMEA",),)
        await connector.close()


async def test_row_security_without_its_key_stops_the_start(shop: Shop) -> None:
    with pytest.raises(ConfigurationError):
        shop.connector(None, row_security={"key": "env:KEY"})


async def test_claims_are_in_the_plan_that_a_yes_binds_to(shop: Shop) -> None:
    from tests.proofs import call_of, tool_of

    connector = guarded(shop)
    async with connector.open(ADA, shop.credential) as session:
        plan = await session.plan(call_of(tool_of(connector, "query"), TERRITORIES), {})
    assert plan.request["claims"] == {"territory": "EMEA"}
    json.dumps(plan.request, allow_nan=False)
    await connector.close()
