"""The SVG pen: well-formed, accessible, quick, and the same bytes everywhere."""

from __future__ import annotations

from itertools import product
from xml.etree import ElementTree

import pytest

from simulator.errors import OutputError
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.svg import escape, svg
from simulator.views.pictures.sequence import sequence
from tests.played import RUNS, for_each, turn_of
from tests.views.traces import DETAILS, HOSTILE, THEMES, hostile_trace, trace_of

NAMESPACE = "{http://www.w3.org/2000/svg}"


def _elements(text: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(text.encode())
    return list(root.iter())


@for_each("name, tls", RUNS)
def test_svg_is_well_formed_and_names_every_message(name: str, tls: str) -> None:
    """Every message and alert stands in the picture as text; a CertificationRequest by its common name."""
    trace = trace_of(name, tls)
    words = "\n".join("".join(element.itertext()) for element in _elements(svg(sequence(trace))))
    facts = [event.fact for event in trace.events]
    names = {fact.name for fact in facts if isinstance(fact, Sent | Alert)}
    assert "CertificationRequest" in names
    names = names - {"CertificationRequest"} | {"signing request (CSR)"}  # PKCS #10's name looks like TLS's
    assert sorted(wanted for wanted in names if wanted not in words) == []


@for_each("kind", HOSTILE)
def test_hostile_names_stay_text(kind: str) -> None:
    """Markup in a name is data: the picture has the elements that the pen writes, and no event handler."""
    for detail in turn_of(DETAILS, kind):
        elements = _elements(svg(sequence(hostile_trace(kind), detail=detail)))
        tags = {element.tag.removeprefix(NAMESPACE) for element in elements}
        assert tags <= {"svg", "title", "desc", "rect", "line", "polyline", "polygon", "text"}
        assert not [key for element in elements for key in element.attrib if key.startswith("on")]


def test_invisible_characters_are_made_visible() -> None:
    """What would reverse a line or move a cursor is written as an escape."""
    words = svg(sequence(hostile_trace("reversed"))) + svg(sequence(hostile_trace("terminal codes")))
    assert [bad for bad in "\u202e\u2066\x1b\x00\x9b" if bad in words] == []
    assert "evil\\u202egnp.exe\\u2066" in words


def test_escape_leaves_out_what_xml_forbids() -> None:
    """The pen itself lets no forbidden character through, whatever a layout hands it."""
    assert escape("a\x00b\ud800c<&>\"'") == "abc&lt;&amp;&gt;&quot;&#39;"


def test_every_drawn_element_says_which_event_it_stands_for() -> None:
    """``data-seq`` is on everything that is drawn."""
    drawn = [
        e for e in _elements(svg(sequence(trace_of("valid-certificate", "1.3")))) if "id" not in e.attrib
    ]
    missing = [e.tag for e in drawn[1:] if "data-seq" not in e.attrib and e.tag != f"{NAMESPACE}title"]
    assert missing == []


def test_the_picture_has_a_name_and_a_description() -> None:
    """A screen reader is told what the picture shows, and ids begin with the prefix asked for."""
    root = _elements(svg(sequence(trace_of("certificate-expired", "1.3")), prefix="one"))[0]
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "one-title one-desc")
    title, desc = root[0], root[1]
    assert (title.get("id"), desc.get("id")) == ("one-title", "one-desc")
    assert title.text == "The client's certificate has expired: TLS 1.3 sequence diagram"
    assert "certificate_expired (45)" in (desc.text or "")


def test_themes_differ_in_colours_only() -> None:
    """The three palettes draw the same shapes and words."""
    import re

    drawing = sequence(trace_of("certificate-expired", "1.3"))
    shapes = {re.sub(r'"#[0-9A-F]{6}"', '"colour"', svg(drawing, theme=theme)) for theme in THEMES}
    assert len(shapes) == 1


def test_an_unknown_theme_is_told_with_what_is_allowed() -> None:
    """A theme that does not exist is an error that lists those that do."""
    with pytest.raises(OutputError, match="light, dark or print"):
        svg(sequence(trace_of("valid-certificate", "1.3")), theme="pink")


def test_numbers_are_written_in_one_way() -> None:
    """No number depends on how a machine prints floats: one decimal at most, never an exponent or -0."""
    import re

    text = svg(sequence(trace_of("valid-certificate", "1.3")))
    values = re.findall(r' (?:x|y|x1|x2|y1|y2|width|height|points|rx)="([^"]*)"', text)
    numbers = [
        number
        for value, separator in product(values, [","])
        for number in re.split(rf"[ {separator}]", value)
    ]
    assert [
        number for number in numbers if not re.fullmatch(r"-?\d+(\.[1-9])?", number) or number == "-0"
    ] == []
