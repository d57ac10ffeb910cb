"""Pictures on slides: in parts that fit a screen and can be read, and together are the whole picture."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import Any

import pytest
from PIL import Image, ImageChops

from simulator import simulate
from simulator.lessons import show
from tests.browser.chromium import SIZE
from tests.notebooks.notebooks import script
from tests.notebooks.slides import KINDS, exhibit_of, ran, slides

pytest.importorskip("mistune", reason="slides are made with the extra 'notebooks'")
LEAST_TYPE = 10.5  # pixels at 1280 × 720
pictured = pytest.mark.parametrize("name", KINDS)


@cache
def parts_of(name: str) -> tuple[Image.Image, dict[str, Any], list[Any]]:
    """A picture, what its metadata says, and its parts."""
    exhibit = exhibit_of(name)
    encoded, words = exhibit.bundle()["image/png"], exhibit.metadata()
    parts = script("slide_pictures").parts(encoded, words["image/png"]["alt"], words["clientauth"])
    return opened(encoded), words["clientauth"], parts


def opened(encoded: str) -> Image.Image:
    """A PNG in base 64."""
    return Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")


@pictured
def test_parts_fit_the_screen_and_can_be_read(name: str) -> None:
    """No part is higher than there is room for, and the smallest type in it is not too small."""
    _, words, parts = parts_of(name)
    for part in parts:
        scale = part.width / 100 * SIZE["width"] / part.size[0]
        assert part.size[1] * scale <= 673
        assert part.size[0] * scale <= 1265
        assert words["type"] * scale >= LEAST_TYPE
    assert len({part.width / part.size[0] for part in parts}) <= 2  # one scale, but for rounding


@pictured
def test_the_parts_are_the_whole_picture(name: str) -> None:
    """Every row stands in one part, as it was, but for words in the margin; above it stand the heads."""
    whole, words, parts = parts_of(name)
    left, top, right, bottom = script("slide_pictures").ink(whole)
    assert top == parts[0].rows[0]
    assert bottom == parts[-1].rows[1]
    assert [part.rows[0] for part in parts[1:]] == [part.rows[1] for part in parts[:-1]]
    head, foot = words["head"], words["foot"] or whole.height
    for part in parts:
        picture, (begin, end) = opened(part.encoded), part.rows
        above = picture.height - (end - begin)
        if head and head[1] <= begin < foot:
            assert same(whole.crop((left, head[0], right, head[1])), picture, (0, 0))
            above_story = head[1] - head[0]
        else:
            above_story = 0
        assert above in {above_story, *(above_story + below - y for y, _, below in words["starts"])}
        expected = whole.crop((left, begin, right, end))
        for x, y, right_end, lower_end, _ in words["labels"]:  # these may be moved: not compared
            for some, shift in ((expected, begin), (picture, begin - above)):
                some.paste((0, 0, 0), (x - left, y - shift, right_end - left, lower_end - shift))
                some.paste(
                    (0, 0, 0), (x - left, begin - shift, right_end - left, begin - shift + lower_end - y + 20)
                )
        assert same(expected, picture, (0, above))


def same(one: Image.Image, other: Image.Image, at: tuple[int, int]) -> bool:
    """Whether a picture stands in another one at that place."""
    place = (*at, at[0] + one.width, at[1] + one.height)
    return ImageChops.difference(one, other.crop(place)).getbbox() is None


def test_few_parts_and_those_at_the_steps() -> None:
    """The story of a handshake takes four slides, each begins with a step; a small picture takes one."""
    _, words, parts = parts_of("sequence")
    assert 4 == len(parts)
    assert {part.rows[0] for part in parts[1:]} <= {y for y, _, _ in words["starts"]}
    assert parts[1].alt.startswith("A certificate without its key: TLS 1.3 sequence diagram: 3 Client checks")
    assert parts[1].alt.endswith("Part 2 of 4.")
    assert [1, 1, 2, 2] == [len(parts_of(name)[2]) for name in ("ladder", "trust", "matrix", "states")]


def test_a_step_is_not_cut_to_save_a_part() -> None:
    """Rather one part more than a step cut in two; then they are alike, and nothing is made smaller."""
    exhibit = show(simulate("no-certificate-lower-level"))
    encoded, words = exhibit.bundle()["image/png"], exhibit.metadata()["clientauth"]
    parts = script("slide_pictures").parts(encoded, "A story.", words)
    assert 4 == len(parts)
    assert {part.rows[0] for part in parts[1:]} <= {y for y, _, _ in words["starts"]}
    heights = [part.size[1] for part in parts]
    assert min(heights) > 0.75 * max(heights)
    assert all(part.width / 100 * SIZE["width"] >= part.size[0] for part in parts)


def test_a_belief_that_lasts_is_told_on_every_part() -> None:
    """Where the block of a belief goes on in a later part, its words stand at its top there too."""
    whole, words, parts = parts_of("sequence")
    left = script("slide_pictures").ink(whole)[0]
    seen = 0
    for part in parts[1:]:
        picture, (begin, end) = opened(part.encoded), part.rows
        for x, y, right, lower, until in words["labels"]:
            if y < begin and begin + lower - y + 20 < min(until, end):
                above = picture.height - (end - begin)
                found = whole.crop((x, y, right, lower))
                assert any(same(found, picture, (x - left, above + shift)) for shift in range(20))
                seen += 1
    assert seen == 2  # the server's "Asked" and the client's assumption


def test_what_cannot_be_cut_can_be_read_all_the_same() -> None:
    """A part that is taller than the screen is not made smaller than can be read; its slide scrolls."""
    picture = Image.effect_noise((1200, 3000), 90)
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    words = {"title": "Noise", "type": 12, "head": None, "starts": [[2000, "An end", 2000]], "seams": []}
    parts = script("slide_pictures").parts(base64.b64encode(packed.getvalue()).decode(), "Noise.", words)
    assert [(0, 2000), (2000, 3000)] == [part.rows for part in parts]
    assert all(12 * part.width / 100 * SIZE["width"] / part.size[0] >= LEAST_TYPE - 0.1 for part in parts)


def test_a_picture_of_which_nothing_is_known_is_shown_whole() -> None:
    """An output without our metadata, as an older notebook has it, is one slide."""
    encoded = exhibit_of("sequence").bundle()["image/png"]
    (found,) = slides(ran("run", {"image/png": encoded, "text/plain": "A story."}))
    assert "picture" == found.kind
    assert 'alt="A story."' in found.html
