"""A real issuer, `oidc-provider`, and a client that gets its tokens as a person with a browser would."""

import base64
import hashlib
import json
import re
import secrets
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from tests.npm import Node

CALLBACK = "http://127.0.0.1/callback"


class Provider:
    """A running `oidc-provider`. Its people are ada and bob, and eve, whose groups are no list."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.issuer: str = self._told()["issuer"]

    def rotate(self, *keys: str) -> None:
        """Publishes the keys of these names, and signs with the first."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(keys) + "\n")
        self._process.stdin.flush()
        assert self._told() == {"keys": [*keys]}

    def _told(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "oidc-provider ended"
        return json.loads(line)

    def tokens(self, person: str, resource: str, scope: str = "openid", client: str = "editor") -> Any:
        """What the token endpoint answers after the authorization code flow with PKCE."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        with httpx2.Client() as browser:
            place = browser.get(f"{self.issuer}/.well-known/openid-configuration").json()
            asked = {
                "response_type": "code",
                "client_id": client,
                "redirect_uri": CALLBACK,
                "scope": scope,
                "resource": resource,
                "state": "a state",
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
            asking = browser.build_request("GET", place["authorization_endpoint"], params=asked)
            returned = parse_qs(urlsplit(sign_in(browser, str(asking.url), person, CALLBACK)).query)
            assert returned["state"] == ["a state"]
            assert returned["iss"] == [self.issuer]
            code = {
                "grant_type": "authorization_code",
                "code": returned["code"][0],
                "redirect_uri": CALLBACK,
                "client_id": client,
                "code_verifier": verifier,
                "resource": resource,
            }
            answered = browser.post(place["token_endpoint"], data=code)
            assert answered.status_code == 200, answered.text
            return answered.json()

    def token(self, person: str, resource: str, scope: str = "openid", client: str = "editor") -> str:
        text: str = self.tokens(person, resource, scope, client)["access_token"]
        return text

    def register(self, **metadata: object) -> str:
        """The id of a new public client of this machine."""
        asked = {"application_type": "native", "token_endpoint_auth_method": "none", **metadata}
        answered = httpx2.post(f"{self.issuer}/reg", json=asked)
        assert answered.status_code == 201, answered.text
        text: str = answered.json()["client_id"]
        return text

    def sign_out(self, browser: httpx2.Client) -> None:
        """Signs a browser out, as its person would; returns once every client has been told."""
        page = browser.get(f"{self.issuer}/session/end")
        secret = re.search(r'name="xsrf" value="(\w+)"', page.text)
        assert secret, page.text
        fields = {"xsrf": secret[1], "logout": "yes"}
        assert browser.post(f"{self.issuer}/session/end/confirm", data=fields).is_redirect


def sign_in(browser: httpx2.Client, address: str, person: str, callback: str) -> str:
    """Where the issuer leads the browser back to, once the person has logged in and consented."""
    answer = browser.get(address)
    while not answer.headers.get("location", "").startswith(callback):
        answer = _turn(browser, answer, person)
    return str(answer.headers["location"])


def _turn(browser: httpx2.Client, answer: httpx2.Response, person: str) -> httpx2.Response:
    """One page further: a redirect followed, the login filled in, or the consent given."""
    if answer.is_redirect:
        return browser.get(urljoin(str(answer.url), answer.headers["location"]))
    assert answer.status_code == 200, answer.text
    action = re.search(r'action="([^"]+)"', answer.text)
    prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
    assert action, answer.text
    assert prompt
    fields = {"prompt": prompt[1], "login": person, "password": "any"}
    return browser.post(urljoin(str(answer.url), action[1]), data=fields)


@contextmanager
def running(node: Node, *resources: str, script: str = "provider.mjs") -> Generator[Provider]:
    """Gives tokens for these resources; `vendor.mjs` for itself alone."""
    with subprocess.Popen(
        [node.program, Path(__file__).with_name(script), node.modules, *resources],
        env=dict(node.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a pipe that nobody reads would stop it
        text=True,
    ) as process:
        try:
            yield Provider(process)
        finally:
            process.kill()
