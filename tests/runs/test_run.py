"""simulate() and Run: documents, expectations, counterfactuals, files."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

import simulator
from simulator import catalogue, simulate
from simulator.errors import OutputError, ScenarioError
from simulator.scenario import Scenario
from simulator.tls.wire.messages import decode_handshake
from simulator.tls.wire.version import Version
from simulator.trace.trace import Trace
from tests.peers import ROOT
from tests.played import RUNS, VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import TlsVersion

KEYS = [
    "scenario",
    "tls",
    "negotiated",
    "as_expected",
    "level",
    "refused_at",
    "alert",
    "decisive_check",
    "judged_by",
    "client",
    "server",
    "messages",
    "trace",
]


@for_each("name, tls", RUNS)
def test_every_built_in_scenario_comes_out_as_it_expects(name: str, tls: TlsVersion) -> None:
    """Each scenario is a test of itself."""
    run = run_of(name, tls)
    assert (run.as_expected, run.expectation_words()) == (True, "")


def test_what_surprises_is_said() -> None:
    """A run that comes out otherwise says what was expected and what came."""
    scenario = Scenario().but({"client.certificate": None, "expect": {"level": "CLIENT_AUTHENTICATED"}})
    run = simulate(scenario)
    assert run.as_expected is False
    assert run.expectation_words() == "level CLIENT_AUTHENTICATED was expected, and REFUSED came"


def test_without_an_expectation_nothing_surprises() -> None:
    """A changed scenario expects nothing, so nothing is as expected or not."""
    run = simulate("valid-certificate").but({"server.client_authentication": "none"})
    assert (run.as_expected, run.expectation_words()) == (None, "")


@for_each("name, tls", RUNS)
def test_the_document_has_its_keys_and_is_json(name: str, tls: TlsVersion) -> None:
    """The document of ``run --json`` has exactly the promised keys, and its trace can be read back."""
    run = run_of(name, tls)
    document = json.loads(json.dumps(run.to_dict()))
    assert list(document) == KEYS
    promised = {"handshake", "believed_when_handshake_returned", "believes", "peer", "saw"}
    assert set(document["client"]) == promised
    assert Trace.from_json(json.dumps(document["trace"])) == run.trace


def test_the_messages_of_the_good_handshake_in_tls12() -> None:
    """Names and order are those that OpenSSL sends; only the two Finished and what follows are encrypted."""
    messages = run_of("valid-certificate", "1.2").messages()
    assert [(m["sender"][0], m["name"]) for m in messages] == [
        ("c", "ClientHello"),
        ("s", "ServerHello"),
        ("s", "Certificate"),
        ("s", "ServerKeyExchange"),
        ("s", "CertificateRequest"),
        ("s", "ServerHelloDone"),
        ("c", "Certificate"),
        ("c", "ClientKeyExchange"),
        ("c", "CertificateVerify"),
        ("c", "Finished"),
        ("s", "NewSessionTicket"),
        ("s", "Finished"),
    ]
    assert [m["name"] for m in messages if m["encrypted"]] == ["Finished", "Finished"]


def test_the_messages_of_the_good_handshake_in_tls13() -> None:
    """After ServerHello everything is encrypted, both certificates included."""
    messages = run_of("valid-certificate", "1.3").messages()
    assert [(m["sender"][0], m["name"]) for m in messages] == [
        ("c", "ClientHello"),
        ("s", "ServerHello"),
        ("s", "EncryptedExtensions"),
        ("s", "CertificateRequest"),
        ("s", "Certificate"),
        ("s", "CertificateVerify"),
        ("s", "Finished"),
        ("c", "Certificate"),
        ("c", "CertificateVerify"),
        ("c", "Finished"),
        ("s", "NewSessionTicket"),
        ("s", "NewSessionTicket"),
    ]
    assert [m["name"] for m in messages if not m["encrypted"]] == ["ClientHello", "ServerHello"]


@for_each("name, tls", RUNS)
def test_messages_are_real_and_whole(name: str, tls: TlsVersion) -> None:
    """Every handshake message in a trace decodes, and its length is what its header says plus four."""
    run = run_of(name, tls)
    raws = [
        e.fact.raw
        for e in run.trace.events
        if getattr(e.fact, "protocol", "") == "handshake" and hasattr(e.fact, "to")
    ]
    assert [len(raw) for raw in raws] == [message["length"] for message in run.messages()]
    for raw in raws:
        assert len(raw) == 4 + int.from_bytes(raw[1:4])
        decode_handshake(raw, Version(tls))


def test_a_counterfactual_is_a_run_of_the_changed_scenario() -> None:
    """run.but() plays the same version with one thing changed."""
    run = simulate("certificate-expired", tls="1.2").but(server={"client_authentication": "unverified"})
    assert run.tls == "1.2"
    assert run.card.client_authenticated == "claimed"
    assert "client_authentication" in run.scenario.name


def test_a_name_is_enough() -> None:
    """A scenario may be given by its name, and an unknown one is a ScenarioError with a suggestion."""
    assert simulate("certificate-expired") == simulate(catalogue["certificate-expired"])
    with pytest.raises(ScenarioError, match="certificate-expired"):
        simulate("certificate-expird")


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_key_log_is_whole_and_apart(tls: TlsVersion) -> None:
    """The run has the secrets that a capture needs, in NSS form, and does not show them."""
    run = run_of("valid-certificate", tls)
    labels = {line.split()[0] for line in run.keylog}
    if tls == "1.2":
        assert labels == {"CLIENT_RANDOM"}
    else:
        assert {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"} <= labels
    assert all(len(line.split()) == 3 for line in run.keylog)
    assert run.keylog[0] not in repr(run)


def test_repr_says_what_came_out() -> None:
    """A run in a list tells level, decisive check, alert and what the client believes."""
    assert repr(run_of("certificate-expired", "1.3")) == (
        "<Run of 'certificate-expired', TLS 1.3: REFUSED, because of validity, "
        "certificate_expired from the server, client handshake ok, believes REFUSED>"
    )


def test_a_run_shows_itself_as_a_picture() -> None:
    """A notebook gets the sequence diagram as a small PNG, and sentences where it cannot draw or be seen."""
    run = run_of("valid-certificate", "1.3")
    bundle, metadata = run._repr_mimebundle_()
    assert "The server asks the client for a certificate." in metadata["image/png"]["alt"]
    picture = b64decode(bundle["image/png"])
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000
    assert bundle["text/plain"].startswith(repr(run))
    assert "The server asks the client for a certificate." in " ".join(bundle["text/plain"].split())


def test_saving_goes_by_suffix(tmp_path: Path) -> None:
    """The file's suffix says what is written; one that cannot be written is an OutputError."""
    run = run_of("valid-certificate", "1.3")
    assert Trace.from_json(run.save(tmp_path / "trace.json").read_text(encoding="utf-8")) == run.trace
    assert run.save(tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(OutputError):
        run.save(tmp_path / "picture.docx")


def test_the_public_names_are_there() -> None:
    """Every public name can be had, and the package offers no other by accident."""
    assert len(simulator.__all__) <= 15
    for name in simulator.__all__:
        assert getattr(simulator, name) is not None
    assert dir(simulator) == sorted(simulator.__all__)
    with pytest.raises(AttributeError, match="unheard_of"):
        _ = simulator.unheard_of  # type: ignore[attr-defined]


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    """``import simulator`` costs next to nothing: cryptography and matplotlib come when they are used."""
    program = (
        "import sys, simulator; "
        "heavy = ('cryptography', 'matplotlib', 'simulator.runs.run');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_simulating_needs_no_openssl_module_and_no_drawing() -> None:
    """A simulation imports neither ssl nor a library that draws."""
    program = (
        "import sys; from simulator import simulate; simulate('valid-certificate'); "
        "print([m for m in ('ssl', 'matplotlib', 'networkx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_tour_is_true() -> None:
    """The lines of the package's docstring do what is written beside them."""
    lines = [line[4:] for line in (simulator.__doc__ or "").splitlines() if line.startswith("    ")]
    known: dict[str, object] = {}
    for line in lines:
        code, _, promise = line.partition("#")
        if "save" in code or not code.strip():
            continue
        if "=" in code or code.startswith("from"):
            exec(code, known)
        elif "'" in promise or "SecurityLevel" in promise:
            value = eval(code, known)
            assert promise.strip().startswith((str(value), repr(value)))
    assert {"run", "lenient"} <= set(known)
