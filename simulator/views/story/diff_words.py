"""The words of a comparison: what each event is, where two runs part, what came of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace.compare import different_settings
from simulator.trace.facts import Alert, Checked, Decided, Received, Sent
from simulator.views.story.beat_kinds import Belief, Decision
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.lanes import run_title, under_title, version_words
from simulator.views.story.words import clean, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Setup
    from simulator.views.story.alignment import AlignedBeats, Alignment
    from simulator.views.story.beat_kinds import Beat, Ledger

RELATION_WORDS = {"alike": "alike", "differs": "differs", "only a": "only left", "only b": "only right"}
MOST_SETTINGS = 12
BOOKKEEPING = {
    Sent: "other bytes",
    Received: "other bytes",
    Alert: "other bytes",
    Checked: "other lines in the ledger",
    Decided: "another reason",
}


def title_of(alignment: Alignment) -> str:
    """The title of a comparison: the parts of both titles that differ."""
    a, b = alignment.a, alignment.b
    if run_title(a.setup) != run_title(b.setup):
        return f"{run_title(a.setup)} | {run_title(b.setup)}"
    how = "decided in two ways" if alignment.divergence else "twice the same"
    if version_words(a) != version_words(b):
        how = f"{version_words(a)} beside {version_words(b)}"
    elif setting_words(a.setup, b.setup):
        how = "as it is, and changed"
    return f"{run_title(a.setup)}: {how}"


def summary(alignment: Alignment) -> str:
    """The parting of the two in one sentence."""
    found = alignment.divergence
    if found is None:
        return "The two runs go the same way from beginning to end."
    parting = next(row for row in alignment.rows if row.parts)
    told = [told_words(beat) if beat else missing_words(parting) for beat in (parting.a, parting.b)]
    return f"First divergence, at the {found.actor}. Left: {told[0]}. Right: {told[1]}."


def told_words(beat: Beat) -> str:
    """A beat as a sentence without its full stop; a decision with what it found of certificate and proof."""
    found = [_finding(ledger) for ledger in beat.grounds] if isinstance(beat, Decision) else []
    return f"{beat.headline} ({'; '.join(found)})" if found else beat.headline


def _finding(ledger: Ledger) -> str:
    """The result of a ledger, with the check that failed."""
    assert ledger.result is not None
    words = ledger.result[1]
    if ledger.decisive and ledger.whole:
        words += f", {ledger.decisive[0].removeprefix('Decisive: ')} fails"
    return words


def missing_words(parting: AlignedBeats) -> str:
    """The words for the run that has nothing beside the other's first divergence."""
    beat = parting.a or parting.b
    assert beat is not None
    if isinstance(beat, Belief):
        return (
            f"The {beat.event.actor} {'knows' if beat.event.actor == 'server' else 'believes'} no such thing"
        )
    return f"The {beat.event.actor} has nothing more to do"


def bookkeeping(alignment: Alignment) -> str:
    """The earlier parting in bookkeeping, in one sentence; empty where there is none."""
    if alignment.bookkeeping is None:
        return ""
    told = [beat for beat in alignment.bookkeeping if beat is not None]
    words = " | ".join(dict.fromkeys(beat.headline for beat in told))
    what = BOOKKEEPING.get(type(told[0].event.fact), "other details")
    earlier = " earlier" if alignment.divergence else ""
    return f"In bookkeeping alone they part{earlier}, at the {told[0].event.actor}: {words} ({what})."


def description(alignment: Alignment) -> str:
    """The comparison in sentences, for people who cannot see it."""
    a, b = alignment.a, alignment.b
    sentences = [f"Left: {clean(under_title(a))}.", f"Right: {clean(under_title(b))}."]
    sentences += [summary(alignment), *filter(None, [bookkeeping(alignment)])]
    settings = setting_words(a.setup, b.setup)
    if settings:
        told = "; ".join(f"{where}: {one} against {other}" for where, one, other in settings[:MOST_SETTINGS])
        sentences.append(f"Set up differently: {told}.")
    results = [f"{level_name(run.card.level)}, {run.card.level.plain_words}" for run in (a, b)]
    sentences.append(f"Result on the left: {results[0]}. Result on the right: {results[1]}.")
    return " ".join(sentences)


# These fields differ as soon as a key or a name does: they say nothing about a certificate.
UNTELLING = frozenset(
    {"SHA-256", "Serial number", "Version", "subjectKeyIdentifier", "authorityKeyIdentifier", "Problem"}
)


WORDS = {"tls": "TLS version", "port": "TCP port", "latency": "one-way delay"}


def setting_words(a: Setup, b: Setup) -> tuple[tuple[str, str, str], ...]:
    """Each difference as (where, in the first, in the second), cleaned; none where there is none.

    A certificate is compared by its fields. A difference that two settings share (a CA's
    lane and its certificate) comes once.
    """
    told: list[tuple[str, str, str]] = []
    for where, one, other in different_settings(a, b):
        if one == other or _said_elsewhere(where, a, b):
            continue
        if where.startswith("certificate "):
            told += _certificate(where.removeprefix("certificate "), a, b)
        else:
            told.append((WORDS.get(where, where), one, other))
    return tuple((clean(where), clean(one), clean(other)) for where, one, other in told)


def _said_elsewhere(where: str, a: Setup, b: Setup) -> bool:
    """The lane of a CA that only one world has, and which certificate an actor carries."""
    if where.endswith(": certificate"):
        return True
    lanes = [{actor.name for actor in setup.actors if actor.role == "authority"} for setup in (a, b)]
    return any(where.startswith((f"{lane} ", f"{lane}: ")) for lane in lanes[0] ^ lanes[1])


def _certificate(name: str, a: Setup, b: Setup) -> Iterator[tuple[str, str, str]]:
    one, other = _held(a, name), _held(b, name)
    if one is None or other is None:
        there = f"for {(one or other or {}).get('Subject', 'an empty name')}"
        yield f"certificate {name}", *((there, "not in this world") if one else ("not in this world", there))
        return
    unlike = [field for field in one | other if one.get(field) != other.get(field)]
    for field in unlike:
        yield f"certificate {name}: {field}", one.get(field, "absent"), other.get(field, "absent")
    if not unlike:
        yield f"certificate {name}: key and signature", "one", "another"


def _held(setup: Setup, name: str) -> dict[str, str] | None:
    """The fields of the certificate of that name, or None where the world has none."""
    der = next((held.der for held in setup.certificates if held.name == name), None)
    if der is None:
        return None
    words = certificate_words(setup, der)
    marked = [[name, f"{text}, critical" if must else text] for name, must, text in words["extensions"]]
    return {field: text for field, text in (*words["facts"], *marked) if field not in UNTELLING}
