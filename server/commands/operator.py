"""Who runs a command: for the record, and to tell two people apart."""

import os
import pwd


def operator() -> str:
    """The account of this machine, as the system knows it: `USER` and `LOGNAME` are whatever one sets.

    Under sudo it is the account that called it. Whoever is root may claim to be anybody.
    """
    user = os.geteuid()
    called_by = os.environ.get("SUDO_UID", "")
    if user == 0 and called_by.isascii() and called_by.isdigit():
        user = int(called_by)
    try:
        return pwd.getpwuid(user).pw_name
    except (KeyError, OverflowError):
        return f"uid {user}"
