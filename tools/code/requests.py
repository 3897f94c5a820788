"""What a call that reads asks for, in its one form: a plan's request."""

from collections.abc import Mapping

from policies.call import Call
from policies.canonical import Json
from policies.pseudonyms import filled_in
from policies.sources import CodeSource
from tools.code import names, toolset
from tools.code.forge import Forge
from tools.rest.lists import bookmark


def request_of(forge: Forge, source: CodeSource, call: Call, values: Mapping[str, str]) -> Mapping[str, Json]:
    """Nothing is asked of the forge for it. `values` are what pseudonyms stand for.

    Raises `InvalidArgument` for what has no place in an address, and `NotFound` for a place that the
    configuration does not name.
    """
    verb = call.tool.verb
    query, offset = bookmark(verb, call.arguments)
    arguments = {name: filled_in(value, values) for name, value in call.arguments.items()}
    request: dict[str, Json] = {"verb": verb, "query": query, "offset": offset}
    if verb == toolset.REPOSITORIES:
        return request
    place = forge.named(str(arguments[forge.words.place]))
    if not names.is_named(place, source.named):
        raise forge.missing()
    request["place"] = place
    ref = arguments.get("ref")
    match verb:
        case toolset.SEARCH:
            return {**request, "search": str(arguments["search"]), "ref": _ref(ref)}
        case toolset.READ:
            return {**request, "path": _path(arguments.get("path")), "ref": _ref(ref)}
        case toolset.ISSUES:
            search, labels = arguments.get("search"), arguments.get("labels", [])
            state = arguments.get("state", forge.words.open)
            return {**request, "search": search, "labels": labels, "state": state}
        case toolset.ISSUE:
            return {**request, "issue": arguments["issue"]}
        case toolset.PROPOSALS:
            return {**request, "state": arguments.get("state", forge.words.open)}
        case toolset.PROPOSAL:
            return {**request, "proposal": arguments[forge.words.number]}
        case toolset.JOBS:
            return {**request, "ref": _ref(ref)}
        case toolset.LOG:
            return {**request, "job": arguments["job"]}
        case _:
            raise NotImplementedError(verb)


def _ref(ref: Json) -> str | None:
    return None if ref is None else names.ref(str(ref))


def _path(path: Json) -> str | None:
    """With the slash at its end that says that it is a folder."""
    if path is None:
        return None
    file = names.file(str(path).removesuffix("/"))
    return f"{file}/" if str(path).endswith("/") else file
