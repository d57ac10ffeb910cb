"""The words at the head of a diagram: the title of the run, and a name and a description for each lane.

It alone decides on the name of each party and certificate. Every view asks it, so that each has one spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.trace.facts import HandshakeReturned
from simulator.trace.setup import PASSES_ON
from simulator.views.story.certificate_words import UNREADABLE
from simulator.views.story.words import clean, common_name, date_words

if TYPE_CHECKING:
    from simulator.trace.facts import Setup
    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail

SEED_MARK = "O=clientauth teaching - not secret"
NO_TLS = "no TLS"
MARKING = f"Keys made from a seed are no secret: the CAs' full names carry {SEED_MARK}."


@dataclass(frozen=True, slots=True)
class Names:
    """The display names of the parties and certificates of a world.

    Attributes:
        parties: lane of a CA → common name of its certificate; all others are called by their roles.
        certificates: scenario name → common name of the subject.
        subjects: RFC 4514 subject → the common name that stands for it in a sentence.
        played_by: side of the connection → the party in between that plays it; else empty.
    """

    parties: dict[str, str]
    certificates: dict[str, str]
    subjects: dict[str, str]
    played_by: dict[str, str] = field(default_factory=dict)

    def title(self, lane: str) -> str:
        """The name above a lane: ``Client``, ``Client CA``, ``Redirector as server``."""
        played = self.played_by.get(lane)
        own = f"{clean(played).capitalize()} as {clean(lane)}" if played else clean(lane).capitalize()
        return self.parties.get(lane) or own

    def subject(self, lane: str) -> str:
        """The name at the beginning of a sentence: ``The client``, ``Client CA``."""
        return self.parties.get(lane) or f"The {clean(lane)}"

    def phrase(self, lane: str) -> str:
        """The name inside a sentence: ``the client``, ``Client CA``."""
        return self.parties.get(lane) or f"the {clean(lane)}"

    def certificate(self, name: str) -> str:
        """The name of a certificate: ``alice``, ``Client CA``."""
        return self.certificates.get(name) or clean(name)

    def shown(self, text: str) -> str:
        """The text, cleaned, with every known subject by its common name."""
        text = clean(text)
        for subject, name in self.subjects.items():
            if subject in text:
                # Not where the subject goes on: CN=alice is no part of CN=alice.example or CN=alice,O=x. Nor
                # in a rule for users, which is quoted: "CN=alice", "subject:CN=alice".
                text = re.sub(rf"(?<![\w=\":]){re.escape(subject)}(?![\w]|[,+.-]\w)", lambda _: name, text)  # noqa: B023
        return text


NAMELESS = Names({}, {}, {})  # for events without their setup


@lru_cache(maxsize=16)  # every view of a run asks for them, and a comparison for those of two
def names_of(setup: Setup) -> Names:
    """The names in a world."""
    subjects = {held.name: held.facts.subject if held.facts else UNREADABLE for held in setup.certificates}
    # Cleaned last: of a cleaned subject the common name would lose the backslashes of its escapes.
    certificates = {name: clean(common_name(subject)) or "no name" for name, subject in subjects.items()}
    authorities = [actor for actor in setup.actors if actor.role == "authority"]
    own = {actor.name: dict(actor.policy).get("certificate", actor.name) for actor in authorities}
    parties = {lane: certificates.get(name, clean(lane)) for lane, name in own.items()}
    called = list(parties.values())
    # Two CAs of one name (an impostor's, say) keep the names that the scenario tells them apart by.
    parties = {lane: name if called.count(name) == 1 else clean(lane) for lane, name in parties.items()}
    longest_first = sorted({*subjects.values()}, key=lambda subject: (-len(subject), subject))
    short = {clean(subject): clean(common_name(subject)) for subject in longest_first}
    named = list(short.values())
    # A name that two subjects share would hide what tells them apart: they stay whole.
    alone = {subject: name for subject, name in short.items() if subject != name and named.count(name) == 1}
    played_by: dict[str, str] = {actor.name: actor.party for actor in setup.actors if actor.party}
    return Names(parties, certificates, alone, played_by)


def under_title(trace: Trace) -> str:
    """The run in one line: enough to make the same picture again."""
    setup, version = trace.setup, version_words(trace)
    if trace.outcome.negotiated is None and any(trace.of(HandshakeReturned)):
        version += " (not agreed)"
    scenario = scenario_words(setup)
    return f"{version} · scenario {scenario} · seed {setup.seed} · port {setup.port} · release {RELEASE}"


def opening(trace: Trace) -> str:
    """The first sentences of a picture's description: which run it shows."""
    return f"{run_title(trace.setup).rstrip('.')}. {clean(under_title(trace))}."


def reading_notes(setup: Setup) -> str:
    """A remark on the mark in the names of seeded CAs; empty without any."""
    marked = any(SEED_MARK in held.facts.subject for held in setup.certificates if held.facts)
    return MARKING if marked else ""


def version_words(trace: Trace) -> str:
    """``TLS 1.3``: the version that was agreed, or else asked for; ``no TLS`` where it was all in clear."""
    if (trace.outcome.client.handshake, trace.outcome.server.handshake) == ("none", "none"):
        return NO_TLS
    return f"TLS {trace.outcome.negotiated or clean(trace.setup.tls)}"


def whole_title(trace: Trace) -> str:
    """The title of a run as a whole, whichever of its connections it begins with."""
    return clean(trace.setup.title)


def run_title(setup: Setup) -> str:
    """The title of a run; of one of several connections with its number: ``Renewed (connection 2 of 4)``."""
    connection = setup.connections[0]
    which = f" (connection {connection.number} of {connection.count})" if connection.count > 1 else ""
    return clean(setup.title) + which


def scenario_words(setup: Setup) -> str:
    """The scenario's name; of one of several connections with its number: ``renewed, connection 2``."""
    connection = setup.connections[0]
    return clean(setup.scenario) + (f", connection {connection.number}" if connection.count > 1 else "")


def connection_heading(connection: Trace) -> str:
    """The heading of one of several connections: ``Connection 2 of 4 · 7 February 2031, 09:00 UTC``.

    Those of a party in between have no date apart: ``Connection 2 of 2 · redirector to server``.
    """
    which = connection.setup.connections[0]
    if connection.setup.party_between:
        played = {actor.name: actor.party or actor.name for actor in connection.setup.actors}
        ends = f"{played[which.client]} to {played[which.server]}"
        return f"Connection {which.number} of {which.count} · {ends}"
    return f"Connection {which.number} of {which.count} · {date_words(connection.setup.clock)}"


def run_name(trace: Trace) -> str:
    """Title and version of a run."""
    return f"{run_title(trace.setup)} ({version_words(trace)})"


def lane_words(actor: ActorSetup, setup: Setup, detail: Detail = "messages") -> tuple[str, ...]:
    """The possessions and settings of an actor, a line for each."""
    names = names_of(setup)
    lines = ["certificate authority"] if actor.role == "authority" else []

    def named(keys: tuple[str, ...]) -> str:
        return ", ".join(map(names.certificate, keys))

    if actor.role == PASSES_ON:
        lines.append("hands every record on, unread")
    elif actor.role != "authority":
        lines.append(_showing(actor, names) or "has no certificate to show")
        lines.append(f"trusts {named(actor.trusts)}" if actor.trusts else "trusts no certificate")
    if actor.holds:
        lines.append(f"holds {named(actor.holds)}")
    policy = [setting for setting in actor.policy if _worth_saying(*setting, detail)]
    lines += [f"{clean(name)}: {clean(value)}" for name, value in policy]
    return tuple(lines)


#: The setting that lists the other certificates a client may choose.
_CHOICE = "may also send"


def may_show(actor: ActorSetup) -> tuple[str, ...]:
    """The leaf certificates of which an actor shows one; one alone if it has no choice, or none."""
    others = dict(actor.policy).get(_CHOICE, "")
    return (*actor.sends[:1], *filter(None, others.split(", ")))


def _showing(actor: ActorSetup, names: Names) -> str:
    """The certificates that an actor shows, or among which it chooses; empty where it has none."""
    *some, last = [*map(names.certificate, may_show(actor))] or [""]
    if some:
        return f"may show {', '.join(some)} or {last}"
    return f"shows {', '.join(map(names.certificate, actor.sends))}" if actor.sends else ""


def _worth_saying(name: str, value: str, detail: Detail) -> bool:
    """Return True for a setting that is not said otherwise and that not every actor has."""
    if detail == "everything":
        return True
    if detail == "overview":
        return name == "client authentication"
    usual = (name, value) in (("online", "yes"), ("profile", "openssl"))
    return name not in ("certificate", _CHOICE) and not usual
