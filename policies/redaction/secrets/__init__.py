"""Credentials in text, as exact spans: never the line that they stand on, and never a part of them."""

from typing import Final

from policies.redaction.secrets import assignments, keys, tokens, urls
from policies.redaction.secrets.assignments import find_named_secret, is_credential
from policies.redaction.secrets.scan import find_secrets

__all__ = ["SCREENS", "find_named_secret", "find_secrets", "is_credential"]

SCREENS: Final = (keys.SCREEN, tokens.SCREEN, urls.SCREEN, assignments.SCREEN)
"""Where none of these touches a text, no credential is found in it."""
