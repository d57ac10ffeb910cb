"""Where a picture may be cut: never through words, at the steps of the story, with the heads kept apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.runs.sweep import matrix
from simulator.views.drawing.cuts import cuts_of
from simulator.views.drawing.display import Box, Drawing, Text, span
from simulator.views.pictures.diff import diff
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.pictures.sequence import sequence
from simulator.views.view_table import VIEWS, view_named
from tests.played import RUNS, for_each
from tests.views.traces import DETAILS, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def drawings() -> Iterator[tuple[str, Drawing]]:
    """One of every kind of picture."""
    trace = trace_of("certificate-expired", "1.3")
    for name, argument in ((name, "CertificateVerify:2" if name == "bytes" else "") for name in VIEWS):
        yield name, view_named(name)[0].picture(trace, "overview", argument)
    yield "diff", diff(trace, trace_of("valid-certificate", "1.3"), detail="overview")
    yield "matrix", matrix_drawing(matrix(["none", "valid", "expired"], ["optional", "required"]))


def in_the_way(drawing: Drawing, y: float) -> list[str]:
    """The words that a cut there goes through, save those of a belief, which lasts."""
    lasting = {box.seq for box in drawing.items if isinstance(box, Box) and box.style.startswith("belief.")}
    return [
        item.text
        for item in drawing.items
        if isinstance(item, Text)
        and item.extent[1] < y - 0.5
        and item.extent[3] > y + 0.5
        and not (item.seq in lasting and item.style.startswith("belief"))
    ]


def test_no_cut_goes_through_words() -> None:
    """At every place where a picture may be cut, no line of text is in the way."""
    for name, drawing in drawings():
        cuts = cuts_of(drawing)
        places = [*cuts.seams, *cuts.starts, *(cuts.head or ())]
        below_head = cuts.head[1] if cuts.head else 0.0
        assert [y for y in places if y > below_head], name
        assert [] == [(name, y, words) for y in places for words in in_the_way(drawing, y)]


@for_each("name, tls", RUNS)
def test_every_step_of_every_story_is_a_place_to_cut(name: str, tls: str) -> None:
    """The bands of a sequence diagram begin where it may be cut, in order; the card comes last."""
    drawing = sequence(trace_of(name, tls), detail="overview")
    strips = [box for box in drawing.items if isinstance(box, Box) and box.style.startswith("strip.")]
    starts = cuts_of(drawing).starts
    assert drawing.marks.foot is not None
    assert len(strips) + 1 == len(starts)
    for start, top in zip(starts, [*(strip.y for strip in strips), drawing.marks.foot], strict=True):
        assert 0 <= top - start <= 5
    assert all(one < other for one, other in pairwise(starts))


@for_each("detail", DETAILS)
def test_the_head_holds_the_cards_of_all_lanes(detail: str) -> None:
    """Between the two edges of the head stand all cards, and nothing of the story; a slide has no CA's."""
    drawing = sequence(trace_of("valid-certificate", "1.3"), detail=detail)
    head = cuts_of(drawing).head
    assert head is not None
    cards = [span(item) for item in drawing.items if item.style.startswith("header")]
    assert len(cards) == (2 if detail == "essential" else 4)
    assert all(head[0] <= top and bottom <= head[1] for top, bottom in cards)
    first = min(band.top for band in drawing.marks.bands)
    assert cards[0][1] < head[1] <= first


def test_places_to_cut_are_in_order() -> None:
    """And inside the picture."""
    for name, drawing in drawings():
        seams = cuts_of(drawing).seams
        assert sorted(seams) == list(seams), name
        assert all(0 < y < drawing.height for y in seams)
