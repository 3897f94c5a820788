"""`remit_result`: reads on in a result that was too large for one answer."""

from typing import Final, cast

from policies.call import Call, Plan
from policies.canonical import Json
from policies.results import CURSOR, HANDLE
from policies.sources import OWN
from tools.tables import reading_tool

RESULT: Final = reading_tool(
    OWN,
    "result",
    "Read on in a large result",
    (
        "Reads a result that was too large for its answer, page by page, as it was when it was made. It is "
        "kept for a while, for the same conversation alone, and goes with remit_forget."
    ),
    {
        "id": {
            "type": "string",
            "pattern": f"^{HANDLE}$",
            "description": "As the answer says that began it.",
        },
        "cursor": {
            "type": "string",
            "pattern": f"^{CURSOR}$",
            "description": "`next` of the page before. Without it, the first page.",
        },
    },
    required=["id"],
)


def request(call: Call) -> dict[str, Json]:
    return {"id": call.arguments["id"], "start": int(str(call.arguments.get("cursor", "0")))}


def first_row(plan: Plan) -> int:
    return cast("int", plan.request["start"])
