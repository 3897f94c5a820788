"""Characters that no reader sees and that carry a text all the same.

Looked for in text as it came, since redaction takes them out. What typography needs is let be: a soft hyphen
here and there, the joiners of Persian and Hindi, emoji, flags, variants of ideographs.
"""

from typing import Final

from policies.redaction.linear import Pattern

_WIDTHLESS: Final = r"\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}\x{180e}\x{034f}\x{115f}\x{1160}\x{3164}"
_FLAG: Final = Pattern(r"\x{1f3f4}[\x{e0020}-\x{e007e}]{2,6}\x{e007f}")
_TAG: Final = Pattern(r"[\x{e0001}-\x{e007f}]")
_CARRIED: Final = Pattern(
    "|".join(
        (
            r"[\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}]{2}",  # two bytes of a text that hangs on one character
            rf"[{_WIDTHLESS}]{{4}}",
            rf"(?:[ -~][{_WIDTHLESS}\x{{ad}}]+){{4}}",  # between every letter
            rf"[A-Za-z][{_WIDTHLESS}]+[A-Za-z].*[A-Za-z][{_WIDTHLESS}]+[A-Za-z]",
            r"[\x{202d}\x{202e}].*[A-Za-z]{3}",  # letters turned around
            r"\x{1b}(?:\]|P|\[[0-9;]*[A-HJKSTfsu]|\[(?:[0-9]+;)*8m)",  # a terminal's cursor, title and links
            r"\x{08}{3}",
        )
    )
)


def carries_text(text: str) -> bool:
    """Whether there is more in `text` than shows. It may hold lone surrogates."""
    if text.isprintable() and text.isascii():
        return False
    text = text.encode("utf-8", "replace").decode()
    if _CARRIED.first(text) is not None:
        return True
    flags = sum(found.end() - found.start() - 1 for found in _FLAG.find(text))
    return flags < sum(1 for _ in _TAG.find(text))
