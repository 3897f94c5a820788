"""What an operator should mend about a token, of whichever system."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from policies.sources import RestSource
from tools.connector import Finding
from tools.rest.scopes import Scopes


def not_taken(name: str, scopes: Scopes) -> Finding:
    """Of a token that has ended."""
    wanted = ", ".join(scopes.wanted)
    return Finding(name, "the token is not taken", f"Connect anew, with {wanted}.", fatal=False)


def of_scopes(name: str, source: RestSource, scopes: Scopes, found: AbstractSet[str]) -> Iterator[Finding]:
    """What a token with the scopes `found` may do too much or too little."""
    if spare := scopes.excess(found):
        known = [scope for scope in spare if re.fullmatch(r"[A-Za-z:._]{1,60}", scope)]
        what = f"the token may do more than it must: it has {len(spare)} scopes more"
        yield Finding(name, what, f"Connect anew without {', '.join(known)}.", fatal=False)
    if lacking := scopes.lacking(found):
        what = f"the token can't read all that is open: it lacks {', '.join(lacking)}"
        yield Finding(name, what, "Connect anew, with these scopes as well.", fatal=False)
    if source.acts and not found >= {*scopes.acting}:
        what = "the token can't act: it may only read"
        remedy = f"Who is to act connects anew, also with {', '.join(scopes.acting)}."
        yield Finding(name, what, remedy, fatal=False)
