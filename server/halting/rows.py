"""The row that the kill switch is, and its changes.

Each change names what it was made from, so that of two at once one is made anew. A transaction in the
ordinary queue may change it, too, but seldom: until its commit, others that want to wait for it.
"""

from collections.abc import Callable
from typing import Final

from policies.halt import Change, KillSwitch, Scope, Unreadable, anew, read
from server.store import Reader
from server.transaction import Transaction

KEPT: Final = "(SELECT kept FROM kill_switch WHERE one = 1)"
EPOCH: Final = "(SELECT epoch FROM kill_switch WHERE one = 1)"
_RECORDED: Final = "(SELECT epoch FROM kill_switch_recorded WHERE one = 1)"
_READ: Final = f"SELECT {KEPT}, {_RECORDED}"
_ENDED: Final = "(SELECT max(epoch) FROM actions)"
_LOOK: Final = f"SELECT now_ms(), {KEPT}, {_RECORDED}, {EPOCH}, {_ENDED}"
_WRITE: Final = """
    INSERT INTO kill_switch (one, epoch, kept) VALUES (1, $1, $2)
    ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, kept = excluded.kept
    WHERE kill_switch.kept = $3
    RETURNING epoch
"""
_RECORD: Final = """
    INSERT INTO kill_switch_recorded (one, epoch) VALUES (1, $1)
    ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch
"""


async def look(store: Reader) -> KillSwitch:
    """Raises `Unreadable`, or `StoreUnavailable`."""
    return (await store.read(state))[0]


def state() -> Transaction[tuple[KillSwitch, int]]:
    """The switch, and the last epoch that is in the log. Raises `Unreadable`."""
    rows = yield _READ, ()
    kept, recorded = rows[0]
    return read(kept), recorded or 0


def raw() -> Transaction[object]:
    """What the row holds, for `policies.halt.hold`."""
    rows = yield f"SELECT {KEPT}", ()
    found: object = rows[0][0]
    return found


def halt(scope: Scope, by: str, why: str) -> Transaction[KillSwitch]:
    """Where the switch can't be read, everything is halted besides, as nobody knows what was."""
    return (yield from _changed(lambda switch, now, at: switch.halted(scope, Change(by, why, now, at))))


def resume(scope: Scope, by: str, why: str, epoch: int | None = None) -> Transaction[KillSwitch]:
    """Raises `NotFound` or `Denied`: see `KillSwitch.resumed`."""
    return (
        yield from _changed(lambda switch, now, at: switch.resumed(scope, Change(by, why, now, at), epoch))
    )


def ask_to_lift(code: str, by: str, why: str) -> Transaction[KillSwitch]:
    """Raises `NotFound`: see `KillSwitch.asked`."""
    return (yield from _changed(lambda switch, now, at: switch.asked(code, Change(by, why, now, at))))


def lift(code: str, by: str, why: str) -> Transaction[KillSwitch]:
    """Raises `NotFound` or `Denied`: see `KillSwitch.lifted`."""
    return (yield from _changed(lambda switch, now, at: switch.lifted(code, Change(by, why, now, at))))


def record(epoch: int) -> Transaction[None]:
    """Up to this one, all changes are in the log."""
    yield _RECORD, (epoch,)


def _changed(change: Callable[[KillSwitch, int, int], KillSwitch]) -> Transaction[KillSwitch]:
    """`change` is given the switch, the time, and the last epoch that is in the log."""
    while True:
        rows = yield _LOOK, ()
        now, kept, *epochs = rows[0]
        recorded, epoch, ended = (known or 0 for known in epochs)
        try:
            switch = read(kept)
        except Unreadable:
            switch = anew(max(recorded, epoch, ended), now)
        after = change(switch, now, recorded)
        if (yield _WRITE, (after.epoch, after.to_text(), "" if kept is None else kept)):
            return after
