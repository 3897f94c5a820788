"""Whoever asks and acts in a pretend store of files, as if everybody had been asked."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from tests.tools.rest.calling import Actor
from tools.connector import Connector

if TYPE_CHECKING:
    from policies.canonical import Json

ACTS = ["write", "move", "delete"]


class FileSite(Protocol):
    """A pretend store at an address. `folder` makes one, and `put` a file."""

    url: str

    @property
    def names(self) -> list[str]: ...

    def named(self, name: str) -> Any: ...

    @property
    def folder(self) -> Any: ...

    @property
    def put(self) -> Any: ...

    def give(self, login: str, scopes: Sequence[str]) -> str: ...


S = TypeVar("S", bound=FileSite)


class FileDesk(Actor, Generic[S]):
    """Of `ada`, unless somebody else is named. The source opens the folder `shop`, which is ada's, and what
    is below it.
    """

    scopes: ClassVar[Sequence[str]]

    def __init__(self, site: S, login: str = "ada", **settings: Any) -> None:
        self.site = site
        self.shop = site.named("shop") if "shop" in site.names else site.folder("shop")
        self.token = site.give(login, self.scopes)
        self.connector: Connector = self.with_settings(**settings)
        self.place: Mapping[str, Json] = {}

    @abstractmethod
    def with_settings(self, **settings: Any) -> Connector: ...

    @property
    @abstractmethod
    def far(self) -> Any:
        """What answers there."""

    @abstractmethod
    def text(self, file: Any) -> str | None:
        """None for what is gone."""

    @abstractmethod
    def open_to_a_partner(self, file: Any) -> None:
        """To jd@partner.example, who does not see the folder."""

    def put(self, name: str, content: bytes | str = "hello", **more: Any) -> Any:
        return self.site.put(name, content, **{"within": self.shop, **more})

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        return [(each.method, each.target) for each in self.far.asked if each.method not in {"GET", "HEAD"}]


def settings_of(kind: str, address: str, **settings: Any) -> Mapping[str, Any]:
    return {"kind": kind, "url": address, "acts": ACTS, "timeout": 10, "reason": "each their own", **settings}
