"""Private keys, whole: from the first dash to the last, or to where a cut text ends."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Match, Pattern, Screen
from policies.redaction.secrets.headless import HUNK, body_before, find_in_hunks
from policies.redaction.spans import Finding, Weight

_MARK: Final = Pattern(
    r"-----(?P<what>BEGIN|END) (?P<kind>[A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)?-----"
    r"|(?P<putty>PuTTY-User-Key-File-[0-9]: )|(?P<mac>Private-MAC: [0-9a-f]{16,})"
)
SCREEN: Final = Screen([_MARK, HUNK], hint="-")
# What a body is made of, in a file, in a string's escapes and in a table's cells.
_BODY: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\ \t\n\"',:-|>.")
_LABELS: Final = {
    "RSA": "pem_rsa",
    "EC": "pem_ec",
    "DSA": "pem_dsa",
    "OPENSSH": "pem_openssh",
    "ENCRYPTED": "pem_encrypted",
    "PGP": "pgp_private_key",
    "": "pem_pkcs8",
}
_LONGEST: Final = 65_536  # characters: an END beyond belongs to another key


def find_keys(text: str) -> Iterator[Finding]:
    """PEM (RFC 7468), OpenSSH, PGP and PuTTY private keys, and what a diff shows of them."""
    if "@@ -" in text:
        yield from find_in_hunks(text)
    if "PRIVATE KEY" not in text and "PuTTY-User-Key-File" not in text:
        return
    begin: tuple[int, int, str] | None = None
    since = 0
    for mark in _MARK.find(text):
        starts = mark["what"] == "BEGIN" or bool(mark["putty"])
        if begin and (starts or mark.end() - begin[0] > _LONGEST):
            yield _cut(text, *begin, limit=mark.start())
            begin = None
        if starts:
            begin = (mark.start(), mark.end(), _label(mark))
        elif begin:
            yield Finding(begin[0], mark.end(), begin[2], Weight.SECRET)
            begin = None
        elif (start := body_before(text, mark.start(), since)) is not None:
            yield Finding(start, mark.end(), _label(mark), Weight.SECRET)
        since = mark.end()
    if begin:
        yield _cut(text, *begin, limit=len(text))


def _label(mark: Match) -> str:
    return "putty_key" if mark["putty"] or mark["mac"] else _LABELS.get(mark["kind"].strip(), "pem_pkcs8")


def _cut(text: str, start: int, end: int, label: str, *, limit: int) -> Finding:
    """A key without its END: as far as the characters of a body go, and lines of a header before them."""
    while end < limit and text[end] in _BODY:
        end += 1
    while text[end - 1] in " \t\n\"',":
        end -= 1
    return Finding(start, end, label, Weight.SECRET)
