"""A pretend Google Drive on loopback, in a test's hands."""

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from tests.tools.drive.gate import READS, Check, Gate
from tests.tools.drive.world import FOLDER, File, Permission, Role, World, address, grantee_id


class Site:
    """One address, and behind it a Drive that each test gets anew."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.renew()

    def renew(self, check: Check | None = None) -> None:
        self.world = World()
        self.gate = Gate(self.world, check)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gate(scope, receive, send)

    def give(self, login: str, scopes: Sequence[str] = READS) -> str:
        return self.gate.give(login, scopes)

    def end(self, token: str) -> None:
        self.gate.end(token)

    def folder(self, name: str, *, owner: str = "ada", within: File | None = None, called: str = "") -> File:
        """`called` is the id, in the place of one that is nobody's choice."""
        return self._called(self.world.add(name, FOLDER, owner, self._in(owner, within)), called)

    def put(
        self,
        name: str,
        content: bytes | str = b"",
        *,
        mime: str = "text/plain",
        owner: str = "ada",
        within: File | None = None,
        size: int | None = None,
        called: str = "",
    ) -> File:
        """A file; its type need not be that of its content, and it may claim any size. What a document of
        Google's holds is its text, what a spreadsheet does is its first sheet in CSV.
        """
        whole = content.encode() if isinstance(content, str) else content
        file = self.world.add(name, mime, owner, self._in(owner, within), whole)
        file.size = size
        return self._called(file, called)

    def write(self, file: File, content: bytes, login: str = "ada") -> None:
        """As somebody does behind remit's back: a revision more."""
        self.world.write(file, login, content, file.mime)

    def rename(self, file: File, name: str, login: str = "ada") -> None:
        file.name = name
        self.world.edit(file, login)

    def share(
        self, file: File, whom: str, role: Role = Role.READER, *, kind: str = "user", found: bool = False
    ) -> str:
        """With a login, or for another `kind` an address or a domain. What the permission is called."""
        grantee = address(whom) if kind == "user" and "@" not in whom else whom
        permission = Permission(kind, grantee, role, found)
        file.permissions[permission.id] = permission
        self.world.touch(file)
        return permission.id

    def unshare(self, file: File, login: str) -> None:
        del file.permissions[grantee_id("user", address(login))]
        self.world.touch(file)

    def named(self, name: str) -> File:
        (found,) = (each for each in self.world.files.values() if each.name == name)
        return found

    @property
    def names(self) -> list[str]:
        """Of all that there is, without the roots."""
        return sorted(each.name for each in self.world.files.values() if each.parent is not None)

    def _called(self, file: File, called: str) -> File:
        if called:
            self.world.files[called] = self.world.files.pop(file.id)
            file.id = called
        return file

    def _in(self, owner: str, within: File | None) -> str:
        return within.id if within else self.world.roots[owner]
