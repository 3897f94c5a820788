"""The delegated permissions of Graph's that a source of SharePoint has a use for."""

from typing import Final

from policies.sources import SharepointSource
from tools.graph.scopes import OPENID
from tools.rest.scopes import Scopes

READ: Final = "Files.Read.All"
ACT: Final = "Files.ReadWrite.All"
SELECTED: Final = "Lists.SelectedOperations.Selected"
"""It opens nothing by itself: what an application may do in which library, its owner says there."""
# Entra asks each user for it who signs in to an application.
_HARMLESS: Final = OPENID | {"User.Read"}


def scopes(source: SharepointSource) -> Scopes:
    if source.selected:
        return Scopes((SELECTED,), (), _HARMLESS)
    return Scopes((READ,), (ACT,) if source.acts else (), _HARMLESS)
