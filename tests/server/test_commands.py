"""The command line, as a script uses it: what it reads, what it prints, how it ends."""

import argparse
import io
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server import cli
from server.chain import Entry
from server.cli import COMMANDS
from server.commands.audit import line, whole
from server.commands.doctor import sign_in_findings
from server.commands.options import moment
from server.commands.serve import address
from server.configuration import load
from server.demo.organisation import found

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def remit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["remit", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        monkeypatch.setattr("server.logs.configure", lambda: None)
        try:
            status = cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 2
        out, err = capsys.readouterr()
        return status, out, err

    return run


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(each) for each in text.splitlines()]


def test_every_command_says_how_it_is_used(remit: Run) -> None:
    for command in COMMANDS:
        status, out, _ = remit(command, "--help")
        assert status == 0
        assert f"remit {command}" in out


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("audit",), ("sql", "check"), ("serve", "--port", "1")]
)
def test_bad_usage_ends_with_two(remit: Run, arguments: tuple[str, ...]) -> None:
    assert remit(*arguments)[0] == 2


def test_sign_in_prints_a_link_and_nothing_else(remit: Run, tmp_path: Path) -> None:
    status, out, err = remit("sign-in", "--config", found(tmp_path), "--url", "http://127.0.0.1:9999/")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"http://127\.0\.0\.1:9999/sign-in/[A-Za-z0-9_-]{64}\n", out)
    status, out, err = remit("sign-in", "--config", found(tmp_path / "2"), "--url", "https://acme.example")
    assert (status, out) == (1, "")
    assert "--url http://127.0.0.1:PORT" in err


@pytest.mark.parametrize(
    ("said", "found_out"),
    [
        ('act = ["analyst"]', True),
        ('approve = ["lead"]', True),
        ('read = ["analyst"]', False),
    ],
)
def test_the_doctor_says_that_nobody_can_sign_in_where_somebody_has_to(
    tmp_path: Path, said: str, *, found_out: bool
) -> None:
    file = tmp_path / "remit.toml"
    text = (
        '[identity.oidc]\nissuer = "https://idp.acme.example"\ntenant = "acme"\n{sign_in}'
        '[sources.shop]\nkind = "sqlite"\ndsn = "sqlite:shop.db"\n[sources.shop.roles]\n' + said + "\n"
    )
    file.write_text(text.format(sign_in=""))
    findings = sign_in_findings(load(file).document)
    assert [("shop" in one.what, one.fatal) for one in findings] == [(True, False)] * found_out
    file.write_text(text.format(sign_in='[identity.oidc.sign_in]\nclient_id = "remit"\n'))
    assert sign_in_findings(load(file).document) == []


def test_a_configuration_that_is_not_there_ends_with_one_and_the_remedy(remit: Run, tmp_path: Path) -> None:
    status, out, err = remit("policy", "check", "--config", tmp_path / "nowhere.toml")
    assert (status, out) == (1, "")
    assert "nowhere.toml" in err
    assert "remit demo" in err


@pytest.mark.threat("T29")
def test_statements_are_checked_line_by_line_without_a_database(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    (tmp_path / "shop.db").unlink()
    given = (
        '{"id": "a", "sql": "SELECT * FROM customers"}\n'
        '{"id": "b", "sql": "SELECT ssn FROM customers"}\n\n'
        '{"id": "c", "sql": "SELECT 1; SELECT 2"}\n'
    )
    status, out, _ = remit("sql", "check", "--config", configuration, "--source", "shop", given=given)
    assert status == 0
    first, second, third = objects(out)
    assert (first["id"], first["verdict"], first["rule"]) == ("a", "allow", None)
    assert "ssn" not in first["sql"]
    assert "LIMIT 51" in first["sql"]
    assert (second["id"], second["verdict"], second["rule"], second["sql"]) == ("b", "deny", "column", None)
    assert (third["id"], third["verdict"]) == ("c", "deny")
    assert third["reason"]


def test_a_line_that_is_no_statement_is_named_and_the_others_are_answered(remit: Run, tmp_path: Path) -> None:
    given = '[1]\n{"id": 1}\n{"id": 2, "sql": 3}\nnonsense\n{"id": 5, "sql": "SELECT 1 AS one"}\n'
    status, out, err = remit("sql", "check", "--config", found(tmp_path), "--source", "shop", given=given)
    assert status == 2
    assert [each["id"] for each in objects(out)] == [5]
    assert len(err.splitlines()) == 4


def test_a_source_that_is_not_there_is_bad_usage(remit: Run, tmp_path: Path) -> None:
    status, _, err = remit("sql", "check", "--config", found(tmp_path), "--source", "nowhere")
    assert status == 2
    assert "shop" in err


@pytest.mark.threat("T27")
def test_texts_are_redacted_line_by_line(remit: Run) -> None:
    text = "Mail bob@example.com today"
    status, out, _ = remit("redact", given=json.dumps({"id": 7, "text": text}))
    (answer,) = objects(out)
    assert status == 0
    assert answer["id"] == 7
    assert "bob@example.com" not in answer["text"]
    assert answer["spans"] == [{"start": 5, "end": 20, "label": "EMAIL_ADDRESS", "treatment": "pseudonym"}]


@pytest.mark.threat("T27")
def test_redaction_shows_what_the_rules_of_a_source_do_for_a_role(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    rules = (
        '[sources.shop.redaction.entities]\nUS_SSN = "refuse"\nPHONE_NUMBER = "drop"\n'
        '[sources.shop.redaction.roles.support.entities]\nEMAIL_ADDRESS = "keep"\n'
    )
    configuration.write_text(configuration.read_text() + rules)
    token = "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"
    texts = [
        "eve@example.com, bob@example.com",
        f"bob@example.com, card 4111 1111 1111 1111, SSN 536-22-1234, call +1 212 555 0147, {token}",
    ]
    given = "\n".join(json.dumps({"id": number, "text": text}) for number, text in enumerate(texts))
    asked = ("redact", "--config", configuration, "--source", "shop")
    status, out, _ = remit(*asked, given=given)
    assert status == 0
    first, second = objects(out)
    one, two = re.findall(r"<EMAIL_ADDRESS_[12]_[a-z2-7]{6}>", first["text"])
    assert first["text"] == f"{one}, {two}"
    assert second["text"] == (
        f"{two}, card <CREDIT_CARD *1111>, SSN <US_SSN>, call , [secret: github_pat #1]"
    )
    assert [(span["label"], span["treatment"]) for span in second["spans"]] == [
        ("EMAIL_ADDRESS", "pseudonym"),
        ("CREDIT_CARD", "mask"),
        ("US_SSN", "refuse"),
        ("PHONE_NUMBER", "drop"),
        ("github_pat", "hide"),
    ]
    status, out, _ = remit(*asked, "--role", "support", "--role", "lead", given=given)
    assert objects(out)[0]["text"] == texts[0]
    assert {span["treatment"] for span in objects(out)[0]["spans"]} == {"keep"}


@pytest.mark.threat("T27")
def test_redaction_shows_what_an_operators_own_recognizers_find(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    staff = (
        '[[redaction.recognizers]]\nname = "staff"\nsupported_entity = "CUSTOM_STAFF"\n'
        "patterns = [{ regex = '[0-9]{6}', score = 0.1 }]\ncontext = ['badge']\n"
        '[sources.shop.redaction.entities]\nCUSTOM_STAFF = "mask"\n'
    )
    configuration.write_text(configuration.read_text() + staff)
    given = json.dumps({"id": 1, "text": "order 123456, badge 654321"})
    status, out, _ = remit("redact", "--config", configuration, "--source", "shop", given=given)
    (answer,) = objects(out)
    assert (status, answer["text"]) == (0, "order 123456, badge <CUSTOM_STAFF>")
    assert answer["spans"] == [{"start": 20, "end": 26, "label": "CUSTOM_STAFF", "treatment": "mask"}]


@pytest.mark.threat("T40")
def test_a_recognizer_that_is_no_use_is_told_with_its_line_and_the_remedy(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    text = configuration.read_text()
    staff = (
        '[[redaction.recognizers]]\nname = "staff"\nsupported_entity = "CUSTOM_STAFF"\n'
        "patterns = [{ regex = 'EMP-[0-9]{6}' }]\ncontext = ['badge']\n"
    )
    configuration.write_text(text + staff)
    status, out, _ = remit("policy", "check", "--config", configuration)
    assert (status, "redaction: the context of the recognizer staff changes nothing" in out) == (1, True)
    configuration.write_text(text + staff.replace("EMP-", "(?<=EMP-)"))
    status, _, err = remit("policy", "check", "--config", configuration)
    assert status == 1
    assert re.search(r"remit\.toml:\d+: .*no look-around.*\(\?P<value>", err)
    status, out, _ = remit("doctor", "--config", configuration)
    assert status == 1
    assert "no look-around" in out


def test_redaction_by_a_source_that_is_not_there_is_bad_usage(remit: Run, tmp_path: Path) -> None:
    status, _, err = remit("redact", "--config", found(tmp_path), "--source", "nowhere")
    assert (status, "shop" in err) == (2, True)
    status, _, err = remit("redact", "--role", "support")
    assert (status, "--source" in err) == (2, True)


def test_rules_for_redaction_that_contradict_each_other_are_found(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    assert remit("policy", "check", "--config", configuration)[0] == 0
    text = configuration.read_text()
    configuration.write_text(text + '[sources.shop.redaction.roles.suport.entities]\nPERSON = "keep"\n')
    status, out, _ = remit("policy", "check", "--config", configuration)
    assert status == 1
    assert "shop: redaction has rules for the role suport" in out
    configuration.write_text(text + '[sources.shop.redaction.columns]\n"customers.mail" = "keep"\n')
    status, _, err = remit("policy", "check", "--config", configuration)
    assert status == 1
    assert re.search(r"remit\.toml:\d+: .*customers\.mail", err)


@pytest.mark.threat("T10")
def test_a_decision_is_explained_with_the_policy_that_made_it(remit: Run, tmp_path: Path) -> None:
    asked = ("policy", "explain", "--config", found(tmp_path), "--tool", "shop_query", "--json")
    status, out, _ = remit(*asked, "--user", "ada")
    assert status == 0
    assert objects(out)[0]["decided"][0]["policies"] == ["roles.read"]
    status, out, _ = remit(*asked, "--user", "bob")
    assert status == 1
    assert objects(out)[0]["allowed"] is False
    status, out, _ = remit(*asked, "--user", "bob", "--role", "analyst", "--arguments", '{"sql": 1}')
    assert status == 1
    assert "sql" in objects(out)[0]["arguments"]


def test_the_doctor_names_what_is_wrong_and_the_remedy(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    assert remit("doctor", "--config", configuration)[0] == 0
    (tmp_path / "shop.db").unlink()
    status, out, _ = remit("doctor", "--config", configuration, "--json")
    assert status == 1
    (finding,) = (one for one in json.loads(out) if not one["well"])
    assert finding["about"] == "shop"
    assert finding["remedy"]
    configuration.write_text("nonsense = 1\n")
    status, out, _ = remit("doctor", "--config", configuration)
    assert status == 1
    assert "remit.toml:1" in out


def test_a_time_is_a_moment_or_so_long_ago() -> None:
    assert moment("1970-01-02") == 86_400_000
    assert moment("1970-01-01T01:00+01:00") == 0
    now = datetime.now(UTC).timestamp() * 1000
    assert abs(now - 90 * 60_000 - moment("90m")) < 10_000
    with pytest.raises(argparse.ArgumentTypeError):
        moment("yesterday")


@pytest.mark.threat("T34")
def test_an_entry_that_somebody_forged_drives_no_terminal() -> None:
    columns = ("\x1b[2J", "asked\n", "c", "t", "u\u202e", "tool", "")
    forged = Entry("w", 1, columns, "not json", "")
    assert line(forged).isprintable()
    assert whole(forged)["body"] == "not json"


@pytest.mark.parametrize("text", ["8787", "host", "127.0.0.1:port", "127.0.0.1:99999", ":80"])
def test_an_address_needs_a_host_and_a_port(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        address(text)


def test_an_address_may_be_a_url_or_of_ipv6() -> None:
    assert address("http://127.0.0.1:8787/mcp") == ("127.0.0.1", 8787)
    assert address("[::1]:80") == ("::1", 80)


@pytest.mark.parametrize(
    ("url", "says"), [("https://remit.acme.example", "--listen"), ("http://10.0.0.8:8787", "https")]
)
def test_a_public_address_is_not_listened_on(remit: Run, tmp_path: Path, url: str, says: str) -> None:
    configuration = found(tmp_path)
    text = configuration.read_text()
    configuration.write_text(text.replace('name = "demo"', f'name = "demo"\nurl = "{url}"'))
    status, _, err = remit("serve", "--config", configuration)
    assert status == 1
    assert says in err


def test_a_source_is_listed_tested_switched_off_and_on_again(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    assert remit("source", "list", "--config", configuration)[0] == 1  # there is no store yet
    assert remit("source", "test", "shop", "--config", configuration)[0] == 0
    assert remit("source", "test", "shop", "--login", "ada", "--config", configuration)[0] == 2
    status, out, _ = remit("source", "enable", "payroll", "--why", "asked", "--config", configuration)
    assert (status, "remit source test payroll" in out) == (1, True)
    status, out, _ = remit("source", "enable", "shop", "--why", "asked for", "--config", configuration)
    assert (status, out) == (0, "shop is enabled.\n")
    status, out, _ = remit("source", "disable", "shop", "--why", "a\nleak", "--config", configuration)
    assert (status, out) == (0, "shop is switched off.\n")
    listed = json.loads(remit("source", "list", "--json", "--config", configuration)[1])
    assert {source["source"]: (source["on"], source["why"]) for source in listed} == {
        "shop": (False, "a\nleak"),
        "payroll": (False, ""),
    }
    assert listed[0]["tools"] == [
        "shop_schema",
        "shop_query",
        "shop_explain",
        "shop_write",
        "shop_write_auto",
    ]
    shown = remit("source", "list", "--config", configuration)[1]
    assert "off: a\\nleak" in shown
    assert "owner: the lead of the shop" in shown
    assert "test: MISSING" in shown
    again = ("source", "enable", "shop", "--why", "mended", "--json", "--config", configuration)
    status, out, _ = remit(*again)
    assert (status, json.loads(out)) == (0, {"source": "shop", "on": True, "missing": []})
    found_in_log = remit("audit", "search", "--json", "--config", configuration)[1].splitlines()
    events = [entry for entry in map(json.loads, found_in_log) if entry["event"].startswith("source_")]
    assert [(entry["event"], entry["source"], entry.get("why")) for entry in events] == [
        ("source_on", "shop", "mended"),
        ("source_off", "shop", "a\\nleak"),
        ("source_on", "shop", "asked for"),
        ("source_tested", "shop", None),
    ]


def test_a_source_that_is_configured_no_more_is_listed_until_it_is_taken_out(
    remit: Run, tmp_path: Path
) -> None:
    configuration = found(tmp_path)
    assert remit("source", "test", "shop", "--config", configuration)[0] == 0
    text = configuration.read_text()
    configuration.write_text(text[: text.index("[sources.shop]")] + text[text.index("[sources.payroll]") :])
    assert (
        "shop                  not in the configuration"
        in remit("source", "list", "--config", configuration)[1]
    )
    out = ("source", "disable", "shop", "--why", "replaced", "--config", configuration)
    assert remit(*out)[:2] == (
        0,
        "shop is out of the inventory. Connections that ended with it: 0.\n",
    )
    assert remit(*out)[0] == 2
    assert "shop" not in remit("source", "list", "--config", configuration)[1]


def test_a_source_that_there_is_not_is_named_with_those_that_there_are(remit: Run, tmp_path: Path) -> None:
    status, _, err = remit("source", "disable", "shopp", "--why", "x", "--config", found(tmp_path))
    assert status == 2
    assert "shop, payroll" in err


def test_a_user_is_ended_blocked_listed_and_allowed(remit: Run, tmp_path: Path) -> None:
    its = ("--config", found(tmp_path))
    status, out, _ = remit("user", "allow", "ada", *its)
    assert (status, "is not blocked" in out) == (1, True)
    assert remit("user", "list", *its)[1] == "Nobody's sessions were ended.\n"
    status, out, _ = remit("user", "end", "ada", "--tenant", "acme", "--why", "a lost laptop", *its)
    assert (status, "ada had open is ended" in out) == (0, True)
    status, out, _ = remit("user", "end", "bob", "--block", "--json", *its)
    assert objects(out) == [
        {"user": "bob", "tenant": None, "blocked": True, "connections": 0, "questions": 0}
    ]
    listed = objects(remit("user", "list", "--json", *its)[1])
    assert [(one["tenant"], one["user"], one["blocked"], one["why"]) for one in listed] == [
        ("acme", "ada", False, "a lost laptop"),
        (None, "bob", True, ""),
    ]
    assert "acme/ada  ended at" in remit("user", "list", *its)[1]
    assert [remit("user", "allow", who, *its)[0] for who in ("bob", "bob", "ada")] == [0, 1, 1]
    assert "BLOCKED" not in remit("user", "list", *its)[1]
    assert remit("user", "end", "", *its)[0] == 2


def test_policies_are_put_in_force_on_record(remit: Run, tmp_path: Path) -> None:
    its = ("--config", found(tmp_path))
    version = load(tmp_path / "remit.toml").policy.version
    status, out, _ = remit("policy", "enforce", "--why", "the first", *its)
    assert (status, f"Policies {version} are in force" in out) == (0, True)
    entries = objects(remit("audit", "search", "--json", *its)[1])
    assert [entry["policy"] for entry in entries if entry["event"] == "policy_enforced"] == [version]
    assert remit("policy", "enforce", *its)[0] == 2
