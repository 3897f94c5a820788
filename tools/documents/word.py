"""What stands in a part of a Word document, whatever it is wrapped in (ECMA-376, part 1, section 17)."""

from typing import Any, Final

_LEFT_OUT: Final = frozenset({"del", "moveFrom", "Fallback"})
"""What was deleted or moved away and is kept to be seen, and what says the same once more."""
_SIGNS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
"""Of a run: elsewhere they say where a tab stops."""


def text_of(node: Any) -> str:
    """Paragraphs as lines, and rows of a table as lines with tabs between their cells."""
    return "".join(map(_said, node))


def _said(node: Any) -> str:
    match _name(node):
        case "t":
            return node.text or ""
        case "r":
            return "".join(_SIGNS.get(_name(each)) or _said(each) for each in node)
        case "p":
            return text_of(node) + "\n"
        case "tc":
            return text_of(node).removesuffix("\n") + "\t"
        case "tr":
            return text_of(node).removesuffix("\t") + "\n"
        case name:
            return "" if name in _LEFT_OUT else text_of(node)


def _name(node: Any) -> str:
    """Without its namespace, of which there are two; "" for what is no element."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
