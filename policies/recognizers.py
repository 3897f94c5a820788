"""An operator's own kinds of personal data as settings: patterns and words, and no code.

They are named as in Presidio's registry of recognizers, and count as they do there at a threshold of .4.
"""

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from policies.labels import is_label, labels
from policies.values import Frozen

ENOUGH: Final = 0.4
"""The score from which on a match counts by itself. Below it, a word of the context must stand near."""

_Word = Annotated[str, Field(min_length=2, max_length=200, pattern=r"[^\W_]")]


def _entity(label: str) -> str:
    if not is_label(label):
        raise ValueError(
            f"write CUSTOM_ and capital letters, as in CUSTOM_EMPLOYEE_ID, or one of: {labels()}"
        )
    return label


def as_presidio(regex: str) -> str:
    """With the flags that Presidio sets: in either case, `^` and `$` at each line, and `.` is anything."""
    return f"(?ims:{regex})"


# Many texts are asked at once, a line each: there the beginning of a text is that of a line.
_OF_ONE_TEXT: Final = re.compile(r"\\[AzC]|\(\?[A-Za-z]*-[A-Za-z]*m")


def _linear(regex: str) -> str:
    # Who has no recognizers need not wait for RE2 at the start.
    from policies.redaction.linear import Pattern, fault  # noqa: PLC0415

    if what := fault(regex):
        raise ValueError(
            f"this is no expression of RE2 ({what}). It has no look-around and no back-references, so that "
            "no text takes it long: write what stands around the value into the expression, and the value "
            "itself as (?P<value>...)"
        )
    if _OF_ONE_TEXT.search(regex.replace(r"\\", "")):
        raise ValueError(r"\A, \z, \C and (?-m) are not possible here: write ^ and $, for each line's ends")
    if Pattern(as_presidio(regex)).whole(""):
        raise ValueError("this matches the empty text: let it ask for one character at the least")
    return regex


class RecognizerPattern(Frozen):
    """What `regex` matches is of the kind, or its group `value` where it has one. `score`: how surely."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    regex: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_linear)]
    score: float = Field(default=0.5, ge=0, le=1)


class Recognizer(Frozen):
    """What finds one kind of personal data. The words of `deny_list` are of it wherever they stand alone."""

    name: str = Field(min_length=1, max_length=100)
    supported_entity: Annotated[str, AfterValidator(_entity)]
    patterns: tuple[RecognizerPattern, ...] = Field(default=(), max_length=20)
    context: tuple[_Word, ...] = Field(default=(), max_length=100)
    deny_list: tuple[_Word, ...] = Field(default=(), max_length=1_000)

    @model_validator(mode="after")
    def _it_can_find_something(self) -> Self:
        if not self.patterns and not self.deny_list:
            raise ValueError("it finds nothing: add patterns, or a deny_list of words")
        if not self.context and (weak := min((each.score for each in self.patterns), default=1)) < ENOUGH:
            raise ValueError(
                f"a pattern with the score {weak:g} counts beside a word of the context alone, and there is "
                f"none: add context, or raise the score to {ENOUGH} or more"
            )
        return self


class Recognition(Frozen):
    """What is looked for in the answers of all sources, beside what remit knows by itself."""

    recognizers: tuple[Recognizer, ...] = Field(default=(), max_length=50)

    @property
    def own(self) -> frozenset[str]:
        """The labels that are the operator's own."""
        return frozenset(each.supported_entity for each in self.recognizers)
