"""Authorization servers: a real one that all tests share, and a pretended one for each."""

from collections.abc import Iterator

import pytest

from server.oauth.tokens import Tokens
from tests.npm import Node
from tests.server.oauth.pretended import Far
from tests.server.oidc.provider import Provider, running


@pytest.fixture(scope="session")
def vendor(node: Node) -> Iterator[Provider]:
    with running(node, script="vendor.mjs") as started:
        yield started


@pytest.fixture
def far() -> Iterator[Far]:
    made = Far()
    yield made
    made.pretend.close()


@pytest.fixture
def always_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(tokens: Tokens, now: int) -> bool:
        return True

    monkeypatch.setattr(Tokens, "is_spent", spent)
