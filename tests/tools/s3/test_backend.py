"""What the tests of S3 rest on, driven by the vendor's own client: a server, its keys, and the gate."""

import pytest
from botocore.exceptions import ClientError

from tests.seaweedfs import Seaweed
from tests.tools.s3.gate import Gate


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response.get("Error", {}).get("Code", "")


@pytest.fixture
def bucket(gate: Gate, seaweed: Seaweed) -> str:
    gate.clear()
    gate.behind = seaweed
    return seaweed.bucket()


def test_the_vendors_client_reads_and_writes_through_the_gate(
    gate: Gate, seaweed: Seaweed, bucket: str
) -> None:
    s3 = seaweed.client(seaweed.give(bucket, ["shop"]), url=gate.url)
    s3.put_object(Bucket=bucket, Key="shop/a b+ü.txt", Body=b"one", IfNoneMatch="*")
    with pytest.raises(ClientError) as taken:
        s3.put_object(Bucket=bucket, Key="shop/a b+ü.txt", Body=b"two", IfNoneMatch="*")
    assert code(taken) == "PreconditionFailed"
    told = s3.get_object(Bucket=bucket, Key="shop/a b+ü.txt")
    assert told["Body"].read() == b"one"
    s3.put_object(Bucket=bucket, Key="shop/a b+ü.txt", Body=b"two", IfMatch=told["ETag"])
    with pytest.raises(ClientError) as stale:
        s3.delete_object(Bucket=bucket, Key="shop/a b+ü.txt", IfMatch=told["ETag"])
    assert code(stale) == "PreconditionFailed"
    former = s3.get_object(Bucket=bucket, Key="shop/a b+ü.txt", VersionId=told["VersionId"])
    assert former["Body"].read() == b"one"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="shop/")["Contents"]] == [
        "shop/a b+ü.txt"
    ]


def test_a_key_is_held_to_its_folders_and_ends_at_once(seaweed: Seaweed, bucket: str) -> None:
    root, key = seaweed.client(seaweed.root), seaweed.give(bucket, ["tenant-a"])
    for path in ("tenant-a/x", "tenant-a-evil/x"):
        root.put_object(Bucket=bucket, Key=path, Body=b"x")
    s3 = seaweed.client(key)
    s3.get_object(Bucket=bucket, Key="tenant-a/x")
    with pytest.raises(ClientError) as foreign:
        s3.get_object(Bucket=bucket, Key="tenant-a-evil/x")
    assert code(foreign) == "AccessDenied"
    seaweed.allow(key.user, bucket, ["other"])
    with pytest.raises(ClientError) as narrowed:
        s3.get_object(Bucket=bucket, Key="tenant-a/x")
    assert code(narrowed) == "AccessDenied"
    seaweed.end(key)
    with pytest.raises(ClientError) as ended:
        s3.get_object(Bucket=bucket, Key="tenant-a/x")
    assert code(ended) == "InvalidAccessKeyId"
