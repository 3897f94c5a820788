"""Whoever asks and acts in a pretend library, as if everybody had been asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from policies.sources import SharepointSource
from tests.tools.files.desk import FileDesk, settings_of
from tests.tools.sharepoint.gate import ACTS as SCOPES
from tests.tools.sharepoint.gate import Gate
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import LIBRARY, Item
from tools.sharepoint.connector import SharepointConnector


class Desk(FileDesk[Site]):
    """In a library."""

    scopes: ClassVar[Sequence[str]] = SCOPES

    def with_settings(self, **settings: Any) -> SharepointConnector:
        source = source_of(self.site.url, **{"folders": [self.shop.id], **settings})
        return SharepointConnector("docs", source, Path("/nowhere"))

    @property
    def far(self) -> Gate:
        return self.site.at

    def text(self, file: Item) -> str | None:
        there = self.site.at.world.items.get(file.id)
        return None if there is None else there.content.decode()

    def open_to_a_partner(self, file: Item) -> None:
        self.site.share(file, "jd@partner.example", kind="invited")


def source_of(address: str, **settings: Any) -> SharepointSource:
    return SharepointSource.model_validate(settings_of("sharepoint", address, drive=LIBRARY, **settings))
