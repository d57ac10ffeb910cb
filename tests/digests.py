"""Print a digest of everything that scenarios give, those that are named: run by test_determinism.py.

It is run under other interpreters too, so it imports nothing but the simulator and the standard library.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def digests(names: Sequence[str]) -> dict[str, str]:
    """What these scenarios give in both versions, and their certificate files, as SHA-256."""
    from simulator.engine.world import issue_world
    from simulator.entropy import SeededEntropy
    from simulator.runs.run import simulate
    from simulator.scenario.catalogue.catalogue import catalogue
    from simulator.trace.trace import trace_to_json
    from simulator.views.capture.capture import capture
    from simulator.views.drawing.svg import svg
    from simulator.views.pictures.sequence import sequence
    from simulator.views.texts.mermaid import mermaid
    from simulator.views.texts.plantuml import plantuml
    from simulator.views.texts.terminal import story

    found = {}
    for name in names:
        scenario = catalogue[name]
        for file in issue_world(scenario, SeededEntropy(scenario.seed)).files():
            found[f"{name} {file.name}"] = file.data
        for tls in ("1.2", "1.3"):
            run = simulate(scenario, tls=tls)  # type: ignore[arg-type]  # the two versions
            traces = [one.trace for one in run.connections]
            found[f"{name} {tls} json"] = trace_to_json(run.trace).encode()
            for kind, shown in (
                ("svg", lambda trace: svg(sequence(trace))),
                ("text", story),
                ("mermaid", mermaid),
                ("plantuml", plantuml),
            ):
                found[f"{name} {tls} {kind}"] = "".join(map(shown, traces)).encode()
            found[f"{name} {tls} capture"] = capture(run.trace, run.keylog)
    return {what: sha256(data).hexdigest() for what, data in found.items()}


if __name__ == "__main__":
    json.dump(digests(sys.argv[1:]), sys.stdout)
