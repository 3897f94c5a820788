"""Where data may flow: what a context has read, what a plan would send, and who has to be asked (threat T23).

What was read gives a context its labels. Private data, text of strangers and a way out are each harmless
alone; the three together are how data leaves by a prompt that nobody wrote. The way out is what is decided
on: a destination in the organisation's directory is none, so most work goes on unasked (threat T20).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from policies.call import Kind, Table
from policies.change import Effect
from policies.directory import Directory
from policies.labels import is_label
from policies.outgoing.found import Found
from policies.sources import Source
from policies.taint import CLEAN, PRIVATE, Sensitivity, Taint
from policies.treatments import IDENTIFYING, Classification, Label
from policies.values import Frozen
from policies.visible import quoted


class Flow(Frozen):
    """What is asked about, and what never leaves.

    Data about people that was read from more than `combined` sources ranks one level higher than the highest
    of them. What was read at `write_down` or above goes to a source below that only if a person says so.
    `personal` are the kinds of personal data that are held back from destinations outside the directory.
    """

    combined: int = Field(default=3, ge=1, le=100)
    write_down: Classification = "restricted"
    personal: tuple[Label, ...] = IDENTIFYING


_NO_DATA: Final = frozenset({Kind.NAME, Kind.BOOLEAN})
_TOLD: Final = 5  # hosts that a reason names


def taint(name: str, source: Source, table: Table, masked: Mapping[str, int]) -> Taint:
    """Of an answer of the source. `masked` is what redaction found in it, by label.

    Names out of the configuration or a catalogue are no data; no rows are none either.
    """
    told = [each for each in table.columns if each.origins or each.kind not in _NO_DATA]
    if not table.rows or not told:
        return CLEAN
    untrusted = any(
        source.is_written_by_strangers(origin.table, origin.column)
        for column in told
        for origin in column.origins
    ) or any(
        source.is_written_by_strangers("", column.name)
        for column in told
        if not column.origins and column.kind in {Kind.TEXT, Kind.JSON}
    )
    people = frozenset({name}) if any(map(is_label, masked)) else frozenset[str]()
    return Taint(Sensitivity.of(source.classification), untrusted, people)


@dataclass(frozen=True, slots=True)
class Sending:
    """What a plan for the source `name` sends, and what its context has read before.

    `found` is what was found in all that it sends. `back`: it is there once more as the system had it.
    """

    name: str
    source: Source
    effect: Effect
    read: Taint
    found: Found
    back: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held` are the kinds of what may not leave so: then it is refused. None of them is a value (T24).

    `reasons` are sentences on why a person has to look at it on our page. `outside` are the destinations
    that the directory does not have.
    """

    outside: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def is_for_strangers(source: Source, effect: Effect, outside: Sequence[str]) -> bool:
    """Whether anybody outside may get to see it: at a destination, or in a row among what strangers write."""
    return bool(outside) or (not effect.destinations and source.trust == "anyone")


def judge(sending: Sending, flow: Flow, directory: Directory, *, alone: bool) -> Verdict:
    """`alone`: nobody is asked about it unless there is a reason."""
    outside = directory.outside(sending.name, sending.effect.destinations)
    rank = sending.read.rank(flow.combined)
    return Verdict(
        outside,
        tuple(_held(sending, leaves=bool(outside), alone=alone)),
        (
            *_way_out(sending.read, rank, outside),
            *_content(sending, rank, outside),
            *_write_down(sending, rank, flow),
        ),
    )


def _held(sending: Sending, *, leaves: bool, alone: bool) -> Iterator[str]:
    found = sending.found
    for way in found.disguised:
        yield f"a copy of what was read, in disguise ({way})"
    if found.in_links:
        yield "a copy of what was read, in a link"
    if sending.effect.destinations and not sending.back:
        for kind in found.secrets:
            yield f"a credential ({kind})"
    if leaves and alone:
        if found.copied:
            yield "a copy of what was read"
        for label in found.personal:
            yield f"personal data ({label})"
        if found.unread:
            yield "more than can be looked through"


def _way_out(read: Taint, rank: Sensitivity, outside: Sequence[str]) -> Iterator[str]:
    if outside and rank >= PRIVATE and read.untrusted:
        yield (
            f"It goes outside the organisation's directory, and what was read before is {rank} and was in "
            "part written by strangers."
        )
    elif outside:
        yield "It goes outside the organisation's directory."


def _content(sending: Sending, rank: Sensitivity, outside: Sequence[str]) -> Iterator[str]:
    found, source, seen = sending.found, sending.source, bool(sending.effect.destinations)
    for_strangers = is_for_strangers(source, sending.effect, outside)
    private = rank >= PRIVATE
    if found.images:
        yield f"It shows a picture from outside: {_listed(found.images)}."
    if found.links and (outside or (seen and private and sending.read.untrusted)):
        yield f"It links to somewhere outside: {_listed(found.links)}."
    if copied := sorted(_out_of_place(sending, leaves=bool(outside))):
        yield f"It holds copies of what was read from {', '.join(copied)}."
    if found.personal and for_strangers:
        yield f"It holds personal data: {', '.join(found.personal)}."
    if found.secrets and (sending.back or not seen):
        yield f"It holds what looks like a credential: {', '.join(found.secrets)}."
    if found.unread and (for_strangers or private):
        yield "It is more than can be looked through for copies of what was read."


def _out_of_place(sending: Sending, *, leaves: bool) -> Iterator[str]:
    """The sources that are copied to where what they hold does not belong.

    A destination in the directory is told what its system is for; a row elsewhere is read by whoever may.
    """
    source, own = sending.source, Sensitivity.of(sending.source.classification)
    for name, level in sending.found.copied.items():
        strays = name != sending.name and (source.trust == "anyone" or level > own)
        if leaves or (strays and not sending.effect.destinations):
            yield name


def _write_down(sending: Sending, rank: Sensitivity, flow: Flow) -> Iterator[str]:
    own = Sensitivity.of(sending.source.classification)
    if rank >= Sensitivity.of(flow.write_down) > own:
        yield f"What was read before ranks as {rank}, and {sending.name} holds what is {own}."


def _listed(hosts: Sequence[str]) -> str:
    return ", ".join(map(quoted, hosts[:_TOLD])) + (" and others" if len(hosts) > _TOLD else "")
