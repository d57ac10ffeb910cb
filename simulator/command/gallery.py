"""The chosen pictures in ``figures/``: which runs they show, what to look for, and the page that shows them.

They are the same on every machine for one release: a test makes them again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.runs.sweep import matrix as outcome_matrix
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.drawing.svg import svg
from simulator.views.pictures.diff import diff
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.views.drawing.display import Drawing


@dataclass(frozen=True, slots=True)
class Picture:
    """One run of a scenario, and how it is shown.

    Attributes:
        scenario, tls: the run.
        look: what to look for, in one or two sentences.
        view: which view.
        detail: how much of it.
    """

    scenario: str
    tls: TlsVersion
    look: str
    view: str = "sequence"
    detail: str = "messages"

    @property
    def file_name(self) -> str:
        """Its file's name, the same as long as the scenario is called so."""
        view = "" if self.view == "sequence" else "-" + self.view.replace(":", "-")
        detail = "" if self.detail == "messages" else f"-{self.detail}"
        return f"{self.scenario}-tls{self.tls}{view}{detail}.svg"

    def drawing(self) -> Drawing:
        """The picture as a display list."""
        found, argument = view_named(self.view)
        return found.picture(played(self.scenario, self.tls).trace, self.detail, argument)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        left, right: the runs, each a scenario and a version.
        look: what to look for.
    """

    left: tuple[str, TlsVersion]
    right: tuple[str, TlsVersion]
    look: str

    @property
    def file_name(self) -> str:
        """Its file's name."""
        (scenario, tls), (other, other_tls) = self.left, self.right
        second = f"tls{other_tls}" if scenario == other else f"{other}-tls{other_tls}"
        return f"diff-{scenario}-tls{tls}-{second}.svg"

    def drawing(self) -> Drawing:
        """The picture as a display list."""
        return diff(played(*self.left).trace, played(*self.right).trace, detail="overview")


@dataclass(frozen=True, slots=True)
class OutcomeMatrix:
    """Every credential under every policy."""

    look: str
    file_name: str = "outcome-matrix.svg"

    def drawing(self) -> Drawing:
        """The picture as a display list."""
        return matrix_drawing(outcome_matrix())


GALLERY: tuple[Picture | Comparison | OutcomeMatrix, ...] = (
    Picture(
        "valid-certificate",
        "1.3",
        "The good handshake at a glance. Follow the two edges: the client believes that it is authenticated "
        "long before the server has decided.",
        detail="overview",
    ),
    OutcomeMatrix(
        "The picture to open a course with: what a certificate is worth depends on the server's policy, and "
        "in TLS 1.3 a refused client learns of it late."
    ),
    Picture(
        "valid-certificate",
        "1.3",
        "The same with every message: sizes, whose keys protect it, what was checked, and why each side "
        "decided as it did.",
    ),
    Picture(
        "valid-certificate",
        "1.2",
        "In TLS 1.2 the certificates go in the clear, and the client's handshake returns after the server's.",
    ),
    Picture(
        "no-certificate-lower-level",
        "1.3",
        "The server asks, the client goes on without, and the session is worth less.",
        detail="overview",
    ),
    Picture(
        "no-certificate-refused",
        "1.3",
        "The same client, and a server that insists: the policy decides, not TLS.",
    ),
    Picture(
        "certificate-expired",
        "1.3",
        "A late refusal. The client's handshake call has returned, its data is on the way, and none of it is "
        "ever read.",
    ),
    Comparison(
        ("certificate-expired", "1.2"),
        ("certificate-expired", "1.3"),
        "The same refusal in both versions: only in TLS 1.3 did the client believe it had succeeded.",
    ),
    Picture(
        "certificate-expired",
        "1.3",
        "How secure, moment by moment, to the client and to the server: the gap between the two lines is the "
        "client's mistake.",
        view="ladder",
    ),
    Picture(
        "stolen-certificate",
        "1.3",
        "Every check of the certificate passes. What fails is the proof that the client holds its key.",
    ),
    Picture(
        "server-untrusted",
        "1.3",
        "The client checks first: it refuses, and the server never learns who it would have been.",
    ),
    Picture(
        "ca-switched-off",
        "1.3",
        "The CAs are gone and nobody misses them: a handshake asks them nothing.",
        detail="overview",
    ),
    Picture(
        "valid-certificate",
        "1.3",
        "Two trust decisions that have nothing to do with each other: each side has its own list of CAs.",
        view="trust-graph",
    ),
    Picture(
        "missing-intermediate",
        "1.3",
        "The link that is missing, between a leaf that was sent and a root that is trusted.",
        view="trust-graph",
    ),
    Picture(
        "valid-certificate",
        "1.3",
        "Both state machines, drawn from the tables that run them, and the way this run took through them.",
        view="states",
    ),
    Picture(
        "valid-certificate",
        "1.3",
        "The client's proof byte by byte, and what it signs.",
        view="bytes:CertificateVerify:2",
    ),
    Picture(
        "valid-certificate",
        "1.3",
        "The same messages on a scale of time: three crossings of the network until the server knows.",
        view="timeline",
    ),
)


def played(scenario: str, tls: TlsVersion) -> Run:
    """The run of a scenario of the catalogue."""
    return simulate(catalogue[scenario], tls=tls)


def gallery_files() -> Iterator[tuple[str, str]]:
    """The gallery, file by file: (name, text). The last is the page that shows the others."""
    page = [
        "# The gallery",
        "",
        "One command writes these pictures and this page: `make figures`, and `make demo` on its way. A",
        "test checks that they are current. They are plain SVG: text is text, and every element knows the",
        "event it stands for.",
    ]
    for picture in GALLERY:
        drawing = picture.drawing()
        yield picture.file_name, svg(drawing)
        page += ["", f"## {drawing.title}", "", picture.look]
        page += ["", f"![{drawing.title}]({picture.file_name})"]
    yield "README.md", "\n".join(page) + "\n"
