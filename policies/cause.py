"""What went wrong, without a word of what it went wrong with: for the process log (threats T35, T46).

The text of an error quotes what it was about: a driver's a row or a DSN, a parser's the statement, Python's
own the value. Its class says what happened, and a number that the system behind gave it says why.
"""

import errno
import re
import ssl
from typing import Final

_OWN: Final = frozenset({"policies", "tools", "server"})
_SQLSTATE: Final = re.compile(r"[0-9A-Z]{5}")


def cause(error: BaseException) -> str:
    """The class of the error; its SQLSTATE, SQLite's code, OpenSSL's reason or the system's name for it.

    Errors of remit's own choose their words, and are told with them.
    """
    name = type(error).__name__
    state = getattr(error, "sqlstate", None)
    code = getattr(error, "extendedresult", None)
    if type(error).__module__.partition(".")[0] in _OWN:
        return f"{name} {error}"
    if isinstance(state, str) and _SQLSTATE.fullmatch(state):
        return f"{name} {state}"
    if isinstance(code, int):
        return f"{name} {code}"
    if isinstance(error, ssl.SSLError):
        told = (getattr(error, what, None) for what in ("reason", "verify_message"))
        return " ".join([name, *filter(None, told)])
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name} {errno.errorcode.get(error.errno, 'of no name')}"
    return name
