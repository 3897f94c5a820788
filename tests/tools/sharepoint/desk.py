"""Whoever asks and acts in a pretend library, as if everybody had been asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies.sources import SharepointSource
from tests.tools.rest.calling import Actor
from tests.tools.sharepoint.gate import ACTS as SCOPES
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import LIBRARY, Item
from tools.sharepoint.connector import SharepointConnector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.canonical import Json
    from tools.connector import Connector

ACTS: Final = ["write", "move", "delete"]


class Desk(Actor):
    """Of `ada`, unless somebody else is named. The source opens the folder `shop` and what is below it."""

    def __init__(self, site: Site, login: str = "ada", **settings: Any) -> None:
        self.site = site
        self.shop = site.named("shop") if "shop" in site.names else site.folder("shop")
        self.token = site.give(login, SCOPES)
        self.connector: Connector = self.with_settings(**settings)
        self.place: Mapping[str, Json] = {}

    def with_settings(self, **settings: Any) -> SharepointConnector:
        source = source_of(self.site.url, **{"folders": [self.shop.id], **settings})
        return SharepointConnector("docs", source, Path("/nowhere"))

    def put(self, name: str, content: bytes | str = "hello", **more: Any) -> Item:
        settings: dict[str, Any] = {"within": self.shop, **more}
        return self.site.put(name, content, **settings)

    def text(self, item: Item) -> str | None:
        """None for what is gone."""
        there = self.site.at.world.items.get(item.id)
        return None if there is None else there.content.decode()

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        asked = self.site.at.asked
        return [(each.method, each.target) for each in asked if each.method not in {"GET", "HEAD"}]


def source_of(address: str, **settings: Any) -> SharepointSource:
    return SharepointSource.model_validate(
        {
            "kind": "sharepoint",
            "url": address,
            "drive": LIBRARY,
            "acts": ACTS,
            "timeout": 10,
            "reason": "each their own",
            **settings,
        }
    )
