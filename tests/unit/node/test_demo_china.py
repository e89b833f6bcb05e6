"""The Chinese report of the demonstration: each step is held, and what rests on the simulator says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.model.verdict import Caveat
from gateway.node import demo_china
from gateway.node import translate as translation
from gateway.node.demo_china import china
from gateway.node.demo_world import make_world
from gateway.node.startup import right_now
from gateway.rendering import words
from gateway.translate.sealing import Grounds, Sealable, may_be_sealed


async def test_every_step_is_held_and_says_what_it_rests_on(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    steps = [step async for step in china(world, right_now())]
    assert [step.held for step in steps] == [True] * 7
    simulated = words.CAVEATS[Caveat.SIMULATED]
    assert [any(simulated in told for told in step.told) for step in steps[:4]] == [False, True, True, True]
    for target in ("elmo", "europass", "clr"):
        names = {file.name.partition(".")[0] for file in (tmp_path / f"chsi-to-{target}").iterdir()}
        assert {"original", "translation", "losses", "verdict", "derivation", "page"} <= names
        assert "AZ00DEMO00FAKE01" not in (tmp_path / f"chsi-to-{target}" / "verdict.json").read_text()


async def test_without_the_setting_for_simulators_nothing_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_default(grounds: Grounds, sealable: Sealable, *, simulated: bool) -> bool:
        assert simulated
        return may_be_sealed(grounds, sealable)

    monkeypatch.setattr(translation, "may_be_sealed", by_default)
    steps = [step async for step in china(make_world(tmp_path), right_now())]
    assert [step.held for step in steps] == [True] * 4 + [False] * 3
    assert all("rests on a simulator" in step.told[0] for step in steps[4:])


async def test_a_forgery_that_is_none_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = demo_china.octets()
    monkeypatch.setattr(demo_china, "octets", lambda **_changed: genuine)
    steps = [step async for step in china(make_world(tmp_path), right_now())]
    assert [step.held for step in steps[:4]] == [True, True, False, False]
