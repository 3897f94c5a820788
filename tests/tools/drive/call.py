"""One request to a pretend Drive: who asks, what for, and what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from tests.tools.drive.answers import Refused, not_allowed, not_found, without_scope
from tests.tools.drive.fields import Mask
from tests.tools.drive.spec import DriveSpec, Operation
from tests.tools.drive.world import File, Role, World

_SEE_ALL: Final = frozenset({"drive", "drive.readonly", "drive.metadata", "drive.metadata.readonly"})
_READ_CONTENT: Final = frozenset({"drive", "drive.readonly", "drive.file"})


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is, and the last parts of the names of its scopes."""

    login: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Media:
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """`ids` stand in the path; `body` is what it says in JSON."""

    world: World
    spec: DriveSpec
    operation: Operation
    holder: Holder
    ids: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    media: Media | None

    @property
    def login(self) -> str:
        return self.holder.login

    @property
    def wants_content(self) -> bool:
        return self.query.get("alt") == "media"

    def file(self, asked: str | None = None) -> File:
        """That of the path, or another. Raises `Refused`: what one may not see does not exist."""
        named = self.ids["fileId"] if asked is None else asked
        file = self.world.files.get(self.world.roots[self.login] if named == "root" else named)
        if file is None or not self.sees(file):
            raise not_found(named)
        return file

    def sees(self, file: File, *, by_itself: bool = False) -> bool:
        if not self.holder.scopes & _SEE_ALL and not file.opened:
            return False
        return self.world.role(file, self.login, by_itself=by_itself) > Role.NONE

    def to_change(self, asked: str | None = None, role: Role = Role.WRITER) -> File:
        file = self.file(asked)
        if "drive" not in self.holder.scopes and not file.opened:
            raise Refused(
                403,
                "appNotAuthorizedToFile",
                f"The user has not granted the app write access to the file {file.id}.",
            )
        if self.world.role(file, self.login) < role:
            raise not_allowed()
        return file

    def to_read_content(self) -> None:
        if not self.holder.scopes & _READ_CONTENT:
            raise without_scope()

    def flag(self, name: str, default: str = "false") -> bool:
        return self.query.get(name, default) == "true"

    def told(self, value: Mapping[str, Any], default: str) -> Response:
        """As much of it as was asked for, or the `default` fields."""
        mask = Mask(self.query.get("fields", default), self.spec, self.operation.said["response"])
        return JSONResponse(mask.of(value))

    def page(self, kind: str, key: str, each: Sequence[Mapping[str, Any]], default: str) -> Response:
        """A list, in pages whose tokens tell this very list."""
        start, size = self._start(), int(self.query.get("pageSize", "100"))
        value: dict[str, Any] = {"kind": kind, key: each[start : start + size]}
        if kind == "drive#fileList":
            value["incompleteSearch"] = False
        if start + size < len(each):
            value["nextPageToken"] = f"{self._token}~{start + size}"
        return self.told(value, default)

    @property
    def _token(self) -> str:
        listed = (self.operation.name, *self.ids.values(), self.query.get("q"), self.query.get("orderBy"))
        return "~!!~" + repr(listed).encode().hex()

    def _start(self) -> int:
        told = self.query.get("pageToken")
        if not told:
            return 0
        token, _, start = told.rpartition("~")
        if token != self._token or not start.isdecimal():
            raise Refused(400, "invalid", "Invalid Value", "pageToken")
        return int(start)
