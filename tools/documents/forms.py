"""Which form a content has, and which one its name says that it has."""

import codecs
from pathlib import PurePosixPath
from typing import Any, Final

from tools.documents.opened import Form

_TEXTS: Final = {
    "adoc", "bat", "bib", "c", "cc", "cfg", "cmd", "conf", "cpp", "cs", "css", "csv", "diff", "eml", "env",
    "geojson", "go", "gradle", "h", "hpp", "htm", "html", "ics", "ini", "ipynb", "java", "js", "json",
    "jsonl", "jsx", "kt", "less", "log", "lua", "md", "mjs", "ndjson", "org", "patch", "php", "pl",
    "properties", "proto", "ps1", "py", "r", "rb", "rs", "rst", "rtf", "scala", "scss", "sh", "sql", "srt",
    "svg", "swift", "tex", "tf", "toml", "ts", "tsv", "tsx", "txt", "vcf", "vtt", "vue", "xhtml", "xml",
    "yaml", "yml",
}  # fmt: skip
_FORMS: Final = {"pdf": Form.PDF, "docx": Form.DOCX, "xlsx": Form.XLSX, "zip": Form.ZIP}
PDF: Final = b"%PDF-"
_HEAD: Final = 1_024  # bytes in which a PDF begins (ISO 32000-1, annex H.3.4.1)
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDEST: Final = 4  # bytes of one character, in UTF-8 and UTF-16 alike
_BEFORE_UNICODE: Final[Any] = bytes(range(256)).decode("cp1252", errors="replace")
_NO_TEXT: Final = (b"\x00", b"\x01", b"\x02", b"\x03")  # control characters that no editor writes
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06")


def said(name: str) -> Form | None:
    """By the end of its name; None where that says nothing."""
    end = PurePosixPath(name).suffix[1:].lower()
    return Form.TEXT if end in _TEXTS else _FORMS.get(end)


def is_packed(content: bytes) -> bool:
    """Whether it is a ZIP archive, of whatever kind."""
    return content.startswith(_PACKED)


def is_pdf(content: bytes) -> bool:
    return PDF in content[:_HEAD]


def read_as_text(content: bytes, said: Form | None, most: int) -> str | None:
    """At most `most` characters of the text that it is, or is said to be; None where they are none."""
    text = _text_of(content, most)
    return _old_text_of(content, most) if text is None and said is Form.TEXT else text


def _text_of(content: bytes, most: int) -> str | None:
    if content[:_HEAD].lstrip().startswith(PDF):
        return None
    coding = next((coding for mark, coding in _MARKS.items() if content.startswith(mark)), "utf-8")
    head = content[: _WIDEST * (most + 1)]  # one more, for the mark
    try:
        text = codecs.getincrementaldecoder(coding)().decode(head, final=len(head) == len(content))
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text[:most]


def _old_text_of(content: bytes, most: int) -> str | None:
    """As Windows wrote it before Unicode."""
    if is_pdf(content) or is_packed(content) or any(sign in content for sign in _NO_TEXT):
        return None
    return codecs.charmap_decode(content[:most], "strict", _BEFORE_UNICODE)[0]


def restorable(content: bytes, most: int) -> str | None:
    """The text of at most so many characters that, written in UTF-8, is this very content."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text or len(text) > most else text
