"""Planning what becomes of an issue: opened, changed, and closed where one that was opened is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, InvalidArgument, NotFound
from tools.code import targets
from tools.code.forge import Forge, Issues, Place
from tools.rest import records
from tools.rest.arguments import Arguments


@dataclass(frozen=True, slots=True)
class IssuePlans:
    forge: Forge
    place: Place

    @property
    def records(self) -> Issues:
        return self.forge.issues(self.place)

    async def new(self, arguments: Arguments) -> Effect:
        given: Fields = {
            "title": arguments.line("title"),
            "description": self.forge.normal(arguments.text("description")),
            "labels": await self._known(arguments.texts("labels")),
        }
        after = self.records.new(given, confidential=arguments.flag("confidential"))
        return self._effect(Change(targets.issues(self.place.path), {}, None, after))

    async def change(self, arguments: Arguments) -> Effect:
        key: Fields = {"issue": arguments.number("issue")}
        before = await self.records.read(key)
        if before is None:
            raise NotFound(f"There is no such issue open to you in that {self.forge.words.place}.")
        after: dict[str, Json] = {}
        if arguments.has("title"):
            after["title"] = arguments.line("title")
        if arguments.has("description"):
            after["description"] = self.forge.normal(arguments.text("description"))
        if arguments.has("labels"):
            after["labels"] = await self._known(arguments.texts("labels"))
        if arguments.has("state"):
            after["state"] = arguments.text("state")
        new = {name: value for name, value in after.items() if before[name] != value}
        if not new:
            raise InvalidArgument("This would change nothing: the issue is so already.")
        return self._effect(Change(targets.issues(self.place.path), key, before, new))

    async def back(self, change: Change) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        key, now = await records.made(self.records, change)
        after: Fields | None = {"state": "closed"} if change.kind is Kind.DELETE else change.after
        if not stands(change.before, now) or stands(after, now):
            raise Conflict(((change, now),))
        return self._effect(Change(change.target, key, now, after))

    def _effect(self, change: Change) -> Effect:
        after = change.after or {}
        said = [str(after[name]) for name in ("title", "description") if name in after]
        return Effect(
            (change,), destinations=(self.place.destination,), hidden=tuple(self.forge.followed(*said))
        )

    async def _known(self, asked: Sequence[str]) -> list[Json]:
        """Raises `InvalidArgument` for a label that there is not."""
        for label in asked:
            if not await self.records.has_label(label):
                raise InvalidArgument(
                    f"labels: one of them is no label of the {self.forge.words.place}. Leave it out."
                )
        return [*sorted(set(asked))]
