"""Private keys of which a text lacks the first line: a page of a log, a hunk of a diff (threat T27)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from policies.redaction.linear import Pattern
from policies.redaction.spans import Finding, Weight
from policies.redaction.work import spend

HUNK: Final = Pattern(r"(?m)^@@ -[0-9,]{1,40} \+[0-9,]{1,40} @@")
_EDGES: Final = " \t+-<>|\"',"  # of a line of a body: signs of a diff, what it was quoted and indented by
_BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_LINE: Final = 32  # characters: no line of a body but the last is shorter
_WIDTHS: Final = frozenset({64, 70})  # of PEM (RFC 7468) and of OpenSSH
_NAMES: Final = ("--- ", "+++ ", "diff ", "index ")  # of the next file in a diff
_FEW: Final = 2  # lines that make a part of a key


def body_before(text: str, end: int, since: int) -> int | None:
    """Where the body begins that ends at `end`, and not before `since`; None where no body ends there."""
    start = text.rfind("\n", since, end) + 1 or since
    begin = None
    if before := text[start:end].strip(_EDGES):
        if not _is_body(before, _LINE):
            return None
        begin = start
    shortest = 1
    while start > since:
        last, start = start - 1, text.rfind("\n", since, start - 1) + 1 or since
        if not _is_body(text[start:last], shortest):
            break
        begin, shortest = start, _LINE
    return begin


def find_in_hunks(text: str) -> Iterator[Finding]:
    """What a hunk shows of the middle of a key: its first or last lines are of a body, without a mark."""
    heads = [match.start() for match in HUNK.find(text)]
    for head, end in pairwise([*heads, len(text)]):
        spend()
        first = text.find("\n", head, end) + 1
        lines = text[first:end].splitlines(keepends=True) if first else []
        while lines and lines[-1].startswith(_NAMES):
            lines.pop()
        top, bottom = _run(lines), _run(lines[::-1])
        # Behind a body's last line stands its END: what it says is a private key's is found by that.
        if top >= _FEW and "-----END" not in "".join(lines[top : top + 2]):
            yield _finding(first, lines[:top])
        above = len(lines) - bottom
        if bottom >= _FEW and above and "-----BEGIN" not in lines[above - 1]:
            yield _finding(first + len("".join(lines[:above])), lines[above:])


def _run(lines: Sequence[str]) -> int:
    """How many lines from the first one on are as wide as those of a body, all alike."""
    width = number = 0
    for line in lines:
        core = _core(line)
        if len(core) not in _WIDTHS or (number and len(core) != width) or not _BASE64.issuperset(core):
            break
        width, number = len(core), number + 1
    return number


def _core(line: str) -> str:
    """Without the one sign of the diff: a plus may be a body's own."""
    return line.rstrip("\r\n")[1:].strip(" \t\"',")


def _is_body(line: str, shortest: int) -> bool:
    core = line.strip(_EDGES + "\r").replace("\\n", "")
    return len(core) >= shortest and _BASE64.issuperset(core)


def _finding(start: int, lines: Sequence[str]) -> Finding:
    return Finding(start, start + len("".join(lines).rstrip("\r\n")), "pem_pkcs8", Weight.SECRET)
