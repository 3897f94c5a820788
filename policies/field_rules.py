"""What a field may hold, by simple rules of its value's type, for values in whatever form a connector has."""

import re
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from policies.canonical import Json
from policies.values import Frozen

_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Real: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Bound: TypeAlias = StrictInt | Real | date
Choice: TypeAlias = StrictBool | StrictInt | Real | StrictStr


class FieldRule(Frozen):
    """All that it says must hold; saying nothing allows nothing.

    `any` is whatever the field takes, NULL too. `min` and `max` are numbers, or days of a field that holds
    days; `max_length` is in characters of text. With `null` it may be empty as well.
    """

    any: bool = False
    one_of: tuple[Choice, ...] | None = None
    min: Bound | None = None
    max: Bound | None = None
    max_length: int | None = Field(default=None, ge=0)
    null: bool = False

    @property
    def says_nothing(self) -> bool:
        rules = (self.one_of or None, self.min, self.max, self.max_length)
        return not self.any and not self.null and all(rule is None for rule in rules)

    def allows(self, value: Json) -> bool:
        if self.any:
            return True
        if value is None:
            return self.null
        said = [
            *([] if self.one_of is None else [any(_is(value, choice) for choice in self.one_of)]),
            *([] if self.min is None else [_within(value, self.min, -1)]),
            *([] if self.max is None else [_within(value, self.max, 1)]),
            *([] if self.max_length is None else [isinstance(value, str) and len(value) <= self.max_length]),
        ]
        return bool(said) and all(said)

    @model_validator(mode="after")
    def _any_is_alone(self) -> Self:
        if self.any and self.model_fields_set != {"any"}:
            raise ValueError("any = true allows everything: take it out, or the rules beside it")
        return self

    @model_validator(mode="after")
    def _something_lies_between(self) -> Self:
        low, high = self.min, self.max
        if low is None or high is None:
            return self
        if isinstance(low, date) is not isinstance(high, date):
            raise ValueError("min and max are two numbers, or two days")
        if not _within(_text(low), high, 1):
            raise ValueError("min is more than max, so no value fits")
        return self


def _is(value: Json, choice: bool | float | str) -> bool:  # noqa: FBT001 - a choice may be one
    match choice:
        case bool():
            return value is choice or value == str(choice).lower()
        case str():
            return value == choice
        case _:
            return _number(value) == _number(choice)


def _within(value: Json, bound: float | date, side: int) -> bool:
    """Whether it is at least (`side` -1) or at most (1) the bound; what can't be compared is neither."""
    if isinstance(bound, date):
        given, limit = _day(value), bound
        return given is not None and (given >= limit if side < 0 else given <= limit)
    number, most = _number(value), Decimal(str(bound))
    return number is not None and (number >= most if side < 0 else number <= most)


def _number(value: Json) -> Decimal | None:
    """Of a number, or of the text that a system writes one as; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value))
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _day(value: Json) -> date | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _text(bound: float | date) -> Json:
    return bound.isoformat() if isinstance(bound, date) else bound
