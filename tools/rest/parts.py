"""What the tools of every source behind a REST API say alike of themselves."""

from typing import Final

from policies.canonical import Json
from policies.sources import RestSource
from tools.rest.lists import page_size
from tools.sql.cursors import MAX_LENGTH

Part = dict[str, Json]
"""Of a schema."""

CURSOR: Final[Part] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_LENGTH,
    "description": "`next` of the answer before, with the same other arguments.",
}
SHOWN: Final = "Before anything is done, it is shown to a person, exactly."


def limits(source: RestSource) -> str:
    return (
        f"At most {page_size(source)} rows, {source.max_bytes} bytes and {source.timeout:g} seconds a page; "
        f"cells over {source.max_cell_bytes} bytes are cut and counted. `next` is the cursor of the next "
        "page."
    )
