"""What a call that reads asks for, in its one form: a plan's request."""

from collections.abc import Mapping

from policies.call import Call
from policies.canonical import Json
from policies.pseudonyms import filled_in
from tools.chat import toolset
from tools.rest.lists import marked


def request_of(call: Call, values: Mapping[str, str]) -> Mapping[str, Json]:
    """Nothing is asked of the platform for it. `values` are what pseudonyms stand for."""
    verb = call.tool.verb
    query, offset, mark = marked(verb, call.arguments)
    arguments = {name: filled_in(value, values) for name, value in call.arguments.items()}
    request: dict[str, Json] = {"verb": verb, "query": query, "offset": offset}
    if mark:
        request["mark"] = mark
    match verb:
        case toolset.CHANNELS:
            return request
        case toolset.HISTORY:
            return {**request, "channel": arguments["channel"]}
        case toolset.THREAD:
            return {**request, "channel": arguments["channel"], "message": arguments["message"]}
        case toolset.SEARCH:
            return {**request, "search": arguments["search"], "channel": arguments.get("channel")}
        case _:
            raise NotImplementedError(verb)
