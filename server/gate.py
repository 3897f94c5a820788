"""Which tools are open to whom now: by the switches, by policy, and where a tool of remit's own is of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.call import Tool, Transport, User
from policies.decision import Policy
from policies.errors import not_open
from server.own.actions import ACTIONS
from server.own.context import CONTEXT, FORGET
from server.own.result import RESULT
from server.own.sources import CONNECT, SOURCES
from server.rollback import UNDO
from server.sources import Sources
from server.switches import Switches

UNDOING: Final = (ACTIONS, UNDO)
"""Own tools that are of use where the user may act."""
CONNECTING: Final = (SOURCES, CONNECT)
"""Own tools that are of use where the user has to connect something."""
HOLDING: Final = (CONTEXT, RESULT, FORGET)
"""Own tools that are of use where any source is open to the user."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A `tools.catalogue.Gate`. `acting` are the tools of sources that act."""

    switches: Switches
    policy: Policy
    open_to: Sources
    acting: Sequence[Tool]

    def __call__(self, user: User, tool: Tool, transport: Transport) -> None:
        self.switches.hold(user, tool)
        self.policy.require(user, tool, transport)
        if tool in CONNECTING and not self.open_to.own(user, transport):
            raise not_open(tool.name, why="no source that takes users' own accounts is open to this user")
        if tool in HOLDING and not self.open_to.all(user, transport):
            raise not_open(tool.name, why="no source is open to this user")
        if tool in UNDOING and not any(self.open_to.is_open(user, each, transport) for each in self.acting):
            raise not_open(tool.name, why="no action is open to this user")
