"""Users who ask the same at once, of whatever remembers anything: each gets their own (threat T28)."""

import random
import secrets
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Final

import anyio
import pytest

from policies.call import Caller, Request, Transport
from policies.errors import Denied
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.identity import Identity
from server.issuer import Issuer
from server.tokens import Tokens
from tests.rounds import SEED, rounds
from tests.server.oidc.forgeries import Forge
from tests.server.oidc.issuer import AUDIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

CALLS: Final = rounds(250, 10_000)
AT_ONCE: Final = 8
NO_LIMITS: Final = """
[limits]
calls_per_minute = 6000000
burst = 100000
tenant = { calls_per_minute = 6000000, burst = 100000 }
source = { calls_per_minute = 6000000, burst = 100000 }
"""
TERRITORIES: Final = ("EMEA", "APAC", "AMER")
QUESTIONS: Final[Sequence[str]] = (
    "SELECT territory FROM customers ORDER BY id",
    "SELECT name, territory FROM customers ORDER BY id",
    "SELECT territory, name, email FROM customers ORDER BY id LIMIT 1",
    "SELECT territory, count(*) AS how_many FROM customers GROUP BY territory",
)
"""Each answer says whose it is, and is masked and remembered besides."""


PEOPLE: Final = 6
FEWER: Final = 4  # tokens that are remembered: fewer than there are people


class Callers:
    """People with a token each, of whom two have each territory, and the last is of another tenant."""

    def __init__(self, forge: Forge, service: Service) -> None:
        settings = forge.issuer.settings()
        self._tokens = Tokens(settings, AUDIENCE, Issuer(settings, ssl.create_default_context()))
        self._pipeline = replace(service.pipeline, identity=Identity(None, settings))
        self._bearers = [
            forge.sign(sub=f"user{n}", territory=self.territory(n), tenant="acme" if n < 5 else "other")
            for n in range(PEOPLE)
        ]

    @staticmethod
    def territory(who: int) -> str:
        return TERRITORIES[who % len(TERRITORIES)]

    async def seen(self, who: int, sql: str, **changes: Any) -> set[Any]:
        """The territories in the answer."""
        token = replace(await self._tokens.verify(self._bearers[who]), **changes)
        caller = Caller(Transport.HTTP, "t 1", token=token)
        reply = await self._pipeline.run(Request(secrets.token_hex(16), caller, "shop_query", {"sql": sql}))
        table: Any = reply.structured
        place = [column["name"] for column in table["columns"]].index("territory")
        return {row[place] for row in table["rows"]}


@pytest.fixture
async def callers(
    configuration: Configuration, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callers]:
    monkeypatch.setattr("server.tokens.MOST", FEWER)
    configuration.file.write_text(configuration.file.read_text() + NO_LIMITS)
    async with assemble(load(configuration.file)) as service:
        yield Callers(forge, service)


@pytest.mark.threat("T28")
async def test_in_ten_thousand_calls_of_many_users_no_answer_is_anybody_elses(callers: Callers) -> None:
    """In an order that chance makes, over one memory of tokens, statements and findings."""
    chance, foreign, answered = random.Random(SEED), list[object](), 0
    left = iter([(chance.randrange(PEOPLE), chance.choice(QUESTIONS)) for _ in range(CALLS)])

    async def call() -> None:
        nonlocal answered
        for who, sql in left:
            seen = await callers.seen(who, sql)
            answered += 1
            if seen != {callers.territory(who)}:
                foreign.append((who, sql, seen))

    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE):
            tasks.start_soon(call)
    assert foreign == []
    assert answered == CALLS


@pytest.mark.threat("T28")
async def test_what_was_answered_once_is_not_answered_to_who_may_no_longer_ask(callers: Callers) -> None:
    assert await callers.seen(0, QUESTIONS[0]) == {"EMEA"}
    with pytest.raises(Denied):
        await callers.seen(0, QUESTIONS[0], expires=0)
    with pytest.raises(Denied):
        await callers.seen(0, QUESTIONS[0], claims={"tenant": "acme", "territory": "EMEA"})
