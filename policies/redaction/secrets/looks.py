"""What a value looks like: random enough for a credential, or one of the things that merely resemble one."""

import base64
import binascii
import math
import re
from collections import Counter
from typing import Final

from policies.redaction.linear import Pattern

_LONGEST: Final = 256  # characters: what stands for a credential is short

_PLACEHOLDER: Final = Pattern(
    # a reference of a shell, a template, a framework or a secret store
    r"\$\{.*|\$\(.*|\$[a-z_][a-z0-9_]*|%[a-z_][a-z0-9_]*%?|%\(.*|\{\{.*|\{%.*|\{[a-z_. ]*\}?|#\{.*|@\{.*|@@.*"
    r"|<.*>?|\[.*\]?|:[a-z_]+|(?:keyring|env|file|vault|ref|arn|op|ssm|gcp-sm|awssm|projects|https?)[:/].*"
    # what a manual writes
    r"|\?|[*.x_#\x{2022}-]{2,}"
    r"|(?:your|my|our|insert|enter|put|add|some|dummy|fake|sample|test|replace)[-_ ][a-z_ -]*"
    r"|[a-z_ -]*(?:fake|dummy|sample|placeholder)[a-z_ -]*"
    r"|[a-z_ -]*(?:[-_ ]here|example|placeholder|redacted|change[-_]?me|replace[-_]?me|dummy|not[-_]?real)"
    # no value
    r"|null|none|nil|undefined|true|false|yes|no|on|off|n/?a|todo|tbd|fixme|unset|empty|default|hidden|masked|removed"
    # a type, or the name of the thing itself
    r"|str|string|text|bytes|int|integer|number|bool|boolean|char|varchar|object|any|secretstr|optional\[.*|optional"
    r"|required|pass(?:word|wd|phrase)?|pwd|secret|token|bearer|basic|x-token|sensitive",
    fold_case=True,
)
_CODE: Final = Pattern(
    r"[A-Za-z_]+(?:(?:\.|->|::)[A-Za-z_]+)+\W*|[A-Za-z_][A-Za-z0-9_.]*\(.*|[A-Za-z_][A-Za-z0-9_]*\[.*"
    r"|(?:this|self|process|os|request|config|settings|options)\..*"
)
_SPELT: Final = Pattern(r"[A-Za-z]+(?:[._/:-][A-Za-z]+)*")
_RUNS: Final = re.compile(r"[^A-Za-z0-9]+")
_HEX: Final = Pattern(r"[0-9a-f]+|[0-9A-F]+")


def is_placeholder(value: str) -> bool:
    """Stands for a credential that is elsewhere, or for none: `${DB_PASS}`, `********`, `your-key-here`."""
    return not value or _PLACEHOLDER.whole(value[:_LONGEST])


def is_code(value: str) -> bool:
    """An expression that gives the credential when it runs: `request.headers.get(`."""
    return _CODE.whole(value[:_LONGEST])


def entropy(value: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values()) if value else 0.0


def is_mixed(value: str) -> bool:
    """Digits and both cases: no word, no constant, no hash in hex."""
    return (
        any(map(str.isdigit, value)) and any(c.islower() for c in value) and any(c.isupper() for c in value)
    )


def _is_dense(value: str) -> bool:
    return value.isascii() and " " not in value and entropy(value) > 4 and not _SPELT.whole(value)


def is_random(value: str) -> bool:
    """Looks generated: letters and digits, spread as in no word or date."""
    if len(value) < 8 or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return len(value) >= 24 and _is_dense(value)
    return entropy(value) >= (2.6 if _HEX.whole(value) else 2.7)


def is_long_and_random(value: str) -> bool:
    """Looks generated, and can hardly be a slug, a path or a date."""
    if len(value) < 16 or not value.isascii() or any(c in value for c in " /:,;()<>\\"):
        return False
    if not any(map(str.isalpha, value)) or not any(map(str.isdigit, value)) or entropy(value) < 3:
        return False
    if _HEX.whole(value):
        return len(value) >= 24
    longest = max(map(len, _RUNS.split(value)))
    return longest >= 12 and (is_mixed(value) or entropy(value) >= 3.4)


def is_chosen(value: str) -> bool:
    """Looks like a password that a person chose: more than letters, or letters in a mix of cases."""
    return len(value) >= 4 and (
        not value.isalpha() or (not value.islower() and not value.isupper() and not value.istitle())
    )


def is_basic(value: str) -> bool:
    """Whether this is the credential of RFC 7617: `user:password` in base64."""
    padded = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (ValueError, binascii.Error):
        return False
    return b":" in plain and plain.decode("latin-1").isprintable()
