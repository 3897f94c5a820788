"""Names that say that what they name is a credential: `DB_PASSWORD`, `clientSecret`, `x-api-key`."""

from enum import Enum
from functools import lru_cache
from typing import Final

from policies.redaction.words import words_of


class Kind(Enum):
    """How credentials of a name look."""

    CHOSEN = "chosen"  # a password, of a person's choice: short, perhaps a word
    GENERATED = "generated"  # a token or key: long, random


_PASSWORDS: Final = (
    "password", "passwd", "passphrase", "passwort", "passcode", "kennwort", "pwd", "pword", "mdp", "senha",
    "contrasena", "parola", "wachtwoord",
)  # fmt: skip
_SHORT_PASSWORDS: Final = frozenset({"pass", "pw", "psw", "pin", "cvv", "cvc", "otp"})
_TOKENS: Final = (
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "credential",
)
_TOKEN_WORDS: Final = frozenset(
    {"credentials", "jwt", "bearer", "auth", "authorization", "mnemonic", "sas", "dsn"}
)
_OF_KEYS: Final = frozenset({
    "access", "account", "admin", "api", "app", "application", "auth", "client", "consumer", "decryption",
    "deploy",
    "encryption", "hmac", "host", "integration", "license", "master", "private", "root", "secret", "security",
    "service", "session", "shared", "signing", "ssh", "storage", "subscription", "symmetric", "webhook",
    "crypt",
    "write", "ingest", "enc", "rsa", "aes", "jwt", "aws", "datadog", "stripe", "openai", "vault", "sendgrid",
})  # fmt: skip
# What may follow the word that matters and change nothing.
_TAILS: Final = frozenset({
    "base", "prod", "production", "dev", "development", "staging", "stage", "test", "live", "old", "new",
    "current",
    "previous", "value", "val", "string", "b64", "base64", "hex", "plain", "plaintext", "text", "raw",
    "default",
    "primary", "secondary", "hash", "hashed", "digest", "encrypted", "header",
})  # fmt: skip
_PUBLIC: Final = frozenset(
    {
        "public",
        "pub",
        "publishable",
        "csrf",
        "xsrf",
        "cancellation",
        "page",
        "next",
        "continuation",
        "sync",
        "syntax",
    }
)


@lru_cache(maxsize=4096)
def credential(name: str) -> Kind | None:
    """What kind of credential `name` announces, judged by its last words, or none.

    `token_type`, `max_tokens`, `secret_name` and `primary_key` name no credential.
    """
    words = list(words_of(name))
    while words and (words[-1].isdigit() or words[-1] in _TAILS):
        words.pop()
    if not words:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if before in _PUBLIC:
        return None
    if last.endswith(_PASSWORDS) or last in _SHORT_PASSWORDS:
        return Kind.CHOSEN
    if last.endswith(_TOKENS) or last in _TOKEN_WORDS:
        return Kind.GENERATED
    if last == "key" and before in _OF_KEYS:
        return Kind.GENERATED
    if (before, last) in {
        ("session", "id"),
        ("connection", "string"),
        ("conn", "str"),
        ("database", "url"),
        ("sess", "id"),
    }:
        return Kind.GENERATED
    return None
