"""Which sources are open to a user: those of which any tool is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policies.call import Tool, Transport, User
from policies.sources import Source
from server.vault import Connected


@dataclass(frozen=True, slots=True)
class Sources:
    """`is_open` says whether a tool is open to a user, who comes by a transport."""

    connected: Mapping[str, Connected]
    is_open: Callable[[User, Tool, Transport], bool]

    def all(self, user: User, transport: Transport) -> Mapping[str, Source]:
        return {
            name: source.settings
            for name, source in self.connected.items()
            if any(self.is_open(user, tool, transport) for tool in source.connector.tools)
        }

    def has_open(self, user: User, tool: str, transport: Transport) -> bool:
        """Whether a source has a tool of this name that is open to the user."""
        return any(
            each.name == tool and self.is_open(user, each, transport)
            for source in self.connected.values()
            for each in source.connector.tools
        )

    def own(self, user: User, transport: Transport) -> frozenset[str]:
        """Those that the user has to connect with an account of their own."""
        return frozenset(
            name for name, settings in self.all(user, transport).items() if settings.takes_accounts
        )
