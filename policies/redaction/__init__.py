"""Raw -> Redacted: personal data and secrets masked, hidden characters gone, and the text of the answer.

    from policies.redaction import Redactor
    redacted = Redactor().redact(raw)

How it decides, and what it can't do: docs/redaction.md.
"""

from policies.redaction.marked import Marked
from policies.redaction.masks import Masks
from policies.redaction.redactor import Redactor
from policies.redaction.rendering import structured
from policies.redaction.spans import Span

__all__ = ["Marked", "Masks", "Redactor", "Span", "structured"]
