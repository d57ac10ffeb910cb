"""Traces to look at: every built-in scenario in both versions, and some whose every text is hostile."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from simulator.trace.trace import Trace
from simulator.views.pictures.sequence import sequence
from tests.played import run_of

if TYPE_CHECKING:
    from simulator.views.drawing.display import Drawing

DETAILS = ("essential", "overview", "messages", "everything")
THEMES = ("light", "dark", "print")

HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "ends of sections": "]]>&amp;<!--",
    "quotes": "\"double\" and 'single' `quotes`",
    "reversed": "evil\u202egnp.exe\u2066",
    "one long word": "x" * 2000,
    "many words": "many words " * 180,
    "line breaks": "two\nlines\r\nand\ttab",
    "terminal codes": "\x00\x1b[31mred\x07\x7f\x9b",
    "half a character": "\ud800lone surrogate",
    "wide characters": "漢字かな交じり文" * 40,
    "formulas": "$x^2$ \\frac{1}{2} %s {0}",
    "combining marks": "e\u0301\u0302\u0303 combining",
    "right to left": "שלום עולם مرحبا",
}

# What no peer can write: lanes, kinds, and words from closed lists. All other text is poisoned.
CLOSED = {
    "Setup": {"tls", "clock"},
    "ActorSetup": {"name", "role", "party", "reports"},
    "ConnectionSetup": {"client", "server"},
    "HeldCertificate": {"name", "fingerprint", "signed_by"},
    "CertificateFacts": {"not_before", "not_after"},
    "Event": {"actor"},
    "Sent": {"to", "protocol"},
    "Received": {"sender", "protocol"},
    "Alert": {"direction", "peer", "level"},
    "TransportEnded": {"direction", "peer", "how"},
    "Verdict": {"role"},
    "Decided": {"taken_by", "layer"},
    "HandshakeReturned": {"result", "negotiated"},
    "AlertOutcome": {"sender"},
    "Outcome": {"negotiated", "refused_at", "judged_by"},
    "ClientOutcome": {"handshake"},
    "ServerOutcome": {"handshake"},
    "SecurityCard": {"client_authenticated", "refused_at", "client_saw"},
}


@cache
def trace_of(name: str, tls: str) -> Trace:
    """The trace of a built-in scenario."""
    return run_of(name, tls).trace


@cache
def sequence_of(name: str, tls: str, detail: str = "messages") -> Drawing:
    """Its sequence diagram."""
    return sequence(trace_of(name, tls), detail=detail)


@cache
def hostile_trace(kind: str) -> Trace:
    """A refused handshake in which every free text, name and reason is hostile."""
    poisoned = _poisoned(trace_of("certificate-expired", "1.3"), HOSTILE[kind])
    assert isinstance(poisoned, Trace)
    return poisoned


def _poisoned(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_poisoned(item, text) for item in value)
    if not isinstance(value, Struct):
        return value
    closed = CLOSED.get(type(value).__name__, set())
    open_fields = [name for name in value.__struct_fields__ if name not in closed]
    return structs.replace(value, **{name: _poisoned(getattr(value, name), text) for name in open_fields})
