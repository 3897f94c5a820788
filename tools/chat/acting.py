"""The tools that act: what each plans, carries out and takes back, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.call import Call, Table
from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, InvalidArgument, NotFound
from policies.pseudonyms import filled_in
from policies.sources import ChatSource
from tools.chat import toolset
from tools.chat.columns import POSTED
from tools.chat.platform import Channel, Platform, Post
from tools.connector import Ledger, Trace
from tools.rest import records
from tools.rest.arguments import Arguments
from tools.rest.lists import Rows


@dataclass(frozen=True, slots=True)
class Actor:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: ChatSource
    platform: Platform

    async def plan(self, call: Call, values: Mapping[str, str]) -> tuple[Mapping[str, Json], Effect]:
        self.platform.hold_acting()
        if call.inverse is not None:
            return {}, await self._back(call.inverse)
        arguments = Arguments({name: filled_in(value, values) for name, value in call.arguments.items()})
        channel = await self.platform.channel(arguments.text("channel"))
        message = arguments.text("message")
        match call.tool.verb:
            case toolset.POST:
                return {}, self._effect(channel, None, {}, None, self._said(arguments))
            case toolset.REPLY:
                if not await self.platform.has_thread(channel, message):
                    raise _missing()
                return {}, self._effect(channel, message, {}, None, self._said(arguments))
            case toolset.EDIT:
                post = await self._own(channel, message)
                after = self._said(arguments)
                if stands(after, post.fields):
                    raise InvalidArgument("This would change nothing: the message says so already.")
                return {}, self._effect(channel, post.thread, {"message": message}, post, after)
            case toolset.DELETE:
                post = await self._own(channel, message)
                return {}, self._effect(channel, post.thread, {"message": message}, post, None)
            case verb:
                raise NotImplementedError(verb)

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Table:
        del request  # the effect says all
        messages = await self._messages(effect.changes[0])
        key, fields = await records.perform(self.name, messages, effect, ledger, 2 * self.source.timeout)
        rows = Rows(self.source, POSTED)
        rows.add([key["message"], fields.get("text")])
        return rows.table("", 0, more=False)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        (change,) = effect.changes
        return await records.trace(await self._messages(change), change, mark)

    async def _back(self, inverse: Sequence[Change]) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        (change,) = inverse
        id_, thread = self.source.parted(change.target)
        channel = await self.platform.channel(id_)
        if change.kind is Kind.CREATE:
            key: Fields = change.key if self.platform.puts_back else {}
            return self._effect(channel, thread, key, None, change.after)
        messages = self.platform.messages(channel, thread, None)
        made, now = await records.made(messages, change)
        if not stands(change.before, now):
            raise Conflict(((change, now),))
        post = await self._own(channel, str(made["message"]))
        return self._effect(channel, thread, made, post, change.after)

    def _effect(
        self,
        channel: Channel,
        thread: str | None,
        key: Mapping[str, Json],
        post: Post | None,
        after: Mapping[str, Json] | None,
    ) -> Effect:
        target = f"{channel.id}/{thread}" if thread else channel.id
        change = Change(target, key, post.fields if post else None, after)
        final = "" if post is None else post.stays if after is None else post.loses
        return Effect(
            (change,),
            destinations=(channel.destination,),
            final=final,
            hidden=tuple(self.platform.followed(str((after or {}).get("text", "")))),
            readers=(channel.readers,),
        )

    def _said(self, arguments: Arguments) -> Mapping[str, Json]:
        return {"text": self.platform.written(arguments.text("text"))}

    async def _own(self, channel: Channel, message: str) -> Post:
        post = await self.platform.own(channel, message)
        if post is None:
            raise _missing()
        return post

    async def _messages(self, change: Change) -> records.Records:
        id_, thread = self.source.parted(change.target)
        gone = str(change.key["message"]) if change.kind is Kind.CREATE and change.key else None
        return self.platform.messages(await self.platform.channel(id_), thread, gone)


def _missing() -> NotFound:
    return NotFound("There is no such message open to you in that channel, or it is not yours to change.")
