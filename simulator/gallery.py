"""The chosen pictures in ``figures/``: which runs they show, and how they are made.

They are the same on every machine for one release: a test makes them again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.catalogue import catalogue
from simulator.run import simulate
from simulator.sweep import matrix as outcome_matrix
from simulator.views.matrix import matrix_drawing
from simulator.views.sequence import sequence
from simulator.views.svg import svg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario import TlsVersion


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the gallery: a run of a scenario, and how much of it is shown."""

    scenario: str
    tls: TlsVersion
    detail: str = "messages"

    @property
    def file_name(self) -> str:
        """Its file's name, the same as long as the scenario is called so."""
        extra = "" if self.detail == "messages" else f"-{self.detail}"
        return f"{self.scenario}-tls{self.tls}{extra}.svg"


PICTURES = (
    Picture("valid-certificate", "1.3"),
    Picture("valid-certificate", "1.3", "overview"),
    Picture("valid-certificate", "1.2"),
    Picture("no-certificate-lower-level", "1.3", "overview"),
    Picture("no-certificate-lower-level", "1.3"),
    Picture("no-certificate-refused", "1.3"),
    Picture("certificate-expired", "1.3"),
    Picture("certificate-expired", "1.2"),
    Picture("stolen-certificate", "1.3"),
    Picture("server-untrusted", "1.3"),
    Picture("ca-switched-off", "1.3"),
)
MATRIX_FILE = "outcome-matrix.svg"


def pictures() -> Iterator[tuple[str, str]]:
    """The gallery, file by file: (name, SVG text)."""
    for picture in PICTURES:
        run = simulate(catalogue[picture.scenario], tls=picture.tls)
        yield picture.file_name, svg(sequence(run.trace, detail=picture.detail))
    yield MATRIX_FILE, svg(matrix_drawing(outcome_matrix()))
