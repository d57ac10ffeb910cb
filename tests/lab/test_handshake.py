"""The handshake that would follow with one's own certificates: their bytes are sent, and no key is kept."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.errors import CertificateError
from simulator.lab.explanation import explain
from simulator.lab.handshake import handshake_of
from simulator.lab.own_files import read_own_files
from simulator.lab.stacks import stack_answers
from simulator.pki.bundles import load_certificates
from simulator.pki.certificate import Certificate
from simulator.pki.key_files import load_private_key
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.catalogue.credentials import CREDENTIALS, credential_scenario
from simulator.tls.wire.version import TLS_VERSIONS
from simulator.trace.facts import Sent
from simulator.trace.latest import last_belief
from simulator.trust.verdict import CheckOutcome
from tests.pki.damaged import damaged_certificates
from tests.played import EVERYTHING, some
from tests.processes import clientauth

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.lab.explanation import Explanation
    from simulator.lab.own_files import OwnFiles
    from simulator.scenario import Scenario
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trace.trace import Trace

PASSWORD = "a rather long password"
CASES = [(name, tls) for name in CREDENTIALS if name != "none" for tls in TLS_VERSIONS]


def _written(scenario: Scenario, folder: Path) -> None:
    world = issue_for_real_tools(scenario, seeded=True)
    write_certificates(world, folder, forms=set(), password=None, seeded=True)


def _explained(
    scenario: Scenario, folder: Path, *, with_key: bool, role: Side = "client"
) -> tuple[Explanation, OwnFiles]:
    _written(scenario, folder)
    names = [f"{role}-chain.pem", *([f"{role}-signs-with.key"] if with_key else [])]
    own = read_own_files(((name, (folder / name).read_bytes()) for name in names), str)
    trusts = "server-trusts.pem" if role == "client" else "client-trusts.pem"
    trusted = load_certificates((folder / trusts).read_bytes())
    return explain(own.chain, trusted, scenario.clock, key_matches=own.key_matches, role=role), own


def _certificate_of(trace: Trace, side: Side) -> bytes:
    """The Certificate message of a side."""
    return next(
        event.fact.raw
        for event in trace.of(Sent)
        if isinstance(event.fact, Sent) and event.actor == side and event.fact.name == "Certificate"
    )


@pytest.mark.parametrize(("credential", "tls"), some(CASES, 4))
def test_the_handshake_ends_as_explained(credential: str, tls: TlsVersion, tmp_path: Path) -> None:
    """With the key: the certificate's own bytes are sent, and level and alert are those of the cell."""
    explanation, own = _explained(credential_scenario(credential, "required"), tmp_path, with_key=True)
    trace = handshake_of(explanation, own.key, tls)
    cell = next(one for one in explanation.cells if (one.policy, one.tls) == ("required", tls))
    alert = trace.outcome.alert.name if trace.outcome.alert else None
    assert (cell.level, cell.alert) == (trace.outcome.level, alert)
    assert own.chain[0].der in _certificate_of(trace, "client")


@pytest.mark.parametrize(
    "scenario", some(["chain-with-intermediate", "rsa-certificate", "ed25519-certificate"], 3)
)
def test_without_the_key_an_accepted_chain_is_played_with_doubles(scenario: str, tmp_path: Path) -> None:
    """No certificate of the user's is in such a run; its doubles differ in key and signature alone."""
    explanation, own = _explained(catalogue[scenario], tmp_path, with_key=False)
    trace = handshake_of(explanation, own.key)
    assert trace.setup.title.startswith("If the key is there: ")
    assert "doubles" in trace.setup.lesson
    assert trace.outcome.decisive_check is None
    sent = _certificate_of(trace, "client")
    doubles = {held.name: held for held in trace.setup.certificates}
    for original, name in zip(own.chain, ("own", "sent-2"), strict=False):
        assert original.der not in sent
        double = doubles[name]
        assert double.facts is not None
        assert double.facts.subject_der == original.subject_der
        assert len(double.facts.extensions) == len(original.extensions)
        assert all(value in double.der for _, _, value in original.extensions)
        assert original.public_key_info not in double.der


def test_without_the_key_a_refused_certificate_is_the_users(tmp_path: Path) -> None:
    """The refusal comes before the signature: the picture has the certificate itself and claims no proof."""
    explanation, own = _explained(credential_scenario("expired", "required"), tmp_path, with_key=False)
    trace = handshake_of(explanation, own.key)
    assert own.chain[0].der in _certificate_of(trace, "client")
    assert (trace.outcome.decisive_check, trace.card.client_authenticated) == ("validity", "no")
    assert "is not among them" in trace.setup.lesson


def test_a_stack_that_reads_the_proof_first_is_played_with_doubles(tmp_path: Path) -> None:
    """gnutls-serv looks at the proof first in TLS 1.3, so without the key it would fail there."""
    scenario = credential_scenario("expired", "required")
    _written(scenario, tmp_path)
    own = read_own_files([("client-chain.pem", (tmp_path / "client-chain.pem").read_bytes())], str)
    trusted = load_certificates((tmp_path / "server-trusts.pem").read_bytes())
    for tls, title in (("1.3", "If the key is there"), ("1.2", "What would follow")):
        trace = handshake_of(explain(own.chain, trusted, scenario.clock, profile="gnutls"), None, tls)
        assert (trace.outcome.decisive_check, trace.setup.title) == ("validity", f"{title}: alice")


@pytest.mark.parametrize(("stack", "learns"), [("nginx", "400 The SSL certificate error"), ("node", "")])
def test_a_server_that_refuses_after_its_handshake_sends_no_alert(
    stack: str, learns: str, tmp_path: Path
) -> None:
    """Nginx answers with a page and Node closes, as the list of stacks says, too."""
    scenario = credential_scenario("expired", "required")
    _, own = _explained(scenario, tmp_path, with_key=True)
    trusted = load_certificates((tmp_path / "server-trusts.pem").read_bytes())
    found = explain(own.chain, trusted, scenario.clock, key_matches=True, profile=stack)
    trace = handshake_of(found, own.key)
    assert (trace.outcome.level.value, trace.outcome.decisive_check) == ("REFUSED", "validity")
    assert learns in last_belief(trace.events).reason
    assert "certificate_expired" not in last_belief(trace.events).reason
    answer = next(one for one in stack_answers(found.verdicts) if one.profile == stack)
    assert (answer.accepted, answer.alert) == (False, None)


@pytest.mark.parametrize("stack", ["nginx", "node", "openssl"])
@pytest.mark.parametrize("fault", ["expired", "unreadable intermediate", "another key"])
def test_the_handshake_ends_as_the_list_of_stacks_says(fault: str, stack: str, tmp_path: Path) -> None:
    """With its alert for what cannot be read or proved, whatever the stack does for other faults."""
    scenario = credential_scenario("expired" if fault == "expired" else "valid", "required")
    _, own = _explained(scenario, tmp_path, with_key=True)
    trusted = load_certificates((tmp_path / "server-trusts.pem").read_bytes())
    latin = next(one for one in damaged_certificates() if one.name == "subject has Latin-1 in a UTF8String")
    chain = (*own.chain, *([Certificate.parse(latin.der)] if fault.startswith("unreadable") else []))
    found = explain(chain, trusted, scenario.clock, key_matches=fault != "another key", profile=stack)
    answer = next(one for one in stack_answers(found.verdicts) if one.profile == stack)
    for tls in TLS_VERSIONS:
        trace = handshake_of(found, None if fault == "another key" else own.key, tls)
        sent = trace.outcome.alert if trace.card.client_saw is None else None
        assert (trace.outcome.decisive_check, sent.name if sent else None) == (answer.check, answer.alert)
    assert (answer.alert is None) == (fault == "expired" and stack != "openssl")
    above_tls = [one.alert is None for one in found.cells if one.policy == "deferred"]
    assert above_tls == [fault == "expired"] * 2


def test_the_handshake_of_a_server_with_its_key(tmp_path: Path) -> None:
    """A server's certificate is judged by the client, which asks for a name that it has."""
    explanation, own = _explained(catalogue["valid-certificate"], tmp_path, with_key=True, role="server")
    trace = handshake_of(explanation, own.key)
    assert own.chain[0].der in _certificate_of(trace, "server")
    assert trace.card.server_authenticated


def test_no_file_has_a_key_or_a_password(tmp_path: Path) -> None:
    """Every form of the picture is written; none has the private key in any spelling, nor the password."""
    scenario = catalogue["valid-certificate"]
    world = issue_for_real_tools(scenario, seeded=True)
    write_certificates(world, tmp_path, forms={"pkcs12"}, password=PASSWORD, seeded=True)
    (tmp_path / "password.txt").write_text(PASSWORD + "\n")
    store = next(
        path.name for path in tmp_path.iterdir() if path.name.startswith("alice") and path.suffix == ".p12"
    )
    forms = ("svg", "html", "txt", "png", "pdf") if EVERYTHING else ("svg", "html")
    files = [f"what-follows.{form}" for form in forms]
    shown = clientauth(
        "explain", store, "--password-file", "password.txt", "--trust", "server-trusts.pem",
        "--at", scenario.clock.isoformat(), *(part for name in files for part in ("-o", name)), cwd=tmp_path,
    )  # fmt: skip
    assert 0 == shown.returncode, shown.stderr
    assert "their private key signed" in " ".join(shown.stderr.split())
    key = load_private_key((tmp_path / "client-signs-with.key").read_bytes())
    number = key.private_numbers().private_value.to_bytes(32)  # type: ignore[union-attr]
    secrets = [number, number.hex().encode(), b64encode(number)[:20], PASSWORD.encode(), b"PRIVATE KEY"]
    for name in files:
        written = (tmp_path / name).read_bytes()
        assert len(written) > 500
        assert not [secret for secret in secrets if secret in written], name
    said = (shown.stdout + shown.stderr).encode()
    assert not [secret for secret in secrets[:4] if secret in said]


def test_a_proof_that_was_made_is_in_the_ledger(tmp_path: Path) -> None:
    """With the key the signature is verified like any other, and two runs are the same to the byte."""
    explanation, own = _explained(catalogue["valid-certificate"], tmp_path, with_key=True)
    trace = handshake_of(explanation, own.key)
    assert trace.to_json() == handshake_of(explanation, own.key).to_json()
    assert trace.card.client_authenticated == "yes"
    assert explanation.verdict.check("proof-of-possession").outcome is CheckOutcome.NOT_REACHED


def test_where_nothing_can_be_drawn_the_reason_is_said(tmp_path: Path) -> None:
    """Without a certificate there is no handshake; other suffixes are refused before anything is read."""
    explanation = explain((), (), catalogue["valid-certificate"].clock)
    with pytest.raises(CertificateError, match="no handshake to draw"):
        handshake_of(explanation, None)
    (tmp_path / "a.pem").write_text("no certificate")
    shown = clientauth("explain", "a.pem", "-o", "keys.pcapng", cwd=tmp_path)
    assert (2, True) == (shown.returncode, ".svg" in shown.stderr)
