"""What every store of files says alike where it says no."""

from policies.errors import InvalidArgument, NotFound, StaleConfirmation


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, what is not the user's to see, and what is not configured."""
    return NotFound(
        f"There is no such file or folder that is open to you. {source}_list lists those that are."
    )


def changed_since() -> InvalidArgument:
    """Of a file of which a page of another version was read."""
    return InvalidArgument("This file has changed since. Read it again from its beginning.")


def stale() -> StaleConfirmation:
    return StaleConfirmation(
        "The file is no longer as it was, so nothing was changed. Read it, and plan it anew."
    )
