"""A person with a browser: opens the address that a client gives, logs in, and consents.

Arguments: the person, the address, and `print` to print where the browser is led back to, or `follow` to go
there.
"""

import sys
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.server.oidc.provider import sign_in


def main(person: str, address: str, then: str) -> None:
    (callback,) = parse_qs(urlsplit(address).query)["redirect_uri"]
    with httpx2.Client(timeout=30) as browser:
        back = sign_in(browser, address, person, callback)
        if then == "follow":
            browser.get(back).raise_for_status()
        else:
            print(back)


if __name__ == "__main__":
    main(*sys.argv[1:])
