"""Whoever did something: GitHub tells their login, and not their name."""

from policies.canonical import Json
from tools.github.api import Api
from tools.rest import members


def login(value: Json) -> str | None:
    """None for nobody, and for whoever has left."""
    return None if value is None else members.text(members.record(value), "login")


def logins(value: members.Record, name: str) -> list[Json]:
    found = value.get(name) or []
    return [login(each) for each in found] if isinstance(found, list) else []


async def me(api: Api) -> str:
    return members.text(members.record(await api.value("user")), "login")
