"""A test call: whether a source is reached with a credential, and what is wrong there."""

from dataclasses import dataclass

from policies.errors import Refusal
from policies.secret import Credential
from server.vault import Connected
from tools.connector import Finding


@dataclass(frozen=True, slots=True)
class Trial:
    reached: bool
    findings: list[Finding]

    @property
    def unsafe(self) -> bool:
        return any(finding.fatal for finding in self.findings)

    @property
    def passed(self) -> bool:
        return self.reached and not self.unsafe


async def trial(name: str, source: Connected, credential: Credential | None) -> Trial:
    """With `credential`, the account of somebody, or with the shared one."""
    credential = credential or source.credential
    if source.settings.takes_accounts and credential is None:
        finding = Finding(
            name,
            "each user has their own account there, and none was given to test with",
            f"Run `remit source test {name} --login NAME --secret env:NAME` with an account to test with.",
            fatal=False,
        )
        looked = await source.connector.inspect(None) if source.settings.is_seen_by_anybody else ()
        return Trial(reached=False, findings=[*looked, finding])
    findings = [*await source.connector.inspect(credential)]
    try:
        async with source.connector.open(None, credential):
            return Trial(reached=True, findings=findings)
    except Refusal as refusal:
        unreached = Finding(
            name, refusal.message, f"Mend it, and run `remit source test {name}`.", fatal=False
        )
        return Trial(reached=False, findings=findings or [unreached])
