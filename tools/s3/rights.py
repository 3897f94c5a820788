"""What an access key may do beyond the source: S3 says it only where it is tried (threat T09)."""

from policies.errors import Denied, NotFound
from policies.sources import S3Source
from tools.files import paths
from tools.s3.api import Api


async def excess(source: S3Source, api: Api) -> list[str]:
    """In words, what the key may see besides. Raises `Refusal` where it is not good."""
    found: list[str] = []
    try:
        if {*await api.buckets()} - {source.bucket}:
            found.append("list other buckets")
    except NotFound:
        pass
    if paths.EVERYTHING not in source.folders:
        try:
            await api.keys(prefix="", **{"max-keys": "1"})
        except NotFound:
            pass
        else:
            found.append("list the whole bucket")
    return found


async def hold(name: str, source: S3Source, api: Api) -> None:
    """Raises `Denied` for a key that may do too much."""
    spare = await excess(source, api)
    if spare and source.overprivileged is None:
        raise Denied(
            f"Your access key for {name} may {spare[0]}, which is more than this source is for, so it is not "
            "used. Connect with a key that may list and read what this source names alone.",
            rule="over_privileged",
            detail="; ".join(spare),
        )
