"""Which version of an object it is, as S3's headers say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tools.rest.refusals import odd

_NONE: Final = "null"  # of an object that was made before its bucket kept versions


@dataclass(frozen=True, slots=True)
class Version:
    """`etag` tells one content from another, and is mostly made of it alone: no model is told (threat T27).

    `id` is what the version is kept by; "" where the bucket keeps none.
    """

    etag: str
    id: str


def version_of(told: Mapping[str, str]) -> Version:
    etag, id_ = told.get("etag", "").removeprefix("W/").strip('"'), told.get("x-amz-version-id", "")
    if not etag.isascii() or not etag.isprintable() or '"' in etag or not 0 < len(etag) <= 128:
        raise odd("an object has no etag")
    return Version(etag, "" if id_ == _NONE else id_)
