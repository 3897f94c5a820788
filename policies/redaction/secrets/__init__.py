"""Credentials in text, as exact spans: never the line that they stand on, and never a part of them."""

from policies.redaction.secrets.assignments import find_named_secret, is_credential
from policies.redaction.secrets.scan import find_secrets

__all__ = ["find_named_secret", "find_secrets", "is_credential"]
