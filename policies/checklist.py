"""What has to be settled before a source may be used: a list of points, each of which is met or is not."""

from dataclasses import dataclass

from policies.sources import Source

TESTED = "test"
"""The point that no configuration meets: a test call that it passed."""


@dataclass(frozen=True, slots=True)
class Point:
    """`said` is what stands there, empty where nothing does; `remedy` is what to do then."""

    name: str
    said: str
    remedy: str

    @property
    def met(self) -> bool:
        return bool(self.said)


def settled(source: Source) -> tuple[Point, ...]:
    """The points that the configuration meets or does not."""
    chosen = source.classification if "classification" in source.model_fields_set else ""
    return (
        Point("purpose", source.purpose or "", 'Add purpose = "why it is connected, and for whom".'),
        Point(
            "classification",
            chosen,
            'Add classification = "public", "internal", "confidential" or "restricted".',
        ),
        Point("owner", source.owner or "", 'Add owner = "the person or team who answers for it".'),
        Point("permissions", _permissions(source), "Name what may be reached in it, and no more."),
        Point("authentication", _authentication(source), 'Add reason = "why it is not OAuth".'),
        Point("isolation", source.isolation, "Reach it over verified TLS, or on this machine alone."),
    )


def _permissions(source: Source) -> str:
    return ", ".join(f"{things}: {count}" for things, count in source.extent.items() if count)


def _authentication(source: Source) -> str:
    if not source.asks_who_comes:
        return "none: it asks nobody who they are"
    if source.authorized_by:
        return "OAuth, each user's own"
    whose = "each user's own" if source.takes_accounts else "shared"
    return f"{whose}: {source.reason}" if source.reason else ""
