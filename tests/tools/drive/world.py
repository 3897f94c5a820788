"""What is in a pretend Drive, whose it is, and who may see it."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from tests.backlot import PEOPLE

DOMAIN: Final = "acme.example"
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {f"shop@{DOMAIN}": ("ada", "bob")}
FOLDER: Final = "application/vnd.google-apps.folder"
DOCUMENT: Final = "application/vnd.google-apps.document"
SPREADSHEET: Final = "application/vnd.google-apps.spreadsheet"
_NUMBERS: Final = itertools.count(1)


class Role(IntEnum):
    NONE = 0
    READER = 1
    COMMENTER = 2
    WRITER = 3
    OWNER = 4

    @property
    def word(self) -> str:
        return self.name.lower()


def address(login: str) -> str:
    return f"{login}@{DOMAIN}"


def new_id() -> str:
    """As long as Google's, and never twice."""
    return "1" + hashlib.sha256(f"file {next(_NUMBERS)}".encode()).hexdigest()[:32]


def grantee_id(kind: str, grantee: str) -> str:
    """It says who, not on which file."""
    if kind == "anyone":
        return "anyoneWithLink"
    return str(int(hashlib.sha256(f"{kind} {grantee}".encode()).hexdigest()[:15], 16)).zfill(20)


@dataclass(frozen=True, slots=True)
class Permission:
    """`kind` is user, group, domain or anyone. Only who can find what is `discoverable` sees it in a list."""

    kind: str
    grantee: str
    role: Role
    discoverable: bool = False
    until: datetime | None = None

    @property
    def id(self) -> str:
        return grantee_id(self.kind, self.grantee)

    def reaches(self, login: str, *, by_itself: bool) -> bool:
        """With `by_itself`, only if the user need not know a link."""
        if self.until is not None and self.until <= datetime.now(UTC):
            return False
        match self.kind:
            case "user":
                return self.grantee == address(login)
            case "group":
                return login in GROUPS.get(self.grantee, ())
            case "domain":
                return self.grantee == DOMAIN and (self.discoverable or not by_itself)
            case _:
                return self.discoverable or not by_itself


@dataclass(slots=True)
class Revision:
    """`keep` is for ever."""

    id: str
    mime: str
    content: bytes
    when: datetime
    by: str
    keep: bool = False


@dataclass(slots=True)
class File:
    """`size` is what it claims to have where that is not what is stored. One that the app may change with
    the scope `drive.file` is `opened`. `trashed` is what was put into the trash itself.
    """

    id: str
    name: str
    mime: str
    owner: str
    parent: str | None
    created: datetime
    modified: datetime
    by: str
    permissions: dict[str, Permission] = field(default_factory=dict[str, Permission])
    revisions: list[Revision] = field(default_factory=list[Revision])
    version: int = 1
    size: int | None = None
    trashed: bool = False
    opened: bool = False
    starred: bool = False
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict[str, str])
    app_properties: dict[str, str] = field(default_factory=dict[str, str])
    copies_need_writer: bool = False
    writers_share: bool = True

    @property
    def head(self) -> Revision | None:
        return self.revisions[-1] if self.revisions else None

    @property
    def is_native(self) -> bool:
        """Of Google's own kinds: it has no bytes."""
        return self.mime.startswith("application/vnd.google-apps.")

    @property
    def content(self) -> bytes:
        return self.head.content if self.head else b""

    @property
    def claimed(self) -> int:
        return len(self.content) if self.size is None else self.size


class World:
    """Each person has a drive of their own, whose root is a folder."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.files: dict[str, File] = {}
        self.roots = {login: self.add("My Drive", FOLDER, login, None).id for login in PEOPLE}
        self.generated: set[str] = set()
        self.mails: list[tuple[str, str]] = []
        """To whom Google wrote that a file is shared with them, and which."""

    def tick(self) -> datetime:
        """No two changes are at one time."""
        self._now = max(datetime.now(UTC), self._now + timedelta(milliseconds=1))
        return self._now

    def add(self, name: str, mime: str, owner: str, parent: str | None, content: bytes | None = None) -> File:
        when = self.tick()
        file = File(new_id(), name, mime, owner, parent, when, when, owner)
        mine = Permission("user", address(owner), Role.OWNER)
        file.permissions[mine.id] = mine
        self.files[file.id] = file
        if content is not None:
            self.write(file, owner, content, mime)
        return file

    def write(self, file: File, login: str, content: bytes, mime: str) -> Revision:
        self.edit(file, login)
        revision = Revision(f"0B{new_id()[1:27]}", mime, content, file.modified, login)
        file.revisions.append(revision)
        return revision

    def edit(self, file: File, login: str) -> None:
        self.touch(file)
        file.modified, file.by = self.tick(), login

    def touch(self, file: File) -> None:
        """Whatever changes: where it is, and who may see it, are no edits."""
        file.version += 1

    def remove(self, file: File) -> None:
        for child in self.children(file.id):
            self.remove(child)
        del self.files[file.id]

    def children(self, folder: str) -> list[File]:
        return [each for each in self.files.values() if each.parent == folder]

    def line(self, file: File) -> Iterator[File]:
        """It, and the folders that it is in."""
        at: File | None = file
        while at is not None:
            yield at
            at = self.files.get(at.parent) if at.parent else None

    def granted(self, file: File) -> dict[str, Permission]:
        """What holds for it, of its own or of a folder that it is in: an owner of that may write."""
        found = dict(file.permissions)
        for folder in itertools.islice(self.line(file), 1, None):
            for permission in folder.permissions.values():
                role = min(permission.role, Role.WRITER)
                held = found.get(permission.id)
                if folder.parent is not None and (held is None or held.role < role):
                    found[permission.id] = Permission(
                        permission.kind, permission.grantee, role, permission.discoverable, permission.until
                    )
        return found

    def role(self, file: File, login: str, *, by_itself: bool = False) -> Role:
        """Nobody but its owner sees what is in the trash."""
        if self.is_trashed(file) and file.owner != login:
            return Role.NONE
        held = self.granted(file).values()
        return max(
            (each.role for each in held if each.reaches(login, by_itself=by_itself)), default=Role.NONE
        )

    def is_trashed(self, file: File) -> bool:
        return any(each.trashed for each in self.line(file))
