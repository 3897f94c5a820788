"""What is asked in Drive's language of queries."""


def quoted(text: str) -> str:
    """developers.google.com/workspace/drive/api/guides/search-files: one value, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def called(name: str, folder: str) -> str:
    """What is called so in a folder, by its id."""
    return f"'{folder}' in parents and name = {quoted(name)} and trashed = false"
