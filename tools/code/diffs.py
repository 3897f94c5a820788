"""What a proposal changes in a file, as a diff that names it."""


def diff(old: str | None, new: str | None, hunks: str | None) -> str:
    """In the unified format. The paths are None for a file that there was not, or is not any more.

    `hunks` are empty or None where the forge does not show them: for what is no text, or too much of it.
    """
    before, after = (f"a/{old}" if old else "/dev/null"), (f"b/{new}" if new else "/dev/null")
    return f"--- {before}\n+++ {after}\n{hunks or '(not shown)'}"
