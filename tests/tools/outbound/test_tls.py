"""Who the far side is, and who we are: seen by a client that connects."""

import logging
import socket
import ssl
import warnings
from asyncio import StreamReader, StreamWriter, start_server
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import run_sync
from cryptography import x509

from policies.errors import ConfigurationError
from tests.certificates import Authority, Identity
from tests.tools.outbound.far import Far, listening, proving
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.errors import Unreachable, Untrusted
from tools.outbound.tls import ClientContext, Tls, client_context, pin_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def context(authority: Authority, **settings: Any) -> ClientContext:
    return client_context(Tls("sources.far", ca=authority.certificate, **settings))


def pin(identity: Identity) -> str:
    return pin_of(x509.load_pem_x509_certificate(identity.certificate.read_bytes()))


async def ask(port: int, tls: ClientContext) -> str:
    url = f"https://localhost:{port}/"
    async with client(Transport(tls, origins([url]), Bounds(tries=1))) as asking:
        return (await asking.get(url)).text


async def test_a_far_side_of_the_given_authority_is_believed_and_another_is_not(
    authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with listening(Far(), proving(authority.server("localhost"))) as far:
        assert await ask(far.port, context(authority)) == "ok"
        for stranger in (context(Authority(tmp_path / "other")), client_context(Tls("sources.far"))):
            with pytest.raises(Untrusted, match="certificate"):
                await ask(far.port, stranger)
    assert len(far.heads) == 1


async def test_a_certificate_for_another_name_is_not_believed(authority: Authority) -> None:
    async with listening(Far(), proving(authority.server("elsewhere.example"))) as far:
        with pytest.raises(Untrusted, match="localhost"):
            await ask(far.port, context(authority))
    assert far.heads == []


async def test_a_key_that_is_pinned_in_use_or_in_reserve_is_believed_and_no_other(
    authority: Authority, tmp_path: Path
) -> None:
    identity = authority.server("localhost")
    used = pin(identity)
    reserve, other = (pin(authority.client(name)) for name in ("reserve", "other"))
    async with listening(Far(), proving(identity)) as far:
        assert await ask(far.port, context(authority, pins=frozenset({used, reserve}))) == "ok"
        assert await ask(far.port, context(authority, pins=frozenset({reserve, used}))) == "ok"
        far.heads.clear()
        with pytest.raises(Untrusted, match="tls_pins"):
            await ask(far.port, context(authority, pins=frozenset({reserve, other})))
    assert far.heads == [], "the chain is right, so the pin is what refuses, and before a byte is sent"


async def test_a_pin_holds_in_a_client_that_blocks_too(authority: Authority) -> None:
    pins = frozenset({pin(authority.client("a")), pin(authority.client("b"))})
    async with listening(Far(), proving(authority.server("localhost"))) as far:

        def connect() -> None:
            with (
                socket.create_connection(("127.0.0.1", far.port), 5) as plain,
                context(authority, pins=pins).wrap_socket(plain, server_hostname="localhost"),
            ):
                pass

        with pytest.raises(ssl.SSLCertVerificationError, match="tls_pins"):
            await run_sync(connect)


async def test_a_client_certificate_that_is_replaced_is_shown_without_a_restart(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    identity = authority.client("remit")
    tls = context(authority, certificate=identity.certificate, key=identity.key)
    wanting = proving(authority.server("localhost"), clients_of=authority.certificate)
    async with listening(Far(), wanting) as far:
        assert await ask(far.port, tls) == "ok"
        assert await ask(far.port, tls) == "ok"
        authority.client("remit")
        assert await ask(far.port, tls) == "ok"
        identity.key.write_text("half of it")
        with caplog.at_level(logging.WARNING, "remit.outbound"):
            assert await ask(far.port, tls) == "ok"
    before, again, after, kept = far.shown
    assert before == again != after == kept
    assert "stays" in caplog.text


@pytest.mark.parametrize(
    ("most", "floor", "believed"),
    [
        ("TLSv1_1", "1.2", False),
        ("TLSv1_2", "1.2", True),
        ("TLSv1_2", "1.3", False),
        ("TLSv1_3", "1.3", True),
    ],
)
async def test_a_version_below_the_floor_is_refused(
    authority: Authority, most: str, floor: Any, *, believed: bool
) -> None:
    old = proving(authority.server("localhost"))
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    if most == "TLSv1_1":
        with warnings.catch_warnings(action="ignore"):
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
    else:
        old.maximum_version = ssl.TLSVersion[most]
    async with listening(Far(), old) as far:
        if believed:
            assert await ask(far.port, context(authority, minimum=floor)) == "ok"
        else:
            with pytest.raises((Untrusted, Unreachable)):  # by how fast it hangs up
                await ask(far.port, context(authority, minimum=floor))
    assert bool(far.heads) is believed


async def test_a_far_side_that_speaks_no_tls_is_told_nothing(authority: Authority) -> None:
    heard: list[bytes] = []

    async def greet(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        heard.append(await reader.read())
        writer.close()

    async with await start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises(Untrusted, match="speaks no TLS"):
            await ask(server.sockets[0].getsockname()[1], context(authority))
    assert b"HTTP" not in b"".join(heard)


async def test_files_that_are_no_certificate_stop_the_start_and_say_what_to_do(
    authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "no.pem").write_text("no PEM")
    one, two = authority.client("one"), authority.client("two")
    wrong_ones: tuple[dict[str, Any], ...] = (
        {"ca": tmp_path / "nowhere.pem"},
        {"ca": tmp_path / "no.pem"},
        {"certificate": tmp_path / "nowhere.pem"},
        {"certificate": one.certificate},
        {"certificate": one.certificate, "key": two.key},
    )
    for settings in wrong_ones:
        with pytest.raises(ConfigurationError) as wrong:
            client_context(Tls("sources.far", **settings))
        assert wrong.value.where == "sources.far"
        assert "PEM" in wrong.value.remedy
