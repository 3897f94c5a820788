"""The MCP App of an action: what would be done, shown inside the client's own window (SEP-1865).

It shows and never confirms: all that it can ask of its host is to open our page, where a person decides. What
it shows comes ready from here, by the template of that page.
"""

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

from policies.change import Effect
from policies.risk import Risk
from server.pages.rendering import environment
from server.pages.showing import groups

URI: Final = "ui://remit/action"
_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = environment()


def difference(title: str, effect: Effect, risk: Risk) -> str:
    """HTML, for the view alone."""
    return _TEMPLATES.get_template("inline.html").render(
        title=title, groups=groups(effect), effect=effect, risk=risk.level.value, reasons=risk.reasons
    )


@cache
def view() -> str:
    """The same document for everybody: it holds no data, and lets nothing run but its own script."""
    style, script = ((_HERE / name).read_text() for name in ("pages.css", "view.js"))
    return _TEMPLATES.get_template("view.html").render(
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - a file of ours
        policy=f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'",
    )


def _source(text: str) -> str:
    """The only one that is allowed (CSP 3, section 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
