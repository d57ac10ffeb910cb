"""The table of settings shows what there is, as one writes it in a cell."""

from __future__ import annotations

import ast

import pytest

from simulator import catalogue, simulate
from simulator.errors import SimulatorError
from simulator.lessons import settings
from simulator.lessons.quiz.setting_table import PARTS, as_python
from simulator.scenario import Scenario
from simulator.scenario.changes import plain_value
from simulator.scenario.values import field_types

GOOD = Scenario()


@pytest.mark.parametrize("part", [*PARTS, *(f"certificates.{name}" for name in GOOD.certificates)])
def test_every_setting_of_a_part_is_shown_with_a_value_that_can_be_typed(part: str) -> None:
    """Each value is Python; put back into the scenario it changes nothing."""
    held = GOOD.certificates[part.split(".")[1]] if "." in part else getattr(GOOD, part)
    shown = settings(part).text
    for name in field_types(type(held)):
        value = as_python(plain_value((part, name), getattr(held, name)))
        assert f"{part}.{name} " in shown
        assert GOOD == GOOD.but({f"{part}.{name}": ast.literal_eval(value)})


def test_the_values_are_those_of_the_scenario() -> None:
    """Another scenario has other values."""
    assert '"optional"' in settings("server", catalogue["no-certificate-lower-level"]).text
    assert '"optional"' in settings("server", "no-certificate-lower-level").text
    assert '"optional"' not in settings("server").text


def test_an_unknown_part_is_told_with_those_there_are() -> None:
    """Neither a part that no scenario has nor a certificate without its table's name ends in a traceback."""
    for wrong in ("alice", "certificates.nobody", 3):
        with pytest.raises(SimulatorError, match=r"server, certificates\.client-ca"):
            settings(wrong)  # type: ignore[arg-type]
    with pytest.raises(SimulatorError, match="This is not a scenario"):
        settings("server", simulate("valid-certificate"))  # type: ignore[arg-type]
