"""Which version of an object it is, as S3's headers say."""

from collections.abc import Mapping

from tools.rest.refusals import odd

_NONE = "null"  # of an object that was made before its bucket kept versions


def etag_of(told: Mapping[str, str]) -> str:
    """What tells one content from another."""
    etag = told.get("etag", "").removeprefix("W/").strip('"')
    if not etag.isascii() or not etag.isprintable() or '"' in etag or not 0 < len(etag) <= 128:
        raise odd("an object has no etag")
    return etag


def former_of(told: Mapping[str, str]) -> str:
    """What a version is kept by; "" where the bucket keeps none."""
    version = told.get("x-amz-version-id", "")
    return "" if version == _NONE else version
