"""Rules for redaction that contradict what else is configured: no fault, and hardly meant."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.recognizers import ENOUGH, Recognizer
from policies.sources import Source, SqlSource
from policies.treatments import Treatment

_GONE = {Treatment.DROP, Treatment.REFUSE}


@dataclass(frozen=True, slots=True)
class Doubt:
    what: str
    remedy: str


def doubts(source: Source) -> Iterator[Doubt]:
    yield from _roles(source)
    if source.classification == "restricted":
        for label, treatment in source.redaction.entities.items():
            if treatment is Treatment.KEEP:
                yield Doubt(
                    f"it is restricted, and {label} is kept for everybody",
                    "Keep it for a role, or mend the classification.",
                )
    if isinstance(source, SqlSource):
        yield from _written(source)


def doubts_of(recognizer: Recognizer) -> Iterator[Doubt]:
    if recognizer.context and all(each.score >= ENOUGH for each in recognizer.patterns):
        yield Doubt(
            f"the context of the recognizer {recognizer.name} changes nothing: all it finds counts by itself",
            f"Give a score below {ENOUGH} to patterns that need a word of it beside them, or take it out.",
        )


def _roles(source: Source) -> Iterator[Doubt]:
    let_in = {role for _, names in source.roles for role in names}
    plain = source.treatments(frozenset())
    for role, rules in source.redaction.roles.items():
        if role not in let_in:
            yield Doubt(
                f"redaction has rules for the role {role}, which no list of its roles names",
                "Mend its name, or add it to a list.",
            )
        if (rules.entities or rules.columns) and source.treatments({role}) == plain:
            yield Doubt(
                f"the rules of redaction for the role {role} say what holds without them", "Take them out."
            )


def _written(source: SqlSource) -> Iterator[Doubt]:
    ruled = source.treatments(frozenset()).columns
    for name, rules in source.tables.items():
        for column in (*rules.key, *rules.write):
            if ruled.get(source.column_named(f"{name}.{column}")) in _GONE:
                yield Doubt(
                    f"{name}.{column} is needed for writing, and redaction leaves it out of every answer",
                    "Take it out of write, or hide it instead.",
                )
