"""Notebooks of a few cells for tests of slides, and one picture of every kind to put into them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from simulator import simulate
from simulator.lessons import beside, show
from simulator.lessons.quiz.quiz import questions
from simulator.runs.sweep import matrix
from tests.notebooks.notebooks import script

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.views.notebook import Exhibit


@cache
def page(path: Path) -> str:
    """The slides of a notebook."""
    made: str = script("slides").page(path)
    return made


def told(text: str, kind: str = "-") -> dict[str, Any]:
    """A cell of text."""
    return {"cell_type": "markdown", "source": text, "metadata": {"slideshow": {"slide_type": kind}}}


def ran(
    source: str, data: dict[str, str] | None = None, metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A cell of code with what it shows."""
    outputs = [{"output_type": "execute_result", "data": data, "metadata": metadata or {}}] if data else []
    return {"cell_type": "code", "source": source, "outputs": outputs, "metadata": {}}


def exhibited(source: str, exhibit: Exhibit) -> dict[str, Any]:
    """A cell that shows an exhibit, as a kernel stores it."""
    return ran(source, *exhibit._repr_mimebundle_())


def asked(name: str) -> dict[str, Any]:
    """A cell with a question of the quiz."""
    return ran(f'it = ask("{name}")\nit', questions()[name]._repr_mimebundle_())


def slides(*made: dict[str, Any]) -> list[Any]:
    """The slides of some cells."""
    found: list[Any] = script("slide_cells").slides_of([told("# Title", "slide"), told("", "skip"), *made])[
        1:
    ]
    return found


KINDS = ("sequence", "messages", "ladder", "trust", "states", "bytes", "beside", "matrix")


@cache
def exhibit_of(kind: str) -> Exhibit:
    """One of every kind of picture that the notebooks show, and larger ones."""
    good = simulate("valid-certificate")
    match kind:
        case "sequence":
            return show(simulate("stolen-certificate"))
        case "messages":
            return show(good, detail=kind)
        case "ladder":
            return show(simulate("certificate-expired"), kind)
        case "trust":
            return show(simulate("chain-with-intermediate"), "trust-graph")
        case "states":
            return show(good, kind)
        case "bytes":
            return show(good, "bytes:CertificateVerify:2")
        case "beside":
            return beside(simulate("certificate-expired", tls="1.2"), simulate("certificate-expired"))
        case _:
            return show(matrix())
