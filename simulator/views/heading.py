"""The head of a sequence diagram: title, lesson and one card for each lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.release import RELEASE
from simulator.trace import HandshakeReturned
from simulator.views.display import Box, wrap
from simulator.views.sheet import BELIEF_WIDTH, HALF_CARD, MARGIN, Sheet, pitch_of
from simulator.views.words import NUMBERING, clean, short_name

if TYPE_CHECKING:
    from simulator.trace import ActorSetup, Setup, Trace
    from simulator.views.style import Detail

MOST_LINES = 14  # on one card, for setups that nobody foresaw


def under_title(trace: Trace) -> str:
    """Which run this is: enough to make the same picture again."""
    setup = trace.setup
    version = f"TLS {trace.outcome.negotiated or setup.tls}"
    if trace.outcome.negotiated is None and any(trace.of(HandshakeReturned)):
        version += " (not agreed)"
    return (
        f"{version} · scenario {setup.scenario} · seed {setup.seed} · port {setup.port} · release {RELEASE}"
    )


def run_name(trace: Trace) -> str:
    """Which run it is, in a few words: title and version."""
    return f"{clean(trace.setup.title)} (TLS {trace.outcome.negotiated or clean(trace.setup.tls)})"


def held_names(setup: Setup) -> dict[str, str]:
    """Scenario name of a certificate → the short form of its subject, as the certificate itself says it."""
    names = {}
    for held in setup.certificates:
        try:
            names[held.name] = short_name(clean(Certificate.parse(held.der).subject)) or "no name"
        except CertificateError:
            names[held.name] = "unreadable certificate"
    return names


def lane_title(actor: ActorSetup) -> str:
    """What stands above a lane."""
    return clean(actor.name) if actor.role == "authority" else clean(actor.name).capitalize()


def lane_words(actor: ActorSetup, setup: Setup, detail: Detail = "messages") -> tuple[str, ...]:
    """What an actor has, a line for each thing."""
    names = held_names(setup)

    def named(keys: tuple[str, ...]) -> str:
        return ", ".join(names.get(key, clean(key)) for key in keys)

    lines = ["certificate authority"] if actor.role == "authority" else []
    if actor.role != "authority":
        lines.append(f"shows {named(actor.sends)}" if actor.sends else "has no certificate to show")
        lines.append(f"trusts {named(actor.trusts)}" if actor.trusts else "trusts nobody")
    if actor.holds:
        lines.append(f"holds {named(actor.holds)}")
    policy = [setting for setting in actor.policy if _worth_saying(*setting, detail)]
    lines += [f"{clean(name)}: {clean(value)}" for name, value in policy]
    return tuple(lines)


def _worth_saying(name: str, value: str, detail: Detail) -> bool:
    """Its certificate is said already; and what every actor of every picture does needs no words."""
    if detail == "everything":
        return True
    if detail == "overview":
        return name == "client authentication"
    return name != "certificate" and (name, value) not in (("online", "yes"), ("profile", "openssl"))


def head(sheet: Sheet, trace: Trace, detail: Detail) -> None:
    """Put the title block and the lane cards; leaves ``sheet.y`` below them."""
    setup = trace.setup
    width = sheet.stage.width - 2 * MARGIN
    sheet.y = sheet.paragraph(clean(setup.title), "title", 0, MARGIN, sheet.y, width=width, most=2) + 2
    sheet.y = sheet.paragraph(clean(under_title(trace)), "subtitle", 0, MARGIN, sheet.y, width=width, most=2)
    sheet.y = sheet.paragraph(NUMBERING, "subtitle", 0, MARGIN, sheet.y, width=width, most=2)
    if setup.lesson and detail != "overview":
        sheet.y += 6
        sheet.y = sheet.paragraph(clean(setup.lesson), "lesson", 0, MARGIN, sheet.y, width=width, most=5)
    sheet.y += 16
    _cards(sheet, setup, detail)


def _cards(sheet: Sheet, setup: Setup, detail: Detail) -> None:
    stage = sheet.stage
    room = 2 * HALF_CARD - 16
    words = {actor.name: _card_lines(actor, setup, detail, room) for actor in stage.actors}
    height = 38 + max(len(lines) for lines in words.values()) * pitch_of("lane.small")
    for actor in stage.actors:
        x = stage.lanes[actor.name]
        style = "header.authority" if actor.role == "authority" else "header"
        sheet.put(Box(x - HALF_CARD, sheet.y, 2 * HALF_CARD, height, style, 0, radius=9))
        sheet.line(lane_title(actor), "lane", 0, x, sheet.y + 23, width=room, anchor="middle")
        for index, line in enumerate(words[actor.name]):
            y = sheet.y + 42 + index * pitch_of("lane.small")
            sheet.line(line, "lane.small", 0, x, y, width=room, anchor="middle")
    for title, x in (
        ("The client believes", MARGIN),
        ("The server knows", stage.width - MARGIN - BELIEF_WIDTH),
    ):
        sheet.line(
            title,
            "belief.title",
            0,
            x + BELIEF_WIDTH / 2,
            sheet.y + height,
            width=BELIEF_WIDTH,
            anchor="middle",
        )
    sheet.y += height


def _card_lines(actor: ActorSetup, setup: Setup, detail: Detail, room: float) -> tuple[str, ...]:
    lines: list[str] = []
    for words in lane_words(actor, setup, detail):
        lines += wrap(words, "lane.small", room, 4)
    return tuple(lines[:MOST_LINES])
