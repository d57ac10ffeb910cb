"""The matplotlib pen: the same picture as a figure."""

from __future__ import annotations

import base64
import io
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from simulator import catalogue, matrix, simulate, simulate_all
from simulator.errors import ArgumentError, OutputError
from simulator.lessons import card, level_plot, show
from simulator.views.drawing.display import Box, Text, extent_of
from simulator.views.drawing.figure import DrawnFigure, figure, level_figure
from simulator.views.drawing.fonts import drawable, face_name
from simulator.views.drawing.style import TYPES
from simulator.views.pictures.ladder import ladder, moments
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.timeline import LANES, timeline
from tests.played import EVERYTHING, for_each
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


@for_each("kind", HOSTILE if EVERYTHING else ("formulas", "wide characters"))
def test_hostile_texts_can_be_drawn(kind: str) -> None:
    """Formulas are text, and what the font lacks is a replacement mark; nothing warns or fails."""
    drawing = sequence(hostile_trace(kind), detail="essential")
    buffer = io.BytesIO()
    figure(drawing).savefig(buffer, format="png", dpi=40)
    assert buffer.getvalue().startswith(b"\x89PNG")


def placed(page: DrawnFigure, x: float, y: float) -> tuple[float, float]:
    """The pixels of a point of the plot, from the page's top left corner."""
    assert page.plot is not None
    right, up = page.plot.transData.transform((x, y))
    return pytest.approx(right, abs=0.1), pytest.approx(page.bbox.height - up, abs=0.1)


def test_a_ladder_counts_in_moments_and_rungs() -> None:
    """The mark of each belief of the client stands at its moment and rung, REFUSED at -1."""
    trace = trace_of("certificate-expired", "1.3")
    drawing = ladder(trace)
    marks = [extent_of(item) for item in drawing.items if item.style == "ladder.client.mark"]
    steps = [step for step in enumerate(moments(trace)) if "client" in step[1].changed]
    assert len(marks) == len(steps) > 3
    page = figure(drawing)
    for (left, top, right, bottom), (place, step) in zip(marks, steps, strict=True):
        rung = step.level.rung
        x, y = placed(page, place, -1 if rung is None else rung)
        assert ((left + right) / 2, (top + bottom) / 2) == (x, y)


@for_each("name", ["certificate-expired", "hello-retry"])
def test_a_timeline_counts_in_milliseconds_from_client_to_server(name: str) -> None:
    """Each time at the edge stands at its height, broken scale or not, and the lanes at 0 and 1."""
    drawing = timeline(trace_of(name, "1.3"))
    page = figure(drawing)
    below = {"small": 4, "byte.name": 12}  # a round time, and an instant, level with its first words
    ticks = [
        item
        for item in drawing.items
        if isinstance(item, Text) and item.style in below and item.text.endswith(" ms")
    ]
    assert len(ticks) > 10
    for tick in ticks:
        at = float(tick.text.removesuffix(" ms"))
        assert (LANES["server"], tick.y - below[tick.style]) == pytest.approx(placed(page, 1, at))
    assert placed(page, 0, 0)[0] == LANES["client"]


def test_a_matrix_counts_in_columns_and_rows() -> None:
    """Column and row number name the place where the halves of a cell meet."""
    cells = matrix(["none", "valid", "expired"])
    drawing = matrix_drawing(cells)
    page = figure(drawing)
    boxes = [
        extent_of(item) for item in drawing.items if isinstance(item, Box) and item.style.startswith("level.")
    ]
    for number, (older, newer) in enumerate(pairwise(boxes[: len(cells.cells)])):
        if number % 2 == 0:
            middle = (newer[0], (older[1] + older[3]) / 2)
            row, column = divmod(number // 2, len(cells.blocks[0].policies))
            assert placed(page, column, row) == middle


def test_a_picture_that_is_no_plot_has_no_coordinates() -> None:
    """A sequence diagram has pixels alone."""
    assert figure(sequence(trace_of("valid-certificate", "1.3"), detail="overview")).plot is None


def test_a_figure_shows_itself_with_what_was_added() -> None:
    """In a notebook it has the size, the words and the metadata of the picture, and a reader's own lines."""
    picture = show(simulate("certificate-expired"), "ladder")
    page = picture.figure()
    before, metadata = page._repr_mimebundle_()
    assert metadata == picture.metadata()
    assert before["text/plain"] == repr(picture)
    assert page.plot is not None
    page.plot.axvline(3.0, color="#ff00ff", linewidth=4)
    shown = [
        Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGB")
        for bundle in (before, page._repr_mimebundle_()[0], picture.bundle())
    ]
    for one, other in zip(*(image.size for image in shown[1:]), strict=True):
        assert abs(one - other) <= 1  # a part of a pixel is cut off here, and made whole by PDFium
    x = round(page.plot.transData.transform((3.0, 0.0))[0])
    assert [image.getpixel((x, 3)) for image in shown] == [(255, 255, 255), (255, 0, 255), (255, 255, 255)]


def test_levels_are_plotted_over_what_was_changed() -> None:
    """Each value has its level, REFUSED lowest; the words say where the level changes."""
    days = [-60, -10, 0, 300, 400]
    worlds = [catalogue["valid-certificate"].but({"server.clock_offset": f"{day}d"}) for day in days]
    page = level_plot(days, simulate_all(worlds), "error of the clock, in days")
    assert page.plot is not None
    (line,) = page.plot.lines
    assert [list(line.get_xdata()), list(line.get_ydata())] == [days, [0, 1, 1, 1, 0]]
    assert [label.get_text() for label in page.plot.get_yticklabels()] == ["REFUSED", "CLIENT_AUTHENTICATED"]
    words = (
        "The level over the error of the clock, in days: REFUSED from -60 to -60, "
        "CLIENT_AUTHENTICATED from -10 to 300, REFUSED from 400 to 400."
    )
    assert (page.words, page._repr_mimebundle_()[1]["image/png"]["alt"]) == (words, words)
    with pytest.raises(ArgumentError, match="5 outcomes"):
        level_plot(days, simulate_all(worlds[:2]), "")


def test_a_page_of_text_has_no_figure() -> None:
    """The error says what has one."""
    with pytest.raises(OutputError, match=r"show\(run\)"):
        card(simulate("valid-certificate")).figure()


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


def test_the_settings_of_a_reader_do_no_harm() -> None:
    """With TeX and a layout engine in a matplotlibrc a picture is the same, pixel by pixel."""
    drawing = ladder(trace_of("certificate-expired", "1.3"))
    usual = drawn(figure(drawing))
    with mpl.rc_context({"text.usetex": True, "figure.constrained_layout.use": True}):
        assert usual == drawn(figure(drawing))
        outcomes = simulate_all(["valid-certificate", "certificate-expired"])
        assert drawn(level_figure([1.0, 2.0], [outcome.level for outcome in outcomes], "a_b in %"))


def drawn(page: DrawnFigure) -> bytes:
    """The pixels of a figure."""
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    return bytes(canvas.buffer_rgba())
