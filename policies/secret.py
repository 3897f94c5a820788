"""A secret value that has no text form, and what a system is reached with."""

from dataclasses import dataclass
from typing import NoReturn


class Secret:
    """Holds a secret; only `reveal` gives it, so every use can be found by that name (threat T35)."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled or copied out of the process")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a system is reached with.

    `login` is the name that goes with the secret, where it is not the configuration's. `connection` is the
    user's own connection that it is of; empty where it is shared.
    """

    secret: Secret
    login: str = ""
    connection: str = ""
