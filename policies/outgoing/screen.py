"""All that is looked for in a text before it leaves (threat T24)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from policies.change import Effect
from policies.directory import Directory
from policies.outgoing.common import Common
from policies.outgoing.escapes import ESCAPES
from policies.outgoing.found import Found
from policies.outgoing.links import Link, shows_pictures, strange_links
from policies.outgoing.picked import PICKED
from policies.outgoing.prints import Known, Press
from policies.outgoing.readings import TURNS, Reading, readings
from policies.outgoing.sent import sent, shortened, stood
from policies.redaction.characters import clean
from policies.redaction.folding import fold
from policies.redaction.secrets import find_secrets
from policies.redaction.work import OF_AN_ANSWER, Meter, TooMuchWork, metered
from policies.taint import Sensitivity

Finder: TypeAlias = Callable[[str], Iterable[str]]
"""The labels of what is found in a text; a text that would take too much raises `TooMuchWork`."""

_LONGEST: Final = 400_000  # characters
_LINKS: Final = 50
_ROOMS: Final = (40_000, 20_000, 10_000)  # characters that are read together, as many as can be
_OTHERWISE: Final = TURNS.keys() | PICKED.keys()
_OPEN: Final = frozenset(escape.way for escape in ESCAPES)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a context has read, as prints, and the level of each source.

    `full`: it has read more than there is room for. `gone` are the latest texts that it has sent outside
    before, `sendings` how many there were.
    """

    press: Press
    known: Known = field(default_factory=Known)
    levels: Mapping[str, Sensitivity] = field(default_factory=dict[str, Sensitivity])
    full: bool = False
    gone: Sequence[str] = ()
    sendings: int = 0


def screen(effect: Effect, memory: Memory, directory: Directory, *, leaves: bool, personal: Finder) -> Found:
    """`leaves`: somebody outside may get to see it. Only then `personal` is asked."""
    text = "\n".join(sent(effect))
    said = _Said.by(text)
    whole, before = said, _Said.by("\n".join(stood(effect)))
    if leaves and memory.gone:
        # What was sent in parts is read as a whole, and only what that makes new is of this sending.
        former, together = _beside(text, memory.gone)
        whole, before = said + together, before + former
    copied, hidden = _copies(whole, before, memory)
    links = _links(said, directory)
    labels, unlooked = _labels(text, personal) if leaves else ((), False)
    secrets, unsearched = _secrets(said)
    return Found(
        secrets,
        labels,
        {source: int(memory.levels[source]) for source in copied},
        hidden,
        in_links=any(_carries(link, memory) for link in links[:_LINKS]),
        images=_hosts(links) if any(shows_pictures(text) for text in said.openly) else (),
        links=_hosts(links),
        unread=whole.unread or unlooked or unsearched or len(links) > _LINKS or (leaves and memory.full),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """All readings of a text. `unread`: there are more."""

    readings: list[Reading]
    unread: bool

    @classmethod
    def by(cls, text: str) -> "_Said":
        found: list[Reading] = []
        if len(text) > _LONGEST:
            return cls(found, unread=True)
        try:
            found.extend(readings(text))
        except TooMuchWork:
            return cls(found, unread=True)
        return cls(found, unread=False)

    def __add__(self, other: "_Said") -> "_Said":
        return _Said(self.readings + other.readings, unread=self.unread or other.unread)

    @property
    def openly(self) -> list[str]:
        """As a program shows it to whoever reads it."""
        return [reading.text for reading in self.readings if _OPEN.issuperset(reading.ways)]


def _beside(text: str, gone: Sequence[str], rooms: Sequence[int] = _ROOMS) -> tuple[_Said, _Said]:
    """What former sendings say by themselves, and together with the text: as many as can be read with it.

    The newest come first, and of what is long its beginning and its end. So a long text can still be judged,
    and what is left out of it would have to lie between two parts of one copy.
    """
    room, *smaller = rooms
    former = _newest(gone, room // 2)
    together = _Said.by(f"{former}\n{shortened(text, room - len(former))}")
    if together.unread and smaller:
        return _beside(text, gone, smaller)
    # What of them can't be read by itself only makes more of this sending new.
    return _Said(_Said.by(former).readings, unread=False), together


def _newest(gone: Sequence[str], room: int) -> str:
    """In their order, as many of the last ones as there is room for, and some of the last in any case."""
    taken = [shortened(gone[-1], room)]
    for text in reversed(gone[:-1]):
        room -= len(taken[-1]) + 1
        if len(text) >= room:
            break
        taken.append(text)
    return "\n".join(reversed(taken))


def _copies(said: _Said, before: _Said, memory: Memory) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sources that values are copied from, and the ways in which copies are hidden."""
    if not memory.known.by_source:
        return (), ()
    common = Common.of(said.readings, memory.press, memory.known)
    if not common:
        return (), ()
    common -= Common.of(before.readings, memory.press, memory.known)
    return common.sources, common.ways


def _links(said: _Said, directory: Directory) -> list[Link]:
    return list(dict.fromkeys(link for text in said.openly for link in strange_links(text, directory)))


def _hosts(links: Iterable[Link]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.host for link in links))


def _carries(link: Link, memory: Memory) -> bool:
    """Whether what was read was put into the link: it did not stand there as a whole."""
    read = _Said.by(link.text).readings
    common = Common.of(read, memory.press, memory.known)
    if not common.sources and not common.ways:
        return False
    return not memory.press.is_whole(link.text, memory.known.all)


def _secrets(said: _Said) -> tuple[tuple[str, ...], bool]:
    """The kinds of credentials, and whether not all could be searched."""
    kinds: set[str] = set()
    try:
        with metered(Meter(OF_AN_ANSWER.looking)):
            for reading in said.readings:
                if not _OTHERWISE & set(reading.ways):
                    plain = reading.text if reading.text.isascii() else fold(clean(reading.text).text)
                    kinds.update(found.label for found in find_secrets(plain))
    except TooMuchWork:
        return tuple(sorted(kinds)), True
    return tuple(sorted(kinds)), False


def _labels(text: str, personal: Finder) -> tuple[tuple[str, ...], bool]:
    try:
        return tuple(sorted(set(personal(text)))), False
    except TooMuchWork:
        return (), True
