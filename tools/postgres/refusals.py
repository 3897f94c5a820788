"""Why a write was not done, in our words: by the class of the server's error, and never by its text."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import asyncpg

from policies.errors import Denied, UpstreamFailed
from tools.postgres.failures import failures_of

_NOTHING: Final = "Nothing was changed."
_REFUSALS: Final = {
    "23502": ("constraint", "A column that may not be NULL would be. Give it a value"),
    "23503": ("constraint", "A row that this one refers to is missing, or one refers to it. Mend that first"),
    "23505": ("constraint", "Another row has the same key, or the same value in a unique column"),
    "23514": ("constraint", "A value breaks a check of the table. Give another"),
    "23P01": ("constraint", "The row would meet another one that it must not overlap. Give other values"),
    "23": ("constraint", "The row breaks a constraint of the table. Give other values"),
    "22": ("value", "A value does not fit its column. Give one of its type and size"),
    "42501": ("privilege", "The database does not let this role or user write that. Ask an administrator"),
    "44": ("constraint", "The row would not be among those that are open. Give other values"),
    "P0": ("trigger", "A trigger of the table refuses this. Ask an administrator what it asks for"),
}  # fmt: skip


@contextmanager
def nothing_done(source: str) -> Generator[None]:
    """For all that a write does before its COMMIT: whatever fails there leaves no trace."""
    try:
        with failures_of(source):
            yield
    except UpstreamFailed as failed:
        cause = failed.__cause__
        state = cause.sqlstate or "" if isinstance(cause, asyncpg.PostgresError) else ""
        if refusal := _REFUSALS.get(state) or _REFUSALS.get(state[:2]):
            rule, sentence = refusal
            raise Denied(f"{_NOTHING} {sentence}.", rule=rule, detail=failed.detail) from cause
        raise UpstreamFailed(f"{_NOTHING} {failed.message}", detail=failed.detail) from cause
