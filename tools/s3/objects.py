"""Objects as what is made, replaced and deleted, each on the condition that nothing has changed (T18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policies.change import Fields
from policies.errors import NotFound
from tools.documents.forms import restorable
from tools.files import paths
from tools.files.toolset import MAX_TEXT
from tools.rest.records import is_it
from tools.s3.api import Api, source_of_copy
from tools.s3.versions import etag_of, former_of

if TYPE_CHECKING:
    from policies.canonical import Json

_TEXT: Final = "text/plain; charset=utf-8"
_FREE: Final = {"if-none-match": "*"}
_WIDEST: Final = 4  # bytes of UTF-8 for one character


@dataclass(slots=True)
class Objects:
    """Those of a folder. What was read last is what is replaced: `_etags` and `_media`, by key."""

    api: Api
    folder: str
    held: Callable[[str], str]
    """Raises `NotFound` for a path that is not open."""
    _etags: dict[str, str] = field(default_factory=dict[str, str])
    _media: dict[str, str] = field(default_factory=dict[str, str])

    async def read(self, key: Fields) -> Fields | None:
        path = self.held(str(key["file"]))
        try:
            told = await self.api.told(path)
            etag, size = etag_of(told), told.get("content-length", "")
            fields: dict[str, Json] = {
                "name": paths.name_of(path),
                "folder": paths.folder_of(path),
                "version": etag,
                "former": former_of(told),
                "size": int(size) if size.isdecimal() else None,
            }
            if size.isdecimal() and int(size) <= _WIDEST * MAX_TEXT:
                text = restorable(await self.api.fetched(path, etag), MAX_TEXT)
                if text is not None:
                    fields["text"] = text
        except NotFound:
            return None
        self._etags[path], self._media[path] = etag, told.get("content-type", _TEXT)
        return fields

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        key: Fields = {"file": paths.joined(self.folder, str(after["name"]))}
        fields = await self.read(key)
        wanted = {name: value for name, value in after.items() if name in {"name", "text", "version", "size"}}
        return [(key, fields)] if fields is not None and is_it(wanted, fields, "", since) else []

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        """With a text, or with what a former version held."""
        path = self.held(paths.joined(self.folder, str(after["name"])))
        if "text" in after:
            told = await self.api.acted(
                "PUT", path, {"content-type": _TEXT, **_FREE}, str(after["text"]).encode()
            )
            return {"file": path}, {**after, "version": etag_of(told)}
        former = source_of_copy(self.api.bucket, path, str(after["former"]))
        await self.api.acted("PUT", path, {**_FREE, "x-amz-copy-source": former})
        return {"file": path}, after

    async def write(self, key: Fields, after: Fields) -> Fields:
        path = self.held(str(key["file"]))
        headers = {"content-type": self._media[path], "if-match": f'"{self._etags[path]}"'}
        told = await self.api.acted("PUT", path, headers, str(after["text"]).encode())
        return {**after, "version": etag_of(told)}

    async def remove(self, key: Fields) -> None:
        path = self.held(str(key["file"]))
        await self.api.acted("DELETE", path, {"if-match": f'"{self._etags[path]}"'})
