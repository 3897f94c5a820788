"""Raw -> Redacted: personal data and secrets masked, hidden characters gone, and the text of the answer.

    from policies.redaction.redactor import Redactor
    redacted = Redactor().redact(raw)

How it decides, and what it can't do: docs/redaction.md. Nothing is imported here: of all its modules only the
redactor's own needs the language model's libraries, which take a second to load.
"""
