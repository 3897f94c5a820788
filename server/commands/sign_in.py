"""`remit sign-in`: a link that signs a browser of this machine in as the local user."""

import argparse
from urllib.parse import urlsplit

import anyio

from policies.document import Document
from policies.errors import ConfigurationError
from policies.values import LOOPBACK
from server.commands.options import takes_configuration
from server.configuration import load
from server.keys import open_keys, open_masters, store_password
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind, Tickets
from server.store import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument(
        "--url", metavar="URL", help="where the pages are, as the page says that asks you to sign in"
    )


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    print(anyio.run(one_time_link, document, options.url or document.server.url))
    return 0


async def one_time_link(document: Document, url: str) -> str:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    local = document.identity.local
    if local is None:
        raise ConfigurationError(
            "there is no local user to sign in",
            where="identity.local",
            remedy="Add [identity.local]; or sign in on the page itself, at your identity provider.",
        )
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in LOOPBACK:
        raise ConfigurationError(
            f"{url} is not on this machine, and such a link is for this machine alone",
            where="--url or server.url",
            remedy="Give the address that the page shows: --url http://127.0.0.1:PORT.",
        )
    async with open_store(document, store_password(document)) as store:
        keys = await open_keys(await open_masters(document, store), store)
        return link(url, await Tickets(store, keys).issue(Kind.LINK, link_content(local), LINK_LASTS))
