"""Syslog: what a real rsyslog understands of an alert, and what hostile text can't do to a line."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.alert import Severity
from policies.destinations import Syslog
from server.alerts.syslog import SyslogSender, line
from tests.backends import MissingError, missing
from tests.certificates import Authority
from tests.server.alerts.rsyslog import Rsyslog, running_rsyslog
from tests.server.alerts.senders import MESSAGE, saying, trusting
from tools.outbound.errors import Unreachable, Untrusted

pytestmark = pytest.mark.anyio

ODD = 'too many "calls" failed] [x@1 a="b"] \\ é €'
texts = st.text(st.characters())
LINE = re.compile(
    rb"<8[246]>1 \S+Z \S{1,255} remit \d+ \S{1,32} "
    rb"\[remit@32473( [a-z_0-9]{1,32}=\"(?:[^\"\\\]]|\\[\"\\\]])*\")+\] \xef\xbb\xbf[^\x00-\x1f\x7f]*"
)


@pytest.fixture
async def rsyslog(tmp_path: Path) -> AsyncIterator[Rsyslog]:
    try:
        async with running_rsyslog(tmp_path) as running:
            yield running
    except MissingError as error:
        missing(error.what, error.remedy)


def sender(address: str, authority: Path) -> SyslogSender:
    return SyslogSender(Syslog(kind="syslog", address=address), trusting(authority))


@pytest.mark.threat("T34")
async def test_rsyslog_understands_each_alert_over_each_way_as_one_event(rsyslog: Rsyslog) -> None:
    for scheme, port in rsyslog.ports.items():
        there = sender(f"{scheme}://localhost:{port}", rsyslog.authority.certificate)
        await there.send(saying(summary=ODD, severity=Severity.CRITICAL, evidence={"why": ODD}))
        await there.send(MESSAGE)
        got = await rsyslog.next()
        assert got["msg"] == f"\ufeff{ODD}"
        data = got["structured-data"]
        assert data.startswith('[remit@32473 id="0123456789abcdef0123456789abcdef" kind="error_rate"')
        escaped = re.sub(r'(["\\\]])', r"\\\1", ODD)
        assert f'evidence_1="why={escaped}"' in data
        assert (got["syslogseverity"], got["syslogfacility"]) == ("2", "10")
        assert (got["app-name"], got["msgid"]) == ("remit", "error_rate")
        assert got["timereported"].startswith("2023-11-14T22:13:20.123")
        assert (await rsyslog.next())["msg"] == "\ufefftoo many calls failed"


async def test_a_receiver_that_proves_nothing_gets_nothing(rsyslog: Rsyslog, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(Untrusted):
        await sender(f"tls://localhost:{rsyslog.ports['tls']}", Authority(elsewhere).certificate).send(
            MESSAGE
        )
    await sender(f"tls://localhost:{rsyslog.ports['tls']}", rsyslog.authority.certificate).send(
        saying(summary="the only one")
    )
    assert (await rsyslog.next())["msg"] == "\ufeffthe only one"


@pytest.mark.parametrize("scheme", ["tls", "tcp"])
async def test_a_receiver_that_is_not_there_has_nothing_delivered(
    tmp_path: Path, free_port: int, scheme: str
) -> None:
    with pytest.raises(Unreachable):
        await sender(f"{scheme}://localhost:{free_port}", Authority(tmp_path).certificate).send(MESSAGE)


@pytest.mark.threat("T34")
@given(texts, texts, texts)
def test_whatever_an_alert_says_is_one_line_of_the_grammar(summary: str, user: str, value: str) -> None:
    said = line(saying(summary=summary, user=user, evidence={value: value}), value, 1)
    assert LINE.fullmatch(said)
    assert said.decode().isprintable() or "\ufeff" in said.decode()
