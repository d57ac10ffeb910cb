"""The matplotlib pen: the same picture as a figure."""

from __future__ import annotations

import io

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.views.drawing.display import Text
from simulator.views.drawing.figure import figure
from simulator.views.drawing.fonts import drawable, face_name
from simulator.views.drawing.style import TYPES
from simulator.views.pictures.sequence import sequence
from tests.views.traces import HOSTILE, hostile_trace, trace_of


def test_a_figure_has_every_text_at_its_place() -> None:
    """Each text of the display list is a text of the figure, at the same coordinates, top down."""
    drawing = sequence(trace_of("certificate-expired", "1.3"))
    page = figure(drawing)
    assert isinstance(page, Figure)
    axes = page.axes[0]
    drawn = [(text.get_position(), text.get_text()) for text in axes.texts]
    texts = [item for item in drawing.items if isinstance(item, Text)]
    wanted = [((item.x, item.y), drawable(item.text, face_name(TYPES[item.style]))) for item in texts]
    assert drawn == wanted
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, drawing.width), (drawing.height, 0))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_can_be_drawn(kind: str) -> None:
    """Formulas are text, and what the font lacks is a replacement mark; nothing warns or fails."""
    drawing = sequence(hostile_trace(kind), detail="overview")
    buffer = io.BytesIO()
    figure(drawing).savefig(buffer, format="png", dpi=40)
    assert buffer.getvalue().startswith(b"\x89PNG")


def test_a_figure_leaves_the_settings_of_matplotlib_alone() -> None:
    """Neither a figure nor a file changes ``rcParams``, so a reader's own plots look as before."""
    before = dict(mpl.rcParams)
    drawing = sequence(trace_of("valid-certificate", "1.3"), detail="overview")
    figure(drawing).savefig(io.BytesIO(), format="png", dpi=20)
    assert before == dict(mpl.rcParams)


def test_drawn_text_keeps_to_the_room_it_was_measured_for() -> None:
    """As matplotlib sets it, no text is wider than the layout took it for by more than two in a hundred."""
    drawing = sequence(trace_of("certificate-expired", "1.3"))
    with mpl.rc_context({"text.hinting": "no_hinting"}):  # hinted letters are wider than the font says
        page = figure(drawing)
        FigureCanvasAgg(page).draw()  # type: ignore[no-untyped-call]  # matplotlib does not type it
        drawn = [text.get_window_extent().width for text in page.axes[0].texts]
    wanted = [item for item in drawing.items if isinstance(item, Text)]
    pairs = zip(wanted, drawn, strict=True)
    assert [item.text for item, width in pairs if width > item.width * 1.02 + 1] == []
