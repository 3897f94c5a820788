"""Files of a library as what is made, changed and deleted, on the condition that each is as it was (T18)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from policies.change import Fields
from policies.errors import NotFound
from tools.files.texts import fields_of, replaceable
from tools.rest import members
from tools.rest.records import ours
from tools.rest.unheard import heard
from tools.sharepoint.api import Api
from tools.sharepoint.entries import condition_of, entry_of, id_of, is_file, parent_of, version_of
from tools.sharepoint.tree import Tree


@dataclass(frozen=True, slots=True)
class Objects:
    """Those of a folder. What was read last is what is changed: by id."""

    api: Api
    tree: Tree
    folder: str
    _conditions: dict[str, str] = field(default_factory=dict[str, str])

    async def read(self, key: Fields) -> Fields | None:
        told = await self.tree.told_or_gone(str(key["file"]), self.folder)
        return None if told is None else await self._fields(told)

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        await self.tree.folder(self.folder)
        try:
            told = await self.api.named(self.folder, str(after["name"]))
        except NotFound:
            return []
        fields = await self._fields(told)
        wanted = {name: value for name, value in after.items() if name in {"name", "text"}}
        made_at = members.optional_text(told, "createdDateTime") or ""
        return ours([({"file": id_of(told)}, fields, made_at)], wanted, since)

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        await self.tree.folder(self.folder)
        told = await self.api.made(self.folder, str(after["name"]), str(after["text"]))
        with heard():
            made = {"version": version_of(told), "size": entry_of(told).size}
            return {"file": id_of(told)}, {**after, **made}

    async def write(self, key: Fields, after: Fields) -> Fields:
        id_ = str(key["file"])
        condition = self._conditions[id_]
        if "text" in after:
            told = await self.api.replaced(id_, condition, str(after["text"]))
        else:
            await self.tree.folder(str(after["folder"]))
            told = await self.api.moved(id_, condition, str(after["folder"]), str(after["name"]))
        with heard():
            return {**after, "file": id_of(told), "version": version_of(told)}

    async def remove(self, key: Fields) -> None:
        """Into the recycle bin of the site, out of which Graph takes nothing."""
        id_ = str(key["file"])
        await self.api.deleted(id_, self._conditions[id_])

    async def _fields(self, told: members.Record) -> Fields:
        file = entry_of(told)
        fields = fields_of(file, parent_of(told))
        if is_file(told):
            text = await replaceable(file.size, partial(self.api.content_of, file.id))
            if text is not None:
                fields["text"] = text
        self._conditions[file.id] = condition_of(told)
        return fields
