"""`remit redact`: JSON lines {"id", "text"} in; the text as a policy leaves it, and what was found, out."""

import argparse
import sys
from collections import Counter

from policies.pseudonyms import Item, Mint
from policies.recognizers import Recognizer
from policies.redaction.masks import Masks, Pseudonyms
from policies.redaction.redactor import Redactor
from policies.treatments import Treatment, Treatments
from server.commands.lines import answer
from server.commands.options import takes_configuration
from server.configuration import load


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument(
        "--source",
        metavar="SOURCE",
        help="go by this source's rules, and your recognizers; default: as for a confidential one without",
    )
    parser.add_argument(
        "--role", action="append", default=[], metavar="ROLE", help="a role of who asks; may be repeated"
    )
    parser.epilog = (
        'Reads JSON lines {"id", "text"}; prints {"id", "text", "spans": [{"start", "end", "label", '
        '"treatment"}]}. Pseudonyms are numbered within the run, and count nowhere else. What would be '
        "refused is hidden here."
    )


def run(options: argparse.Namespace) -> int:
    if options.role and options.source is None:
        print("remit: a role has rules in a source: add --source.", file=sys.stderr)
        return 2
    treatments, recognizers = Treatments(), tuple[Recognizer, ...]()
    if options.source is not None:
        document = load(options.config).document
        sources, recognizers = document.sources, document.redaction.recognizers
        if options.source not in sources:
            print(
                f"remit: there is no source {options.source}. There are: {', '.join(sources)}.",
                file=sys.stderr,
            )
            return 2
        treatments = sources[options.source].treatments(frozenset(options.role))
    redactor, pseudonyms = Redactor(recognizers=recognizers), numbered()

    def reply(text: str) -> dict[str, object]:
        masked, spans = redactor.examine(text, Masks(treatments, pseudonyms, refusing=False))
        return {
            "text": masked,
            "spans": [
                {
                    "start": span.start,
                    "end": span.end,
                    "label": span.label,
                    "treatment": treatments.of(span.label) if span.label.isupper() else Treatment.HIDE,
                }
                for span in spans
            ],
        }

    return answer("text", reply)


def numbered() -> Pseudonyms:
    """Pseudonyms as answers have them, from 1 on for each label, of a context that there is nowhere."""
    mint, counts = Mint(b"remit redact", "remit redact"), Counter[str]()
    known: dict[Item, str] = {}

    def pseudonym(label: str, text: str) -> str:
        if (label, text) not in known:
            counts[label] += 1
            known[label, text] = str(mint.make(label, counts[label]))
        return known[label, text]

    return pseudonym
