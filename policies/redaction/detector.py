"""What is to be masked in a text, and under which name it stands: all finders, in the order of their cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.memory import Memory, digest
from policies.redaction.characters import origins
from policies.redaction.folding import fold
from policies.redaction.given import find_given
from policies.redaction.identifiers import find_identifiers
from policies.redaction.language import LanguageModel, Reading, may_hold_a_token, worth_reading
from policies.redaction.layout import Field, decode, layout
from policies.redaction.lexicon import NOT_NAMES
from policies.redaction.names import NOWHERE, Context, fits, is_a_label, is_of_a_thing, is_particle, meaning
from policies.redaction.secrets import find_named_secret, find_secrets
from policies.redaction.sieve import sieve
from policies.redaction.spans import BLANK, Finding, Span, Spans, Weight, beside, merge, placeholders
from policies.redaction.spreading import spread

_SHORTEST_NAME: Final = 2  # characters: `US` and `Li` are told apart by no model of this size
_ROUNDS: Final = 4
_REMEMBERED: Final = 20_000  # samples


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
    def __init__(self) -> None:
        self._model = LanguageModel()
        self._known: Memory[tuple[Span, ...]] = Memory(_REMEMBERED)

    def find(self, groups: Sequence[Group], *, reading: bool = True) -> list[Spans]:
        """For each group, what is found in those of its texts that hold anything.

        Raises `ReadingNeeded` where the language model would be asked and `reading` does not allow it.
        """
        found: list[Spans] = []
        unsettled: list[tuple[Spans, Sample]] = []
        for group in groups:
            sieved = sieve(group.texts, group.context, personal=group.personal)
            spans: Spans = {}
            if sieved.whole and (said := meaning(group.context)) is not None:
                whole = {size: (Span(0, size, said.label),) for size in {len(text) for text in group.texts}}
                texts = group.texts
                spans = {text: whole[len(text)] for text in [texts[number] for number in sieved.whole]}
            unsettled += (
                (spans, Sample(group.texts[number], group.context, group.personal))
                for number in sorted(sieved.open)
            )
            found.append(spans)
        looked_at = self._look([sample for _, sample in unsettled], reading=reading)
        for (spans, sample), new in zip(unsettled, looked_at, strict=True):
            if new:
                spans[sample.text] = new
        return spread([group.texts for group in groups], found)

    def _look(self, samples: Sequence[Sample], *, reading: bool) -> list[tuple[Span, ...]]:
        """The spans of each sample, for those that the sieve does not clear."""
        keys = [sample.digest for sample in samples]
        spans = {key: found for key in keys if (found := self._known.get(key)) is not None}
        unknown = {key: sample for key, sample in zip(keys, samples, strict=True) if key not in spans}
        settled = self._settle(list(unknown.values()), reading=reading)
        for key, found in zip(unknown, settled, strict=True):
            spans[key] = found
            self._known.put(key, found)
        return [spans[key] for key in keys]

    def _settle(self, samples: Sequence[Sample], *, reading: bool) -> list[tuple[Span, ...]]:
        """What is found in each sample, whatever the others hold.

        A mask changes what the language model makes of the words around it. So a masked text is read again,
        until nothing is found in it, and what has been masked once stays as it is.
        """
        found: list[list[Finding]] = [[] for _ in samples]
        read: Reading = {}
        pending = list(range(len(samples)))
        for _ in range(_ROUNDS):
            if not pending:
                break
            views = [view(samples[index].text, found[index]) for index in pending]
            texts = [
                Sample(text, samples[index].context, samples[index].personal)
                for index, (text, _) in zip(pending, views, strict=True)
            ]
            changed: list[int] = []
            for index, (text, places), new in zip(
                pending, views, self._once(texts, read, reading=reading), strict=True
            ):
                fresh = _visible(text, places, new)
                if fresh:
                    found[index] = merge([*found[index], *fresh])
                    changed.append(index)
            pending = [index for index in changed if _is_open(samples[index].text, found[index])]
        return [tuple(Span(f.start, f.end, f.label) for f in findings) for findings in found]

    def _once(self, samples: Sequence[Sample], read: Reading, *, reading: bool) -> list[list[Finding]]:
        """Each sample's findings, some of them overlapping."""
        found: list[list[Finding]] = []
        prose: list[tuple[int, _Part, list[Finding]]] = []
        for index, sample in enumerate(samples):
            folded = fold(sample.text)
            findings = find_secrets(folded)
            findings += find_named_secret(folded, sample.context.name)
            if sample.context.label:
                findings += _by_name(folded, sample.context)
            elif sample.personal:
                for part in _parts(sample.text, sample.context):
                    plain = fold(part.text)
                    before = view(part.context.name, [])[0]
                    own = list(_by_name(plain, part.context))
                    named = bool(own)
                    own += find_identifiers(plain, before, guesses=not named)
                    if part.places is not None:
                        own += find_secrets(plain)
                        own += find_named_secret(plain, part.context.name)
                    if part.prose and not named:
                        own += find_given(plain)
                    findings += map(part.back, own)
                    if part.prose and _leaves_a_question(part.text, own):
                        if not reading:
                            raise ReadingNeeded
                        prose.append((index, part, own))
            found.append(findings)
        texts, settled = [part.text for _, part, _ in prose], [own for _, _, own in prose]
        for (index, part, _), names in zip(prose, self._model.find(texts, settled, read), strict=True):
            found[index] += (part.back(f) for f in names if _plausible(part.text, f))
        return found


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
    taken = merge([*findings, *(Finding(start, end, "", Weight.GUESS) for start, end in placeholders(text))])
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
