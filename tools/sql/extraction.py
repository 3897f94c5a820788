"""Parts that are taken out of JSON by keys that the statement names: the keys say what they are."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import words

Part: TypeAlias = tuple[exp.Expr, tuple[str, ...]]
"""An expression that gives JSON, and the keys that lead to the part of it."""

_BY_KEY: Final = words("-> ->>")
_BY_PATH: Final = words("#> #>>")
_BY_KEYS: Final = words("""
    json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text
    """)
_BY_ITS_KEY: Final = words("get get_ignore_case")
_BY_BARE_PATH: Final = words("get_path json_extract_path_text")
_BY_JSON_PATH: Final = words("json_extract jsonb_extract jsonb_path_query jsonb_path_query_first")
# `$.a."b c"[0]` and `{a,b c,0}`; a path that chooses by a condition names what it does not give.
_PATH: Final = re.compile(
    r"(?:lax |strict )?\$(?:\.\w+|\.\"[^\"]*\"|\[[\w#*-]*\]|\[\"[^\"]*\"\])*|\{[^{}()?@]*\}"
)
_KEY: Final = re.compile(r"\"([^\"]*)\"|([^\W\d]\w*(?: \w+)*)")


def extraction(node: exp.Expr) -> Part | None:
    """None where nothing is taken out, or nobody can read off by what."""
    match node:
        case exp.JSONExtract() | exp.JSONExtractScalar():
            return _by_key(node.this, node.expression)
        case exp.Operator() if node.args["operator"] in _BY_KEY:
            return _by_key(node.this, node.expression)
        case exp.Operator() if node.args["operator"] in _BY_PATH:
            return _by_path(node.this, [node.expression])
        case exp.Bracket() if len(node.expressions) == 1:
            return _by_key(node.this, node.expressions[0])
        case exp.Anonymous() if function_name(node) in _BY_ITS_KEY and len(node.expressions) == 2:
            return _by_key(*node.expressions)
        case exp.Anonymous() if function_name(node) in _BY_BARE_PATH and len(node.expressions) == 2:
            document, path = node.expressions
            text = _text(path)
            return _along(document, f"${text}" if text.startswith("[") else f"$.{text}") or _by_key(
                document, path
            )
        case exp.Anonymous() if function_name(node) in _BY_KEYS:
            document, *keys = node.expressions
            texts = [_text(key) for key in keys]
            return (document, tuple(texts)) if all(texts) else None
        case exp.Anonymous() if function_name(node) in _BY_JSON_PATH:
            return _by_path(node.expressions[0], node.expressions[1:])
        case _:
            return None


def _by_key(document: exp.Expr, key: exp.Expr) -> Part | None:
    text = _text(key)
    if text.startswith("$"):  # SQLite takes a path there, too
        return _by_path(document, [key])
    return (document, (text,)) if text else None


def _by_path(document: exp.Expr, paths: Sequence[exp.Expr]) -> Part | None:
    return _along(document, _text(paths[0]) if len(paths) == 1 else "")


def _along(document: exp.Expr, text: str) -> Part | None:
    if not _PATH.fullmatch(text):
        return None
    keys = tuple(quoted or plain for quoted, plain in _KEY.findall(text[text.find("$") + 1 :]))
    return (document, keys) if keys else None


def _text(value: exp.Expr) -> str:
    while isinstance(value, (exp.Paren, exp.Cast)):
        value = value.this
    return value.name if isinstance(value, exp.Literal) and value.is_string else ""
