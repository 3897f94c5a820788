"""Who people are: their names, by the ids that Slack has in their place."""

from collections.abc import Iterable
from typing import Final

from policies.errors import NotFound
from tools.rest import members
from tools.rest.at_once import at_once
from tools.slack.api import Api

_NOBODY: Final = "somebody who has left"


class People:
    """As one call sees them: each is looked up once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.names: dict[str, str] = {}

    async def meet(self, ids: Iterable[str]) -> None:
        """Looks up those who are not known yet. Raises `Refusal`."""
        await at_once([each for each in dict.fromkeys(ids) if each not in self.names], self._look)

    async def _look(self, id_: str) -> None:
        self.names[id_] = await self._name(id_)

    async def _name(self, id_: str) -> str:
        try:
            user = members.record((await self._api.told("users.info", user=id_)).get("user"))
        except NotFound:
            return _NOBODY
        profile = members.record(user.get("profile") or {})
        told = (
            user.get("real_name"),
            profile.get("real_name"),
            profile.get("display_name"),
            user.get("name"),
        )
        return next((name for name in told if isinstance(name, str) and name), id_)
