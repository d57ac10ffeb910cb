"""Pictures of runs, one line each: a view of one, two side by side, the matrix.

In a notebook they are pictures, in a terminal their descriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.lessons.arguments import a_run
from simulator.trace.compare import Matrix
from simulator.views.notebook import Exhibit, exhibit
from simulator.views.pictures.diff import diff
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation
    from simulator.runs.run import Run


def show(thing: Run | Simulation | Matrix, view: str = "sequence", *, detail: str = "overview") -> Exhibit:
    """A picture of a run, of a simulation that has ended, or of the outcome matrix.

    Args:
        thing: what to show.
        view: its name in :data:`simulator.views.view_table.VIEWS`: ``trust-graph``, ``ladder``,
            ``bytes:CertificateVerify:2``; the matrix has only the one.
        detail: ``overview``, ``messages`` or ``everything``.

    Raises:
        OutputError: there is no such view, detail or message.
        ArgumentError: it is none of these.
        DecisionError: the simulation has not ended.
    """
    if isinstance(thing, Matrix):
        return exhibit(matrix_drawing(thing))
    found, argument = view_named(str(view))
    return exhibit(found.picture(a_run(thing).trace, detail, argument))


def beside(one: Run | Simulation, other: Run | Simulation, *, detail: str = "overview") -> Exhibit:
    """Two runs side by side: where they part, and what follows from it.

    Raises:
        ArgumentError: one of them is no run.
        DecisionError: a simulation has not ended.
        OutputError: there is no such detail.
    """
    return exhibit(diff(a_run(one).trace, a_run(other).trace, detail=detail))
