"""Names that say that what they name is a credential: `DB_PASSWORD`, `clientSecret`, `x-api-key`."""

from enum import Enum
from functools import lru_cache
from typing import Final

from policies.redaction.linear import Pattern
from policies.redaction.words import words_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Kind(Enum):
    """How credentials of a name look."""

    CHOSEN = "chosen"  # a password, of a person's choice: short, perhaps a word
    GENERATED = "generated"  # a token or key: long, random
    PERHAPS = "perhaps"  # what else is called a key: a credential if it is very long and very random


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


_MISTYPED: Final = Pattern(
    r".*p[as]{1,3}w(?:o?r)?d|(?:db|sql|mysql|pg|admin|user|root|my|ftp|smtp|mail|redis|mongo|ldap|proxy)pass"
)
# What else is called a key and gives no access.
_OTHER_KEYS: Final = _words(
    """
    anon blob cache candidate composite cursor data dedup deduplication etag event file foreign group hash
    host i18n idempotency image index issue jira known lock lookup map message metric natural next node
    object page partition primary project pub public publishable range registry
    sitekey pubkey publickey routing row s3 shard site
    sort storage surrogate trace tracking translation unique
    """
)
# What a credential's name goes on with where the value is none: `password_policy`, `token_url`.
_ABOUT: Final = _words(
    """
    alg algorithm arn at by checksum class column count created email endpoint env error expiration
    expires expiry field file fingerprint for form format has hash header hint id ids in index input is
    issuer key label len length limit location manager max message min model name on page path pattern
    policy prefix provider ref regex reset resource rotation salt scope scopes service size status store
    suffix table template thumbprint ttl type updated uri url usage used user username uuid validator var
    variable version view
    """
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
    if last.endswith(_PASSWORDS) or last in _SHORT_PASSWORDS or _MISTYPED.whole(last):
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
    if last.endswith("key") and last != "key" and last not in _OTHER_KEYS:
        return Kind.PERHAPS
    if last == "key":
        return None if before in _OTHER_KEYS else Kind.PERHAPS
    return _told_before(words)


_PAIRS: Final = (["api", "key"], ["secret", "key"], ["access", "key"], ["db", "pass"])


def _told_before(words: list[str]) -> Kind | None:
    """`password_super_secure`, `api_key_myservice`: what follows the telling word says nothing."""
    for at in range(len(words) - 2, max(len(words) - 4, -1), -1):
        if _ABOUT & set(words[at + 1 :]):
            return None
        if words[at].endswith((*_PASSWORDS, *_TOKENS)) or words[at - 1 : at + 1] in (
            ["api", "key"],
            ["db", "pass"],
        ):
            return Kind.PERHAPS
    return None
