"""The keys: a master that only wraps, a root that purposes are derived from, and one a tenant for secrets.

    master  (outside the store)  wraps  root key    derives  a key for each purpose (root.py)
                                 wraps  tenant key  derives  a key for each sealed record (ring.py)

The wrapped ones are in the store of record (rows.py). docs/decisions/0020 says why.
"""

from server.keys.master import Master, MasterUnavailable
from server.keys.masters import Masters, open_masters
from server.keys.references import resolve, store_password
from server.keys.ring import Ring
from server.keys.root import Keys, find_keys, open_keys

__all__ = [
    "Keys",
    "Master",
    "MasterUnavailable",
    "Masters",
    "Ring",
    "find_keys",
    "open_keys",
    "open_masters",
    "resolve",
    "store_password",
]
