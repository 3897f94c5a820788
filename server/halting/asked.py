"""What an administrator may ask of the kill switch, wherever they do: names, reasons, and who may lift it."""

from collections.abc import Collection, Sequence
from typing import Final

from policies.errors import Denied
from policies.halt import Scope
from policies.sources import OWN
from policies.visible import visible
from server.digests import printable
from server.store import Reader
from server.transaction import Transaction

LONGEST: Final = 500  # characters of a reason
LONGEST_NAME: Final = 256
_CALLED: Final = "SELECT 1 FROM audit_entries WHERE user_id = $1 LIMIT 1"
_HAS_CALLERS: Final = "SELECT 1 FROM audit_salts WHERE tenant = $1"


def name(text: str) -> str:
    """Raises `ValueError` for one that would stand for everybody, or that is none."""
    if not text or "\0" in text or not _is_text(text):
        raise ValueError("the name is empty or no text: write one, or leave it out")
    return text


def reason(text: str) -> str:
    """Raises `ValueError`."""
    if not text.strip() or len(text) > LONGEST or not _is_text(text):
        raise ValueError(
            f"say why, in {LONGEST} characters at the most: whoever finds it halted goes by that"
        )
    return text


def hold_lifter(lifted_by: Collection[str], by: str) -> None:
    """Raises `Denied` for an account that is none of those that may lift a full halt; any may where none is
    named.
    """
    if lifted_by and by not in lifted_by:
        raise Denied(
            f"{by} is none of those that may lift a full halt: kill_switch.lifted_by names them.",
            rule="second_person",
        )


async def strangers(scope: Scope, sources: Collection[str], store: Reader) -> Sequence[str]:
    """What of the scope nobody here has heard of: it may be misspelt. `sources` are those of the
    configuration. Raises `StoreUnavailable`.
    """
    told = await store.read(lambda: _unheard(scope))
    if scope.source not in {None, OWN, *sources}:
        told.append(f"this configuration has no source {visible(scope.source or '')}")
    prefixes = tuple(f"{name}_" for name in (OWN, *sources))
    if scope.tool is not None and not scope.tool.startswith(prefixes):
        told.append(f"this configuration has no source with a tool {visible(scope.tool)}")
    return told


def _unheard(scope: Scope) -> Transaction[list[str]]:
    told: list[str] = []
    for what, name, known in (("user", scope.user, _CALLED), ("tenant", scope.tenant, _HAS_CALLERS)):
        if name is not None and not (yield known, (printable(name),)):
            told.append(f"no call of a {what} {visible(name)} is on record")
    return told


def _is_text(text: str) -> bool:
    """Whether it has no half of a character alone."""
    return text == text.encode("utf-8", "ignore").decode()
