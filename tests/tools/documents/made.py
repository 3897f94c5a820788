"""Documents made by the libraries that know them, and hostile ones made by hand."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import docx
import openpyxl
from pypdf import PdfWriter

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def text_document(
    *paragraphs: str, table: Sequence[Sequence[str]] = (), header: str = "", comment: str = ""
) -> bytes:
    made = docx.Document()
    if header:
        made.sections[0].header.paragraphs[0].text = header
    for each in paragraphs:
        made.add_paragraph(each)
    if table:
        grid = made.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    if comment:
        made.add_comment(made.paragraphs[0].runs[0], comment, author="Anna")
    return _saved(made.save)


def text_document_of(body: str, doctype: str = "") -> bytes:
    """With this XML as its body: `w` and `mc` are what they mostly are."""
    return _with_main(
        f'{_XML}{doctype}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}</w:body></w:document>"
    )


def renamed(content: bytes, name: str, other: str) -> bytes:
    """The document, with one of its parts under another name."""
    members = {each.replace(name, other): body for each, body in _members(content).items()}
    ends = (name.rpartition("/")[2].encode(), other.rpartition("/")[2].encode())
    return archive(
        {
            each: body.replace(*ends) if each.endswith((".rels", "].xml")) else body
            for each, body in members.items()
        }
    )


def spreadsheet(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book.save)


def pdf(*pages: str, password: str | None = None, owner: str | None = None) -> bytes:
    """Each of one line, without brackets. The `password` opens it, its `owner`'s lets whoever has it edit."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    kids: list[int] = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
        font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {len(objects)} 0 R/Resources{font}>>"
        )
        kids.append(len(objects))
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>"
    out, places = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    if password is None:
        return bytes(out)
    writer = PdfWriter(clone_from=io.BytesIO(bytes(out)))
    writer.encrypt(password, owner, algorithm="RC4-128")
    return _saved(writer.write)


def archive(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def bomb(size: int, name: str = "zeros.txt") -> bytes:
    """An archive of one member of so many bytes, a thousand times smaller."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
        packed.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def lying(content: bytes, size: int) -> bytes:
    """The archive of one member, whose central directory says that it is of another size."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", size) + content[at + 4 :]


def encrypted(content: bytes) -> bytes:
    """The archive of one member, which says of it that it is encrypted."""
    at = content.rindex(b"PK\x01\x02") + 8
    return content[:at] + struct.pack("<H", 1) + content[at + 2 :]


def exploding_entities() -> bytes:
    """A text document whose XML says a word a billion times."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'{_XML}<!DOCTYPE d [<!ENTITY l0 "bang">{levels}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
    )
    return _with_main(body)


def _with_main(xml: str) -> bytes:
    return archive({**_members(text_document("hello")), "word/document.xml": xml.encode()})


def _members(content: bytes) -> dict[str, bytes]:
    plain = zipfile.ZipFile(io.BytesIO(content))
    return {name: plain.read(name) for name in plain.namelist()}


def _saved(save: object) -> bytes:
    out = io.BytesIO()
    assert callable(save)
    save(out)
    return out.getvalue()
