"""Channels and chats: which of them are open, looked at anew in each call."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.sources import TeamsSource
from tools.chat.platform import Channel
from tools.rest import members
from tools.teams import refusals
from tools.teams.api import Api
from tools.teams.places import CHATS, path

STANDARD: Final = "standard"
SHARED: Final = "shared"
DIRECT: Final = "direct"
EVERY: Final = "*"  # among the configuration's channels: all that the user is in
# Graph counts who is in it only where that is asked for by its name.
_TOLD: Final = "id,displayName,description,membershipType,isArchived,summary"
_PAGES: Final = 20
_NAMED: Final = 3  # of those in a chat without a name of its own


@dataclass(frozen=True, slots=True)
class Open:
    """A channel, or a chat, that is open to the user.

    `members` counts all who are in it, None where nobody counted; `guests` and `strangers` say whether people
    of outside are among them, None where Graph does not say.
    """

    id: str
    name: str
    kind: str
    purpose: str | None
    members: int | None
    guests: int | None
    strangers: bool | None

    @property
    def is_shared(self) -> bool | None:
        """With people of outside."""
        if self.kind == SHARED or self.guests or self.strangers:
            return True
        return False if self.guests == 0 and self.strangers is False else None

    @property
    def readers(self) -> str:
        count = "those" if self.members is None else f"the {self.members}"
        whole = f"{count} who are in it"
        if self.kind == STANDARD:
            whole = f"{'all members' if self.members is None else f'the {self.members} members'} of the team"
        if self.guests:
            return f"{whole}, {self.guests} guests among them"
        if self.is_shared:
            return f"{whole}, people of other organisations among them"
        return whole if self.is_shared is False else f"{whole}; whether guests are among them is not known"

    @property
    def channel(self) -> Channel:
        # What is not known to stay inside does not count as what the directory names.
        outside = "" if self.is_shared is False else " (shared outside)"
        name = "a direct message" if self.kind == DIRECT else self.name
        return Channel(self.id, f"{name}{outside}", self.readers)


class Channels:
    """Of one source under one user's token, for one call. Every method raises `Refusal`."""

    def __init__(self, name: str, source: TeamsSource, api: Api) -> None:
        self._name = name
        self._source = source
        self._api = api
        self._joined: Mapping[str, str] | None = None

    async def told(self, id_: str) -> Open:
        """One that is open. Raises `NotFound` alike for any other."""
        holder, _, key = id_.partition("/")
        if holder == CHATS:
            return await self._chat(key)
        team = (await self.teams()).get(holder)
        if team is None:
            raise refusals.not_found(self._name)
        told = await self._api.record(*path(id_), **{"$select": _TOLD})
        found = _channel(holder, team, told)
        if members.text(told, "id") != key or not self._is_open(found, team, told):
            raise refusals.not_found(self._name)
        return found

    async def teams(self) -> Mapping[str, str]:
        """Those that the user has joined: what each is called, by its id. Two of one name have their id in
        it, so that nobody makes a team that passes for another.
        """
        if self._joined is None:
            told = [each for each in await self._all("me", "joinedTeams") if not _is_archived(each)]
            named = {members.text(each, "id"): members.text(each, "displayName") for each in told}
            count = Counter(named.values())
            self._joined = {
                id_: name if count[name] == 1 else f"{name} ({id_})" for id_, name in named.items()
            }
        return self._joined

    async def of(self, team: str) -> Sequence[Open]:
        """The open ones of a team that the user has joined, in Graph's order."""
        name = (await self.teams())[team]
        told = await self._all("teams", team, "channels")
        found = [(each, _channel(team, name, each)) for each in told]
        return [channel for each, channel in found if self._is_open(channel, name, each)]

    async def chats(self, mark: str) -> tuple[Sequence[Open], str]:
        """A page of those that the user is in, and the mark of the next."""
        page = await self._api.entries("me", CHATS, mark=mark, **{"$expand": "members", "$top": "50"})
        return [_chat(each, _members(each)) for each in page.items], page.mark

    async def _chat(self, key: str) -> Open:
        if not self._source.direct:
            raise refusals.not_found(self._name)
        told = await self._api.record(CHATS, key)
        if members.text(told, "id") != key:
            raise refusals.not_found(self._name)
        return _chat(told, await self._all(CHATS, key, "members"))

    def _is_open(self, channel: Open, team: str, told: members.Record) -> bool:
        """Whether the configuration opens its kind and its name. What is not known to be standard counts as
        private.
        """
        if _is_archived(told) or (channel.kind != STANDARD and not self._source.private):
            return False
        return not {EVERY, channel.name, f"{team} / {EVERY}"}.isdisjoint(self._source.channels)

    async def _all(self, *path: str) -> list[members.Record]:
        found: list[members.Record] = []
        mark = ""
        for _ in range(_PAGES):
            page = await self._api.entries(*path, mark=mark)
            found += page.items
            mark = page.mark
            if not mark:
                break
        return found


def _channel(team: str, named: str, told: members.Record) -> Open:
    key = members.text(told, "id")
    summary = told.get("summary")
    counted = summary if isinstance(summary, dict) else {}
    counts = [counted.get(name) for name in ("ownersCount", "membersCount", "guestsCount")]
    numbers = [each for each in counts if isinstance(each, int)]
    strangers = counted.get("hasMembersFromOtherTenants")
    return Open(
        id=f"{team}/{key}",
        name=f"{named} / {members.text(told, 'displayName')}",
        kind=members.text(told, "membershipType"),
        purpose=members.optional_text(told, "description") or None,
        members=sum(numbers) if len(numbers) == len(counts) else None,
        guests=numbers[-1] if len(numbers) == len(counts) else None,
        strangers=strangers if isinstance(strangers, bool) else None,
    )


def _members(chat: members.Record) -> list[members.Record]:
    listed = chat.get("members")
    return [members.record(each) for each in listed] if isinstance(listed, list) else []


def _chat(told: members.Record, people: Sequence[members.Record]) -> Open:
    key = members.text(told, "id")
    tenant = told.get("tenantId")
    names = [name for each in people if isinstance(name := each.get("displayName"), str)]
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    known = bool(people) and isinstance(tenant, str)
    return Open(
        id=f"{CHATS}/{key}",
        name=members.optional_text(told, "topic") or ", ".join(names[:_NAMED]) + rest,
        kind=DIRECT,
        purpose=None,
        members=len(people) or None,
        guests=0 if known else None,
        strangers=any(each.get("tenantId") != tenant for each in people) if known else None,
    )


def _is_archived(told: members.Record) -> bool:
    return members.flag(told, "isArchived")
