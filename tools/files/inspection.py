"""What an operator should mend about the folders of a source."""

from collections.abc import AsyncIterator, Awaitable, Callable

from policies.errors import NotFound
from policies.sources import FileSource
from tools.connector import Finding
from tools.files import paths


async def unseen(
    name: str, source: FileSource, is_folder: Callable[[str], Awaitable[bool]]
) -> AsyncIterator[Finding]:
    """Those that an account does not see. `is_folder` may raise `NotFound`."""
    for folder in source.folders:
        if folder == paths.EVERYTHING:
            continue
        try:
            is_one = await is_folder(folder)
        except NotFound:
            is_one = False
        if not is_one:
            what = f"the folder {folder} is none, or not open to this account"
            yield Finding(name, what, "Take it out of folders, or share it.", fatal=False)
