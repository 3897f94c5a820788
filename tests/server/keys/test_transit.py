"""A master in a Transit engine: against OpenBao itself, and against a far side that misbehaves."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from policies.document import Document, parse
from policies.errors import ConfigurationError
from server.keys import Keys, MasterUnavailable, Ring, open_keys, open_masters, rows, transit
from server.keys.rotation import rotate
from server.keys.transit import Transit
from server.seal import DoesNotOpen
from server.store import Store, open_store
from tests.server.keys.openbao import OpenBao, running_openbao
from tests.server.keys.test_ring import opens

pytestmark = pytest.mark.anyio


@pytest.fixture
def bao() -> Iterator[OpenBao]:
    with running_openbao() as running:
        yield running


@asynccontextmanager
async def started(document: Document) -> AsyncGenerator[tuple[Keys, Ring, Store]]:
    async with open_store(document, None) as store:
        masters = await open_masters(document, store)
        yield await open_keys(masters, store), Ring(store, masters), store


@pytest.mark.threat("T37")
async def test_a_store_opens_again_under_a_key_that_never_leaves_its_engine(
    bao: OpenBao, tmp_path: Path
) -> None:
    document = bao.document(tmp_path)
    async with started(document) as (keys, ring, _):
        sealed = await ring.seal("acme", "token", "ada")
        first = keys.derive("x")
    async with started(document) as (keys, ring, store):
        assert keys.derive("x") == first
        assert await ring.open("acme", sealed, "ada") == "token"
        held = await store.read(rows.read_all)
    assert {key.wrapped.master for key in held.live} == {bao.master}
    assert {key.wrapped.text[:9] for key in held.live} == {"vault:v1:"}


@pytest.mark.threat("T37")
@pytest.mark.parametrize(
    "kind",
    [{"type": "aes256-gcm96"}, {"type": "aes256-gcm96", "derived": True}, {"type": "chacha20-poly1305"}],
)
async def test_what_it_wrapped_unwraps_for_what_it_is_bound_to_alone(
    bao: OpenBao, tmp_path: Path, kind: dict[str, object]
) -> None:
    bao.ask("transit/keys/other", kind)
    bao.ask("sys/policies/acl/remit", {"policy": 'path "transit/*" { capabilities = ["update"] }'})
    master = Transit.of(f"transit:{bao.address}/transit/other", bao.document(tmp_path))
    wrapped = await master.wrap(b"k" * 32, "tenant key", "acme", "1")
    assert await master.unwrap(wrapped, "tenant key", "acme", "1") == b"k" * 32
    for bound in (("tenant key", "zeta", "1"), ("tenant key", "acme", "2"), ("tenant key", "acme"), ()):
        with pytest.raises(DoesNotOpen):
            await master.unwrap(wrapped, *bound)


@pytest.mark.threat("T37")
async def test_a_rotation_asks_for_the_newest_version_of_the_key_and_older_ones_may_go(
    bao: OpenBao, tmp_path: Path
) -> None:
    document = bao.document(tmp_path)
    async with started(document) as (keys, ring, store):
        sealed = await ring.seal("acme", "token", "ada")
        first, masters = keys.derive("x"), await open_masters(document, store)
        assert (await rotate(store, masters)).kept == 2
        bao.ask("transit/keys/remit/rotate")
        assert (await rotate(store, masters)).rewrapped == 2
        assert (await rotate(store, masters)).kept == 2
        await asyncio.to_thread(bao.ask, "transit/keys/remit/config", {"min_decryption_version": 2})
    async with started(document) as (keys, ring, _):
        assert keys.derive("x") == first
        assert await opens(ring, "acme", sealed, "ada")


@pytest.mark.threat("T37")
async def test_a_store_moves_from_a_local_master_into_the_engine_and_back(
    bao: OpenBao, tmp_path: Path
) -> None:
    local = bao.document(tmp_path, master="file:remit.key")
    async with started(local) as (keys, ring, _):
        sealed, first = await ring.seal("acme", "token", "ada"), keys.derive("x")
    for document, alone in (
        (bao.document(tmp_path, former=["file:remit.key"]), bao.document(tmp_path)),
        (bao.document(tmp_path, master="file:remit.key", former=[bao.master]), local),
    ):
        async with started(document) as (_, _, store):
            assert (await rotate(store, await open_masters(document, store))).rewrapped == 2
        async with started(alone) as (keys, ring, _):
            assert keys.derive("x") == first
            assert await opens(ring, "acme", sealed, "ada")


async def test_a_token_that_was_renewed_is_found_without_a_restart(bao: OpenBao, tmp_path: Path) -> None:
    async with started(bao.document(tmp_path)) as (_, ring, _):
        bao.token_file.write_text("no longer good")
        with pytest.raises(MasterUnavailable) as no:
            await ring.seal("acme", "token")
        assert "refuses the token" in no.value.why
        assert "no longer good" not in f"{no.value} {no.value.why}"
        bao.give_token()
        await ring.seal("acme", "token")


def stopped(bao: OpenBao) -> None:
    bao.stop()


def sealed_up(bao: OpenBao) -> None:
    bao.ask("sys/seal")


def with_another_token(bao: OpenBao) -> None:
    bao.token_file.write_text("another")


def without_a_token(bao: OpenBao) -> None:
    bao.token_file.unlink()


def without_an_engine(bao: OpenBao) -> None:
    bao.ask("sys/policies/acl/remit", {"policy": 'path "*" { capabilities = ["update", "read"] }'})
    bao.ask("sys/remount", {"from": "transit", "to": "elsewhere"})


def without_its_authority(bao: OpenBao) -> None:
    bao.ca.unlink()


def under_an_authority_that_is_not_trusted(bao: OpenBao) -> None:
    bao.ca.write_text((bao.folder / "other.pem").read_text())


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (stopped, r"can't be reached\. Start it"),
        (sealed_up, r"it is sealed\. Unseal it"),
        (with_another_token, r"it refuses the token\. Give one that is valid"),
        (without_a_token, r"keys\.token: there is no such secret"),
        (without_an_engine, r"there is no such engine\. Run: bao secrets enable"),
        (without_its_authority, r"keys\.ca: the certificate authority can't be read as PEM\. Check that"),
        (under_an_authority_that_is_not_trusted, r"can't be trusted: unable to get local issuer.*keys\.ca"),
    ],
)
async def test_a_master_that_cannot_be_used_stops_the_start_with_the_remedy(
    bao: OpenBao, tmp_path: Path, harm: Callable[[OpenBao], None], says: str
) -> None:
    from tests.certificates import Authority

    (tmp_path / "other").mkdir()
    (bao.folder / "other.pem").write_text(Authority(tmp_path / "other").certificate.read_text())
    document = bao.document(tmp_path)
    async with started(document):
        pass
    await asyncio.to_thread(harm, bao)
    with pytest.raises(ConfigurationError, match=says) as no:
        async with started(document):
            pass
    assert no.value.where == "keys.master"
    assert "cipher" not in str(no.value)


async def test_a_master_that_is_to_take_over_has_to_answer_at_the_start(bao: OpenBao, tmp_path: Path) -> None:
    async with started(bao.document(tmp_path, master="file:remit.key")):
        pass
    await asyncio.to_thread(sealed_up, bao)
    with pytest.raises(ConfigurationError, match=r"it is sealed"):
        async with started(bao.document(tmp_path, former=["file:remit.key"])):
            pass


@asynccontextmanager
async def far_side(answer: bytes) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """An HTTP server that says this to everybody, and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        if not answer:
            await reader.read()  # until whoever asked gives up
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
        server.close()


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "did not answer in time"),
        (b"no http\r\n\r\n", "answers in no HTTP"),
        (http("307 Elsewhere", b"", "location: https://elsewhere.example/"), "it answers 307"),
        (http("200 OK", b" " * 70_000), "more than 65536 bytes"),
        (http("200 OK", b'{"data": {"ciphertext": "plain"}}'), "it answers 200, and not as Transit does"),
        (http("200 OK", b'{"data": {"ciphertext": 1}}'), "it answers 200, and not as Transit does"),
        (http("200 OK", b"<html>"), "it answers 200, and not as Transit does"),
        (http("500 Fault", b'{"errors": ["hunter2"]}'), "it answers 500"),
    ],
)
async def test_a_far_side_that_misbehaves_is_bounded_and_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, says: str
) -> None:
    monkeypatch.setattr(transit, "BOUNDS", replace(transit.BOUNDS, seconds=10 if answer else 0.3))
    monkeypatch.setenv("REMIT_TEST_TOKEN", "hunter2-token")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with far_side(answer) as (address, asked):
        master = Transit(f"transit:{address}/transit/remit", "env:REMIT_TEST_TOKEN", tmp_path)
        with pytest.raises(MasterUnavailable) as no:
            await master.wrap(b"k" * 32, "root key")
        with pytest.raises(MasterUnavailable):
            await master.unwrap("vault:v1:AAAA", "root key")
    assert says in no.value.why
    assert "hunter2" not in f"{no.value} {no.value.why} {no.value.remedy}"
    assert [request.split(b" ")[1] for request in asked] == [
        b"/v1/transit/encrypt/remit",
        b"/v1/transit/decrypt/remit",
    ]


@pytest.mark.parametrize(
    ("master", "says"),
    [
        ("transit:http://vault.example/transit/remit", "http:// is for this machine alone"),
        ("transit:https://vault.example/remit", "the engine's mount, the key's name"),
        ("transit:https://vault.example/transit/../sys/remit", "the engine's mount, the key's name"),
        ("transit:https://u:p@vault.example/transit/remit", "a scheme, a host"),
        ("transit:https://vault.example/transit/remit?x=1", "a scheme, a host"),
        ("transit:vault.example", "https://"),
        ("transit:https://vault.example/transit/remit", "asks for a token"),
    ],
)
def test_an_address_that_is_none_or_has_no_token_stops_the_start(master: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        parse(f'[keys]\nmaster = "{master}"\n', Path("remit.toml"))
