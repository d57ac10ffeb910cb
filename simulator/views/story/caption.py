"""A run in plain sentences: the caption under a picture, and its text for people who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Checked
from simulator.views.story.beat_kinds import Decision
from simulator.views.story.beats import beats, with_proofs
from simulator.views.story.lanes import NO_TLS, names_of, run_title, scenario_words, version_words
from simulator.views.story.reading import gap, gap_words, idle_authorities, sendings, sent_name, unread_since
from simulator.views.story.words import clean, level_name, plural

if TYPE_CHECKING:
    from simulator.trace.trace import Trace


def caption(trace: Trace, *, finished: bool = True) -> str:
    """A run in a few sentences, in the order in which it happened; without a result while it goes on."""
    told = [_opening(trace, finished=finished), *_choices(trace), *_refusal(trace)]
    return " ".join([*told, *_lessons(trace), _ending(trace)] if finished else told)


def _opening(trace: Trace, *, finished: bool) -> str:
    setup = trace.setup
    version = trace.outcome.negotiated if finished else setup.tls
    spoken = f"TLS {version}" if version else f"TLS {setup.tls} is asked for, but no handshake completes"
    if finished and version_words(trace) == NO_TLS:
        spoken = "no side begins TLS"
    which = f"Scenario {scenario_words(setup)}, seed {clean(setup.seed)}"
    return f"{run_title(setup).rstrip('.')}. {which}, {spoken}."


def _choices(trace: Trace) -> list[str]:
    """The decisions of client and server, one sentence each; on a certificate and its proof together."""
    told = with_proofs(beats(trace))
    return [f"{beat.headline}." for beat in told if isinstance(beat, Decision) and beat.event.actor in SIDES]


def _refusal(trace: Trace) -> list[str]:
    """The decisive check, and the alert that was sent."""
    outcome = trace.outcome
    sentences = []
    failed = [checked.verdict.decisive for _, checked in trace.facts(Checked)]
    decisive = next((check for check in failed if check is not None), None)
    if decisive is not None:
        said = names_of(trace.setup).shown(decisive.sentence).rstrip(".")
        sentences.append(f"The decisive check is {clean(decisive.name)}: {said}.")
    if outcome.alert is not None:
        alert = outcome.alert
        sentences.append(f"The {alert.sender} sends the alert {clean(alert.name)} ({alert.code}).")
    return sentences


def _lessons(trace: Trace) -> list[str]:
    """Facts that are easy to overlook: unread messages, the late refusal, idle CAs."""
    sentences = []
    lost = unread_since(trace)
    if lost:
        names = [sent_name(fact) for event, fact in sendings(trace) if event.seq in lost]
        sentences.append(f"Sent but never read: {', '.join(names)}.")
    if trace.card.client_saw:
        sentences.append(f"The client saw of the refusal: {trace.card.client_saw}.")
    late = gap(trace)
    if late is not None:
        sentences.append(f"The client's handshake call returned without error. {gap_words(late)}")
    idle = idle_authorities(trace)
    if idle:
        sentences.append(f"{plural(len(idle), 'CA')} took no part in the connection.")
    return sentences


def _ending(trace: Trace) -> str:
    level = trace.card.level
    return f"Result: {level_name(level)}, {level.plain_words}."
