"""Opens documents with the libraries that know them. Runs in a process of its own: see `child.py`."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from tools.documents import forms
from tools.documents.ends import beginning
from tools.documents.opened import LONGEST_NAME, Bounds, Form, Opened, Part, too_long
from tools.documents.word import text_of

_TYPES: Final = "[Content_Types].xml"
_WORD: Final = b"wordprocessingml.document.main+xml"
_EXCEL: Final = b"spreadsheetml.sheet.main+xml"
_NOTES: Final = ("header", "footer", "footnotes", "endnotes")  # as the type of a part ends, before `+xml`
_MEMBERS: Final = 10_000  # of an archive
_CHUNK: Final = 1 << 20
_FLOOR: Final = 10_000_000  # bytes that any may unpack to


class Unopened(Exception):  # noqa: N818 - an answer, not a fault
    """The document is not opened; its text says why, for whoever asked."""


def open_document(content: bytes, bounds: Bounds) -> Opened:
    """By what it is, and not by what it is called. Raises `Unopened`, or whatever a library does."""
    if forms.is_pdf(content):
        return _taken(Form.PDF, _pdf(content), bounds)
    if forms.is_packed(content):
        return _packed(content, bounds)
    raise Unopened("it is of no kind that is opened here")


def _packed(content: bytes, bounds: Bounds) -> Opened:
    with _archive(content) as archive:
        _hold(archive, len(content), bounds)
        types = archive.read(_TYPES) if _TYPES in archive.namelist() else b""
        if _WORD in types:
            return _taken(Form.DOCX, _docx(content), bounds)
        if _EXCEL in types:
            return _xlsx(content, bounds)
        return _taken(Form.ZIP, _zip(archive, bounds), bounds)


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Unopened("it is a broken archive") from error


def _hold(archive: zipfile.ZipFile, size: int, bounds: Bounds) -> None:
    """What its members say of their sizes may be a lie, so they are unpacked once, and thrown away.

    Raises `Unopened`.
    """
    members = archive.infolist()
    if len(members) > _MEMBERS:
        raise Unopened(f"it has more than {_MEMBERS} members")
    most = min(bounds.unpacked, max(_FLOOR, size * bounds.ratio))
    unpacked = 0
    for member in members:
        if member.flag_bits & 1:
            raise Unopened("it is encrypted")
        with archive.open(member) as packed:
            while piece := packed.read(_CHUNK):
                unpacked += len(piece)
                if unpacked > most:
                    raise Unopened(f"unpacked, it is more than {most} bytes")


def _taken(form: Form, parts: Iterator[Part], bounds: Bounds) -> Opened:
    """As many parts, and as much of them, as the bounds let."""
    taken: list[Part] = []
    left = bounds.characters
    for part in parts:
        if len(taken) == bounds.parts:
            return Opened(form, tuple(taken), f"only the first {bounds.parts} parts are read")
        taken.append(Part(part.name[:LONGEST_NAME], beginning(part.text, left)))
        left -= len(part.text)
        if left < 0:
            return Opened(form, tuple(taken), too_long(bounds.characters))
    return Opened(form, tuple(taken))


def _pdf(content: bytes) -> Iterator[Part]:
    from pypdf import PdfReader  # noqa: PLC0415 - one library for one document

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):  # else it can be read by everybody, and not changed
        raise Unopened("it is encrypted")
    for number, page in enumerate(reader.pages, start=1):
        yield Part(f"page {number}", page.extract_text())


def _docx(content: bytes) -> Iterator[Part]:
    from docx import Document  # noqa: PLC0415 - as above
    from docx.oxml import parse_xml  # noqa: PLC0415

    document: Any = Document(BytesIO(content))
    yield Part("", text_of(document.element.body).strip("\n"))
    if comments := [f"{comment.author}: {comment.text}" for comment in document.comments]:
        yield Part("comments", "\n".join(comments))
    for part in document.part.package.iter_parts():
        note = part.content_type.rpartition(".")[2].removesuffix("+xml")
        if note in _NOTES and (text := text_of(parse_xml(part.blob)).strip()):
            yield Part(note, text)


def _xlsx(content: bytes, bounds: Bounds) -> Opened:
    from openpyxl import load_workbook  # noqa: PLC0415 - as above

    book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    left = bounds.cells
    parts: list[Part] = []
    for sheet in book.worksheets:
        lines: list[str] = []
        sheet.reset_dimensions()  # what a file says of them may be anything
        for row in sheet.iter_rows(values_only=True):
            left -= max(1, sum(cell is not None for cell in row))
            if left < 0:
                cut = f"only the first {bounds.cells} cells are read"
                taken = _taken(Form.XLSX, iter([*parts, Part(sheet.title, "\n".join(lines))]), bounds)
                return Opened(taken.form, taken.parts, taken.cut or cut)
            lines.append("\t".join("" if cell is None else str(cell) for cell in row).rstrip("\t"))
        parts.append(Part(sheet.title, "\n".join(lines).strip("\n")))
    return _taken(Form.XLSX, iter(parts), bounds)


def _zip(archive: zipfile.ZipFile, bounds: Bounds) -> Iterator[Part]:
    """Of members that are no text, their names alone: nothing is opened within what was opened."""
    for member in archive.infolist():
        if not member.is_dir():
            said = forms.said(member.filename)
            text = forms.read_as_text(archive.read(member), said, bounds.characters + 1)
            yield Part(member.filename, f"[{member.file_size} bytes, no text]" if text is None else text)
