"""What a call that reads asks for, in its one form: a plan's request."""

from collections.abc import Mapping

from policies.call import Call
from policies.canonical import Json
from policies.pseudonyms import filled_in
from tools.files import toolset
from tools.rest.bookmarks import Bookmark


def request_of(call: Call, values: Mapping[str, str]) -> Mapping[str, Json]:
    """Nothing is asked of the store for it. `values` are what pseudonyms stand for."""
    verb = call.tool.verb
    mark = Bookmark.of(verb, call.arguments).to_json()
    arguments = {name: filled_in(value, values) for name, value in call.arguments.items()}
    match verb:
        case toolset.SEARCH:
            asked = {"search": arguments["search"], "folder": arguments.get("folder")}
        case toolset.LIST:
            asked = {"folder": arguments.get("folder")}
        case toolset.INFO | toolset.READ:
            asked = {"file": arguments["file"]}
        case _:
            raise NotImplementedError(verb)
    return {"verb": verb, "mark": mark, **asked}
