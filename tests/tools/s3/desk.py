"""Whoever asks and acts in a bucket, as if everybody had been asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies.secret import Credential, Secret
from policies.sources import S3Source
from tests.seaweedfs import Key, Seaweed
from tests.tools.rest.calling import Actor
from tests.tools.s3.gate import Gate
from tools.s3.connector import S3Connector

if TYPE_CHECKING:
    from policies.canonical import Json
    from tools.connector import Connector

ACTS: Final = ["write", "move", "delete"]
FOLDERS: Final = ("shop", "tenant-a")


class Desk(Actor):
    """Of a user with a key of their own, for some folders of a bucket of this test's."""

    def __init__(
        self, gate: Gate, behind: Seaweed, bucket: str = "", folders: Sequence[str] = FOLDERS, **settings: Any
    ) -> None:
        self.gate = gate
        gate.clear()
        gate.behind = self.behind = behind
        self.bucket = bucket or behind.bucket()
        self.folders = folders
        self.root = behind.client(behind.root)
        self.key = behind.give(self.bucket, folders)
        self.connector: Connector = self.with_settings(**settings)
        self.place: Mapping[str, Json] = {}

    def with_settings(self, **settings: Any) -> S3Connector:
        source = source_of(self.gate.url, self.bucket, **{"folders": self.folders, **settings})
        return S3Connector("files", source, Path("/nowhere"))

    @property
    def credential(self) -> Credential:
        return credential_of(self.key)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        return [(each.method, each.target) for each in self.gate.asked if each.method not in {"GET", "HEAD"}]

    def put(self, path: str, content: bytes | str, **beside: Any) -> str:
        """Behind everybody's back: its version."""
        body = content.encode() if isinstance(content, str) else content
        return str(
            self.root.put_object(Bucket=self.bucket, Key=path, Body=body, **beside).get("VersionId", "")
        )

    def etag(self, path: str) -> str:
        return str(self.root.head_object(Bucket=self.bucket, Key=path)["ETag"]).strip('"')

    def drop(self, path: str) -> None:
        self.root.delete_object(Bucket=self.bucket, Key=path)

    def moment(self, path: str) -> str:
        """When it was changed, as a list says it."""
        listed = self.root.list_objects_v2(Bucket=self.bucket, Prefix=path)["Contents"]
        return str(listed[0]["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"))

    def get(self, path: str) -> str | None:
        try:
            return str(self.root.get_object(Bucket=self.bucket, Key=path)["Body"].read().decode())
        except self.root.exceptions.NoSuchKey:
            return None


def credential_of(key: Key) -> Credential:
    return Credential(Secret(key.secret), key.id, connection="connection-1")


def source_of(address: str, bucket: str, **settings: Any) -> S3Source:
    return S3Source.model_validate(
        {
            "kind": "s3",
            "url": address,
            "bucket": bucket,
            "acts": ACTS,
            "timeout": 10,
            "reason": "each their own",
            **settings,
        }
    )
