"""What a file may be called, and what may be searched for, where both stand in an address of Graph's."""

import re
from typing import Final

from policies.errors import InvalidArgument

# support.microsoft.com: characters that no name has in SharePoint. A colon ends a path in an address.
_NONE: Final = re.compile(r'["*:<>?/\\|]')
_ENCODED: Final = re.compile("%[0-9A-Fa-f]{2}")


def hold(name: str) -> None:
    """Raises `InvalidArgument` for what can be no name, or could be read as another one."""
    is_odd = name != name.strip() or name.endswith(".") or name.startswith("~$")
    if is_odd or _NONE.search(name) or _ENCODED.search(name):
        raise InvalidArgument(
            'name: in SharePoint it has none of " * : < > ? / \\ | in it, no dot at its end, and begins with '
            "no ~$; nor has it % with two digits behind it here."
        )


def words(search: str) -> str:
    """As a text of OData. Raises `InvalidArgument` where no word is left."""
    found = " ".join(_NONE.sub(" ", search.replace("%", " ")).split())
    if not found:
        raise InvalidArgument("search: write a word.")
    return found.replace("'", "''")
