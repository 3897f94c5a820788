"""Pretend libraries of SharePoint on loopback, in a test's hands."""

import copy
from collections.abc import Mapping, Sequence

from tests.backlot import PEOPLE
from tests.tools.graph.tokens import Tokens
from tests.tools.rest.site import Behind
from tests.tools.sharepoint.gate import READS, Gate
from tests.tools.sharepoint.world import ELSEWHERE, LIBRARY, Grant, Item, Role


class Site(Behind[Gate]):
    """One address, and behind it libraries that each test gets anew."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.renew()

    def renew(self) -> None:
        self.at = self.gate = Gate(self.url)

    def give(self, login: str, scopes: Sequence[str] = READS) -> str:
        return self.at.tokens.give(login, scopes)

    def end(self, token: str) -> None:
        self.at.tokens.end(token)

    @property
    def tokens(self) -> Tokens:
        return self.at.tokens

    @property
    def root(self) -> Item:
        return self._root(LIBRARY)

    def _root(self, drive: str) -> Item:
        return self.at.world.items[self.at.world.roots[drive]]

    def folder(
        self, name: str, *, within: Item | None = None, called: str = "", elsewhere: bool = False
    ) -> Item:
        """`called` is the id, in the place of one that is nobody's choice; `elsewhere` is another library."""
        parent = within or self._root(ELSEWHERE if elsewhere else LIBRARY)
        return self._called(self.at.world.add(name, parent, "ada"), called)

    def put(
        self,
        name: str,
        content: bytes | str = b"",
        *,
        within: Item | None = None,
        size: int | None = None,
        called: str = "",
        facet: Mapping[str, Mapping[str, object]] | None = None,
    ) -> Item:
        """A file, which may claim any size and be something else than a file."""
        whole = content.encode() if isinstance(content, str) else content
        item = self.at.world.add(name, within or self.root, "ada", whole)
        item.size, item.facet = size, facet
        return self._called(item, called)

    def write(self, item: Item, content: bytes, login: str = "ada") -> None:
        """As somebody does behind remit's back."""
        self.at.world.write(item, login, content)

    def move(self, item: Item, to: Item, login: str = "ada") -> None:
        item.parent = to.id
        self.at.world.touch(item, login)

    def share(
        self, item: Item, who: str, role: Role = Role.READ, *, kind: str = "user", email: str = ""
    ) -> None:
        """From then on what its folder grants does not count for it."""
        item.grants = [*self.at.world.granted(item), Grant(kind, who, role, email)]

    def unshare(self, item: Item, who: str) -> None:
        item.grants = [each for each in self.at.world.granted(item) if each.who != who]

    def freeze(self) -> None:
        """The index stays as it is now, whatever becomes of the items."""
        world = self.at.world
        self.at.index = {
            login: [copy.copy(each) for each in world.items.values() if world.role(each, login) >= Role.READ]
            for login in PEOPLE
        }

    def named(self, name: str) -> Item:
        (found,) = (each for each in self.at.world.items.values() if each.name == name)
        return found

    @property
    def names(self) -> list[str]:
        """Of all that there is, without the roots."""
        return sorted(each.name for each in self.at.world.items.values() if each.parent is not None)

    def _called(self, item: Item, called: str) -> Item:
        if called:
            self.at.world.items[called] = self.at.world.items.pop(item.id)
            item.id = called
        return item
