"""The tools that act: what each plans, carries out and takes back, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.call import Call, Table
from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, InvalidArgument
from policies.pseudonyms import filled_in
from policies.sources import FileSource
from tools.connector import Ledger, Trace
from tools.files import columns, toolset
from tools.files.people import readers
from tools.files.store import Entry, Folder, Store
from tools.files.texts import fields_of
from tools.rest import records
from tools.rest.arguments import Arguments
from tools.rest.lists import Rows

_LOST: Final = "the store keeps nothing of it that remit could put back"


@dataclass(frozen=True, slots=True)
class Actor:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: FileSource
    store: Store

    async def plan(self, call: Call, values: Mapping[str, str]) -> tuple[Mapping[str, Json], Effect]:
        self.store.hold_acting()
        if call.inverse is not None:
            return {}, await self._back(call.inverse)
        arguments = Arguments({name: filled_in(value, values) for name, value in call.arguments.items()})
        match call.tool.verb:
            case toolset.WRITE:
                return {}, await self._write(arguments)
            case toolset.MOVE:
                return {}, await self._move(arguments)
            case toolset.DELETE:
                return {}, await self._delete(arguments)
            case verb:
                raise NotImplementedError(verb)

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Table:
        del request  # the effect says all
        files = self.store.records(effect.changes[0])
        key, fields = await records.perform(self.name, files, effect, ledger, 2 * self.source.timeout)
        rows = Rows(self.source, columns.DONE)
        rows.add([fields.get("file", key["file"])])
        return rows.table("", 0, more=False)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        (change,) = effect.changes
        return await records.trace(self.store.records(change), change, mark)

    async def _write(self, arguments: Arguments) -> Effect:
        folder, text = await self.store.folder(arguments.text("folder")), arguments.text("text")
        name = _name(arguments)
        there = await self.store.named(folder, name)
        if there is None:
            return _effect(folder, Change(folder.id, {}, None, {"name": name, "text": text}))
        key: Fields = {"file": there.id}
        held = await records.seen(self.store.records(Change(folder.id, key, {}, {})), key)
        if held is None or "text" not in held:
            raise InvalidArgument(
                "There is such a file, and it is no text of a length that could be put back, so it is not "
                "replaced. Give the new one another name."
            )
        if held["text"] == text:
            raise InvalidArgument("This would change nothing: the file holds this text already.")
        before = {name: held[name] for name in ("text", "version", "name", "folder")}
        return _effect(await self.store.folder_of(there), Change(folder.id, key, before, {"text": text}))

    async def _move(self, arguments: Arguments) -> Effect:
        file = await self._file(arguments)
        at, to = await self.store.folder_of(file), await self.store.folder(arguments.text("folder"))
        name = _name(arguments) if arguments.has("name") else file.name
        if (at.id, file.name) == (to.id, name):
            raise InvalidArgument("This would change nothing: the file is there already.")
        await self._hold_free(to, name, file.id)
        before = {"folder": at.id, "name": file.name, "version": file.version}
        after = {"folder": to.id, "name": name}
        return _effect(_taking_along(to, at), Change(at.id, {"file": file.id}, before, after))

    async def _delete(self, arguments: Arguments) -> Effect:
        file = await self._file(arguments)
        folder = await self.store.folder_of(file)
        before = fields_of(file, folder.id)
        key: Fields = {"file": file.id}
        if not file.former and self.store.remakes:
            held = await self.store.records(Change(folder.id, key, {}, None)).read(key)
            before |= {"text": held["text"]} if held is not None and "text" in held else {}
        final = "" if file.former or "text" in before else _LOST
        return _effect(folder, Change(folder.id, key, before, None), final)

    async def _back(self, inverse: Sequence[Change]) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        (change,) = inverse
        folder = await self.store.folder(change.target)
        after = change.after or {}
        if change.kind is Kind.CREATE:
            await self._hold_free(folder, str(after["name"]))
            return _effect(folder, Change(change.target, {}, None, after))
        files = self.store.records(change)
        key, now = await records.made(files, change)
        if now is None or not stands(change.before, now):
            raise Conflict(((change, now),))
        file = str(now.get("file", key["file"]))
        to = await self.store.folder_of(await self.store.file(file))
        if "folder" in after:
            new = await self.store.folder(str(after["folder"]))
            await self._hold_free(new, str(after["name"]), file)
            to = _taking_along(new, to)
        elif now["folder"] != change.target:
            raise Conflict(((change, now),))
        before = {**(change.before or {}), "version": now["version"], "folder": now["folder"]}
        return _effect(to, Change(change.target, key, before, change.after))

    async def _file(self, arguments: Arguments) -> Entry:
        """One file: nobody can be shown all that is in a folder."""
        file = await self.store.file(arguments.text("file"))
        if file.is_folder:
            raise InvalidArgument("file: that is a folder. Its files are moved or deleted one by one.")
        return file

    async def _hold_free(self, folder: Folder, name: str, but: str = "") -> None:
        """`but` is the file that gets the name, which may have it in other letters."""
        there = await self.store.named(folder, name)
        if there is not None and there.id != but:
            raise InvalidArgument("There is something of that name there. Choose another name or folder.")


def _taking_along(folder: Folder, own: Folder) -> Folder:
    """What a file takes along into a folder: those who may read it for itself."""
    found = tuple(sorted({*folder.destinations, *own.destinations}))
    return folder if {*found} == {*folder.destinations} else Folder(folder.id, found, readers(found))


def _effect(folder: Folder, change: Change, final: str = "") -> Effect:
    return Effect((change,), destinations=folder.destinations, final=final, readers=(folder.readers,))


def _name(arguments: Arguments) -> str:
    """One segment of a path. Raises `InvalidArgument`."""
    name = arguments.line("name")
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise InvalidArgument("name: leave out / and \\; the folder is an argument of its own.")
    return name
