"""What is set up differently in two runs, in words a reader can compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.compare import different_settings
from simulator.views.certificate_words import certificate_words
from simulator.views.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace import Setup

# What differs as soon as a key or a name does: it tells certificates apart and says nothing of them.
UNTELLING = frozenset(
    {"SHA-256", "Serial number", "Version", "subjectKeyIdentifier", "authorityKeyIdentifier", "Problem"}
)

WORDS = {"tls": "TLS version", "port": "TCP port", "latency": "one-way delay"}


def setting_words(a: Setup, b: Setup) -> tuple[tuple[str, str, str], ...]:
    """Each difference as (where, in the first, in the second), cleaned; none where there is none.

    A certificate that differs is told by the fields that differ. What stands for the same thing twice (a
    CA's lane and its certificate) is told once.
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
        there = f"for {(one or other or {}).get('Subject', 'nobody')}"
        yield f"certificate {name}", *((there, "not in this world") if one else ("not in this world", there))
        return
    unlike = [field for field in one | other if one.get(field) != other.get(field)]
    for field in unlike:
        yield f"certificate {name}: {field}", one.get(field, "absent"), other.get(field, "absent")
    if not unlike:
        yield f"certificate {name}: key and signature", "one", "another"


def _held(setup: Setup, name: str) -> dict[str, str] | None:
    """What a certificate of that name says in each field; None where the world has none."""
    for held in setup.certificates:
        if held.name == name:
            words = certificate_words(held.der)
            facts = {label: text for label, text in words["facts"] if label not in UNTELLING}
            marked = {
                field: f"{text}, critical" if critical else text
                for field, critical, text in words["extensions"]
            }
            return facts | {field: text for field, text in marked.items() if field not in UNTELLING}
    return None
