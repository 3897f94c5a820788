"""Policies that are no longer in force open nothing, whichever process still goes by them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from policies.call import Tier
from policies.errors import ConfigurationError, Denied
from server.assembly import assemble
from server.audit import open_audit
from server.commands.policy import enforced
from server.configuration import Configuration, load
from server.enforcing import enforce
from server.store import Store
from tests.server.calls import SETTINGS, Pipeline, keys, permit, request

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T43")]

OURS = permit(request()).version


@pytest.fixture
async def pipeline(store: Store, tmp_path: Path) -> AsyncIterator[Pipeline]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        yield Pipeline(store, audit)


async def put(pipeline: Pipeline, store: Store, version: str) -> None:
    await enforce(store, pipeline.audit, version, by="root", why="")


async def test_a_call_is_admitted_by_the_policies_in_force_alone(pipeline: Pipeline, store: Store) -> None:
    await pipeline.run()
    await put(pipeline, store, OURS)
    await pipeline.run()
    await put(pipeline, store, "newer")
    with pytest.raises(Denied) as denied:
        await pipeline.run()
    assert denied.value.rule == "old_policy"
    await put(pipeline, store, OURS)
    await pipeline.run()
    assert len(pipeline.carried_out) == 3


async def test_an_action_does_not_begin_by_policies_that_were_replaced_while_it_was_planned(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = pipeline.limits.admit

    async def admit_and_replace(*arguments: Any) -> Any:
        admission = await admit(*arguments)
        await put(pipeline, store, "newer")
        return admission

    monkeypatch.setattr(pipeline.limits, "admit", admit_and_replace)
    with pytest.raises(Denied, match="no longer in force"):
        await pipeline.run(tier=Tier.ACT)
    assert pipeline.carried_out == []


async def test_who_starts_with_other_policies_than_those_in_force_is_told_so(
    configuration: Configuration,
) -> None:
    await enforced(configuration, "")
    async with assemble(configuration):
        pass
    file = configuration.file
    text = file.read_text()
    file.write_text(text.replace('read = ["analyst"', 'read = ["nobody"'))
    assert file.read_text() != text
    with pytest.raises(ConfigurationError, match="are in force"):
        async with assemble(load(file)):
            pass
