"""URLs and addresses that lead inside, in the forms that slip past rules on text."""

import json
from pathlib import Path
from urllib.parse import urlsplit

_ARGUMENTS = Path(__file__).parents[2] / "data/hostile_args.jsonl"
_ROWS = [json.loads(line) for line in _ARGUMENTS.read_text().split("\n") if line]

HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0x0.0x0.0x1",
    "127.000.000.001",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[ff02::1]",
    "[fd00:ec2::254]",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "[::ffff:169.254.169.254]",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "loopback.example",
    "inner.example",
    "mixed.example",
    "mapped.example",
    "metadata.google.internal",
    "user@127.0.0.1",
    "good.example:80@127.0.0.1",
    "good.example%2f@127.0.0.1",
    "%31%32%37.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
]

NAMES = {
    "loopback.example": ["127.0.0.1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "inner.example": ["10.0.0.5"],
    "mixed.example": ["93.184.215.14", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "good.example": ["127.0.0.1"],
}
"""What a name server inside, or in wrong hands, says."""


def urls(port: int) -> list[str]:
    """Each as it came, with TLS where it has none, and to the port that somebody listens on."""
    plain = [row["text"] for row in _ROWS if row["kind"].startswith("ssrf")]
    plain += [f"{scheme}://{host}/" for host in HOSTS for scheme in ("http", "https")]
    plain += [
        "gopher://127.0.0.1:6379/_INFO",
        "dict://127.0.0.1:11211/stat",
        "file:///etc/passwd",
        "//127.0.0.1/",
    ]
    plain += [
        "https:/127.0.0.1/",
        "https:127.0.0.1",
        "https://",
        "jar:https://127.0.0.1!/",
        "ftp://127.0.0.1/",
    ]
    all_of_them = {*plain, *(url.replace("http://", "https://", 1) for url in plain)}
    return sorted({*all_of_them, *(at for url in all_of_them if (at := _at(url, port)))})


def _at(url: str, port: int) -> str | None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return parts._replace(netloc=f"{parts.netloc}:{port}").geturl()
