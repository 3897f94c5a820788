"""Opens documents in a process of their own each, within bounds of size, memory and time (threat T40)."""

import json
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import Process

from policies.errors import Denied
from tools.documents import child, forms
from tools.documents.ends import beginning
from tools.documents.opened import BOUNDS, LONGEST_NAME, Bounds, Form, Opened, Part, too_long

_AT_ONCE: Final = 2  # processes: the others wait
_HELD: Final = 6  # files in memory at once, of one source
_LIBRARIES: Final = {forms.PDF: "pypdf", b"word/": "docx", b"xl/": "openpyxl"}
_ROOT: Final = Path(__file__).parents[2]
_BEGIN: Final = "import sys; sys.path.insert(0, sys.argv[1]); from tools.documents.child import main; main()"
_GRACE: Final = 20.0  # seconds beside those of the processor, on a machine that is busy
_WIDEST: Final = 6  # bytes of JSON for one character at most


class Opener:
    """Of one source."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._turns = anyio.CapacityLimiter(_AT_ONCE)
        self._held = anyio.CapacityLimiter(_HELD)

    async def open(self, fetch: Callable[[], Awaitable[bytes]], name: str) -> Opened:
        """By what is fetched; a name that says something else is a reason to open nothing.

        Raises `Denied` (rule `document`), and what `fetch` does.
        """
        async with self._held:
            content = await fetch()
            said = forms.said(name)
            found = self._text(content, said)
            if found is None:
                async with self._turns:
                    found = await self._apart(content)
        if said not in {None, found.form}:
            raise not_read(f"its name says {said}, and it is {found.form}")
        return found

    def _text(self, content: bytes, said: Form | None) -> Opened | None:
        most = self._bounds.characters
        text = forms.read_as_text(content, said, most + 1)
        if text is None:
            return None
        if len(text) <= most:
            return Opened(Form.TEXT, (Part("", text),))
        return Opened(Form.TEXT, (Part("", beginning(text, most)),), too_long(most))

    async def _apart(self, content: bytes) -> Opened:
        _hold_installed(content)
        command = [sys.executable, "-I", "-c", _BEGIN, str(_ROOT), child.bounds_argument(self._bounds)]
        told = b""
        with anyio.move_on_after(self._bounds.seconds + _GRACE):
            async with await anyio.open_process(command, env={}) as process:
                told = await self._asked(process, content)
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
            case {child.REFUSED: str() as reason, **more}:
                raise not_read(reason, str(more.get("detail", "")))
            case opened:
                return Opened.from_json(opened)
    except (ValueError, RecursionError):
        raise not_read("to open it takes too long, or too much memory") from None


def _hold_installed(content: bytes) -> None:
    """Raises `Denied` where this remit has nothing that opens documents."""
    if not forms.is_pdf(content) and not forms.is_packed(content):
        raise not_read("it is of no kind that is opened here")
    wanted = [library for sign, library in _LIBRARIES.items() if sign in content]
    if lacking := [library for library in wanted if find_spec(library) is None]:
        raise Denied(
            "This server was installed without what opens documents. Tell an administrator.",
            rule="document",
            detail=f"not installed: {', '.join(lacking)}; pip install 'remit[documents]'",
        )


def not_read(why: str, detail: str = "") -> Denied:
    return Denied(f"This file is not read: {why}. Ask for another one.", rule="document", detail=detail)
