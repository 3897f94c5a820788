"""`remit alerts` and what doctor says of them, as an administrator uses them."""

import json
from pathlib import Path

import pytest

from server.alerts.destinations import destinations
from server.commands import alerts as command
from server.commands.alerting import alert_findings
from server.commands.doctor import destination_findings
from server.configuration import load
from server.demo.organisation import found
from server.keys import store_password
from server.store import open_store
from tests.certificates import Authority
from tests.server.alerts.receiver import Receiver, receiving
from tests.server.alerts.senders import Inbox, delivering, everything, raising
from tests.tools.outbound.far import proving
from tools.outbound.errors import Unreachable

pytestmark = pytest.mark.anyio

SECRET = "d2hhdCBzaWducyBpcyBvZiB0d2VudHktZm91ciBieXRlcyE="


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample organisation's."""
    monkeypatch.setenv("REMIT_TEST_HOOK", SECRET)
    return found(tmp_path)


def telling(file: Path, port: int, authority: Path) -> Path:
    table = f"""
[alerts.ops]
kind = "webhook"
url = "https://localhost:{port}/hooks/remit"
secret = "env:REMIT_TEST_HOOK"
tls_ca = "{authority}"
"""
    file.write_text(file.read_text() + table)
    return file


async def test_a_test_is_delivered_and_says_so(configured: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with receiving(Receiver(), proving(authority.server("localhost"))) as receiver:
        document = load(telling(configured, receiver.port, authority.certificate)).document
        chosen = destinations(document)
        assert await command.tried(chosen) == {"ops": ""}
    assert json.loads(receiver.got[0][1])["data"]["kind"] == "test"
    assert await command.tried(chosen) == {"ops": f"https://localhost:{receiver.port} can't be reached"}


async def test_what_was_raised_is_listed_with_where_it_went_and_doctor_says_what_did_not(
    configured: Path, tmp_path: Path
) -> None:
    document = load(telling(configured, 1, Authority(tmp_path).certificate)).document
    async with open_store(document, store_password(document)) as store:
        inbox = Inbox()
        await raising(store, "before")
        process = await delivering(store, {"ops": inbox})
        await raising(store, "first")
        await everything(process)
        inbox.failures.append(Unreachable("https://localhost:1 can't be reached"))
        await raising(store, "second", "second")
        await everything(process)
        (finding,) = await alert_findings(document, store)
    states = [each["ops"] for _, each in await command.listed(document, 0, 9)]
    assert states == [command.HELD, command.WAITING, "delivered", command.BEFORE]
    assert "(https://localhost:1 can't be reached), and 1 wait" in finding.what
    assert finding.remedy.endswith("`remit alerts test ops`.")


async def test_a_destination_whose_secret_is_missing_is_a_finding(
    configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = load(telling(configured, 1, Authority(tmp_path).certificate)).document
    assert destination_findings(document) == []
    monkeypatch.delenv("REMIT_TEST_HOOK")
    (finding,) = destination_findings(document)
    assert "there is no such secret" in finding.what
