"""Credentials, as exact spans."""

import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.redaction.secrets import find_secrets
from policies.redaction.secrets.looks import is_placeholder
from policies.redaction.secrets.naming import Kind, credential
from policies.redaction.spans import merge
from tests.rounds import rounds

ALNUM = string.ascii_letters + string.digits
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn\n" * 4
    + "-----END RSA PRIVATE KEY-----"
)


def made_up(length: int, alphabet: str = ALNUM, seed: int = 7) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def secrets_in(text: str) -> list[str]:
    return [text[f.start : f.end] for f in merge(find_secrets(text))]


HEX = "0123456789abcdef"
TOKENS = {
    "github": "ghp_" + made_up(36),
    "gitlab": "glpat-" + made_up(20),
    "slack": "xoxb-123456789012-123456789012-" + made_up(24),
    "aws": "AKIA" + made_up(16, string.ascii_uppercase + string.digits),
    "google": "AIza" + made_up(35),
    "stripe": "sk_live_" + made_up(24),
    "anthropic": "sk-ant-api03-" + made_up(90),
    "openai": "sk-proj-" + made_up(60),
    "docker": "dckr_pat_" + made_up(27),
    "tailscale": "tskey-auth-" + made_up(24),
    "grafana": "glsa_" + made_up(32) + "_" + made_up(8, HEX),
    "postman": "PMAK-" + made_up(24, HEX) + "-" + made_up(34, HEX),
    "airtable": "pat" + made_up(14) + "." + made_up(64, HEX),
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + made_up(43),
    "aws, in a session": "IQoJb3JpZ2lu" + made_up(100),
    "newrelic": made_up(36, HEX) + "NRAL",
    "docker swarm": "SWMTKN-1-" + made_up(50).lower() + "-" + made_up(25).lower(),
    "nats": "SU" + made_up(56, string.ascii_uppercase + "234567"),
    "dynatrace": "dt0c01." + made_up(24).upper() + "." + made_up(64).upper(),
    "1password": "A3-" + "-".join(made_up(n).upper() for n in (6, 6, 5, 5, 5, 5)),
    "harness": f"pat.{made_up(22)}.{made_up(24)}.{made_up(20)}",
    "fly": "fm2_" + made_up(80),
    "yandex": "AQVN" + made_up(36),
    "grafana cloud": "glc_" + made_up(60),
    "stripe, to a client": f"pi_{made_up(24)}_secret_{made_up(25)}",
    "clickup": "pk_8412345_" + made_up(32).upper(),
    "langsmith": f"lsv2_pt_{made_up(32, HEX)}_{made_up(10, HEX)}",
    "aiven": "AVNS_" + made_up(19),
    "circleci, of a project": f"CCIPRJ_{made_up(22)}_{made_up(40, HEX)}",
    "paddle": f"pdl_live_apikey_{made_up(26).lower()}_{made_up(22)}_{made_up(3)}",
    "onfido": f"api_live_us.{made_up(11)}.{made_up(32)}",
    "telnyx": f"KEY0{made_up(31, HEX).upper()}_{made_up(22)}",
    "ubidots": "BBFF-" + made_up(30),
    "wakatime": "waka_0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a",
    "a provider of tomorrow": "nova_live_" + made_up(40),
}
EDGES = [
    "{}",
    "key {} ends",
    '"{}"',
    "a={}&b=1",
    "| {} |",
    "<t>{}</t>",
    "({})",
    "{}, ok",
    "`{}`",
    "x\\n{}",
    "%3D{}",
]


@pytest.mark.threat("T27")
@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_a_token_is_found_whole_whatever_stands_beside_it(token: str, edge: str) -> None:
    assert token in secrets_in(edge.format(token))


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('password = "hunter2!"', "hunter2!"),
        ("DB_PASSWORD=Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("spring.datasource.password: s3cr3t-Horse", "s3cr3t-Horse"),
        ('{"clientSecret": "' + made_up(30) + '"}', made_up(30)),
        ("x-api-key: " + made_up(32, HEX), made_up(32, HEX)),
        ("mysql -u root -pS3cure!pw shop", "S3cure!pw"),
        ("sshpass -p 'Blue42!' ssh host", "Blue42!"),
        ("curl -u ada:Lovelace1815 https://x.example", "Lovelace1815"),
        ("ALTER USER app IDENTIFIED BY 'Winter#2024'", "Winter#2024"),
        ("Authorization: Bearer " + made_up(40), made_up(40)),
        ("Authorization: Basic dXNlcjpwYXNzd29yZDE=", "dXNlcjpwYXNzd29yZDE="),
        ("postgresql://app:pw4711@db.internal/shop", "postgresql://app:pw4711@db.internal/shop"),
        ("redis://:aB3xY9@cache:6379/0", "redis://:aB3xY9@cache:6379/0"),
        ("- name: API_TOKEN\n  value: " + made_up(32), made_up(32)),
        ("machine git.example login ada password Enigma1912", "Enigma1912"),
        ("root:$6$rounds=5000$" + made_up(16) + "$" + made_up(86) + ":1", "$6$rounds=5000$"),
        ("deploy_key: |\n  " + made_up(40, HEX), made_up(40, HEX)),
        ("the password is Gr33n-Apple77", "Gr33n-Apple77"),
        ("Cookie: sessionid=" + made_up(32) + "; theme=dark", made_up(32)),
        ('if (password === "Tr0ub4dor&3") {', "Tr0ub4dor&3"),
        ('if ("Tr0ub4dor&3" != db_password)', "Tr0ub4dor&3"),
        ('val password: String = "exord13Paw64"', "exord13Paw64"),
        ('char secret[25] = "' + made_up(20) + '";', made_up(20)),
        ('#define PASSWORD "n84ASM54y4"', "n84ASM54y4"),
        ("define('DB_PASSWORD', 'n84ASM54y4');", "n84ASM54y4"),
        ('os.environ.get("PASSWORD") or "at5G6zi!m"', "at5G6zi!m"),
        ('curl_easy_setopt(curl, CURLOPT_PASSWORD, "KiASRCRiGFLP7")', "KiASRCRiGFLP7"),
        ('std::string secret("' + made_up(20) + '");', made_up(20)),
        ('apikey_myservice: "' + made_up(32) + '"', made_up(32)),
        ('"looker_key": "' + made_up(24) + '"', made_up(24)),
        ("PSWRD:=FlUgeGeHeImEn05", "FlUgeGeHeImEn05"),
        ("CREATE USER app IDENTIFIED BY SqLpa5sW0rD;", "SqLpa5sW0rD"),
        ("ConvertTo-SecureString -String -Force dsjUE#$gds8s", "dsjUE#$gds8s"),
        (
            "smtps://ada@mail.example:FnD83JZs@smtp.mail.example",
            "smtps://ada@mail.example:FnD83JZs@smtp.mail.example",
        ),
        ("kind: Secret\nmetadata:\n  name: db\ndata:\n  login: YWRtaW4=\n", "YWRtaW4="),
        ("<secret>{AQAAABAAA " + made_up(32) + "}</secret>", "{AQAAABAAA " + made_up(32)),
        ("callback?state=1%26token%3D" + made_up(30), made_up(30)),
        ("api_key = a{b}c)d$e]f(g[h>-_$#i1", "a{b}c)d$e]f(g[h>-_$#i1"),
    ],
)
def test_a_value_is_a_secret_by_its_name_or_place(text: str, secret: str) -> None:
    assert any(found.startswith(secret) for found in secrets_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "password: ${DB_PASSWORD}",
        'password = "${DB_PASSWORD_2}"',
        "api_key = os.environ['API_KEY']",
        "password: ********",
        'token = "<your token here>"',
        "max_tokens=4096, token_type=bearer",
        "commit 8f14e45fceea167a5a36dedd4bea2543aa11bb22",
        "id: 0b5e7c1e-7f1e-4b43-9a39-0d9f7f1f4d3a",
        "AVNS_HOST and CCIPRJ_NAME, waka_time, KEY0F1, api_live.example.com, BBFF-1, pdl_live_apikey_id",
        "sha256:" + made_up(64, HEX),
        '"integrity": "sha512-' + made_up(86) + '=="',
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" + made_up(43) + " ada@host",
        "Password policy: at least 12 characters.",
        "primary_key=True, sort_key='name'",
        "https://user@host.example/path",
        "to reset your password: https://host.example/reset-4711",
        "The secret of a good cup is in the beans.",
        "<token>the one of <b>" + made_up(8) + "</b></token>",
        'cache_key = "' + made_up(32) + '"',
        'data-sitekey="' + made_up(40) + '"',
        '"result_key": "StreamingDistributionList.Items"',
        '"output_token": "StreamingDistributionList.NextMarker"',
        'because they didn\'t pass "subdomain" or ask',
        "self.password = user_password",
        "def load(path, key_type=None, password=None):",
        "def render(self, tokens: Sequence[Token], options: OptionsDict, env: Env): ...",
        'join = lambda token: "".join(reversed(token.text))',
        "proxy = socks5h://<username>:<password>@proxy.example",
        'password = "somefakekey"',
        "password = ,.:-@*?!",
        'password_policy = "Min8Chars1Digit"',
        "if token == other_token:",
    ],
)
def test_what_only_resembles_a_secret_is_let_be(text: str) -> None:
    assert not secrets_in(text)


@pytest.mark.threat("T27")
def test_a_private_key_is_found_from_its_first_dash_to_its_last() -> None:
    assert secrets_in(f"key:\n{PEM}\nend") == [PEM]
    assert secrets_in(f'{{"key": "{PEM}"}}'.replace("\n", "\\n")) == [PEM.replace("\n", "\\n")]


@pytest.mark.threat("T27")
def test_a_private_key_that_is_cut_off_is_found_to_where_it_ends() -> None:
    assert secrets_in(PEM[:90]) == [PEM[:90]]


def test_two_private_keys_are_two() -> None:
    assert secrets_in(f"{PEM}\n\n{PEM}") == [PEM, PEM]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DB_PASSWORD", Kind.CHOSEN),
        ("userPass", Kind.CHOSEN),
        ("clientSecret", Kind.GENERATED),
        ("SECRET_KEY_BASE", Kind.GENERATED),
        ("AWS_ACCESS_KEY_2", Kind.GENERATED),
        ("max_tokens", None),
        ("token_type", None),
        ("primary_key", None),
        ("public_key", None),
        ("compass", None),
        ("", None),
    ],
)
def test_the_last_words_of_a_name_decide(name: str, kind: Kind | None) -> None:
    assert credential(name) is kind


@given(st.text(max_size=300))
def test_every_finding_lies_in_the_text(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert all(0 <= f.start < f.end <= len(text) for f in find_secrets(text))


BODY = [made_up(64, ALNUM + "+/", seed) for seed in range(12)] + ["Zm9vYmFy=="]
KEY = ["-----BEGIN RSA PRIVATE KEY-----", *BODY, "-----END RSA PRIVATE KEY-----"]


@pytest.mark.threat("T27")
@pytest.mark.parametrize("sign", ["", " ", "+", "-", "    ", "> "])
@pytest.mark.parametrize("lines", [KEY, KEY[4:], KEY[:5], KEY[-2:], KEY[-3:]])
def test_a_part_of_a_key_with_either_mark_is_masked_whole(sign: str, lines: list[str]) -> None:
    text = "\n".join(["before: it", *(f"{sign}{line}" for line in lines), "after = it"])
    (found,) = secrets_in(text)
    assert all(line in found for line in lines)
    assert "before" not in found
    assert "after" not in found or lines[-1] != KEY[-1]


@pytest.mark.threat("T27")
@pytest.mark.parametrize("sign", [" ", "+", "-"])
@pytest.mark.parametrize(("start", "end"), [(4, 11), (2, 4), (-4, None), (0, 4)])
def test_what_a_hunk_shows_of_a_key_is_masked(sign: str, start: int, end: int | None) -> None:
    shown = KEY[start:end]
    hunk = "\n".join(["@@ -10,7 +10,7 @@ def f():", *(f"{sign}{line}" for line in shown)])
    for text in (
        hunk,
        f"{hunk}\n--- a/more.txt\n+++ b/more.txt\n@@ -1 +1 @@\n-a\n+then (b)\n",
        f"+x\n{hunk}",
    ):
        left = text
        for found in secrets_in(text):
            left = left.replace(found, "")
        assert not [line for line in shown if line in left and line in BODY]
        assert "@@ -10,7 +10,7 @@" in left
        assert ("then (b)" in left) is ("then (b)" in text)


@pytest.mark.parametrize("kind", ["CERTIFICATE", "PUBLIC KEY"])
def test_what_is_public_stays(kind: str) -> None:
    whole = [f"-----BEGIN {kind}-----", *BODY, f"-----END {kind}-----"]
    for lines in (whole, whole[:5], whole[-5:]):
        text = "\n".join(["@@ -0,0 +1,9 @@", *(f"+{line}" for line in lines)])
        assert secrets_in(text) == []
    for text in ("@@ -1,3 +1,3 @@\n word\n-one\n+two", "@@ -1,3 +1,3 @@", "a | @@ -1 +1 @@\\n-a\\n+b"):
        assert secrets_in(text) == []


@given(st.text(st.sampled_from("abAB01=:\"' pasword-{}$<>|\n"), max_size=200))
def test_no_arrangement_of_signs_upsets_the_rules(text: str) -> None:
    assert all(not is_placeholder(text[f.start : f.end]) for f in find_secrets(text))


SIZE = rounds(100_000, 1_000_000)


@pytest.mark.threat("T40")
@pytest.mark.parametrize(
    "unit",
    [
        *("a", "A", "1", "eyJ", "pass", "http://a:", 'key="', "a.", "=", "Basic ", "@@ -1 +1 @@\n"),
        *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", f"{'A' * 64}\n@@ -1 +1 @@\n"),
        *(f"{'A' * 64}\n-----END PRIVATE KEY-----\n", f"{'A' * 64}\n"),
    ],
)
def test_no_text_makes_the_rules_run_away(unit: str) -> None:
    started = time.thread_time()
    find_secrets((unit * (SIZE // len(unit) + 1))[:SIZE])
    # Generous, for a busy machine: an expression that runs away takes minutes for a hundredth of this.
    assert time.thread_time() - started < 0.00002 * SIZE
