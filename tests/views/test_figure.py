"""The matplotlib pen: the same picture in PNG, PDF and notebooks."""

from __future__ import annotations

import io
import struct
import subprocess

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.views.drawing.display import Text
from simulator.views.drawing.figure import SCALE, SETTINGS, drawable, figure, pdf, png
from simulator.views.pictures.sequence import sequence
from tests.peers import program
from tests.views.traces import HOSTILE, THEMES, hostile_trace, trace_of


def test_a_figure_has_every_text_at_its_place() -> None:
    """Each text of the display list is a text of the figure, at the same coordinates, top down."""
    drawing = sequence(trace_of("certificate-expired", "1.3"))
    page = figure(drawing)
    assert isinstance(page, Figure)
    axes = page.axes[0]
    drawn = [(text.get_position(), text.get_text()) for text in axes.texts]
    wanted = [((item.x, item.y), drawable(item.text)) for item in drawing.items if isinstance(item, Text)]
    assert drawn == wanted
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, drawing.width), (drawing.height, 0))


@pytest.mark.parametrize("theme", THEMES)
def test_the_png_has_the_natural_size_times_the_scale(theme: str) -> None:
    """Pixels are those of the display list times the scale, and the title stands in the file."""
    drawing = sequence(trace_of("valid-certificate", "1.2"), detail="overview")
    data = png(drawing, theme=theme)
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (int(drawing.width * SCALE), int(drawing.height * SCALE))
    assert drawing.title.encode("latin-1") in data


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_can_be_drawn(kind: str) -> None:
    """Formulas are text, and what the font lacks is a replacement mark; nothing warns or fails."""
    drawing = sequence(hostile_trace(kind), detail="overview")
    buffer = io.BytesIO()
    figure(drawing).savefig(buffer, format="png", dpi=40)
    assert buffer.getvalue().startswith(b"\x89PNG")


def test_the_pdf_holds_its_text_as_text() -> None:
    """Another program reads the messages back out of the PDF."""
    data = pdf(sequence(trace_of("valid-certificate", "1.3")))
    ran = subprocess.run([program("pdftotext"), "-", "-"], input=data, capture_output=True, check=True)
    words = ran.stdout.decode()
    assert [
        name for name in ("ClientHello", "CertificateVerify", "NewSessionTicket") if name not in words
    ] == []


def test_a_character_without_a_shape_becomes_a_mark() -> None:
    """The replacement character stands where DejaVu Sans has nothing to draw."""
    assert drawable("a漢é") == "a\ufffdé"
    assert drawable("plain") == "plain"


def test_drawn_text_keeps_to_the_room_it_was_measured_for() -> None:
    """As matplotlib sets it, no text is wider than the layout took it for by more than two in a hundred."""
    drawing = sequence(trace_of("certificate-expired", "1.3"))
    with mpl.rc_context(SETTINGS):
        page = figure(drawing)
        FigureCanvasAgg(page).draw()  # type: ignore[no-untyped-call]  # matplotlib does not type it
        drawn = [text.get_window_extent().width for text in page.axes[0].texts]
    wanted = [item for item in drawing.items if isinstance(item, Text)]
    pairs = zip(wanted, drawn, strict=True)
    assert [item.text for item, width in pairs if width > item.width * 1.02 + 1] == []
