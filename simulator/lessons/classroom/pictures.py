"""Pictures of runs, in one line of code each: a view of a run, two runs side by side, the matrix.

A terminal shows the description of the picture instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import ArgumentError
from simulator.lessons.arguments import a_run
from simulator.trace.compare import Matrix
from simulator.views.drawing.notebook import Exhibit, exhibit
from simulator.views.pictures.diff import diff
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.engine.simulation import Simulation
    from simulator.runs.run import Run
    from simulator.trace.result import Outcome
    from simulator.views.drawing.figure import DrawnFigure


def show(thing: Run | Simulation | Matrix, view: str = "sequence", *, detail: str = "overview") -> Exhibit:
    """A picture of a run, of a simulation that has ended, or of the outcome matrix.

    Args:
        thing: a run, a simulation that has ended, or a matrix.
        view: its name in :data:`simulator.views.view_table.VIEWS`: ``trust-graph``, ``ladder``,
            ``bytes:CertificateVerify:2``; the matrix has only the one.
        detail: ``essential`` (one slide), ``overview``, ``messages`` or ``everything``.

    Raises:
        OutputError: unknown view, detail or message.
        ArgumentError: it is none of these things.
        DecisionError: the simulation has not ended.
    """
    if isinstance(thing, Matrix):
        return exhibit(matrix_drawing(thing))
    found, argument = view_named(str(view))
    return exhibit(found.picture(a_run(thing).trace, detail, argument))


def level_plot(values: Sequence[float], outcomes: Iterable[Outcome], across: str) -> DrawnFigure:
    """A matplotlib figure of the level that came out for each value of something that was changed.

    Args:
        values: the values, rising.
        outcomes: as many outcomes, as :func:`~simulator.runs.many.simulate_all` yields them.
        across: what was changed, and its unit; stands below the plot.

    Raises:
        ArgumentError: not as many outcomes as values.
    """
    from simulator.views.drawing.figure import level_figure

    levels = [outcome.level for outcome in outcomes]
    if len(levels) != len(values):
        raise ArgumentError(
            "Each value needs one outcome.", got=len(levels), expected=f"{len(values)} outcomes"
        )
    return level_figure(values, levels, across)


def beside(one: Run | Simulation, other: Run | Simulation, *, detail: str = "overview") -> Exhibit:
    """Two runs side by side: their first difference, and what follows from it.

    Raises:
        ArgumentError: one of them is not a run.
        DecisionError: a simulation has not ended.
        OutputError: unknown detail.
    """
    return exhibit(diff(a_run(one).trace, a_run(other).trace, detail=detail))
