"""Whoever asks and acts in a pretend Drive, as if everybody had been asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies.sources import DriveSource
from tests.tools.drive.gate import ACTS as SCOPES
from tests.tools.drive.site import Site
from tests.tools.drive.world import File
from tests.tools.rest.calling import Actor
from tools.drive.connector import DriveConnector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.canonical import Json
    from tools.connector import Connector

ACTS: Final = ["write", "move", "delete"]


class Desk(Actor):
    """Of `ada`, unless somebody else is named. The source opens the folder `shop`, which is ada's and which
    bob may write in, and what is below it.
    """

    def __init__(self, site: Site, login: str = "ada", **settings: Any) -> None:
        self.site = site
        self.shop = site.named("shop") if "shop" in site.names else site.folder("shop")
        self.token = site.give(login, SCOPES)
        self.connector: Connector = self.with_settings(**settings)
        self.place: Mapping[str, Json] = {}

    def with_settings(self, **settings: Any) -> DriveConnector:
        source = source_of(self.site.url, **{"folders": [self.shop.id], **settings})
        return DriveConnector("files", source, Path("/nowhere"))

    def put(self, name: str, content: bytes | str = "hello", **more: Any) -> File:
        settings: dict[str, Any] = {"within": self.shop, **more}
        return self.site.put(name, content, **settings)

    def text(self, file: File) -> str | None:
        """None for what is gone, or in the trash."""
        there = self.site.world.files.get(file.id)
        return None if there is None or there.trashed else there.content.decode()

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        asked = self.site.gate.asked
        return [(each.method, each.target) for each in asked if each.method not in {"GET", "HEAD"}]


def source_of(address: str, **settings: Any) -> DriveSource:
    return DriveSource.model_validate(
        {"kind": "drive", "url": address, "acts": ACTS, "timeout": 10, "reason": "each their own", **settings}
    )
