"""Three parties in pictures: both connections on one slide, and a lane that records pass through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.views.drawing.display import Line, Text, span
from simulator.views.drawing.style import TYPES
from simulator.views.view_table import VIEWS
from tests.played import for_each

if TYPE_CHECKING:
    from simulator.tls.wire.version import TlsVersion

BOTH = for_each("tls", ["1.2", "1.3"])
JOINED = [name for name, scenario in catalogue.items() if scenario.between.ends_tls]


@BOTH
@for_each("name", JOINED)
def test_one_slide_with_three_lanes(name: str, tls: TlsVersion) -> None:
    """It is as wide as a slide and hardly higher, nothing leaves it, and what is below happened later."""
    trace = simulate(name, tls=tls).trace
    drawing = VIEWS["sequence"].picture(trace, "essential")
    assert drawing.width == 960
    assert drawing.height <= 560
    assert [lane.title for lane in drawing.marks.lanes] == [
        "Client",
        trace.setup.party_between.capitalize(),
        "Server",
    ]
    for item in drawing.items:
        top, bottom = span(item)
        assert top >= 0
        assert bottom <= drawing.height
        if isinstance(item, Text):
            left, _, right, _ = item.extent
            assert left >= 0
            assert right <= drawing.width
            assert TYPES[item.style].size >= 13
    names = [item for item in drawing.items if isinstance(item, Text) and item.style == "message.long"]
    assert [item.seq for item in sorted(names, key=lambda item: item.y)] == sorted(item.seq for item in names)
    sent = [trace.events[item.seq] for item in names]
    assert {event.connection for event in sent} == {1, 2}
    for item, event in zip(names, sent, strict=True):
        assert (item.x < 480) == (event.connection == 1)


def words(name: str, **changes: object) -> list[str]:
    """The texts of the slide, in TLS 1.3."""
    scenario = catalogue[name].but({path.replace("__", "."): value for path, value in changes.items()})
    drawing = VIEWS["sequence"].picture(simulate(scenario).trace, "essential")
    return [item.text for item in drawing.items if isinstance(item, Text)]


def test_a_forged_header_is_an_arrow_on_both_sides() -> None:
    """The client's own line passes; what the proxy writes is on its own connection alone."""
    assert words("proxy-header-spoofed").count("X-SSL-Client-S-DN: CN=root") == 2
    assert words("two-tiers-of-trust").count("Client-Cert: CN=alice") == 1
    assert not any("S-DN" in text for text in words("proxy-header-spoofed", between__writes_header="nginx"))


def test_a_decision_is_about_the_lane_that_it_names() -> None:
    """To the server the party is the client; the slide calls it by its own name, and cuts no name."""
    shown = words("proxy-header-spoofed")
    assert "The proxy was not asked for a certificate" in shown
    assert "The client sent no certificate, and this proxy does" in shown
    assert "TLS ends here · no client certificate" in shown  # it shows the client a server's
    assert "redirector.example.com: trusted" in words("redirector-in-between")


def test_the_levels_and_the_sentence() -> None:
    """Each connection has its level below it; what is true of both stands below both."""
    told = words("two-tiers-of-trust")
    assert "Connection 1: Client authenticated" in told
    assert "Connection 2: Client authorized" in told
    assert "End to end: the server talks to the proxy, which proved to be CN=proxy." in " ".join(told)


def test_a_client_that_is_not_let_through() -> None:
    """The server's card says that it was never called."""
    told = words("two-tiers-of-trust", client__certificate="none", client__forges="none")
    assert "was never called" in told
    assert "Connection 1: Refused" in told


@BOTH
@for_each("detail", ["essential", "overview", "messages", "everything"])
def test_a_lane_that_records_pass_through(tls: TlsVersion, detail: str) -> None:
    """The redirector stands half way; its lane is dotted, since arrows and words go through it."""
    drawing = VIEWS["sequence"].picture(simulate("redirector-passes-through", tls=tls).trace, detail)
    titles = {item.text: item.x for item in drawing.items if isinstance(item, Text) and item.style == "lane"}
    assert titles["Redirector"] == pytest.approx((titles["Client"] + titles["Server"]) / 2)
    dotted = [item for item in drawing.items if isinstance(item, Line) and item.style == "lifeline.idle"]
    assert titles["Redirector"] in {line.points[0][0] for line in dotted}
