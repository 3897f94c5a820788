"""Whoever asks and acts in a pretend Drive, as if everybody had been asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from policies.sources import DriveSource
from tests.tools.drive.gate import ACTS as SCOPES
from tests.tools.drive.gate import Gate
from tests.tools.drive.site import Site
from tests.tools.drive.world import File
from tests.tools.files.desk import FileDesk, settings_of
from tools.drive.connector import DriveConnector


class Desk(FileDesk[Site]):
    """In a Drive."""

    scopes: ClassVar[Sequence[str]] = SCOPES

    def with_settings(self, **settings: Any) -> DriveConnector:
        source = source_of(self.site.url, **{"folders": [self.shop.id], **settings})
        return DriveConnector("files", source, Path("/nowhere"))

    @property
    def far(self) -> Gate:
        return self.site.gate

    def text(self, file: File) -> str | None:
        """None for what is in the trash, too."""
        there = self.site.world.files.get(file.id)
        return None if there is None or there.trashed else there.content.decode()

    def open_to_a_partner(self, file: File) -> None:
        self.site.share(file, "jd@partner.example")


def source_of(address: str, **settings: Any) -> DriveSource:
    return DriveSource.model_validate(settings_of("drive", address, **settings))
