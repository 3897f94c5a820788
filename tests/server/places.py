from dataclasses import dataclass
from pathlib import Path

from policies.document import Document, Server
from policies.secret import Secret


@dataclass(frozen=True)
class Place:
    """Where a store of record is, empty at first."""

    document: Document
    password: Secret | None


def embedded(folder: Path) -> Place:
    return Place(Document(root=folder, server=Server(store="sqlite:remit.db")), None)
