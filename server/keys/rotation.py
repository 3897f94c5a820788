"""Another master takes over: every key is wrapped anew, row by row, while others go on reading."""

from dataclasses import dataclass
from functools import partial

from server.keys import rows
from server.keys.masters import Masters
from server.store import Store


@dataclass(frozen=True, slots=True)
class Rotated:
    """`rewrapped` now, `kept` because they were current. `needed` are masters that keys are still under."""

    rewrapped: int
    kept: int
    needed: frozenset[str]


async def rotate(store: Store, masters: Masters) -> Rotated:
    """Wraps what another master, or an older version of the current one, has wrapped.

    It may be stopped anywhere and run again, and beside another. Raises `StoreUnavailable`,
    `MasterUnavailable` or `DoesNotOpen`; what was wrapped before stays so.
    """
    newest = await masters.newest()
    rewrapped = kept = 0
    for key in (await store.read(rows.read_all)).live:
        if masters.is_newest(key.wrapped, newest):
            kept += 1
            continue
        unwrapped = await masters.unwrap(key.wrapped, *key.bound)
        fresh = await masters.wrap(unwrapped, *key.bound)
        rewrapped += await store.run(partial(rows.rewrap, key, fresh))
    return Rotated(rewrapped, kept, frozenset((await store.read(rows.read_all)).by_master))
