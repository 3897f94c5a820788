"""Objects as what is made, replaced and deleted, each on the condition that nothing has changed (T18)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from policies.change import Fields
from tools.files import paths
from tools.files.texts import replaceable
from tools.rest.records import is_it, ours
from tools.rest.refusals import odd
from tools.s3.api import FREE, Api, unchanged
from tools.s3.versions import version_of

if TYPE_CHECKING:
    from policies.canonical import Json

_TEXT: Final = {"content-type": "text/plain; charset=utf-8"}
_KEPT: Final = frozenset({"content-type", "cache-control", "content-disposition", "content-language"})
_OWN: Final = "x-amz-meta-"
"""What the headers of an object begin with that are its owner's."""


@dataclass(slots=True)
class Objects:
    """Those of a folder. What was read last is what is replaced, with what was kept beside it: by key."""

    api: Api
    folder: str
    held: Callable[[str], str]
    """Raises `NotFound` for a path that is not open."""
    _etags: dict[str, str] = field(default_factory=dict[str, str])
    _beside: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    async def read(self, key: Fields) -> Fields | None:
        path = self.held(str(key["file"]))
        told = await self.api.looked_at(path)
        if told is None:
            return None
        version, size, beside = version_of(told), told.get("content-length", ""), _beside(told)
        fields: dict[str, Json] = {
            "name": paths.name_of(path),
            "folder": paths.folder_of(path),
            "version": version.etag,
            "former": version.id,
            "size": int(size) if size.isdecimal() else None,
        }
        number = int(size) if size.isdecimal() and beside is not None else None
        text = await replaceable(number, partial(self.api.fetched, path, version.etag))
        if text is not None:
            fields["text"] = text
        self._etags[path], self._beside[path] = version.etag, beside or _TEXT
        return fields

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        key: Fields = {"file": paths.joined(self.folder, str(after["name"]))}
        fields = await self.read(key)
        wanted = {name: value for name, value in after.items() if name in {"name", "text", "version", "size"}}
        if fields is None:
            return []
        if "text" not in after and not is_it(wanted, fields, "", since):
            # Stored in parts, or under a key of KMS, a copy is called otherwise.
            raise odd("nobody can say whether this is what was put back")
        return ours([(key, fields, "")], wanted, since)

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        """With a text, or with what a former version held."""
        path = self.held(paths.joined(self.folder, str(after["name"])))
        if "text" in after:
            made = await self.api.put(path, {**_TEXT, **FREE}, str(after["text"]).encode())
        else:
            made = await self.api.copied(path, path, version=str(after["former"]))
        return {"file": path}, {**after, "version": made.etag, "former": made.id}

    async def write(self, key: Fields, after: Fields) -> Fields:
        path = self.held(str(key["file"]))
        headers = {**self._beside[path], **unchanged(self._etags[path])}
        written = await self.api.put(path, headers, str(after["text"]).encode())
        return {**after, "version": written.etag}

    async def remove(self, key: Fields) -> None:
        path = self.held(str(key["file"]))
        await self.api.deleted(path, self._etags[path])


def _beside(told: Mapping[str, str]) -> Mapping[str, str] | None:
    """What is kept of an object beside what it holds; None where that can't be written as it was."""
    kept = {name: value for name, value in told.items() if name in _KEPT or name.startswith(_OWN)}
    return kept if all(value.isascii() and value.isprintable() for value in kept.values()) else None
