"""A master in AWS KMS, against moto's server: its errors are those of AWS, its keys are real."""

import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from policies.document import Document, Server, parse
from policies.document import Keys as Settings
from policies.errors import AuditUnavailable, ConfigurationError
from server.keys import Keys, Ring, kms, masters, open_keys, open_masters, rows
from server.keys.kms import Kms
from server.keys.rotation import rotate
from server.seal import DoesNotOpen
from server.store import Store, open_store
from tests.backends import free_port
from tests.server.keys.test_ring import opens

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        assert any("Running on" in line for line in process.stderr)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def key(aws: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new one's ARN."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    made: Any = ask(aws, "CreateKey")
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def ask(aws: str, what: str, **more: str) -> Any:
    """As an administrator of the account."""
    headers = {
        "x-amz-target": f"TrentService.{what}",
        "content-type": "application/x-amz-json-1.1",
        "authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/kms/aws4_request",
    }
    answer = httpx2.post(aws, json=more, headers=headers)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def document(folder: Path, master: str, **keys: object) -> Document:
    told = Settings.model_validate({"master": master, **keys})
    return Document(root=folder, server=Server(store="sqlite:remit.db"), keys=told)


@asynccontextmanager
async def started(configured: Document) -> AsyncGenerator[tuple[Keys, Ring, Store]]:
    async with open_store(configured, None) as store:
        opened = await open_masters(configured, store)
        yield await open_keys(opened, store), Ring(store, opened), store


@pytest.mark.threat("T37")
async def test_a_store_moves_from_a_local_master_into_kms_and_opens_again(key: str, tmp_path: Path) -> None:
    async with started(document(tmp_path, "file:remit.key")) as (keys, ring, _):
        sealed, first = await ring.seal("acme", "token", "ada"), keys.derive("x")
    moving = document(tmp_path, f"kms:{key}", former=["file:remit.key"])
    async with started(moving) as (_, _, store):
        assert (await rotate(store, await open_masters(moving, store))).rewrapped == 2
        assert (await rotate(store, await open_masters(moving, store))).kept == 2
    async with started(document(tmp_path, f"kms:{key}")) as (keys, ring, store):
        assert keys.derive("x") == first
        assert await opens(ring, "acme", sealed, "ada")
        assert {row.wrapped.master for row in (await store.read(rows.read_all)).live} == {f"kms:{key}"}


@pytest.mark.threat("T37")
async def test_what_it_wrapped_unwraps_for_what_it_is_bound_to_and_under_its_key_alone(
    aws: str, key: str
) -> None:
    master, other = Kms(f"kms:{key}"), Kms(f"kms:{ask(aws, 'CreateKey')['KeyMetadata']['Arn']}")
    wrapped = await master.wrap(b"k" * 32, "tenant key", "acme", "1")
    assert await master.unwrap(wrapped, "tenant key", "acme", "1") == b"k" * 32
    for bound in (("tenant key", "zeta", "1"), ("tenant key", "acme", "2"), ("tenant key", "acme"), ()):
        with pytest.raises(DoesNotOpen):
            await master.unwrap(wrapped, *bound)
    with pytest.raises(AuditUnavailable):  # AWS says that it is another key's; moto, that access is denied
        await other.unwrap(wrapped, "tenant key", "acme", "1")
    for text in ("AAAA", "no base64", wrapped[:-8]):
        with pytest.raises(DoesNotOpen):
            await master.unwrap(text, "tenant key", "acme", "1")


async def test_a_key_that_cannot_be_used_stops_the_start_with_the_remedy(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = document(tmp_path, f"kms:{key}")

    async def refused(says: str, settings: Document = configured) -> None:
        with pytest.raises(ConfigurationError, match=says):
            async with started(settings):
                pass

    await refused(r"can't be reached \(NoRegionError\).*a region", document(tmp_path, "kms:alias/none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    await refused(r"refuses \(NotFoundException\)\. Make the key", document(tmp_path, "kms:alias/none"))
    async with started(configured):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(kms, "PATIENCE", 3.0)
    await refused(r"can't be reached \(\w+\)\. Give remit a way to AWS KMS")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    await refused(r"can't be reached \(NoCredentialsError\).*credentials")


async def test_an_installation_without_aws_says_how_to_add_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_there(name: str) -> None:
        assert name == "aiobotocore"

    monkeypatch.setattr(masters, "find_spec", not_there)
    with pytest.raises(ConfigurationError, match=r"pip install 'remit\[aws\]'"):
        async with started(document(tmp_path, "kms:alias/remit")):
            pass


@pytest.mark.parametrize("name", ["kms:remit", "kms:alias/", "kms:arn:aws:s3:::bucket/key", "kms:alias/a b"])
def test_a_name_that_is_none_stops_the_start(name: str) -> None:
    with pytest.raises(ConfigurationError, match="the key's ARN"):
        parse(f'[keys]\nmaster = "{name}"\n', Path("remit.toml"))
