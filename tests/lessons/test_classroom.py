"""What a cell says in one line: pictures with words, tables, decisions, proofs."""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from PIL import Image

import simulator.lessons as lessons
from simulator import Simulation, catalogue, matrix, simulate
from simulator.errors import OutputError, SimulatorError
from simulator.runs.sweep import explore
from simulator.views.drawing.notebook import TEXT_WIDTH
from simulator.views.drawing.png import small_png
from simulator.views.drawing.style import palette
from simulator.views.pictures.trust_graph import trust_graph
from simulator.views.story.caption import caption
from simulator.views.view_table import VIEWS
from tests.played import EVERYTHING, RUNS, for_each, run_of


def pages() -> list[object]:
    """One of everything that shows a page of words."""
    run = run_of("stolen-certificate", "1.3")
    waiting = Simulation(catalogue["valid-certificate"], interactive=True)
    waiting.run()
    return [
        lessons.card(run),
        lessons.certificate(run, "alice"),
        lessons.ledger(run),
        lessons.ledger(run, "client"),
        lessons.conversation(run),
        lessons.tell(run.trace.events),
        lessons.choices(waiting),
        lessons.ways(catalogue["no-certificate-lower-level"]),
        lessons.levels(run),
        lessons.refusals(run),
        lessons.explain("ledger"),
        lessons.exercise("1.1"),
        lessons.ask("thief"),
        lessons.case(1),
    ]


@for_each("name", lessons.HOMES)
def test_every_name_of_the_classroom_is_there(name: str) -> None:
    """Whatever the package offers can be imported, and is explained."""
    assert getattr(lessons, name).__doc__
    assert name in dir(lessons)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_a_picture_and_words(view: str) -> None:
    """A view gives a PNG and, for whoever cannot see it, sentences in lines of at most 100 columns."""
    bundle = lessons.show(run_of("valid-certificate", "1.3"), view).bundle()
    assert {"image/png", "text/plain"} == set(bundle)
    assert Image.open(BytesIO(b64decode(bundle["image/png"]))).mode == "P"
    lines = bundle["text/plain"].splitlines()
    assert lines
    assert max(map(len, lines)) <= TEXT_WIDTH


@for_each("scenario, tls", RUNS)
def test_every_run_can_be_told(scenario: str, tls: str) -> None:
    """Card, conversation and events can be shown of every run."""
    run = run_of(scenario, tls)
    for exhibit in (lessons.card(run), lessons.conversation(run), lessons.tell(run.trace.events)):
        assert max(map(len, repr(exhibit).splitlines())) <= TEXT_WIDTH


def test_the_frame_of_a_screen_is_whole_in_text() -> None:
    """Where a notebook shows no pictures, every row of the terminal's screen ends at the frame."""
    rows = lessons.show(run_of("secure-port", "1.3"), "screen").bundle()["text/plain"].split("\n")
    frame = [row for row in rows if row[:1] in tuple("┌│└")]
    assert len(frame) > 20
    assert {(100, "┐│┘"["┌│└".index(row[0])]) for row in frame} == {(len(row), row[-1]) for row in frame}


def test_pages_are_text_and_html() -> None:
    """A page shows the same words as text and as HTML that closes what it opens and runs nothing."""

    class Reader(HTMLParser):
        """Collects words and open elements."""

        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.words: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
            self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert tag == self.open.pop()

        def handle_data(self, data: str) -> None:
            self.words += data.split()

    for page in pages():
        shown = page._repr_mimebundle_()
        bundle = shown[0] if isinstance(shown, tuple) else shown
        reader = Reader()
        reader.feed(bundle["text/html"])
        assert [] == reader.open
        assert sorted(reader.words) == sorted(bundle["text/plain"].split())
        assert "<script" not in bundle["text/html"]
        assert json.dumps(bundle)


def test_what_certificates_say_cannot_become_html() -> None:
    """A name that looks like HTML is shown as text."""
    run = simulate(catalogue["valid-certificate"].but({"certificates.alice.subject": r"CN=\<b\>alice"}))
    assert "b>alice" not in lessons.certificate(run, "alice").html
    assert "&lt;b\\&gt;alice" in lessons.certificate(run, "alice").html


def test_small_marks_keep_their_colours() -> None:
    """A colour of the style table that is drawn stands in the small picture too, however small its area."""
    drawing = trust_graph(run_of("valid-certificate", "1.3").trace, detail="messages")
    small = Image.open(BytesIO(small_png(drawing))).convert("RGB")
    seen = {colour for _, colour in small.getcolors(small.width * small.height)}
    named = {tuple(bytes.fromhex(value.removeprefix("#"))) for value in palette("light").values()}
    assert tuple(bytes.fromhex(palette("light")["good"].removeprefix("#"))) in named & seen
    assert (255, 255, 255) in seen


def test_a_matrix_and_two_runs_can_be_shown() -> None:
    """The matrix and a comparison are pictures too."""
    made = matrix(["valid"], ["required"])
    assert "image/png" in lessons.show(made).bundle()
    two = lessons.beside(run_of("valid-certificate", "1.3"), run_of("certificate-expired", "1.3"))
    assert "First divergence" in repr(two)


def test_what_is_not_there_is_told_in_words() -> None:
    """An unknown view or certificate, and a ledger of a side that judged nobody, name what there is."""
    silent = run_of("server-does-not-ask", "1.3")
    with pytest.raises(OutputError, match="ladder"):
        lessons.show(silent, "leader")
    with pytest.raises(SimulatorError, match="alice"):
        lessons.certificate(silent, "alicia")
    with pytest.raises(SimulatorError, match="judged no certificate"):
        lessons.ledger(silent)
    with pytest.raises(SimulatorError, match="proved nothing"):
        lessons.proof(silent)


def test_a_ledger_lists_every_check() -> None:
    """Every check that was made has its line; those not reached are named in one."""
    from simulator.trace.latest import last_verdict

    run = run_of("missing-intermediate", "1.3")
    verdict = last_verdict(run.trace.events, "server")
    assert verdict
    told = repr(lessons.ledger(run))
    assert all(check.name in told for check in verdict.checks)


def test_a_ledger_begins_with_what_is_no_good_news() -> None:
    """Failed, then not evaluated, then not reached; what passed is folded, with its place in the order."""
    page = lessons.ledger(run_of("certificate-expired", "1.3"))
    marks = re.findall("[✗–·✓]", repr(page))
    assert sorted(marks, key="✗–·✓".index) == marks
    assert {"✗", "–", "·", "✓"} == set(marks)
    seen, folded = page.html.split("<details>")
    assert "✓" not in seen
    assert folded.startswith(f"<summary>{marks.count('✓')} checks passed</summary>")
    numbers = [int(number) for number in re.findall(r"<td[^>]*>(\d+)</td><td", folded)]
    assert sorted(numbers) == numbers


def test_a_certificate_shows_six_lines_and_folds_the_rest() -> None:
    """Subject, issuer, dates, key and purpose are seen at once; every other line is one press away."""
    page = lessons.certificate(run_of("valid-certificate", "1.3"), "alice")
    seen, folded = page.html.split("<details>")
    assert 6 == seen.count("<tr>")
    assert all(word in seen for word in ("CN=alice", "CN=Client CA", "2031-02-02", "P-256", "clientAuth"))
    assert f"The other {folded.count('<tr>')} lines" in folded
    assert "subjectKeyIdentifier" in folded


def test_the_ways_are_a_tree() -> None:
    """Each end is a leaf with its level; the actors' own way is marked once; a choice opens a branch."""
    lines = repr(lessons.ways("no-certificate-lower-level")).splitlines()
    ends = [line.partition(" → ")[2] for line in lines if " → " in line]
    assert len(explore(catalogue["no-certificate-lower-level"])) == len(ends)
    assert 1 == sum("the actors' own choices" in end for end in ends)
    assert "Does the server ask the client for a certificate?" == lines[0].strip()
    assert 2 == sum(line.startswith(("    ├── ", "    └── ")) for line in lines)


def test_choices_follow_a_simulation() -> None:
    """A decision is told while it waits; before and after, that nobody waits."""
    simulation = Simulation(catalogue["valid-certificate"], interactive=["send-certificate"])
    assert "Say simulation.run() to go on." in repr(lessons.choices(simulation))
    simulation.run()
    assert repr(lessons.choices(simulation)).startswith(
        "The client waits. Does the client send a certificate?"
    )
    simulation.decide("skip")
    simulation.run()
    assert "It has ended." in repr(lessons.choices(simulation))


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_proof_convinces_another_library(tls: str) -> None:
    """What is taken out of a run verifies with the cryptography library, and not over anything else."""
    found = lessons.proof(run_of("valid-certificate", tls))
    key = load_der_x509_certificate(found.certificate).public_key()
    key.verify(found.signature, found.content, ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(found.signature, found.content + b"x", ECDSA(SHA256()))
    assert found.holds()
    assert not found.holds(content=found.content + b"x")


def test_what_is_signed_can_be_made_by_hand() -> None:
    """In TLS 1.3 it is 64 spaces, a text, a zero byte and the hash of the messages (RFC 8446 §4.4.3)."""
    found = lessons.proof(run_of("valid-certificate", "1.3"))
    made = b" " * 64 + b"TLS 1.3, client CertificateVerify" + b"\0"
    made += hashlib.sha256(b"".join(found.messages)).digest()
    assert found.content == made
    assert [1, 2, 8, 13, 11, 15, 20, 11] == [message[0] for message in found.messages]
    older = lessons.proof(run_of("valid-certificate", "1.2"))
    assert older.content == b"".join(older.messages)


def test_decisions_that_were_taken_are_listed() -> None:
    """Whose it was, what was asked and chosen, and who chose it; of a player as of its simulation."""
    simulation = Simulation(catalogue["certificate-expired"], interactive=["accept-client"])
    assert "No decision has been taken yet." in repr(lessons.decisions(simulation))
    simulation.run()
    simulation.decide("accept")
    told = repr(lessons.decisions(simulation))
    assert "server  Does the server accept the client's Certificate message?" in told
    assert "accept  you" in told
    player = lessons.live(simulation)
    assert told in repr(lessons.decisions(player))


@pytest.mark.parametrize("scenario", ["stolen-certificate", "corrupted-proof"])
def test_a_proof_that_fails_does_not_hold(scenario: str) -> None:
    """A thief's proof and a corrupted one do not verify."""
    assert not lessons.proof(run_of(scenario, "1.3")).holds()


@pytest.mark.skipif(not EVERYTHING, reason="it takes seconds")
def test_an_exported_picture_has_its_words() -> None:
    """What a picture shows stands beside it in the metadata, where a page made of the notebook finds it."""
    exporter = pytest.importorskip("nbconvert").HTMLExporter(template_name="classic")
    nbformat = pytest.importorskip("nbformat")
    bundle, metadata = lessons.show(run_of("valid-certificate", "1.3"), "trust-graph")._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", bundle, metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show(run)", outputs=[output])])
    page, _ = exporter.from_notebook_node(notebook)
    (words,) = re.findall(r'<img[^>]*alt="([^"]*)"', page)
    assert html.unescape(words) == metadata["image/png"]["alt"]
    assert "alice from Client CA" in words


def test_a_kernel_takes_picture_and_words() -> None:
    """IPython passes on what is shown and what is said of it, for a reader who cannot see it."""
    formatters = pytest.importorskip("IPython.core.formatters")
    data, metadata = formatters.DisplayFormatter().format(run_of("valid-certificate", "1.3"))
    assert {"image/png", "text/plain"} == set(data)
    assert {"image/png": {"alt": caption(run_of("valid-certificate", "1.3").trace)}} == metadata
    data, metadata = formatters.DisplayFormatter().format(lessons.ask("thief"))
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} == set(data)
    assert {} == metadata


def test_a_player_of_a_simulation_is_as_good_as_it() -> None:
    """Whatever takes a simulation takes the player in which it was decided."""
    player = lessons.live(Simulation(catalogue["certificate-expired"]))
    simulation = player.simulation
    assert repr(lessons.card(simulation)) == repr(lessons.card(player))
    assert repr(lessons.choices(simulation)) == repr(lessons.choices(player))
    assert "no TLS" in repr(lessons.levels(simulate("clear-port")))
    assert repr(lessons.levels(simulation)) == repr(lessons.levels(player))
    assert repr(lessons.show(simulation)) == repr(lessons.show(player))
