"""Text widths, held against the fonts themselves as matplotlib's library reads them."""

from __future__ import annotations

import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

from simulator.views.drawing.display import fit, width_of, wrap
from simulator.views.drawing.measure import text_width
from tests.played import for_each

FACES = {"sans": (False, False), "bold": (True, False), "mono": (False, True)}
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F)) + "–—‘’“”„…•·→←↔éÄçñ"


@cache
def _font(bold: bool, mono: bool) -> FT2Font:
    family = "DejaVu Sans Mono" if mono else "DejaVu Sans"
    face = font_manager.FontProperties(family=family, weight="bold" if bold else "normal")
    return font_manager.get_font(font_manager.findfont(face))


def _measured(text: str, bold: bool, mono: bool) -> float:
    """The sum of the font's own advance widths, in em."""
    font = _font(bold, mono)
    units = sum(font.load_char(ord(character), LoadFlags.NO_SCALE).horiAdvance for character in text)
    return float(units) / float(font.units_per_EM)


@for_each("face", FACES)
def test_widths_are_those_of_the_font(face: str) -> None:
    """Every character of the table has the width that the font gives it."""
    bold, mono = FACES[face]
    for character in PRINTABLE:
        ours = text_width(character, 1.0, bold=bold, mono=mono)
        assert ours == pytest.approx(_measured(character, bold, mono), abs=1e-3), character


@for_each("face", ["sans", "bold"])
def test_letters_of_other_scripts_are_never_taken_for_too_narrow(face: str) -> None:
    """For every Latin, Greek, Cyrillic, Hebrew and Arabic letter the estimate leaves room enough."""
    bold, mono = FACES[face]
    codes = [code for code in _font(bold, mono).get_charmap() if 0xA0 <= code < 0x700]
    letters = [chr(code) for code in codes if unicodedata.category(chr(code))[0] == "L"]
    assert len(letters) > 500
    narrow = [one for one in letters if text_width(one, 1.0, bold=bold) < _measured(one, bold, mono) - 1e-3]
    assert narrow == []


@given(st.text(max_size=80), st.floats(20, 400))
def test_fitted_text_fits(text: str, width: float) -> None:
    """What was fitted is no wider than asked, and is the text or its beginning."""
    fitted = fit(text, "reason", width)
    assert width_of(fitted, "reason") <= width
    assert fitted == text or text.startswith(fitted.removesuffix("…"))


@given(st.text(st.sampled_from("ab cdé"), max_size=200), st.floats(40, 400))
def test_wrapped_text_fits_and_is_complete(text: str, width: float) -> None:
    """Wrapped lines are no wider than asked, and together they hold every word in order."""
    lines = wrap(text, "reason", width, 1000)
    assert [line for line in lines if width_of(line, "reason") > width] == []
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
