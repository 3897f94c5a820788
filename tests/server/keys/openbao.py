"""An OpenBao of our own: in memory, over TLS on 127.0.0.1, with a Transit engine and a key in it."""

import os
import secrets
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from policies.document import Document, Keys, Server
from tests.backends import free_port

BAO = Path(sys.executable).with_name("bao")


@dataclass(frozen=True, slots=True)
class OpenBao:
    address: str
    folder: Path
    process: "subprocess.Popen[str]"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def token_file(self) -> Path:
        return self.folder / "token"

    @property
    def master(self) -> str:
        return f"transit:{self.address}/transit/remit"

    def ask(self, path: str, body: dict[str, object] | None = None) -> Any:
        """As its administrator, outside everything that remit does."""
        answer = httpx2.post(
            f"{self.address}/v1/{path}",
            json=body or {},
            headers={"x-vault-token": (self.folder / "administrator").read_text()},
            verify=ssl.create_default_context(cafile=self.ca),
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def give_token(self) -> str:
        """One that may wrap and unwrap with the key, and nothing else, for remit to find."""
        token: str = self.ask("auth/token/create", {"policies": ["remit"], "no_default_policy": True})[
            "auth"
        ]["client_token"]
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(token)
        return token

    def document(self, folder: Path, **keys: object) -> Document:
        """A remit with an embedded store whose master this is."""
        told = {"master": self.master, "token": f"file:{self.token_file}", "ca": str(self.ca), **keys}
        return Document(root=folder, server=Server(store="sqlite:remit.db"), keys=Keys.model_validate(told))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


POLICY = """
path "transit/encrypt/remit" { capabilities = ["update"] }
path "transit/decrypt/remit" { capabilities = ["update"] }
"""


@contextmanager
def running_openbao() -> Generator[OpenBao]:
    with tempfile.TemporaryDirectory(prefix="remit-openbao-") as name:
        folder = Path(name)
        token, port = secrets.token_hex(16), free_port()
        (folder / "administrator").write_text(token)
        command = [
            str(BAO), "server", "-dev", "-dev-tls", f"-dev-tls-cert-dir={folder}",
            "-dev-no-store-token", f"-dev-root-token-id={token}", f"-dev-listen-address=127.0.0.1:{port}",
            "-log-level=err",
        ]  # fmt: skip
        with subprocess.Popen(
            command,
            env={"PATH": os.defpath, "HOME": name},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout
            assert any(line.startswith("Root Token: ") for line in process.stdout)  # then it is ready
            bao = OpenBao(f"https://127.0.0.1:{port}", folder, process)
            try:
                bao.ca.write_bytes((folder / "vault-ca.pem").read_bytes())  # it takes its own away with it
                bao.ask("sys/mounts/transit", {"type": "transit"})
                bao.ask("transit/keys/remit", {"type": "aes256-gcm96"})
                bao.ask("sys/policies/acl/remit", {"policy": POLICY})
                bao.give_token()
                yield bao
            finally:
                bao.stop()
