"""The pens for files: PDF and PNG, the same everywhere, with type that is type."""

from __future__ import annotations

import html
import io
import re
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import product

import pytest
from PIL import Image

from simulator.views.drawing.display import Drawing, Text
from simulator.views.drawing.fonts import REPLACEMENT, drawable
from simulator.views.drawing.pdf import A4, EDGE, LONGEST_PAGE, pdf, printed
from simulator.views.drawing.png import COLOURS, SCALE, png, raster, small_png
from simulator.views.drawing.style import PALETTES
from simulator.views.pictures.sequence import sequence
from tests.peers import ROOT, program
from tests.played import RUNS, by_turns, for_each, turn_of
from tests.views.traces import DETAILS, HOSTILE, THEMES, hostile_trace, sequence_of, trace_of

WORD = r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'  # as pdftotext writes it


def a_drawing(detail: str = "overview") -> Drawing:
    """A picture with most of what a picture can have."""
    return sequence(trace_of("certificate-expired", "1.3"), detail=detail)


@for_each("theme", THEMES)
def test_the_png_has_the_natural_size_times_the_scale(theme: str) -> None:
    """Pixels are those of the display list times the scale, and the title stands in the file."""
    drawing = a_drawing("essential")
    data = png(drawing, theme=theme)
    width, height = struct.unpack(">II", data[16:24])
    assert abs(width - drawing.width * SCALE) <= 1
    assert abs(height - drawing.height * SCALE) <= 1
    assert drawing.title.encode() in data


@for_each("theme", THEMES)
def test_the_colours_are_those_of_the_theme(theme: str) -> None:
    """The ground is the theme's paper, and the ink stands on it."""
    image = raster(a_drawing("essential"), 1.0, theme=theme)
    colours = {colour for _, colour in image.getcolors(image.width * image.height) or []}
    wanted = {tuple(bytes.fromhex(PALETTES[theme][name][1:])) for name in ("paper", "ink")}  # type: ignore[index]
    assert wanted <= colours
    assert image.getpixel((2, 2)) == tuple(bytes.fromhex(PALETTES[theme]["paper"][1:]))  # type: ignore[index]


@for_each("kind", HOSTILE)
def test_hostile_texts_can_be_drawn(kind: str) -> None:
    """Whatever a text holds, a page comes out of it that PDFium draws, and nothing warns or fails."""
    for detail in turn_of(("essential", "overview"), kind):
        assert raster(sequence(hostile_trace(kind), detail=detail), 0.3).size[0] > 0


@for_each("detail", DETAILS)
def test_fonts_are_embedded_as_truetype(detail: str) -> None:
    """Another program finds TrueType fonts, all embedded as subsets, and no other: journals ask for that."""
    ran = subprocess.run(
        [program("pdffonts"), "-"], input=pdf(a_drawing(detail)), capture_output=True, check=True
    )
    rows = ran.stdout.decode().splitlines()[2:]
    assert rows
    assert [
        row for row in rows if "DejaVuSans" not in row or "TrueType" not in row or " yes yes yes " not in row
    ] == []


def test_the_pdf_holds_its_text_as_text() -> None:
    """Another program reads the messages back out of the PDF."""
    data = pdf(sequence(trace_of("valid-certificate", "1.3")))
    ran = subprocess.run([program("pdftotext"), "-", "-"], input=data, capture_output=True, check=True)
    words = ran.stdout.decode()
    assert [
        name for name in ("ClientHello", "CertificateVerify", "NewSessionTicket") if name not in words
    ] == []


def test_another_program_draws_the_same_page() -> None:
    """Poppler's picture of the PDF differs little from PDFium's: the file does not depend on one reader."""
    drawing = a_drawing()
    ran = subprocess.run(
        [program("pdftoppm"), "-r", "96", "-png", "-"],
        input=pdf(drawing),
        capture_output=True,
        check=True,
    )
    theirs = Image.open(io.BytesIO(ran.stdout)).convert("L")
    ours = raster(drawing, 1.0).convert("L").resize(theirs.size)
    pairs = zip(theirs.resize((150, 200)).tobytes(), ours.resize((150, 200)).tobytes(), strict=True)
    apart = [abs(one - other) for one, other in pairs]
    assert sum(apart) / len(apart) < 3


def test_a_character_without_a_shape_becomes_a_mark() -> None:
    """The replacement character stands where the face has nothing to draw."""
    assert f"a{REPLACEMENT}\u00e9" == drawable("a\u6f22\u00e9", "DejaVuSans")
    assert drawable("plain", "DejaVuSansMono") == "plain"


def test_a_page_longer_than_readers_show_is_set_smaller() -> None:
    """A PDF page has at most 14,400 points, and a very long picture still fits on one."""
    tall = Drawing(100.0, 40_000.0, "tall", "tall", (Text(10, 39_990, "the end", "plain", 0),))
    image = raster(tall, 0.5)
    assert LONGEST_PAGE / 0.75 * 0.5 == pytest.approx(image.height, abs=2)


def test_a_small_picture_keeps_what_a_colour_means() -> None:
    """Of a picture for a notebook few colours are left, and those of the style table are exact."""
    drawing = a_drawing()
    small = Image.open(io.BytesIO(small_png(drawing)))
    assert small.mode == "P"
    kept = {colour for _, colour in small.convert("RGB").getcolors(small.width * small.height) or []}
    whole = raster(drawing, 1.0)
    drawn = {colour for _, colour in whole.getcolors(whole.width * whole.height) or []}
    named = {tuple(bytes.fromhex(colour[1:])) for colour in PALETTES["light"].values()}
    assert len(kept) <= COLOURS
    assert drawn & named <= kept


def test_files_saved_in_threads_are_those_saved_alone() -> None:
    """Twelve threads at once write the bytes that each would have written alone."""
    drawings = [
        sequence(trace_of(name, "1.3"), detail="essential") for name in ("certificate-expired", "self-signed")
    ]
    jobs = [(pen, drawing) for pen in (pdf, png) for drawing in drawings]
    alone = [pen(drawing) for pen, drawing in jobs]
    with ThreadPoolExecutor(12) as pool:
        together = list(pool.map(lambda job: job[0](job[1]), jobs * 3))
    assert alone * 3 == together


def test_every_process_writes_the_same_bytes() -> None:
    """Another process, with another seed of hashes and its locale set otherwise, writes the same files."""
    program_text = (
        "from hashlib import sha256\n"
        "from simulator import simulate\n"
        "from simulator.views.drawing.pdf import pdf\n"
        "from simulator.views.drawing.png import png\n"
        "from simulator.views.pictures.sequence import sequence\n"
        "drawing = sequence(simulate('certificate-expired').trace, detail='overview')\n"
        "print(sha256(pdf(drawing)).hexdigest(), sha256(png(drawing)).hexdigest())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program_text],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONPATH": str(ROOT), "PATH": ""},
        text=True,
    )
    drawing = a_drawing()
    assert [sha256(pdf(drawing)).hexdigest(), sha256(png(drawing)).hexdigest()] == ran.stdout.split()


@for_each("run, detail", by_turns(product(RUNS[::5], DETAILS), 2))
def test_a_printed_pdf_is_on_a4_and_loses_nothing(run: tuple[str, str], detail: str) -> None:
    """Each page is A4, upright or across; every text is on one of them, inside the edges; a slide has one."""
    drawing = sequence_of(*run, detail)
    ran = subprocess.run(
        [program("pdftotext"), "-bbox", "-", "-"], input=printed(drawing), capture_output=True, check=True
    )
    pages = ran.stdout.decode().split("<page ")[1:]
    words: list[str] = []
    for page in pages:
        width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        assert sorted((width, height)) == pytest.approx(A4, abs=0.1)
        for *box, word in re.findall(
            r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', page
        ):
            left, top, right, bottom = map(float, box)
            assert min(left, top, width - right, height - bottom) > EDGE - 6, word
            words.append(html.unescape(word))
    told = "".join(words)
    texts = [item.text.split() for item in drawing.items if isinstance(item, Text)]
    assert {word for text in texts for word in text if word not in told} == set()
    assert len(pages) == 1 or detail != "essential"
