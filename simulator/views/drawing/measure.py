"""The width of text, without drawing it, so that a layout leaves room and cuts no word.

The widths are the advance widths of DejaVu Sans and DejaVu Sans Bold in 1/2048 of the type size, read from
the fonts that come with matplotlib; DejaVu Sans Mono has one width for all. Verdana, the first substitute
named in the SVG, descends from the same drawings and has the same widths within a few per cent.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_UNITS_PER_EM = 2048
_MONO_ADVANCE = 1233
_OTHER_ADVANCE = 2650  # characters outside the table: wider than nearly all that DejaVu Sans draws
_OTHER_BOLD_ADVANCE = 3100
_WIDE_ADVANCE = 2800  # East Asian wide characters, which come from another font
_ACCENT_ADVANCE = 300  # more than any accent of Latin Extended-A adds to its letter

_CHARACTERS = "".join(chr(code) for code in range(0x20, 0x7F)) + "–—‘’“”„…•·→←↔"

_SANS_ADVANCES = (
    "651 821 942 1716 1303 1946 1597 563 799 799 1024 1716 651 739 651 690 1303 1303 1303 1303 1303 "
    "1303 1303 1303 1303 1303 690 690 1716 1716 1716 1087 2048 1401 1405 1430 1577 1294 1178 1587 "
    "1540 604 604 1343 1141 1767 1532 1612 1235 1612 1423 1300 1251 1499 1401 2025 1403 1251 1403 799 "
    "690 799 1716 1024 1024 1255 1300 1126 1300 1260 721 1300 1298 569 569 1186 569 1995 1298 1253 "
    "1300 1300 842 1067 803 1298 1212 1675 1212 1212 1075 1303 690 1303 1716 1024 2048 651 651 1061 "
    "1061 1061 2048 1208 651 1716 1716 1716 "
)
_BOLD_ADVANCES = (
    "713 934 1067 1716 1425 2052 1786 627 936 936 1071 1716 778 850 778 748 1425 1425 1425 1425 1425 "
    "1425 1425 1425 1425 1425 819 819 1716 1716 1716 1188 2048 1585 1561 1503 1700 1399 1399 1681 "
    "1714 762 762 1587 1305 2038 1714 1741 1501 1741 1577 1475 1397 1663 1585 2259 1579 1483 1485 936 "
    "748 936 1716 1024 1024 1382 1466 1214 1466 1389 891 1466 1458 702 702 1362 702 2134 1458 1407 "
    "1466 1466 1010 1219 979 1458 1335 1892 1321 1335 1192 1458 748 1458 1716 1024 2048 778 778 1346 "
    "1346 1346 2048 1309 778 1716 1716 1716 "
)


def _table(advances: str) -> dict[str, int]:
    return dict(zip(_CHARACTERS, map(int, advances.split()), strict=True))


_SANS = _table(_SANS_ADVANCES)
_BOLD = _table(_BOLD_ADVANCES)


@lru_cache(maxsize=4096)
def _other_advance(character: str, *, bold: bool) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE_ADVANCE
    table = _BOLD if bold else _SANS
    parts = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    if any(part not in table or part == " " for part in parts):
        return (_OTHER_BOLD_ADVANCE if bold else _OTHER_ADVANCE) * len(parts)
    letters = sum(table[part] for part in parts)  # é is as wide as e, ľ wider than l, Ǆ like D and Z
    return letters if character < "\u0100" else letters + _ACCENT_ADVANCE


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of one line of text in the units of ``size``, kerning left out.

    Args:
        text: one line, without line breaks.
        size: the type size, in pixels.
        bold: set in bold.
        mono: set in the monospaced face.
    """
    if mono:
        wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
        return (len(text) * _MONO_ADVANCE + wide * (_WIDE_ADVANCE - _MONO_ADVANCE)) * size / _UNITS_PER_EM
    table = _BOLD if bold else _SANS
    units = 0
    for character in text:
        advance = table.get(character)
        units += _other_advance(character, bold=bold) if advance is None else advance
    return units * size / _UNITS_PER_EM
