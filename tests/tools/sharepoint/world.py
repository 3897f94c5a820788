"""What is in pretend libraries of SharePoint, who may do what there, and what was thrown away."""

import hashlib
import itertools
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from tests.backlot import PEOPLE

DOMAIN: Final = "acme.example"
LIBRARY: Final = "b!" + "S3hvcC1saWJyYXJ5LW9mLXRoZS10ZXN0cw" * 2
ELSEWHERE: Final = "b!" + "QW5vdGhlci1saWJyYXJ5LW9mLXRlc3Rz" * 2
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {"Shop Members": ("ada", "bob")}
"""Of the site: who is in which."""
_NUMBERS: Final = itertools.count(1)


class Role(IntEnum):
    NONE = 0
    READ = 1
    WRITE = 2
    OWNER = 3

    @property
    def word(self) -> str:
        return self.name.lower()


def address(login: str) -> str:
    return f"{login}@{DOMAIN}"


def new_id() -> str:
    """In the form of SharePoint's, and never twice."""
    return "01" + hashlib.sha256(f"item {next(_NUMBERS)}".encode()).hexdigest()[:32].upper()


@dataclass(frozen=True, slots=True)
class Grant:
    """`kind` is user, group, everyone, employees, link or invited. Of a link, `who` is its scope."""

    kind: str
    who: str
    role: Role = Role.READ
    email: str = ""

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.kind} {self.who}".encode()).hexdigest()[:16]

    def reaches(self, login: str) -> bool:
        """A link reaches nobody here who does not come by it."""
        match self.kind:
            case "user":
                return self.who == login
            case "group":
                return login in GROUPS.get(self.who, ())
            case "everyone":
                return True
            case "employees":
                return login in PEOPLE
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Version:
    id: str
    content: bytes
    when: datetime
    by: str


@dataclass(slots=True)
class Item:
    """A folder has no versions. `grants` are its own, or None where those of its folder hold. `size` is what
    it claims to have. `facet` is what it is in the place of a file or a folder. `changes` counts all that
    became of it, `contents` what it held.
    """

    id: str
    name: str
    drive: str
    parent: str | None
    by: str
    created: datetime
    modified: datetime
    grants: list[Grant] | None = None
    versions: list[Version] = field(default_factory=list[Version])
    facet: Mapping[str, Mapping[str, object]] | None = None
    size: int | None = None
    locked: bool = False
    changes: int = 1
    contents: int = 0
    guid: str = field(default_factory=lambda: str(uuid.uuid4()).upper())

    @property
    def is_folder(self) -> bool:
        return not self.versions and self.facet is None

    @property
    def content(self) -> bytes:
        return self.versions[-1].content if self.versions else b""

    @property
    def claimed(self) -> int:
        return len(self.content) if self.size is None else self.size

    @property
    def tag(self) -> str:
        return f'"{{{self.guid}}},{self.changes}"'

    @property
    def content_tag(self) -> str:
        return f'"c:{{{self.guid}}},{self.contents}"'


class World:
    """Two libraries, of which ada is the owner. `binned` is what is in the recycle bin."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.items: dict[str, Item] = {}
        self.binned: dict[str, Item] = {}
        self.full = False
        self.roots = {drive: self._root(drive).id for drive in (LIBRARY, ELSEWHERE)}

    def _root(self, drive: str) -> Item:
        when = self.tick()
        root = Item(new_id(), "root", drive, None, "ada", when, when, [Grant("user", "ada", Role.OWNER)])
        self.items[root.id] = root
        return root

    def tick(self) -> datetime:
        """No two changes are at one time."""
        self._now = max(datetime.now(UTC), self._now + timedelta(milliseconds=1))
        return self._now

    def add(self, name: str, parent: Item, login: str, content: bytes | None = None) -> Item:
        when = self.tick()
        item = Item(new_id(), name, parent.drive, parent.id, login, when, when)
        self.items[item.id] = item
        if content is not None:
            self.write(item, login, content)
        return item

    def write(self, item: Item, login: str, content: bytes) -> None:
        self.touch(item, login)
        item.contents += 1
        item.size = None
        item.versions.append(Version(f"{len(item.versions) + 1}.0", content, item.modified, login))

    def touch(self, item: Item, login: str) -> None:
        item.changes += 1
        item.modified, item.by = self.tick(), login

    def bin(self, item: Item) -> None:
        for child in self.children(item.id):
            self.bin(child)
        self.binned[item.id] = self.items.pop(item.id)

    def children(self, folder: str) -> list[Item]:
        """As SharePoint lists them: folders first, by their names."""
        found = [each for each in self.items.values() if each.parent == folder]
        return sorted(found, key=lambda each: (not each.is_folder, each.name.lower()))

    def called(self, folder: str, name: str) -> Item | None:
        """Upper and lower case are the same name."""
        return next((each for each in self.children(folder) if each.name.lower() == name.lower()), None)

    def line(self, item: Item) -> Iterator[Item]:
        """It, and the folders that it is in."""
        at: Item | None = item
        while at is not None:
            yield at
            at = self.items.get(at.parent) if at.parent else None

    def granted(self, item: Item) -> list[Grant]:
        return next(each.grants for each in self.line(item) if each.grants is not None)

    def role(self, item: Item, login: str) -> Role:
        held = [each.role for each in self.granted(item) if each.reaches(login)]
        return max(held, default=Role.NONE)
