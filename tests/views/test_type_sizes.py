"""The smallest type of every picture with a promise: on a slide of 1920 × 1080, and on A4 paper."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.views.drawing.display import Text
from simulator.views.drawing.pdf import on_paper, printed
from simulator.views.drawing.style import DETAILS, TYPES
from simulator.views.pictures.essential import essential
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.slides import frames
from simulator.views.pictures.timeline import timeline
from tests.peers import program
from tests.played import EVERYTHING, RUNS, for_each
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing

SLIDE = (1920, 1080)  # px
PLAYED = RUNS if EVERYTHING else RUNS[::4]
#: Picture → its drawings; the least type as a share of a slide, in px where it is as wide as a slide, and in
#: points on paper. Footnotes of books have 8 points, dictionaries 6.
PROMISES: dict[str, tuple[Callable[[Trace], Iterable[Drawing]], float, float, float]] = {
    "essential": (lambda trace: [essential(trace)], 0.023, 24.8, 8),
    "frames": (lambda trace: [frame.drawing for frame in frames(trace)], 0.023, 24.8, 8),
    **{
        detail: (lambda trace, detail=detail: [sequence(trace, detail=detail)], 0, 13, 6)  # type: ignore[misc]
        for detail in DETAILS
    },
    "timeline": (lambda trace: [timeline(trace)], 0, 13, 6),
}


@cache
def smallest(picture: str) -> dict[str, float]:
    """The smallest type over all runs: as a share of the height, in pixels of a slide, in points on paper."""
    found: list[tuple[float, float, float]] = []
    for name, tls in PLAYED:
        for drawing in PROMISES[picture][0](trace_of(name, tls)):
            size = min(TYPES[item.style].size for item in drawing.items if isinstance(item, Text))
            found.append(
                (size / drawing.height, size * SLIDE[0] / drawing.width, size * on_paper(drawing)[1])
            )
    return dict(zip(("share", "slide", "paper"), map(min, zip(*found, strict=True)), strict=True))


@pytest.mark.parametrize("picture", PROMISES)
def test_the_smallest_type_is_readable(picture: str, record_property) -> None:  # type: ignore[no-untyped-def]
    """Over all runs no picture has smaller type than it promises; what was measured is reported."""
    found = smallest(picture)
    for unit, size in found.items():
        record_property(f"{picture}: smallest type, {unit}", round(size, 3))
    least = dict(zip(("share", "slide", "paper"), PROMISES[picture][1:], strict=True))
    assert {unit: size for unit, size in found.items() if size < least[unit]} == {}


@for_each("detail", ["essential", *DETAILS])
def test_paper_has_the_type_that_is_computed(detail: str) -> None:
    """In the PDF itself no word is set smaller than computed: its height is that of its type."""
    drawing = (
        sequence(trace_of("ca-list-guides-client", "1.2"), detail=detail)
        if detail != "essential"
        else (essential(trace_of("ca-list-guides-client", "1.2")))
    )
    size = (
        min(TYPES[item.style].size for item in drawing.items if isinstance(item, Text)) * on_paper(drawing)[1]
    )
    ran = subprocess.run(
        [program("pdftotext"), "-bbox", "-", "-"], input=printed(drawing), capture_output=True, check=True
    )
    heights = [
        float(bottom) - float(top)
        for top, bottom in re.findall(r'yMin="(.*?)" xMax=".*?" yMax="(.*?)"', ran.stdout.decode())
    ]
    assert heights
    assert min(heights) >= 0.95 * size
