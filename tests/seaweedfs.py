"""SeaweedFS, an S3 that is not ours, with IAM: users, access keys and policies. Started once.

It checks signatures and conditions, keeps versions, and holds each key to its policy at each request.
"""

import fcntl
import json
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

import boto3  # type: ignore[import-untyped]  # it ships no types
import pytest
from botocore.config import Config

from tests.backends import free_port
from tests.environments import installed
from tests.loopback import await_answer

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERS: Final = count(1)
logging.getLogger("botocore.parsers").setLevel(logging.INFO)  # else it logs each key that is given out
_CONFIG: Final = Config(
    s3={"addressing_style": "path"}, retries={"max_attempts": 1}, request_checksum_calculation="when_required"
)


@dataclass(frozen=True, slots=True)
class Key:
    """An access key of a user."""

    user: str
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seaweed:
    """`root` may do everything: it sets up what tests are about, outside everything that remit guards."""

    port: int
    root: Key

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, key: Key, service: str = "s3", url: str = "") -> Any:
        """The vendor's own."""
        return cast("Any", boto3).client(
            service,
            endpoint_url=url or self.url,
            region_name="us-east-1",
            aws_access_key_id=key.id,
            aws_secret_access_key=key.secret,
            config=_CONFIG,
        )

    def bucket(self, *, versions: bool = True) -> str:
        """A new one."""
        name, s3 = f"docs-{os.getpid()}-{next(_NUMBERS)}", self.client(self.root)
        s3.create_bucket(Bucket=name)
        if versions:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def give(self, bucket: str, folders: Sequence[str], *, acts: bool = True) -> Key:
        """A key of a new user, who may list and read what is in these folders, and change it: `acts`."""
        user, iam = f"user-{os.getpid()}-{next(_NUMBERS)}", self.client(self.root, "iam")
        iam.create_user(UserName=user)
        self.allow(user, bucket, folders, acts=acts)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        return Key(user, made["AccessKeyId"], made["SecretAccessKey"])

    def allow(self, user: str, bucket: str, folders: Sequence[str], *, acts: bool = True) -> None:
        """From now on this and nothing else."""
        self.client(self.root, "iam").put_user_policy(
            UserName=user, PolicyName="own", PolicyDocument=json.dumps(policy(bucket, folders, acts=acts))
        )

    def end(self, key: Key) -> None:
        self.client(self.root, "iam").delete_access_key(UserName=key.user, AccessKeyId=key.id)


def policy(bucket: str, folders: Sequence[str], *, acts: bool) -> Mapping[str, Any]:
    """As docs/s3.md has it. The folder `*` is the whole bucket."""
    verbs = ["s3:GetObject", "s3:GetObjectVersion", *(["s3:PutObject", "s3:DeleteObject"] if acts else [])]
    below = ["*" if folder == "*" else f"{folder}/*" for folder in folders]
    whole = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": verbs, "Resource": [f"{whole}/{each}" for each in below]},
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": whole,
                **({} if "*" in folders else {"Condition": {"StringLike": {"s3:prefix": below}}}),
            },
        ],
    }


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    program, folder = installed("seaweedfs") / "bin/weed", tmp_path_factory.mktemp("weed")
    root = Key("root", "root-of-tests", f"made-up-{os.urandom(12).hex()}")
    environment = {"PATH": os.defpath, "AWS_ACCESS_KEY_ID": root.id, "AWS_SECRET_ACCESS_KEY": root.secret}
    with (folder / "log").open("wb") as log, _turn(program.parent):
        started = Seaweed(free_port(), root)
        command = [program, "mini", "-dir", folder, *_OPTIONS, "-s3.port", str(started.port)]
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
        try:
            await_answer(f"{started.url}/healthz", process)
        except AssertionError:
            process.kill()
            raise
    try:
        yield started
    finally:
        process.kill()  # by itself it takes its time, and nothing that it holds outlives it
        process.wait(10)


_OPTIONS: Final = (
    "-ip", "127.0.0.1", "-ip.bind", "127.0.0.1", "-s3.iam.readOnly=false", "-s3.port.iceberg", "0",
    "-webdav=false", "-admin.ui=false", "-master.telemetry=false",
    "-volume.max", "10000",  # one for each bucket: by itself no more than the disk has times 128 MB
)  # fmt: skip


class _turn:  # noqa: N801 - reads as the word that it is
    """Of those that start one at once: each looks for ports that nobody has."""

    def __init__(self, folder: "Path") -> None:
        self._file = (folder / "turn").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()
