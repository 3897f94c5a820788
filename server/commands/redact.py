"""`remit redact`: JSON lines {"id", "text"} in; the masked text and its spans out."""

import argparse

from policies.redaction.redactor import Redactor
from server.commands.lines import answer
from server.commands.options import takes_configuration


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.epilog = (
        'Reads JSON lines {"id", "text"}; prints {"id", "text", "spans": [{"start", "end", "label"}]}.'
    )


def run(_: argparse.Namespace) -> int:
    redactor = Redactor()

    def reply(text: str) -> dict[str, object]:
        masked, spans = redactor.examine(text)
        return {"text": masked, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}

    return answer("text", reply)
