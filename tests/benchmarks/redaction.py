"""The redactor against plain Presidio: what is found, and how long it takes, side by side in one process.

    python -m tests.benchmarks.redaction

Prints Markdown. Presidio is `AnalyzerEngine` with the same small spaCy model, asked string by string. remit
does what it does in a call, with a pseudonym for each value that is to have one, but for the store that keeps
them; it has seen none of the tables before, but for those that it is given again. Times are of the processor,
the shortest of some tables alike. Accuracy is of the development sets in tests/data, on which the rules were
tuned.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from tldextract import tldextract as suffixes

from policies.call import Kind
from policies.canonical import Json
from policies.language_model import MODEL
from policies.redaction.redactor import Redactor
from policies.redaction.secrets import find_secrets
from policies.redaction.spans import Span, merge
from policies.treatments import Treatments
from tests.policies.redaction.tables import Case, Score, cases, raw_of

Rows = list[list[Json]]

FIRST = ("Anna", "Carla", "David", "Elena", "Hans", "Julia", "Lena", "Maria", "Nils", "Olga", "Peter", "Zoë")
LAST = ("Hoffmann", "Garcia", "Müller", "Nowak", "Rossi", "Dubois", "Silva", "Jensen", "Taylor", "Okafor")
CITIES = ("Berlin", "London", "Paris", "Madrid", "Rome", "Vienna", "Oslo", "New York", "Lisbon", "Dublin")
NOTES = ("ok", "needs review", "called back", "paid in full", "Refund was approved.")
PROSE = (
    "{name} called about the late delivery of order {number} and asked for a refund of 12.50 EUR. "
    "We promised to write to {mail} before Friday. The parcel was seen in {city} last week."
)
CHAT = "{name}: can you send the invoice {number} to {mail}? I am in {city} until Friday"
TABLES = 3
COLUMNS: Mapping[str, Kind] = {
    "id": Kind.NUMBER,
    "full_name": Kind.TEXT,
    "email": Kind.TEXT,
    "phone": Kind.TEXT,
    "city": Kind.TEXT,
    "status": Kind.TEXT,
    "amount": Kind.NUMBER,
    "created_at": Kind.TIME,
    "reference": Kind.UUID,
    "currency": Kind.TEXT,
    "active": Kind.BOOLEAN,
    "note": Kind.TEXT,
}


def main() -> None:
    # Of the suffixes of domains what is shipped, instead of the network.
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=())
    redactor = Redactor()
    provider = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    )
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])

    def presidio(text: str) -> list[Span]:
        return [Span(found.start, found.end, found.entity_type) for found in engine.analyze(text, "en")]

    _accuracy(redactor, presidio)
    _speed(redactor, presidio)


def _accuracy(redactor: Redactor, presidio: Callable[[str], list[Span]]) -> None:
    people = cases("pii.jsonl")
    finders = {"Presidio": presidio, "remit": redactor.spans}
    found = {name: [find(case.text) for case in people] for name, find in finders.items()}
    print("| documents | finder | covered | precision | clean documents touched |\n|---|---|---|---|---|")
    for kind in ("all", *sorted({case.kind for case in people})):
        for name in finders:
            score = _score(people, found[name], kind)
            touched = f"{score.touched} of {score.clean}"
            print(f"| {kind} | {name} | {_share(score.covered, score.wanted)} "
                  f"| {_share(score.right, score.found)} | {touched} |")  # fmt: skip
    print("\n| label | spans | covered by Presidio | by remit |\n|---|---|---|---|")
    by_label: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for at, case in enumerate(people):
        for span in case.spans:
            counts = by_label[span.label]
            counts[0] += 1
            for column, name in enumerate(finders, start=1):
                inside = sum(max(0, min(f.end, span.end) - max(f.start, span.start)) for f in found[name][at])
                counts[column] += inside >= 0.9 * (span.end - span.start)
    for label, (count, theirs, ours) in sorted(by_label.items()):
        print(f"| {label} | {count} | {_share(theirs, count)} | {_share(ours, count)} |")
    secrets = Score()
    for case in cases("secrets.jsonl"):
        secrets.add(case, [Span(f.start, f.end, f.label) for f in merge(find_secrets(case.text))])
    print(
        f"\nSecrets: recall {secrets.recall:.3f}, precision {secrets.precision:.3f}, "
        f"{secrets.touched} of {secrets.clean} look-alikes touched.\n"
    )


def _score(documents: Sequence[Case], found: Sequence[Sequence[Span]], kind: str) -> Score:
    score = Score()
    for case, spans in zip(documents, found, strict=True):
        if kind in {"all", case.kind}:
            score.add(case, spans)
    return score


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else ""


def _speed(redactor: Redactor, presidio: Callable[[str], list[Span]]) -> None:
    random.seed(20261127)
    loads: Sequence[tuple[str, Mapping[str, Kind], Callable[[], Rows], int]] = (
        ("1,000 rows of 12 columns", COLUMNS, lambda: rows_of_people(lambda: random.choice(NOTES)), 20),
        ("the same with prose in a column", COLUMNS, lambda: rows_of_people(lambda: _said(PROSE)), 10),
        ("one row of 12 columns", COLUMNS, lambda: [_row(1, "needs review")], 1),
        ("a document of 50 KB", {"text": Kind.TEXT}, lambda: [[_document()]], 1),
        ("200 messages of a chat", {"message": Kind.TEXT}, lambda: [[_said(CHAT)] for _ in range(200)], 200),
    )
    _warm(redactor, presidio)
    print("| | Presidio, ms | remit, ms | times as fast | again, ms |\n|---|---|---|---|---|")
    for name, columns, make, sample in loads:
        tables = [make() for _ in range(TABLES)]
        ours = min(_cost(partial(_answer, redactor, columns, rows)) for rows in tables)
        again = min(_cost(partial(_answer, redactor, columns, rows)) for rows in tables)
        rows = tables[0]
        some = [str(cell) for row in rows[:sample] for cell in row]
        theirs = _cost(partial(_each, presidio, some)) * len(rows) / min(sample, len(rows))
        print(
            f"| {name} | {theirs * 1000:,.0f} | {ours * 1000:,.1f} | {theirs / ours:,.0f} "
            f"| {again * 1000:,.1f} |"
        )


def _answer(redactor: Redactor, columns: Mapping[str, Kind], rows: Rows) -> None:
    """As in server/redaction.py."""
    raw = raw_of(columns, rows)
    marked = redactor.mark(raw.table)
    wanted = dict.fromkeys(marked.wanted(Treatments()))
    given = {item: f"<{item[0]}_{number}_aaaaaa>" for number, item in enumerate(wanted, start=1)}
    masks = redactor.masks(Treatments(), lambda label, text: given.get((label, text)), refusing=True)
    redactor.redact(raw, marked, masks)


def _each(find: Callable[[str], list[Span]], texts: Sequence[str]) -> None:
    for text in texts:
        find(text)


def _warm(redactor: Redactor, presidio: Callable[[str], list[Span]]) -> None:
    """What is made at the first use is made: the states of patterns, the words of the model."""
    for note in (*NOTES, _said(PROSE)):
        _answer(redactor, COLUMNS, [_row(number, note) for number in range(50)])
        presidio(note)


def _cost(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _said(form: str) -> str:
    first, last = random.choice(FIRST), random.choice(LAST)
    mail = f"{first.lower()}.{random.randrange(10_000)}@mail.example"
    return form.format(
        name=f"{first} {last}", mail=mail, city=random.choice(CITIES), number=random.randrange(10**6)
    )


def _document() -> str:
    return " ".join(_said(PROSE) for _ in range(240))[:50_000]


def rows_of_people(note: Callable[[], str]) -> Rows:
    return [_row(number, note()) for number in range(1_000)]


def _row(number: int, note: str) -> list[Json]:
    first, last = random.choice(FIRST), random.choice(LAST)
    return [
        number,
        f"{first} {last}",
        f"{first}.{last}{random.randrange(10_000)}@mail.example".lower(),
        f"+49 30 {random.randrange(10**7):07}",
        random.choice(CITIES),
        random.choice(("active", "pending", "cancelled")),
        round(random.random() * 1_000, 2),
        f"2026-0{random.randrange(1, 10)}-1{random.randrange(10)}T10:{random.randrange(10, 60)}:00Z",
        f"{random.getrandbits(32):08x}-0000-4000-8000-{random.getrandbits(48):012x}",
        random.choice(("EUR", "USD")),
        bool(random.getrandbits(1)),
        note,
    ]


if __name__ == "__main__":
    main()
