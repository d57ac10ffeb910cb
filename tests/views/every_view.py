"""Every view of a trace as bytes, by name; as a program, drawn without cryptography from trace files.

``python -m tests.views.every_view FOLDER`` prints the digest of each view of each ``.json`` file in the
folder. In that process the package ``cryptography`` cannot be imported.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from importlib.abc import MetaPathFinder
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.trace.trace import Trace

DETAILS = ("essential", "overview", "messages", "everything")
PICTURES = ("sequence", "timeline", "trust-graph", "states", "ladder", "bytes:Certificate", "bytes")


class Blocked(MetaPathFinder):
    """Finds that there is no package ``cryptography``."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse the package and everything in it."""
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError(f"{name} is blocked: a view must not need it", name=name)


def digests(traces: Mapping[str, Trace]) -> dict[str, str]:
    """The digest of every view of every trace, and of each trace beside the next."""
    found = {f"{name} {what}": data for name, trace in traces.items() for what, data in every_view(trace)}
    for (one, a), (other, b) in pairwise(traces.items()):
        found |= {f"{one} {other} {what}": data for what, data in comparison(a, b)}
    return {what: sha256(data).hexdigest() for what, data in found.items()}


def every_view(trace: Trace) -> Iterator[tuple[str, bytes]]:
    """Each view of one trace in each form that is text, or a capture."""
    from simulator.errors import OutputError
    from simulator.views.export import run_contents

    for view in PICTURES:
        for suffix in (".svg", ".txt", *((".html",) if view == "bytes" else ())):
            for detail in DETAILS if view == "sequence" else ("everything",):
                try:
                    data = run_contents(trace, Path(suffix[1:] + suffix), view=view, detail=detail)
                except OutputError as error:  # this run has no Certificate
                    data = str(error).encode()
                yield f"{view} {detail} {suffix}", data
    for suffix in (".mmd", ".puml", ".html", ".json", ".pcapng"):
        yield suffix, run_contents(trace, Path("run" + suffix))


def comparison(a: Trace, b: Trace) -> Iterator[tuple[str, bytes]]:
    """Two traces side by side in each form that is text."""
    from simulator.views.export import diff_contents

    for suffix in (".svg", ".txt", ".html", ".json"):
        yield suffix, diff_contents(a, b, Path("diff" + suffix))


def main(folder: Path) -> None:
    """Draw the traces of a folder without the crypto library."""
    sys.meta_path.insert(0, Blocked())
    from simulator.trace.trace import Trace

    traces = {path.stem: Trace.from_json(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
    json.dump(digests(traces), sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
