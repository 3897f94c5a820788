"""Channels: which of them are open, looked at anew in each call."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.errors import Denied
from policies.sources import SlackSource
from tools.chat.platform import Channel
from tools.rest import members
from tools.slack import refusals
from tools.slack.api import Api

PUBLIC: Final = "public"
PRIVATE: Final = "private"
DIRECT: Final = "direct"
EVERY: Final = "*"  # among the configuration's channels: all that the user is in
_TYPES: Final[Mapping[str, str]] = {
    PUBLIC: "public_channel",
    PRIVATE: "private_channel",
    DIRECT: "im,mpim",
}
_SIZE: Final = 200
_PAGES: Final = 50  # of all channels of the workspace, in one call


@dataclass(frozen=True, slots=True)
class Channels:
    """Of one source under one user's token. Every method raises `Refusal`."""

    name: str
    source: SlackSource
    api: Api

    async def told(self, id_: str) -> members.Record:
        """What Slack says of one that is open. Raises `NotFound` alike for any other."""
        try:
            answer = await self.api.told("conversations.info", channel=id_, include_num_members="true")
        except Denied as denied:
            if denied.rule != "insufficient_scope":
                raise
            # Of a kind that the source does not open: the token has every scope of those that it does.
            raise refusals.not_found(self.name) from None
        told = members.record(answer.get("channel"))
        if members.text(told, "id") != id_ or not self.is_open(told):
            raise refusals.not_found(self.name)
        return told

    async def of(self, id_: str) -> Channel:
        told = await self.told(id_)
        return Channel(id_, _destination(told), _readers(told))

    async def all(self) -> AsyncIterator[members.Record]:
        """Those that are open, in Slack's order."""
        cursor = ""
        query = {"types": ",".join(_TYPES[kind] for kind in self._kinds), "exclude_archived": "true"}
        for _ in range(_PAGES):
            page = {"cursor": cursor} if cursor else {}
            answer = await self.api.told("conversations.list", limit=str(_SIZE), **query, **page)
            for each in _list(answer.get("channels")):
                told = members.record(each)
                if self.is_open(told):
                    yield told
            cursor = _next(answer)
            if not cursor:
                return

    def is_open(self, told: members.Record) -> bool:
        """Whether the user is in it, and the configuration opens its kind and its name."""
        kind = kind_of(told)
        if kind not in self._kinds or members.flag(told, "is_archived"):
            return False
        if kind == DIRECT:
            return True
        named = EVERY in self.source.channels or told.get("name") in self.source.channels
        return named and members.flag(told, "is_member")

    @property
    def _kinds(self) -> tuple[str, ...]:
        private = (PRIVATE,) if self.source.private else ()
        return (PUBLIC, *private, *((DIRECT,) if self.source.direct else ()))


def kind_of(told: members.Record) -> str:
    """What is not known to be public counts as private."""
    if members.flag(told, "is_im") or members.flag(told, "is_mpim"):
        return DIRECT
    return PUBLIC if told.get("is_private") is False else PRIVATE


def is_shared(told: members.Record) -> bool:
    return members.flag(told, "is_ext_shared") or members.flag(told, "is_pending_ext_shared")


def _destination(told: members.Record) -> str:
    if kind_of(told) == DIRECT:
        return "a direct message"
    name = f"#{members.text(told, 'name')}"
    return f"{name} (shared outside)" if is_shared(told) else name


def _readers(told: members.Record) -> str:
    count = told.get("num_members")
    inside = f"the {count} who are in it" if isinstance(count, int) else "those who are in it"
    whole = {
        PUBLIC: f"everybody of the workspace, and {inside} are told",
        PRIVATE: inside,
        DIRECT: "those whom the conversation is with",
    }[kind_of(told)]
    return f"{whole}, people of other organisations among them" if is_shared(told) else whole


def _next(answer: members.Record) -> str:
    """Slack's own bookmark, "" at the end."""
    told = answer.get("response_metadata")
    cursor = told.get("next_cursor") if isinstance(told, dict) else None
    return cursor if isinstance(cursor, str) else ""


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
