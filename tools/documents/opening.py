"""Opens documents in a process of their own each, within bounds of size, memory and time (threat T40)."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import Process

from policies.errors import Denied
from tools.documents import forms
from tools.documents.child import bounds_argument
from tools.documents.opened import BOUNDS, LONGEST_NAME, Bounds, Form, Opened, Part

_AT_ONCE: Final = 2  # processes: the others wait
_LIBRARIES: Final = {forms.PDF: "pypdf", b"word/document.xml": "docx", b"xl/workbook.xml": "openpyxl"}
_ROOT: Final = Path(__file__).parents[2]
_BEGIN: Final = "import sys; sys.path.insert(0, sys.argv[1]); from tools.documents.child import main; main()"
_GRACE: Final = 20.0  # seconds beside those of the processor, on a machine that is busy
_WIDEST: Final = 6  # bytes of JSON for one character at most


class Opener:
    """Of one source."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._turns = anyio.CapacityLimiter(_AT_ONCE)

    async def open(self, content: bytes, name: str) -> Opened:
        """By what the content is; a name that says something else is a reason to open nothing.

        Raises `Denied` (rule `document`).
        """
        said = forms.said(name)
        text = forms.text_of(content)
        if text is None and said is Form.TEXT:
            text = forms.old_text_of(content)
        if text is not None and not content.startswith(forms.PDF):
            found = Opened(Form.TEXT, (Part("", text[: self._bounds.characters]),), self._cut(text))
        else:
            async with self._turns:
                found = await self._apart(content)
        if said not in {None, found.form}:
            raise _refused(f"its name says {said}, and it is {found.form}")
        return found

    def _cut(self, text: str) -> str:
        most = self._bounds.characters
        return f"only the first {most} characters are read" if len(text) > most else ""

    async def _apart(self, content: bytes) -> Opened:
        _hold_installed(content)
        command = [sys.executable, "-I", "-c", _BEGIN, str(_ROOT), bounds_argument(self._bounds)]
        told = b""
        with anyio.move_on_after(self._bounds.seconds + _GRACE):
            async with await anyio.open_process(command, env={}) as process:
                try:
                    told = await self._asked(process, content)
                finally:
                    if process.returncode is None:
                        process.kill()
        return _heard(told)

    async def _asked(self, process: Process, content: bytes) -> bytes:
        """All that it writes; nothing, where that is more than it should."""
        assert process.stdin
        assert process.stdout
        told = bytearray()
        try:
            await process.stdin.send(content)
            await process.stdin.aclose()
            async for piece in process.stdout:
                told += piece
                if len(told) > _WIDEST * (self._bounds.characters + self._bounds.parts * LONGEST_NAME):
                    return b""
        except anyio.BrokenResourceError:  # it ended before it had read all of it
            return b""
        return bytes(told)


def _heard(told: bytes) -> Opened:
    """Raises `Denied`."""
    try:
        match json.loads(told):
            case {"refused": str() as reason, **more}:
                raise _refused(reason, str(more.get("detail", "")))
            case _:
                return Opened.from_json(told.decode())
    except ValueError:
        raise _refused("to open it takes too long, or too much memory") from None


def _hold_installed(content: bytes) -> None:
    """Raises `Denied` where this remit has nothing that opens documents."""
    if not forms.is_pdf(content) and not forms.is_packed(content):
        raise _refused("it is of no kind that is opened here")
    wanted = [library for sign, library in _LIBRARIES.items() if sign in content]
    if lacking := [library for library in wanted if find_spec(library) is None]:
        raise Denied(
            "This server was installed without what opens documents. Tell an administrator.",
            rule="document",
            detail=f"not installed: {', '.join(lacking)}; pip install 'remit[documents]'",
        )


def _refused(why: str, detail: str = "") -> Denied:
    return Denied(f"This file is not read: {why}. Ask for another one.", rule="document", detail=detail)
