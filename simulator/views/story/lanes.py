"""The words at the head of a diagram: the title of the run, and a name and a description for each lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.release import RELEASE
from simulator.trace.facts import HandshakeReturned
from simulator.views.story.words import clean, short_name

if TYPE_CHECKING:
    from simulator.trace.facts import ActorSetup, Setup
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail


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


def version_words(trace: Trace) -> str:
    """``TLS 1.3``: the version that was agreed, or else asked for."""
    return f"TLS {trace.outcome.negotiated or trace.setup.tls}"
