"""What a call asks for, in its one form: a plan's request."""

from collections.abc import Mapping, Sequence

from policies.call import Call
from policies.canonical import Json
from policies.pseudonyms import filled_in
from tools.gitlab import paths, refusals, toolset
from tools.gitlab.lists import bookmark


def request_of(
    source: str, call: Call, values: Mapping[str, str], patterns: Sequence[str]
) -> Mapping[str, Json]:
    """Nothing is asked of GitLab for it. `values` are what pseudonyms stand for.

    Raises `InvalidArgument` for what has no place in an address, and `NotFound` for a project that the
    configuration does not name.
    """
    verb = call.tool.verb
    query, offset = bookmark(verb, call.arguments)
    arguments = {name: filled_in(value, values) for name, value in call.arguments.items()}
    request: dict[str, Json] = {"verb": verb, "query": query, "offset": offset}
    if verb == toolset.REPOSITORIES:
        return request
    project = paths.project(str(arguments["project"]))
    if not paths.is_named(project, patterns):
        raise refusals.not_found(source)
    request["project"] = project
    ref = arguments.get("ref")
    match verb:
        case toolset.SEARCH:
            return {**request, "search": str(arguments["search"]), "ref": _ref(ref)}
        case toolset.READ:
            return {**request, "path": _path(arguments.get("path")), "ref": _ref(ref)}
        case toolset.ISSUES:
            search, labels = arguments.get("search"), arguments.get("labels", [])
            return {**request, "search": search, "labels": labels, "state": arguments.get("state", "opened")}
        case _:
            return {**request, "issue": arguments["issue"]}


def _ref(ref: Json) -> str | None:
    return None if ref is None else paths.ref(str(ref))


def _path(path: Json) -> str | None:
    """With the slash at its end that says that it is a folder."""
    if path is None:
        return None
    file = paths.file(str(path).removesuffix("/"))
    return f"{file}/" if str(path).endswith("/") else file
