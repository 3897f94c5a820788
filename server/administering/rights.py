"""What somebody may administer. Policy says it of each tool, and is asked anew each time.

It is of tools and sources, whoever's calls those are: no policy can say it of a tenant. So whoever
administers a tool does so for every tenant that uses it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.call import TWIN, Transport, User
from policies.decision import Action, Policy
from policies.errors import Denied
from policies.halt import Scope
from policies.sources import OWN
from server.standing import IN_FORCE, hold_policy
from server.store import Reader
from server.transaction import Transaction
from tools.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Rights:
    """`tools` are those that the user administers, by the names that ask; `sources` those of which they
    administer every tool; `everything` says that those are all sources.
    """

    user: User
    tools: frozenset[str]
    sources: frozenset[str]
    everything: bool

    @property
    def by(self) -> str:
        """How the log calls them, which is no name of an account of the machine."""
        return f"{self.user.tenant}/{self.user.id}"

    def reach(self, tool: str) -> bool:
        """Whether a tool is theirs, by any name that it has, or had."""
        return self.everything or tool.removesuffix(TWIN) in self.tools

    def cover(self, scope: Scope) -> bool:
        """Whether all that a halt of this scope stops is theirs."""
        return (
            self.everything
            or scope.source in self.sources
            or (scope.tool or "").removesuffix(TWIN) in self.tools
        )

    def hold(self, scope: Scope) -> None:
        """Raises `Denied`."""
        if not self.cover(scope):
            raise not_yours(str(scope))


def not_yours(what: str) -> Denied:
    return Denied(
        f"You may not administer {what}. Name a source or a tool that you administer, or ask somebody who "
        "administers every source.",
        rule="administer",
    )


class Administrators:
    def __init__(self, store: Reader, policy: Policy, catalogue: Catalogue) -> None:
        self._store = store
        self._policy = policy
        self._catalogue = catalogue

    async def find(self, user: User) -> Rights | None:
        """None for somebody who administers nothing.

        Raises `Denied` where this process goes by policies that are no longer in force, or
        `StoreUnavailable`.
        """
        hold_policy(self._policy.version, await self._store.read(_in_force))
        by_source: dict[str, dict[str, bool]] = {}
        for tool in self._catalogue.tools:
            if tool.source != OWN:
                verdict = self._policy.judge(Action.ADMINISTER, user, tool, Transport.HTTP)
                by_source.setdefault(tool.source, {})[tool.plain] = verdict.allowed
        tools = {name for theirs in by_source.values() for name, allowed in theirs.items() if allowed}
        sources = {source for source, theirs in by_source.items() if all(theirs.values())}
        return Rights(user, frozenset(tools), frozenset(sources), _all(by_source, sources)) if tools else None


def _all(configured: Iterable[str], theirs: set[str]) -> bool:
    return bool(theirs) and theirs.issuperset(configured)


def _in_force() -> Transaction[str | None]:
    rows = yield f"SELECT {IN_FORCE}", ()
    version: str | None = rows[0][0]
    return version
