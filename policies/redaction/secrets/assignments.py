"""Credentials that only their name gives away: `password=`, `"apiKey": "..."`, `--token ...`, `IDENTIFIED "
"BY '...'`."""

import re
from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.secrets.looks import (
    is_chosen,
    is_code,
    is_long_and_random,
    is_placeholder,
    is_random,
)
from policies.redaction.secrets.naming import Kind, credential
from policies.redaction.spans import Finding, Weight
from policies.redaction.work import spend

HINTS: Final = (
    "pass", "pwd", "pw", "secret", "token", "key", "cred", "auth", "kennwort", "mdp", "senha", "contrase",
    "parola",
    "wachtwoord", "bearer", "jwt", "session", "mnemonic", "identified", "-p", "-u", "pin", "cvv", "cvc",
    "otp", "sas",
    "dsn", "connection", "sess", "swd", "securestring", "swr", "login", "log in", "new ",
)  # fmt: skip
_ROOT: Final = (
    r"pass|pwd|pword|pw|secret|token|key|cred|auth|kennwort|mdp|senha|contrase|parola|wachtwoord|bearer|"
    r"jwt|sess|"
    r"mnemonic|pin|cvv|cvc|otp|sas|dsn|conn|psw|p[as]{1,3}w"
)
_NAME: Final = rf"[A-Za-z0-9_.-]{{0,60}}(?:{_ROOT})[A-Za-z0-9_.-]{{0,40}}"
# name = value, "name": "value", env["name"] = 'value', name: Type = "value", name == "value", name => value,
# name[] = "value", <name>value, name%3Dvalue
_TYPE: Final = r"[ \t]{0,4}:[ \t]{0,4}[A-Za-z_][A-Za-z0-9_.<>\[\]?|]{0,40}[ \t]{0,4}"
_ASSIGNED: Final = Pattern(
    rf"(?P<name>{_NAME})(?P<close>(?:\[[0-9]{{0,5}}\])?\\?[\"'`]?\]?\)?)"
    rf"(?:{_TYPE}(?P<typed>=)|[ \t]{{0,16}}(?P<sign>:=|=>|[=!]==?|[:=]|>|%3d))"
    rf"[ \t]{{0,16}}(?P<open>[|>][+-]?[ \t]*\n\s*|[A-Za-z@]?\\?[\"'`]{{1,3}})?",
    fold_case=True,
)
_COMPARES: Final = frozenset({"==", "!=", "===", "!=="})
# define('NAME', 'value'), setopt(NAME, "value"), #define NAME "value", getenv("NAME") or "value", name("v")
_GIVEN: Final = Pattern(
    rf"(?P<name>{_NAME})(?:\.(?:assign|set|append))?(?:[\"']?[\])]{{0,2}}[ \t]{{0,4}}"
    rf"(?:,|\bor\b|\|\||\?\?)[ \t]{{0,4}}|[ \t]{{1,8}}|\([ \t]{{0,4}})@?(?P<open>\\?[\"'`])",
    fold_case=True,
)
# "value" == name
_REVERSED: Final = Pattern(
    rf"[\"'](?P<value>[^\"'\n]{{6,200}})[\"'][ \t]{{0,4}}[=!]==?[ \t]{{0,4}}(?P<name>{_NAME})", fold_case=True
)
# --name value, ENV name value, `the name is value`, the name I was given is value
_SPOKEN: Final = Pattern(
    rf"(?:(?:^|\s)--?(?P<flag>{_NAME})\s+|\b(?:ENV|ARG|setenv|set)\s+(?P<shell>{_NAME})\s+"
    rf"|\b(?P<said>{_NAME})(?:\s+(?:I|you|we|they|for|to|of|on|was|were|been|given|got|the|new|now|current|"
    rf"currently|set|here)){{0,6}}\s+(?:is|are|was|to|ist|est|es|lautet)(?:\s+now)?:?\s+)"
    r"(?P<open>\\?[\"'`])?",
    fold_case=True,
)
# <add key="NAME" value="VALUE"/>, {"name": "NAME", "value": "VALUE"}, - name: NAME\n  value: VALUE
_PAIRED: Final = Pattern(
    rf"\b(?:key|name)[\"']?\s{{0,8}}[:=]\s{{0,8}}[\"']?(?P<name>{_NAME})[\"']?\s{{0,4}},?\s{{0,24}}[\"']?value[\"']?\s{{0,8}}[:=]\s{{0,8}}(?P<open>[\"'])?",
    fold_case=True,
)
# A position that means a password, whatever stands there.
_PLACED: Final = tuple(
    Pattern(expression, fold_case=True)
    for expression in (
        r"\b(?:password|identified\s+(?:with\s+\S+\s+)?(?:by|as)(?:\s+password)?)\s+'(?P<value>[^']{1,512})'",
        r"\b(?:user|role|login)\b[^\n;]{0,80}\b(?:identified\s+by|password)\s+(?P<value>[^\s'\";]{6,64})",
        r"\bconvertto-securestring\s+(?:-[a-z]+\s+)*\\?[\"']?(?P<value>[^\s\"'\\]{6,64})",
        r"\bsshpass\s+-p\s{0,4}['\"]?(?P<value>[^\s'\"]+)",
        r"\bmysql(?:dump|admin)?\b[^\n|;&]{0,200}\s-p['\"]?(?P<value>[^\s'\"]{3,})",
        r"\bredis-cli\b[^\n|;&]{0,200}\s(?:-a|--pass)\s{1,4}['\"]?(?P<value>[^\s'\"]+)",
        r"\bdocker\s+login\b[^\n|;&]{0,200}\s-p\s{1,4}['\"]?(?P<value>[^\s'\"]+)",
        r"\b(?:curl|wget|http)\b[^\n|;]{0,300}\s(?:-u|--user|-a)[\s=]{0,4}['\"]?[^\s:'\"]+:(?P<value>[^\s'\"]+)",
        r"\b(?:login|log in|credentials?|creds)\b[^\n]{0,80}? / ?(?P<value>[^\s\"']{6,64})",
        r"\bnew\s+[A-Z]\w*\(\s{0,4}['\"](?P<value>[A-Za-z0-9_-]{24,})['\"]",
        r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?P<value>\S+)",
        r"(?:^|\n)[A-Za-z0-9_.*-]+:(?:[0-9]{2,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:(?P<value>[^:\s]{4,128})(?:\n|$)",
    )
)
# `the key of staging: ...`
_TOLD: Final = Pattern(
    r"\b(?:password|passwd|key|token|secret)(?: [A-Za-z0-9'-]{1,20}){1,6}: (?P<value>[^\s\"'|,;]{8,64})",
    fold_case=True,
)
_HEADER: Final = Pattern(
    r"(?:\bauthorization|\b(?:auth|headers?|curl|token|bearer)\b[^\n]{0,40}?)"
    r"[\"'\]\\]{0,4}\s{0,4}[:=]?\s{0,4}\\?[\"']?"
    r"(?:bearer|token|apikey|ssws|negotiate|digest|hmac|bot)\s+(?P<value>[A-Za-z0-9+/=_.~!|:%-]{8,})"
    r"|\bbearer\s+(?P<bare>[A-Za-z0-9+/=_.~!-]{16,})",
    fold_case=True,
)
_COOKIE: Final = Pattern(
    r"\b[A-Za-z0-9_.-]{0,40}(?:sess|sid|auth|token|jwt|remember)[A-Za-z0-9_.-]{0,40}="
    r"(?P<value>[^\s;,\"'&|<>]{16,})",
    fold_case=True,
)
_MANIFEST: Final = Pattern(
    r"(?:^|\n)(?:string)?data:[ \t]*\n(?P<entries>(?:[ \t]+[A-Za-z0-9_.-]+:[^\n]*(?:\n|$))+)", fold_case=True
)
SCREEN: Final = Screen(
    [
        _ASSIGNED, _GIVEN, _REVERSED, _SPOKEN, _PAIRED, *_PLACED, _TOLD, _HEADER, _COOKIE, _MANIFEST,
    ]
)  # fmt: skip
_LONGEST: Final = 4096  # characters of a value in quotes
_LONGEST_BARE: Final = 1024
_LONGEST_TAG: Final = 200
_EMPTY: Final = frozenset({'""', "''", "``"})
_A_STEP: Final = 16  # characters of a value, which are looked at one by one
_ENDS: Final = frozenset(" \t\n\"'`<>|")
_MARK: Final = re.compile(r"[ \t\n\"'`<>|,;&)}]")  # one character: there is nothing to try again


def find_assigned(text: str, lowered: str) -> Iterator[Finding]:
    """Values that their names, or their places in a command, call credentials. `lowered` serves as a hint."""
    if not SCREEN.passes(text) or not [hint for hint in HINTS if hint in lowered]:
        return
    reach = 0
    for match in _ASSIGNED.find(text):
        kind = credential(match["name"])
        if match.start() < reach:
            continue
        sign = match["typed"] or match["sign"]
        if kind is None or text[match.end("sign") : match.end("sign") + 1] in {"=", ":"}:
            continue
        if sign == ">" and text[match.start("name") - 1 : match.start("name")] != "<":
            continue
        if sign == ">" and (held := _held(text, match.end("sign"))):
            yield held
            reach = held.end
            continue
        quoted = _quote(match["open"])
        if sign in _COMPARES and not quoted:
            continue
        for found in _value(text, match.end(), kind, quoted, loose=sign == ":" and not match["close"]):
            if sign == ">" and not text.startswith("</", found.end):
                continue
            if not quoted and _is_variable(text[found.start : found.end]):
                continue
            yield found
            reach = found.end
    for match in _GIVEN.find(text):
        end = text.find(_quote(match["open"]), match.end(), match.end() + _LONGEST)
        value = text[match.end() : max(end, 0)]
        kind = credential(match["name"])
        if kind and _fits(value, kind, quoted=False, loose=True) and not is_code(value):
            yield Finding(match.end(), end, label_of(kind, value), Weight.SECRET)
    for match in _REVERSED.find(text):
        if (kind := credential(match["name"])) and _fits(match["value"], kind, quoted=True, loose=False):
            yield Finding(*match.span("value"), label_of(kind, match["value"]), Weight.SECRET)
    for match in _PAIRED.find(text):
        if kind := credential(match["name"]):
            yield from _value(text, match.end(), kind, _quote(match["open"]), loose=False)
    for match in _SPOKEN.find(text):
        name = match["flag"] or match["shell"] or match["said"]
        kind = credential(name) or (Kind.GENERATED if name.lower() == "key" else None)
        if kind is not None:
            yield from _value(text, match.end(), kind, _quote(match["open"]), loose=True)
    for match in _TOLD.find(text):
        if _fits(match["value"], Kind.CHOSEN, quoted=False, loose=True) and not is_code(match["value"]):
            yield Finding(*match.span("value"), "password", Weight.SECRET)
    if "kind: secret" in lowered:
        yield from _of_kubernetes(text)
    for pattern in _PLACED:
        for match in pattern.find(text):
            if (
                not is_placeholder(match["value"])
                and is_chosen(match["value"])
                and not is_code(match["value"])
            ):
                yield Finding(match.start("value"), match.end("value"), "password", Weight.SECRET)
    if "bearer" in lowered or "authorization" in lowered or "token" in lowered:
        for match in _HEADER.find(text):
            group = "value" if match.start("value") >= 0 else "bare"
            if is_random(match[group]) and not is_placeholder(match[group]):
                yield Finding(match.start(group), match.end(group), "bearer_opaque", Weight.SECRET)
    if "cookie" in lowered:
        for match in _COOKIE.find(text):
            if is_random(match["value"]):
                yield Finding(match.start("value"), match.end("value"), "session_cookie", Weight.SECRET)


_ENTRY: Final = Pattern(r"(?:^|\n)[ \t]+[A-Za-z0-9_.-]+:[ \t]*[\"']?(?P<value>[^\s\"'|>]{4,})")


def _of_kubernetes(text: str) -> Iterator[Finding]:
    """The values of a manifest of a Secret, whatever they are called."""
    for manifest in _MANIFEST.find(text):
        left = manifest.start("entries")
        for entry in _ENTRY.find(manifest["entries"]):
            if not is_placeholder(entry["value"]):
                start, end = entry.span("value")
                yield Finding(
                    left + start, left + end, label_of(Kind.GENERATED, entry["value"]), Weight.SECRET
                )


def _held(text: str, start: int) -> Finding | None:
    """All that an element of XML holds, where a word of it is random: `<secret>{AQAAABAAA ...}</secret>`."""
    end = text.find("<", start, start + _LONGEST_BARE)
    if not text.startswith("</", max(end, 0)):
        return None
    words = [word.strip("{}") for word in text[start:end].split()]
    if len(words) < 2 or not any(map(is_long_and_random, words)):
        return None
    return Finding(start, end, label_of(Kind.GENERATED, words[-1]), Weight.SECRET)


def _is_variable(value: str) -> bool:
    """Whether a bare value is itself called a credential: `self.password = user_password`."""
    return value.isidentifier() and value.islower() and "_" in value and credential(value) is not None


def label_of(kind: Kind, value: str) -> str:
    if kind is Kind.CHOSEN:
        return "password"
    if all(c in "0123456789abcdefABCDEF" for c in value):
        return "generic_hex"
    return "generic_alnum" if value.isalnum() else "generic_b64"


def _quote(opening: str | None) -> str:
    if not opening:
        return ""
    return "\n" if opening[0] in "|>" else opening.lstrip("bBrRuUfFlL@")


def _value(text: str, start: int, kind: Kind, quote: str, *, loose: bool) -> Iterator[Finding]:
    """The value that begins at `start`, where it looks like what its name says.

    `loose` is where prose reads like an assignment ("password: at least ten characters"): a bare word that a
    person may have written is then no password.
    """
    limit = min(len(text), start + _LONGEST)
    if quote in _EMPTY:
        return
    if quote and quote != "\n":
        end = text.find(quote, start, limit)
        if end < 0:
            end, quote = _bare_end(text, start, limit), ""
    else:
        end = _bare_end(text, start, limit)
    value = text[start:end]
    spend(len(value) // _A_STEP)
    if not quote and (is_code(value) or is_placeholder(value.rstrip(");:,]}"))):
        return
    if _fits(value, kind, quoted=bool(quote) and quote != "\n", loose=loose):
        yield Finding(start, end, label_of(kind, value), Weight.SECRET)


def _fits(value: str, kind: Kind, *, quoted: bool, loose: bool) -> bool:
    if is_placeholder(value):
        return False
    match kind:
        case Kind.CHOSEN:
            return is_random(value) or _is_password(value, quoted=quoted, loose=loose)
        case Kind.GENERATED:
            return is_random(value)
        case Kind.PERHAPS:
            return is_long_and_random(value)


def _is_password(value: str, *, quoted: bool, loose: bool) -> bool:
    if not any(map(str.isalnum, value)):
        return False
    if " " in value:
        return quoted and len(value) <= 64 and any(map(str.isdigit, value)) and not value.endswith((".", "?"))
    if loose and not quoted:
        return is_chosen(value) and len(value) >= 5 and any(map(str.isdigit, value))
    return is_chosen(value) or len(value) >= 6


def _bare_end(text: str, start: int, limit: int) -> int:
    limit = min(limit, start + _LONGEST_BARE)
    end = start
    in_tag = text.rfind("<", max(0, start - _LONGEST_TAG), start) > text.rfind(
        "\n", max(0, start - _LONGEST_TAG), start
    )
    for mark in _MARK.finditer(text, start, limit):
        end = mark.start()
        if text[end] == ">" and not in_tag:
            continue
        if text[end] in _ENDS or _stops(text, end, limit):
            break
    else:
        end = limit
    while end > start and text[end - 1] in ".,;:" and (end == len(text) or text[end].isspace()):
        end -= 1
    return end


def _stops(text: str, position: int, limit: int) -> bool:
    """Whether punctuation ends a bare value: before a space or quote, or where a list goes on."""
    after = text[position + 1 : min(limit, position + 40)]
    if not after or after[0].isspace() or after[0] in "\"'`,;)}]<>":
        return True
    name, sign, _ = after.partition("=")
    return bool(sign) and name.replace("_", "").replace("-", "").replace(" ", "").replace(".", "").isalnum()


def find_named_secret(text: str, name: str) -> list[Finding]:
    """The whole of a value whose column or key calls it a credential."""
    kind = credential(name) if name else None
    value = text.strip()
    if kind is None or is_placeholder(value) or not _fits_column(value, kind):
        return []
    return [Finding(0, len(text), label_of(kind, value), Weight.SECRET)]


def _fits_column(value: str, kind: Kind) -> bool:
    if kind is Kind.PERHAPS:
        return is_long_and_random(value)
    return is_random(value) or (kind is Kind.CHOSEN and len(value) >= 4)


def is_credential(name: str) -> bool:
    """Whether a column or key of this name holds credentials."""
    return bool(name) and credential(name) in {Kind.CHOSEN, Kind.GENERATED}
