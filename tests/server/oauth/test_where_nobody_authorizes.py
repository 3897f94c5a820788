"""A source whose system remit cannot authorize a client at."""

from pathlib import Path

import pytest

from policies.errors import ConfigurationError
from server.assembly import assemble
from server.configuration import load

pytestmark = pytest.mark.anyio

CONFIGURATION = """\
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"

[injection]
detector = false

[sources.chat]
kind = "slack"
channels = ["*"]
retention_days = 365

[sources.chat.oauth]
client_id = "remit"
"""


async def test_oauth_stops_the_start_and_is_said_to_be_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "remit.toml"
    file.write_text(CONFIGURATION)
    with pytest.raises(ConfigurationError) as refused:
        async with assemble(load(file)):
            pass
    assert "sources.chat.oauth" in str(refused.value)
    assert "Take oauth out" in str(refused.value)
