"""What is to be masked in a text, and under which name it stands: all finders, in the order of their cost."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.memory import Memory, digest
from policies.redaction.characters import origins
from policies.redaction.folding import fold
from policies.redaction.given import find_given
from policies.redaction.identifiers import Finder, find_identifiers
from policies.redaction.language import (
    LanguageModel,
    Passage,
    Reading,
    may_hold_a_token,
    passages_of,
    worth_reading,
)
from policies.redaction.layout import Field, decode, layout
from policies.redaction.lexicon import NOT_NAMES
from policies.redaction.names import (
    NOWHERE,
    Context,
    Meaning,
    fits,
    is_a_label,
    is_of_a_thing,
    is_particle,
    meaning,
)
from policies.redaction.secrets import find_named_secret, find_secrets
from policies.redaction.sieve import Sieved, sieve
from policies.redaction.spans import BLANK, Finding, Span, Spans, Weight, beside, merge, placeholders
from policies.redaction.spreading import spread
from policies.redaction.work import UNBOUNDED, WITHHELD, Budget, Meter, TooMuchWork, metered, spend

_SHORTEST_NAME: Final = 2  # characters: `US` and `Li` are told apart by no model of this size
_ROUNDS: Final = 4
_REMEMBERED: Final = 20_000  # samples
_TOGETHER: Final = 100_000  # characters that are settled at once, unless they are one text
_MANY: Final = 8  # fields that take longer one by one than together


@dataclass(frozen=True, slots=True)
class Group:
    """Clean texts, each once, under one name. Without `personal`, only secrets are looked for."""

    context: Context
    personal: bool
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One text of a group."""

    text: str
    context: Context
    personal: bool

    @property
    def digest(self) -> bytes:
        """Of all that its findings depend on."""
        context = self.context
        found = meaning(context)
        said = "" if found is None else f"{found.label} {found.certain} {found.declared}"
        return digest(self.text, context.name, said, "personal" if self.personal else "")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a sample that is judged by itself. `places` maps it back, where it isn't a mere slice."""

    text: str
    start: int
    context: Context
    prose: bool
    places: list[int] | None = None

    def back(self, found: Finding) -> Finding:
        if self.places is None:
            return Finding(found.start + self.start, found.end + self.start, found.label, found.weight)
        start, end = self.places[found.start], self.places[found.end]
        return Finding(start + self.start, end + self.start, found.label, found.weight)


class ReadingNeeded(Exception):  # noqa: N818 - no error: what is asked takes longer than was granted
    """The language model would have to read."""


class Detector:
    def __init__(self, own: Sequence[Finder] = ()) -> None:
        """`own` are the operator's own finders, which weigh more than the name of a column."""
        self._own = own
        self._model = LanguageModel()
        self._known: Memory[tuple[Span, ...]] = Memory(_REMEMBERED)

    def find(
        self, groups: Sequence[Group], *, reading: bool = True, budget: Budget = UNBOUNDED
    ) -> list[Spans]:
        """For each group, what is found in those of its texts that hold anything.

        What the budget does not cover is found to be `WITHHELD`, as a whole. Raises `ReadingNeeded` where the
        language model would be asked and `reading` does not allow it.
        """
        found: list[Spans] = []
        unsettled: list[tuple[int, Sample]] = []
        sieving = Meter(budget.sieving)
        for place, group in enumerate(groups):
            sieved = _sieved(group, self._own, sieving)
            spans: Spans = {}
            if sieved.whole and (said := meaning(group.context)) is not None:
                whole = {size: (Span(0, size, said.label),) for size in {len(text) for text in group.texts}}
                texts = group.texts
                spans = {text: whole[len(text)] for text in [texts[number] for number in sieved.whole]}
            unsettled += (
                (place, Sample(group.texts[number], group.context, group.personal))
                for number in sorted(sieved.open)
            )
            found.append(spans)
        # The short ones first: what was made to be slow takes nothing away from the rest.
        unsettled.sort(key=lambda each: len(each[1].text))
        allowance = _Allowance(Meter(budget.looking), Meter(budget.reading))
        looked_at = self._look([sample for _, sample in unsettled], allowance, reading=reading)
        for (place, sample), new in zip(unsettled, looked_at, strict=True):
            if new:
                found[place][sample.text] = new
        with metered(Meter(budget.looking)):
            found = spread([group.texts for group in groups], found)
        for (place, sample), new in zip(unsettled, looked_at, strict=True):
            if new is None:
                found[place][sample.text] = (Span(0, len(sample.text), WITHHELD),)
        return found

    def _look(
        self, samples: Sequence[Sample], allowance: "_Allowance", *, reading: bool
    ) -> list[tuple[Span, ...] | None]:
        """The spans of each sample, for those that the sieve does not clear; None for what costs too much."""
        keys = [sample.digest for sample in samples]
        spans: dict[bytes, tuple[Span, ...] | None] = {
            key: found for key in keys if (found := self._known.get(key)) is not None
        }
        unknown = {key: sample for key, sample in zip(keys, samples, strict=True) if key not in spans}
        for some in _together(unknown):
            settled = self._settle([unknown[key] for key in some], allowance, reading=reading)
            for key, found in zip(some, settled, strict=True):
                spans[key] = found
                if found is not None:
                    self._known.put(key, found)
        return [spans[key] for key in keys]

    def _settle(
        self, samples: Sequence[Sample], allowance: "_Allowance | None" = None, *, reading: bool
    ) -> list[tuple[Span, ...] | None]:
        """What is found in each sample, whatever the others hold.

        A mask changes what the language model makes of the words around it. So a masked text is read again,
        until nothing is found in it, and what has been masked once stays as it is.
        """
        found: list[list[Finding]] = [[] for _ in samples]
        read: Reading = {}
        allowance = allowance or _Allowance(Meter(math.inf), Meter(math.inf))
        withheld: set[int] = set()
        pending = list(range(len(samples)))
        for turn in range(_ROUNDS):
            if not pending:
                break
            views = {index: view(samples[index].text, found[index]) for index in pending}
            texts = {
                index: Sample(text, samples[index].context, samples[index].personal)
                for index, (text, _) in views.items()
            }
            if turn and len(texts) >= _MANY:
                texts = _unsettled(texts, self._own, allowance.looking)
            changed: list[int] = []
            news = self._once(list(texts.values()), read, allowance, reading=reading)
            for index, new in zip(texts, news, strict=True):
                if new is None:
                    withheld.add(index)
                    continue
                fresh = _visible(*views[index], new)
                if fresh:
                    found[index] = merge([*found[index], *fresh])
                    changed.append(index)
            pending = [index for index in changed if _is_open(samples[index].text, found[index])]
        return [
            None if index in withheld else tuple(Span(f.start, f.end, f.label) for f in findings)
            for index, findings in enumerate(found)
        ]

    def _once(
        self, samples: Sequence[Sample], read: Reading, allowance: "_Allowance", *, reading: bool
    ) -> list[list[Finding] | None]:
        """Each sample's findings, some of them overlapping; None for what costs too much."""
        found: list[list[Finding] | None] = []
        prose: list[tuple[list[Finding], _Part, list[Passage]]] = []
        for sample in samples:
            if allowance.looking.left < 0:
                found.append(None)
                continue
            try:
                with metered(allowance.looking):
                    findings, questions = _patterned(sample, self._own)
                    if questions and not reading:
                        raise ReadingNeeded
                    asked = [(part, passages_of(part.text, own)) for part, own in questions]
                    for _, passages in asked:
                        allowance.reading.spend(sum(len(words) for words in {words for _, words in passages}))
            except TooMuchWork:
                found.append(None)
                continue
            found.append(findings)
            prose += ((findings, part, passages) for part, passages in asked)
        named = self._model.find([passages for _, _, passages in prose], read)
        for (findings, part, _), names in zip(prose, named, strict=True):
            findings.extend(part.back(f) for f in names if _plausible(part.text, f))
        return found


@dataclass(slots=True)
class _Allowance:
    """What is left of a budget."""

    looking: Meter
    reading: Meter


def _together(samples: Mapping[bytes, Sample]) -> Iterator[list[bytes]]:
    """Samples that are settled together, by their keys: where the allowance ends, those before are done."""
    some: list[bytes] = []
    size = 0
    for key, sample in samples.items():
        if some and size + len(sample.text) > _TOGETHER:
            yield some
            some, size = [], 0
        some.append(key)
        size += len(sample.text)
    if some:
        yield some


def _unsettled(samples: Mapping[int, Sample], own: Sequence[Finder], meter: Meter) -> dict[int, Sample]:
    """Those that the sieve does not clear: in most of what is masked there is nothing more."""
    alike: dict[tuple[Context, bool], list[int]] = {}
    for index, sample in samples.items():
        alike.setdefault((sample.context, sample.personal), []).append(index)
    left: set[int] = set()
    for (context, personal), indices in alike.items():
        sieved = _sieved(Group(context, personal, [samples[index].text for index in indices]), own, meter)
        left |= {indices[number] for number in sieved.whole | sieved.open}
    return {index: sample for index, sample in samples.items() if index in left}


def _sieved(group: Group, own: Sequence[Finder], meter: Meter) -> Sieved:
    """Where it takes too much to clear any of them, all are to be looked at."""
    try:
        with metered(meter):
            return sieve(group.texts, group.context, own, personal=group.personal)
    except TooMuchWork:
        return Sieved(frozenset(), frozenset(range(len(group.texts))))


def _patterned(
    sample: Sample, finders: Sequence[Finder]
) -> tuple[list[Finding], list[tuple[_Part, list[Finding]]]]:
    """What names and patterns find in the sample, and the parts that the model is to read besides.

    With each of those what is found in it already.
    """
    folded = fold(sample.text)
    findings = find_secrets(folded)
    findings += find_named_secret(folded, sample.context.name)
    questions: list[tuple[_Part, list[Finding]]] = []
    if sample.context.label:
        findings += _by_name(folded, sample.context)
    elif sample.personal:
        for part, own in _judged(list(_parts(sample.text, sample.context)), finders):
            findings += map(part.back, own)
            if part.prose and _leaves_a_question(part.text, own):
                questions.append((part, own))
    return findings, questions


def _judged(parts: Sequence[_Part], finders: Sequence[Finder]) -> Iterator[tuple[_Part, list[Finding]]]:
    """The parts in which anything is found or left open, equal ones judged once.

    Most fields of a text are as plain as most cells of a column, and sieved like those.
    """
    alike: dict[tuple[str, Meaning | None, bool], dict[str, list[_Part]]] = {}
    for part in parts:
        spend()
        key = (part.context.name, meaning(part.context), part.prose)
        alike.setdefault(key, {}).setdefault(part.text, []).append(part)
    for by_text in alike.values():
        texts = list(by_text)
        context = by_text[texts[0]][0].context
        if len(texts) >= _MANY:
            sieved = sieve(texts, context, finders, personal=True)
            texts = [texts[number] for number in sorted(sieved.whole | sieved.open)]
        for text in texts:
            same = by_text[text]
            for kind in {part.places is None: part for part in same}.values():
                own = _own(kind, finders)
                yield from ((part, own) for part in same if (part.places is None) is (kind.places is None))


def _own(part: _Part, finders: Sequence[Finder]) -> list[Finding]:
    plain = fold(part.text)
    before = view(part.context.name, [])[0]
    own = list(_by_name(plain, part.context))
    named = bool(own)
    for finder in finders:
        own += finder.find(plain, before)
    own += find_identifiers(plain, before, guesses=not named)
    if part.places is not None:
        own += find_secrets(plain)
        own += find_named_secret(plain, part.context.name)
    if part.prose and not named:
        own += find_given(plain)
    return own


def _parts(text: str, context: Context) -> Iterator[_Part]:
    """The text as a whole where it is prose, and each value in it that has a name of its own."""
    form = layout(text)
    if not form.whole:
        yield _Part(text, 0, context, prose=not is_of_a_thing(context))
    for field in form.fields:
        yield _field(text, field, prose=form.whole)


def _field(text: str, field: Field, *, prose: bool) -> _Part:
    raw = text[field.start : field.end]
    reads = prose and not is_of_a_thing(field.context)
    if field.escaped and "\\" in raw:
        value, places = decode(raw)
        clean, kept = origins(value)
        return _Part(clean, field.start, field.context, reads, [places[position] for position in kept])
    return _Part(raw, field.start, field.context, reads)


def _leaves_a_question(text: str, findings: Sequence[Finding]) -> bool:
    """Whether the model could find anything beside what the patterns and names have found already.

    If so it reads the whole text: what it makes of a word depends on those around it.
    """
    return may_hold_a_token(text) or worth_reading(view(text, findings)[0])


def _by_name(text: str, context: Context) -> Iterator[Finding]:
    if context is NOWHERE or (found := meaning(context)) is None or not fits(text.strip(), found):
        return
    yield Finding(0, len(text), found.label, Weight.DECLARED if found.declared else Weight.NAME)


def _plausible(text: str, found: Finding) -> bool:
    """Whether the model's name could be one: it takes versions, constants and code for people."""
    if found.weight > Weight.GUESS:
        return True
    name = text[found.start : found.end]
    if found.label == "ORGANIZATION" or is_a_label(name) or len(name) <= _SHORTEST_NAME:
        return False
    if name.isupper() and " " not in name:
        return False  # a constant or an abbreviation
    words = name.split()
    if all(word.strip(".,:;").lower() in NOT_NAMES for word in words):
        return False
    if found.label == "PERSON" and words[0].islower() and not is_particle(words[0]):
        return False  # `das Konto`
    return (
        any(character.isupper() for character in name)
        and not any(character.isdigit() or character in '_/\\=<>{}[]()@#$%^*+|~"' for character in name)
        and "\n" not in name
    )


def _is_open(text: str, findings: Sequence[Finding]) -> bool:
    """Whether any letter or digit is left beside the findings, which are sorted and apart."""
    position = 0
    for found in (*findings, None):
        end = len(text) if found is None else found.start
        if any(map(str.isalnum, text[position:end])):
            return True
        position = end if found is None else found.end
    return False


def view(text: str, findings: Sequence[Finding]) -> tuple[str, Sequence[int]]:
    """The text with each finding, and each placeholder that it came with, as one blank.

    With it, for each position in the view and its end, the position in `text`. So the words of a placeholder
    are no cue for what stands beside it, and neither its label nor its number has a part in what is found.
    """
    ours = placeholders(text)
    spend(len(ours))
    taken = merge([*findings, *(Finding(start, end, "", Weight.GUESS) for start, end in ours)])
    if not taken:
        return text, range(len(text) + 1)
    parts: list[str] = []
    places: list[int] = []
    position = 0
    for found in taken:
        parts += (text[position : found.start], BLANK)
        places += range(position, found.start + 1)
        position = found.end
    places += range(position, len(text) + 1)
    return "".join([*parts, text[position:]]), places


def _visible(text: str, places: Sequence[int], findings: Sequence[Finding]) -> list[Finding]:
    """The findings in places of the whole text, without what is blank already."""
    blanks = (
        [(at, at + 1) for at, character in enumerate(text) if character == BLANK] if BLANK in text else []
    )
    return [
        Finding(places[f.start], places[f.end], f.label, f.weight)
        for f in beside(findings, blanks)
        if any(character.isalnum() for character in text[f.start : f.end])
    ]
