"""Files of Drive as what is made, changed and put into the trash.

Drive takes no condition with a request: what was confirmed is read again right before, and what was replaced
stays in its history (threat T18).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from policies.change import Fields
from policies.errors import StaleConfirmation
from tools.drive.api import Api
from tools.drive.entries import FIELDS, entry_of, id_of, parent_of, version_of
from tools.drive.queries import called
from tools.drive.tree import Tree
from tools.files.texts import fields_of, replaceable
from tools.rest import members
from tools.rest.records import ours
from tools.rest.unheard import heard

if TYPE_CHECKING:
    from policies.canonical import Json

_FIELDS: Final = f"{FIELDS},createdTime"
_MEDIA: Final = "text/plain"
_MOST: Final = 20  # of one name in one folder


@dataclass(frozen=True, slots=True)
class Objects:
    """Those of a folder. A text that is replaced stays of the type that it was read with: `_media`, by id."""

    api: Api
    tree: Tree
    folder: str
    _media: dict[str, str] = field(default_factory=dict[str, str])

    async def read(self, key: Fields) -> Fields | None:
        told = await self.tree.told_or_gone(str(key["file"]), self.folder)
        return None if told is None else await self._fields(told)

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        if "former" in after:
            key: Fields = {"file": after["former"]}
            fields = await self.read(key)
            return [] if fields is None else [(key, fields)]
        await self.tree.folder(self.folder)
        wanted = {name: value for name, value in after.items() if name in {"name", "text"}}
        told = await self.api.list(called(str(after["name"]), self.folder), _FIELDS, _MOST, "")
        named: list[tuple[Fields, Fields, str]] = [
            ({"file": id_of(each)}, await self._fields(each), members.text(each, "createdTime"))
            for each in members.records(told, "files")
        ]
        return ours(named, wanted, since)

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        """With a text, or out of the trash."""
        if "former" in after:
            gone = await self.api.file(str(after["former"]), FIELDS)
            if gone.get("trashed") is not True or parent_of(gone) != self.folder:
                raise StaleConfirmation("The file is not in the trash any more, so nothing was changed.")
            told = await self.api.changed(id_of(gone), FIELDS, {"trashed": False})
        else:
            await self.tree.folder(self.folder)
            body: dict[str, Json] = {
                "name": after["name"],
                "parents": [self.folder],
                "mimeType": "text/plain",
            }
            told = await self.api.made(FIELDS, body, str(after["text"]))
        with heard():
            return {"file": id_of(told)}, {**after, "version": version_of(told)}

    async def write(self, key: Fields, after: Fields) -> Fields:
        id_ = str(key["file"])
        if "text" in after:
            told = await self.api.uploaded(id_, FIELDS, str(after["text"]), self._media[id_])
        else:
            told = await self._moved(id_, after)
        with heard():
            return {**after, "file": id_of(told), "version": version_of(told)}

    async def remove(self, key: Fields) -> None:
        """Into the trash, from which its owner can take it back, too."""
        await self.api.changed(str(key["file"]), FIELDS, {"trashed": True})

    async def _moved(self, id_: str, after: Fields) -> members.Record:
        at, to = parent_of(await self.tree.told(id_)), str(after["folder"])
        await self.tree.folder(to)
        ways = {} if at == to or at is None else {"addParents": to, "removeParents": at}
        return await self.api.changed(id_, FIELDS, {"name": after["name"]}, **ways)

    async def _fields(self, told: members.Record) -> Fields:
        file = entry_of(told)
        fields = fields_of(file, parent_of(told))
        text = await replaceable(file.size, partial(self.api.downloaded, file.id))
        if text is not None:
            fields["text"], self._media[file.id] = text, file.media_type
        return fields
