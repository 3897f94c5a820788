"""Which form a content has, and which one its name says that it has."""

import codecs
from pathlib import PurePosixPath
from typing import Final

from tools.documents.opened import Form

_TEXTS: Final = {
    "bat", "bib", "c", "cfg", "conf", "cpp", "cs", "css", "csv", "diff", "eml", "go", "h", "html", "ini",
    "java", "js", "json", "jsonl", "log", "md", "org", "patch", "php", "ps1", "py", "rb", "rs", "rst",
    "rtf", "sh", "sql", "srt", "svg", "tex", "toml", "ts", "tsv", "txt", "vcf", "xml", "yaml", "yml",
}  # fmt: skip
_FORMS: Final = {"pdf": Form.PDF, "docx": Form.DOCX, "xlsx": Form.XLSX, "zip": Form.ZIP}
PDF: Final = b"%PDF-"
_HEAD: Final = 1_024  # bytes in which a PDF begins (ISO 32000-1, annex H.3.4.1)
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
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


def text_of(content: bytes) -> str | None:
    """The text that it is; None where it is none."""
    coding = next((coding for mark, coding in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def old_text_of(content: bytes) -> str | None:
    """The text of what is said to be one, as Windows wrote it before Unicode; None where it is none."""
    if content.startswith(PDF) or is_packed(content) or any(sign in content for sign in _NO_TEXT):
        return None
    return content.decode("cp1252", errors="replace")


def restorable(content: bytes, most: int) -> str | None:
    """The text of at most so many characters that, written in UTF-8, is this very content."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text or len(text) > most else text
