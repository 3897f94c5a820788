"""Redaction passes over what alerts say before any of it leaves."""

from functools import partial

import pytest

from policies.errors import ConfigurationError
from server import loading
from server.alerts.masking import Masking
from server.loading import Loading
from tests.server.alerts.senders import saying

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T35")]

CARD = "4111 1111 1111 1111"


async def test_a_value_that_got_into_an_alert_is_masked_and_names_stay() -> None:
    masking = Masking(Loading(partial(loading.load, watching=False)))
    message = await masking(
        saying(summary=f"card {CARD}", did=f"card {CARD}", evidence={"a": [{"b": f"card {CARD}"}], "n": 6})
    )
    assert "4111" not in repr(message) + repr(message.evidence)
    assert message.evidence["n"] == 6
    assert (message.user, message.source, message.tool) == ("ada", "crm", "crm_query")


async def test_where_redaction_does_not_load_only_names_and_counts_are_told() -> None:
    def failing() -> None:
        raise ConfigurationError("no model", where="x", remedy="y")

    message = await Masking(Loading(failing))(saying(summary=f"card {CARD}", evidence={"why": CARD, "n": 6}))  # type: ignore[arg-type]
    assert "4111" not in repr(message) + repr(message.evidence)
    assert message.evidence["[left out: redaction does not load]"] == 6
    assert message.kind == "error_rate"
