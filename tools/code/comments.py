"""Planning what becomes of a comment: written, and deleted where one that was written is taken back."""

from dataclasses import dataclass
from typing import Final

from policies.call import Column
from policies.call import Kind as Of
from policies.change import Change, Effect, Kind, stands
from policies.errors import Conflict, NotFound
from tools.code import targets
from tools.code.forge import Comments, Forge, Place
from tools.rest import records
from tools.rest.arguments import Arguments

COLUMNS: Final = (Column("comment", Of.NUMBER), Column("text", Of.TEXT))


@dataclass(frozen=True, slots=True)
class CommentPlans:
    """On the issue of this number within its place."""

    forge: Forge
    place: Place
    issue: int

    @property
    def records(self) -> Comments:
        return self.forge.comments(self.place, self.issue)

    async def new(self, arguments: Arguments) -> Effect:
        if not await self.records.is_open():
            raise NotFound(f"There is no such issue open to you in that {self.forge.words.place}.")
        text = self.forge.normal(arguments.text("text"))
        return self._effect(Change(self._target, {}, None, {"text": text}))

    async def back(self, change: Change) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        if change.kind is Kind.CREATE:
            return self._effect(Change(self._target, {}, None, change.after))
        key, now = await records.made(self.records, change)
        if not stands(change.before, now):
            raise Conflict(((change, now),))
        return self._effect(Change(self._target, key, now, None))

    def _effect(self, change: Change) -> Effect:
        said = str((change.after or {}).get("text", ""))
        return Effect(
            (change,), destinations=(self.place.destination,), hidden=tuple(self.forge.followed(said))
        )

    @property
    def _target(self) -> str:
        return targets.comments(self.place.path, self.issue)
