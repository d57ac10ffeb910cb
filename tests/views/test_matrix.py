"""The outcome matrix as picture and as text."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from simulator.errors import OutputError
from simulator.runs.saving import save_matrix
from simulator.runs.sweep import matrix
from simulator.views.drawing.cells import cells
from simulator.views.drawing.display import Box, Text
from simulator.views.drawing.svg import svg
from simulator.views.pictures.matrix import cell_text, is_late, matrix_drawing, matrix_text
from tests.played import for_each
from tests.views.geometry import faults, poor_contrasts
from tests.views.test_terminal import CODES

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.trace.compare import Matrix


@cache
def _matrix() -> Matrix:
    return matrix()


def test_the_picture_has_one_box_for_each_cell_in_its_level() -> None:
    """Every cell stands there once, filled and named by its level."""
    whole = _matrix()
    drawing = matrix_drawing(whole)
    boxes = [
        item for item in drawing.items if isinstance(item, Box) and item.height > 50 and item.style != "paper"
    ]
    assert [box.seq for box in sorted(boxes, key=lambda box: box.seq)] == list(range(len(whole.cells)))
    assert {box.seq: box.style for box in boxes} == {
        place: f"level.{cell.level.value}" for place, cell in enumerate(whole.cells)
    }


def test_the_picture_has_no_fault_and_enough_contrast() -> None:
    """No text of the matrix is cut, covered or pale."""
    drawing = matrix_drawing(_matrix())
    assert faults(drawing) == []
    assert poor_contrasts([drawing]) == []


def test_late_refusals_say_so_in_words() -> None:
    """A client learns late where TLS 1.3 refuses or a refusal is deferred, and each such cell says so."""
    whole = _matrix()
    late = [place for place, cell in enumerate(whole.cells) if is_late(cell)]
    in_tls = [cell.tls == "1.3" and cell.refused_at == "tls" for cell in whole.cells]
    deferred = [cell.policy == "deferred" and cell.refused_at == "application" for cell in whole.cells]
    assert late == [place for place, wanted in enumerate(zip(in_tls, deferred, strict=True)) if any(wanted)]
    texts = [item for item in matrix_drawing(whole).items if isinstance(item, Text)]
    said = [text.seq for text in texts if text.text == "client learns late"]
    assert sorted(said) == late


def test_the_legend_says_what_is_only_claimed() -> None:
    """Legend of the picture and key of the text explain *identity only claimed*, where a cell says it."""
    whole = _matrix()
    said = " ".join(item.text for item in matrix_drawing(whole).items if isinstance(item, Text))
    assert "identity only claimed" in said
    assert "“identity only claimed”: the client sent a certificate" in said
    assert "? identity only claimed: " in matrix_text(whole, 200)
    proved = matrix(["valid"], ["required"])
    assert "only claimed" not in matrix_text(proved, 200)
    assert (
        "only claimed"
        not in " ".join(i.text for i in matrix_drawing(proved).items if isinstance(i, Text)).lower()
    )


def test_the_description_tells_every_cell() -> None:
    """Whoever cannot see the picture is told each credential under each policy."""
    text = matrix_drawing(_matrix()).description
    assert "valid under required: client authenticated." in text
    assert (
        "no certificate under required: refused, by the server, handshake_failure in TLS 1.2; refused, by"
        in text
    )
    assert (
        "unknown-user under required + map + insist: refused, by the server, above TLS: no known user."
        in text
    )
    assert text.count(" under ") == len(_matrix().pairs) == 10 * 5 + 3 * 3


@for_each("width", [40, 76, 80, 120, 147, 200])
def test_the_text_fits_and_colour_adds_nothing(width: int) -> None:
    """No line is longer than the terminal, and colour only repeats what the words say."""
    text = matrix_text(_matrix(), width)
    assert [line for line in text.splitlines() if cells(line) > max(width, 76)] == []
    assert CODES.sub("", matrix_text(_matrix(), width, colour=True)).split() == text.split()


def test_narrow_text_names_alerts_by_number_with_a_key() -> None:
    """Where names do not fit, the number stands in the cell and the name in the key."""
    narrow, wide = matrix_text(_matrix(), 120), matrix_text(_matrix(), 150)
    assert "REFUSED 45" in narrow
    assert "45 certificate_expired" in " ".join(narrow.split())
    assert "certificate_expired*" in wide
    cell = _matrix().cell("none", "required", "1.3")
    assert [cell_text(cell, width) for width in (11, 18, 25)] == [
        "alert 116*",
        "REFUSED 116*",
        "certificate_required*",
    ]
    assert "client: client authenticated." in matrix_text(_matrix(), 80)
    assert "above TLS*" == cell_text(_matrix().cell("expired", "deferred", "1.2"), 11)


def test_the_matrix_is_saved_by_suffix(tmp_path: Path) -> None:
    """Each suffix gives its kind of file; another is refused and leaves nothing."""
    whole = _matrix()
    for suffix, begin in ((".svg", "<svg"), (".txt", "TLS 1.2"), (".json", "{")):
        assert save_matrix(whole, tmp_path / f"m{suffix}").read_text().startswith(begin)
    assert json.loads((tmp_path / "m.json").read_text()) == whole.to_dict()
    ElementTree.fromstring(svg(matrix_drawing(whole)).encode())
    with pytest.raises(OutputError, match=r"\.svg, \.png, \.pdf, \.txt or \.json"):
        save_matrix(whole, tmp_path / "m.gif")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".svg", ".txt"]
