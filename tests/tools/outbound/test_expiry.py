"""Certificates that end soon are told in time, each with what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policies.document import Document, Identity
from server.commands.doctor import examine, identity_findings
from tests.backends import Postgres
from tests.certificates import Authority
from tests.server.oidc.issuer import PretendIssuer, Signer
from tests.tools.shop import make_shop
from tools.outbound.expiry import ending, ending_file
from tools.outbound.tls import Tls, client_context

pytestmark = pytest.mark.anyio

DAYS = 90


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(days=30, minutes=1), None),
        (timedelta(days=29, hours=23), "ends in 29 days"),
        (timedelta(days=7, minutes=1), "ends in 7 days"),
        (timedelta(days=6, hours=23), "ends within a week"),
        (timedelta(days=1, minutes=1), "ends within a week"),
        (timedelta(hours=23), "ends within a day"),
        (timedelta(minutes=-1), "has ended"),
    ],
)
def test_a_certificate_is_told_thirty_days_a_week_and_a_day_before_it_ends(
    tmp_path: Path, left: timedelta, says: str | None
) -> None:
    authority = Authority(tmp_path, days=DAYS)
    client = authority.client("remit")
    tls = client_context(
        Tls("sources.shop", ca=authority.certificate, certificate=client.certificate, key=client.key)
    )
    now = datetime.now(UTC) + timedelta(days=DAYS) - left
    told = [*ending("shop", tls, now), *ending_file("shop", client.certificate, now)]
    if says is None:
        assert told == []
        return
    assert [finding.what.split(" (")[0] for finding in told] == [
        "its client certificate",
        "the authority that is trusted",
        "a certificate in client-remit.pem",
    ]
    assert all(says in finding.what and finding.remedy and not finding.fatal for finding in told)
    assert "CN=remit" in told[0].what


async def test_the_doctor_tells_of_the_issuers_certificate_as_it_was_seen(tmp_path: Path) -> None:
    authority = Authority(tmp_path, days=5)
    far = PretendIssuer(Signer.ec("first").published(), certificate=authority.server("127.0.0.1"))
    try:
        oidc = far.settings(tls_ca=authority.certificate.name)
        trusted, seen = await identity_findings(Identity(oidc=oidc), tmp_path)
    finally:
        far.close()
    assert "the authority that is trusted (CN=remit tests) ends within a week" in trusted.what
    assert "the certificate of 127.0.0.1 (CN=127.0.0.1) ends within a week" in seen.what


async def test_the_doctor_tells_of_our_own_certificate(tmp_path: Path) -> None:
    ours = Authority(tmp_path, days=20).server("localhost")
    server = {"tls_certificate": ours.certificate.name, "tls_key": ours.key.name}
    document = Document.model_validate({"root": tmp_path, "server": server})
    told = [finding.what for finding in await examine(document) if finding.source == "server"]
    assert len(told) == 1
    assert "server.pem (CN=localhost) ends in 19 days" in told[0]
    ours.certificate.unlink()
    (missing,) = [finding for finding in await examine(document) if finding.source == "server"]
    assert missing.fatal


async def test_a_source_tells_of_the_certificate_that_it_saw(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await make_shop(postgres, "expiry")
    connector = shop.connector()

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Later":
            return cls.fromtimestamp(datetime.now(UTC).timestamp() + 89.5 * 86_400, UTC)

    monkeypatch.setattr("tools.postgres.connector.datetime", Later)
    try:
        told = [finding.what for finding in await connector.inspect(shop.credential)]
    finally:
        await connector.close()
    trusted, seen = [what for what in told if "within a day" in what]
    assert "the authority that is trusted" in trusted
    assert "the certificate of 127.0.0.1" in seen
