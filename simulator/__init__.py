"""See how a client proves who it is in TLS: a wire-true, explained, repeatable simulator.

A tour in ten lines::

    from simulator import catalogue, simulate

    run = simulate(catalogue["certificate-expired"], tls="1.3")
    run                                   # in a notebook: its sequence diagram
    run.card.level                        # SecurityLevel.REFUSED
    run.outcome.decisive_check            # 'validity'
    run.outcome.client.handshake          # 'ok': in TLS 1.3 the client learns of the refusal later
    lenient = run.but({"server.client_authentication": "unverified"})
    lenient.card.client_authenticated     # 'claimed'
    run.save("expired.svg")

This is teaching material: one careful reading of RFC 8446, 5246 and 5280, not a library for production.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as typing has it, whose import would take a third of the time before Ctrl-C is quiet
if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation
    from simulator.runs.many import simulate_all
    from simulator.runs.run import Run, simulate
    from simulator.runs.sweep import explore, matrix
    from simulator.scenario import Scenario
    from simulator.scenario.catalogue.catalogue import catalogue
    from simulator.security import SecurityCard, SecurityLevel
    from simulator.trace.compare import first_divergence
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict

__all__ = [
    "Run",
    "Scenario",
    "SecurityCard",
    "SecurityLevel",
    "Simulation",
    "Trace",
    "Verdict",
    "catalogue",
    "explore",
    "first_divergence",
    "matrix",
    "simulate",
    "simulate_all",
]

# Where each public name lives; it is imported when it is first asked for, so that a command that needs none
# of the heavy rooms starts at once.
_HOMES = {
    "catalogue": "simulator.scenario.catalogue.catalogue",
    "Run": "simulator.runs.run",
    "Scenario": "simulator.scenario",
    "SecurityCard": "simulator.security",
    "SecurityLevel": "simulator.security",
    "Simulation": "simulator.engine.simulation",
    "Trace": "simulator.trace.trace",
    "Verdict": "simulator.trust.verdict",
    "explore": "simulator.runs.sweep",
    "first_divergence": "simulator.trace.compare",
    "matrix": "simulator.runs.sweep",
    "simulate": "simulator.runs.run",
    "simulate_all": "simulator.runs.many",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
