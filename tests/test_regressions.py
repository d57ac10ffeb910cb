"""What was once found stays mended, and the search for more works."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests import fuzz, hostile
from tests.attack import KINDS, Attack
from tests.hostile import problem_of, random_attack

if TYPE_CHECKING:
    from pathlib import Path

FOUND = sorted(fuzz.REGRESSIONS.glob("*.json"))


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_stays_mended(path: Path) -> None:
    """An attack that once succeeded does not any more."""
    attack = Attack.from_json(path.read_text(encoding="utf-8"))
    assert problem_of(attack) is None


def test_attacks_are_kept_as_they_are() -> None:
    """Every kind of attack is made, and reads back from its file as the same attack."""
    dice = random.Random(1)
    attacks = [random_attack(dice) for _ in range(200)]
    assert set(KINDS) == {attack.kind for attack in attacks}
    assert attacks == [Attack.from_json(attack.to_json()) for attack in attacks]


def test_a_seed_repeats_its_run() -> None:
    """The same seed makes the same attacks."""
    first, second = (random.Random(7), random.Random(7))
    assert [random_attack(first) for _ in range(50)] == [random_attack(second) for _ in range(50)]


def test_a_clean_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that finds nothing says how much it tried and from which seed, and ends with 0."""
    code = fuzz.main(["--seed", "3", "--count", "40", "--seconds", "60"], tmp_path)
    printed = capsys.readouterr().out
    assert code == 0
    assert "seed 3" in printed
    assert "tried 40" in printed
    assert list(tmp_path.iterdir()) == []


def test_a_finding_is_stored_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that finds something ends with 1 and stores it with no more edits than it needs."""
    monkeypatch.setitem(hostile.PROPERTIES, "stream", lambda attack: "found" if attack.edits else None)
    code = fuzz.main(["--seed", "3", "--count", "40", "--seconds", "60"], tmp_path)
    stored = [Attack.from_json(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()]
    assert code == 1
    assert "found 1" in capsys.readouterr().out
    assert [("stream", 1)] == [(attack.kind, len(attack.edits)) for attack in stored]
