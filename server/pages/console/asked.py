"""What a form of the console asks for, and which field of it does not do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.call import Tier
from policies.errors import InvalidArgument, Refusal
from policies.halt import EVERYTHING, Scope
from server.halting import asked
from server.pages.forms import FormRefused

MOST_DIGITS: Final = 18


class Unfit(ValueError):  # noqa: N818 - what it says of a field, not of a fault
    """`field` is the one to mend."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was done. `form` names one of the page, where what was `typed` stands again; `field` is the
    one of it to mend, "" for none.
    """

    form: str
    field: str
    text: str
    typed: Mapping[str, str]

    @classmethod
    def of(cls, form: str, error: Exception, typed: Mapping[str, str]) -> "Problem":
        match error:
            case Unfit():
                return cls(form, error.field, f"{str(error)[:1].upper()}{str(error)[1:]}.", typed)
            case InvalidArgument():
                return cls(form, "until", error.message, typed)
            case Refusal():
                return cls(form, "", error.message, typed)
            case _:
                return cls(
                    form, "", "Nobody can say what is halted. Halt everything: that can be read again.", typed
                )


def why(fields: Mapping[str, str]) -> str:
    """Raises `Unfit`."""
    try:
        return asked.reason(fields.get("why", "").strip())
    except ValueError as error:
        raise Unfit("why", str(error)) from None


def halted(fields: Mapping[str, str]) -> Scope:
    """Raises `Unfit`, or `FormRefused` for what no form of ours sends."""
    match fields.get("what"):
        case "everything":
            return EVERYTHING
        case "part":
            pass
        case _:
            raise FormRefused(400, "Say what to halt by one of the forms of the page.")
    named = {what: _name(fields, what) for what in ("tenant", "user", "source", "tool")}
    scope = Scope(**named, tier=_tier(fields.get("tier", "")))
    if scope.is_everything:
        raise Unfit("source", "name what to halt: a source, a tool, what it does, a user or a tenant")
    return scope


def epoch(fields: Mapping[str, str]) -> int:
    """Raises `FormRefused`."""
    text = fields.get("epoch", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise FormRefused(400, "Say which halt by one of the forms of the page.")
    return int(text)


def last_day(fields: Mapping[str, str]) -> date:
    """Raises `Unfit`."""
    try:
        return date.fromisoformat(fields.get("until", ""))
    except ValueError:
        raise Unfit("until", "give the last day, as in 2027-01-31") from None


def _name(fields: Mapping[str, str], what: str) -> str | None:
    text = fields.get(what, "").strip()
    if not text:
        return None
    try:
        return asked.name(text)
    except ValueError as error:
        raise Unfit(what, str(error)) from None


def _tier(text: str) -> Tier | None:
    try:
        return Tier(text) if text else None
    except ValueError:
        raise FormRefused(400, "Say what to halt by one of the forms of the page.") from None
