"""Certificates of one's own are judged as in the simulation and by OpenSSL; every refusal has a remedy."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.command.explanations import document, explanation_text
from simulator.errors import CertificateError, PasswordError
from simulator.lab.explanation import explain, remedies
from simulator.lab.own_files import OwnFiles, read_own_files
from simulator.oracle.verify_errors import VERIFY_ERRORS
from simulator.pki.bundles import load_certificates, write_pem
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.catalogue.credentials import CREDENTIALS, POLICIES, credential_scenario
from simulator.trust.profiles import PROFILES
from simulator.trust.vocabulary import CheckName
from simulator.views.drawing.cells import cells
from tests.peers import program
from tests.pki.made_files import MADE, alice, certificates, identity, made
from tests.pki.made_files import PASSWORD as FILES_PASSWORD
from tests.pki.of_tools import of_ml_dsa
from tests.played import EVERYTHING, for_each
from tests.processes import clientauth

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "a password"
SOME = tuple(CREDENTIALS) if EVERYTHING else ("none", "expired", "stolen")


def _files(folder: Path, *names: str) -> OwnFiles:
    present = [folder / name for name in names if (folder / name).exists()]
    return read_own_files(((one.name, one.read_bytes()) for one in present), lambda: PASSWORD)


@pytest.mark.parametrize("credential", SOME)
def test_the_cells_are_those_of_the_outcome_matrix(credential: str, tmp_path: Path) -> None:
    """For every credential, policy and version the level and the alert are what the simulation plays."""
    scenario = credential_scenario(credential, "required")
    write_certificates(
        issue_for_real_tools(scenario, seeded=True), tmp_path, forms=set(), password=None, seeded=True
    )
    own = _files(tmp_path, "client-chain.pem", "client-signs-with.key")
    trusted = load_certificates((tmp_path / "server-trusts.pem").read_bytes())
    made = explain(own.chain, trusted, scenario.clock, key_matches=own.key_matches)
    assert len(POLICIES) * 2 == len(made.cells)
    for cell in made.cells:
        run = simulate(credential_scenario(credential, cell.policy), cell.tls)
        alert = run.outcome.alert.name if run.outcome.alert else None
        assert (run.card.level, alert) == (cell.level, cell.alert), cell
        if cell.policy == "required" and cell.tls == "1.3":
            assert (run.outcome.decisive_check is None) == made.verdict.accepted


def test_every_check_has_a_remedy() -> None:
    """There is a sentence for every check, and for no other."""
    assert {*CheckName, "a CA above"} == set(remedies())


def test_every_form_holds_the_same_identity(tmp_path: Path) -> None:
    """PEM, one file with chain and key, and PKCS#12: the same chain, and the key belongs to it."""
    scenario = credential_scenario("valid", "required")
    world = issue_for_real_tools(scenario, seeded=True)
    write_certificates(world, tmp_path, forms={"chain-and-key", "pkcs12"}, password=PASSWORD, seeded=True)
    apart = _files(tmp_path, "client-chain.pem", "client-signs-with.key")
    assert apart.key_matches is True
    others = [
        path.name
        for path in tmp_path.iterdir()
        if path.name.startswith("alice") and path.suffix in (".p12", ".pem")
    ]
    assert len(others) >= 2
    for name in others:
        assert apart.chain[0] == _files(tmp_path, name).chain[0]
    assert _files(tmp_path, "client-chain.pem", "server-signs-with.key").key_matches is False
    assert _files(tmp_path, "client-chain.pem").key_matches is None
    with pytest.raises(PasswordError):
        read_own_files([("alice.p12", (tmp_path / "alice.p12").read_bytes())], lambda: "another")


def test_a_mistake_names_its_file(tmp_path: Path) -> None:
    """Of several files the error says which one cannot be opened."""
    with pytest.raises(PasswordError) as caught:
        read_own_files([("a.pem", certificates()), ("b.p12", identity())], lambda: "another")
    assert "Got: b.p12: a password that does not fit." in f"{caught.value}"


def test_of_several_keys_the_one_that_fits_counts() -> None:
    """A PEM file may hold the key of another certificate beside the right one."""
    files = [("alice.pem", write_pem([alice().certificate])), ("keys.pem", made("two keys"))]
    own = read_own_files(files, str)
    assert 2 == dict(own.files)["keys.pem"].keys
    assert own.key_matches is True


def _explained(name: str) -> str:
    """The explanation of a file as text, or the error's own parts."""
    try:
        own = read_own_files([(name, made(name))], lambda: FILES_PASSWORD)
    except CertificateError as error:
        return f"{error.got} | {error.advice}"
    moment = datetime(2026, 11, 29, tzinfo=UTC)
    found = explain(own.chain, own.roots, moment, key_matches=own.key_matches)
    return explanation_text(own, found, 80, coloured=False, every=True)


@for_each("name", sorted(MADE))
def test_every_kind_of_file_is_explained_or_refused_in_words(name: str) -> None:
    """Whatever a file is: an explanation, or an error that names the file and says what helps."""
    said = _explained(name)
    assert said.startswith(f"{name}: ")
    assert not said.endswith("| ")


def test_where_there_is_no_certificate_there_is_no_verdict() -> None:
    """Rubbish and requests get what they are and what is missing, and nothing of what a server would say."""
    own = read_own_files([("rubbish.bin", bytes(range(256)) * 40)], str)
    found = explain(own.chain, own.roots, datetime(2026, 11, 29, tzinfo=UTC))
    said = explanation_text(own, found, 80, coloured=False, every=False)
    assert said.startswith("rubbish.bin: bytes of an unknown kind")
    assert "the files hold no certificate" in said
    assert "REFUSED" not in said


def _said_of(name: str, data: bytes) -> str:
    """The explanation of one file in words, or the error's."""
    try:
        own = read_own_files([(name, data)], str)
    except CertificateError as error:
        return " ".join(f"{error}".split())
    found = explain(own.chain, own.roots, datetime(2026, 11, 29, tzinfo=UTC), key_matches=own.key_matches)
    return " ".join(explanation_text(own, found, 100, coloured=False, every=False).split())


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.pem", b"", "Copy the file again."),
        ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "Give a PEM, DER or PKCS#12 file"),
        ("cut.der", alice().certificate.der[:200], "Copy the file again, as binary."),
        ("cut.pem", write_pem([alice().certificate])[:300], "Copy the whole file again."),
        ("behind.der", alice().certificate.der + b"extra", "octets follow the value"),
        (
            "id.pub",
            b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@host",
            "SSH knows no certificates of X.509",
        ),
        ("key.pem", made("two keys"), "A key alone is no certificate"),
        ("page.html", b"<!DOCTYPE html><html></html>", "Save the file itself"),
    ],
)
def test_a_file_without_a_certificate_gets_what_helps(name: str, data: bytes, words: str) -> None:
    """What the file is, that nothing can be judged, and what to do instead."""
    said = _said_of(name, data)
    assert name in said
    assert words in said
    assert "ACCEPTED" not in said
    assert "REFUSED" not in said


def test_a_java_store_shows_the_certificates_of_its_keys(tmp_path: Path) -> None:
    """Its key is hidden in Java's own way, and the page says so; the certificate is judged all the same."""
    store = tmp_path / "own.jks"
    command = [program("keytool"), "-genkeypair", "-keyalg", "EC", "-dname", "CN=alice", "-alias", "alice"]
    access = ["-keystore", str(store), "-storetype", "JKS", "-storepass", "changeit", "-keypass", "changeit"]
    subprocess.run([*command, *access], check=True, capture_output=True, timeout=60)
    said = _said_of("own.jks", store.read_bytes())
    assert "a Java key store (JKS) with no trusted certificate and 1 private key" in said
    assert "CN=alice, issued by CN=alice" in said
    assert "The private key in own.jks is not read" in said


def test_a_root_in_a_pkcs12_is_trusted_as_one_in_a_pem_file_is(made_by_openssl: Path) -> None:
    """Without --trust the roots among the files are trusted, whatever the form of the file."""
    with_root = ("-inkey", "good.key", "-in", "good.pem", "-certfile", "ca.pem")
    _openssl(
        made_by_openssl, "pkcs12", "-export", *with_root, "-passout", f"pass:{PASSWORD}", "-out", "all.p12"
    )
    own = _files(made_by_openssl, "all.p12")
    assert [one.subject for one in own.roots] == ["CN=A CA"]
    assert own.chain == _files(made_by_openssl, "good.pem", "ca.pem").chain


def test_what_is_not_judged_here_is_no_verdict_of_openssl(tmp_path: Path) -> None:
    """A key of a foreign kind gets no advice to make another one: another program may accept it."""
    own = read_own_files([("alice.der", of_ml_dsa(tmp_path))], str)
    made = explain(own.chain, own.chain, datetime(2026, 11, 29, tzinfo=UTC))
    assert made.sentence.endswith("ask the program that will judge it.")


def _openssl(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        [program("openssl"), *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def made_by_openssl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, an intermediate CA and leaves of several kinds, made by ``openssl`` alone."""
    folder = tmp_path_factory.mktemp("openssl")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
    ca = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl(
        folder,
        "req",
        "-x509",
        *key,
        *ca,
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "3650",
        "-subj",
        "/CN=A CA",
    )
    _openssl(
        folder,
        "req",
        "-x509",
        *key,
        *ca,
        "-keyout",
        "x.key",
        "-out",
        "other.pem",
        "-days",
        "90",
        "-subj",
        "/CN=Other",
    )
    below = ("-CA", "ca.pem", "-CAkey", "ca.key")
    basic = ("-addext", "basicConstraints=critical,CA:FALSE")
    for name, purpose, extra in (
        ("good", "clientAuth", below),
        ("server", "serverAuth", below),
        ("both", "serverAuth,clientAuth", below),
        ("alone", "clientAuth", ()),
    ):
        _openssl(
            folder, "req", "-x509", *key, *basic, *extra, "-addext", f"extendedKeyUsage={purpose}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "30", "-subj", f"/CN={name}",
        )  # fmt: skip
    return folder


@pytest.mark.parametrize(
    ("leaf", "trust", "days"),
    [
        ("good", "ca", 1), ("good", "ca", 60), ("good", "ca", -1), ("good", "other", 1),
        ("server", "ca", 1), ("both", "ca", 1), ("alone", "ca", 1), ("alone", "alone", 1),
    ],
)  # fmt: skip
def test_openssl_verify_agrees(leaf: str, trust: str, days: int, made_by_openssl: Path) -> None:
    """The verdict on certificates from openssl is that of ``openssl verify``, and for the same reason."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    said = _openssl(
        made_by_openssl, "verify", "-purpose", "sslclient", "-partial_chain", "-CAfile", f"{trust}.pem",
        "-no-CApath", "-no-CAstore", "-attime", f"{int(at.timestamp())}", f"{leaf}.pem",
    )  # fmt: skip
    own = _files(made_by_openssl, f"{leaf}.pem", f"{leaf}.key")
    made = explain(own.chain, load_certificates((made_by_openssl / f"{trust}.pem").read_bytes()), at)
    assert own.key_matches is True
    assert made.verdict.accepted == said.endswith("OK\n"), said
    if made.verdict.decisive is not None:
        number = int(said.partition("error ")[2].split()[0])
        assert made.verdict.decisive.name in next(one.checks for one in VERIFY_ERRORS if one.number == number)
        assert made.sentence.startswith(made.verdict.decisive.sentence)
        assert len(made.sentence) > len(made.verdict.decisive.sentence) + 20


LOOKS = (
    ("revoked-by-crl", True),
    ("revoked-by-crl", False),
    *((name, True) for name in ("crl-stale", "crl-good", "crl-forged") if EVERYTHING),
)


@pytest.mark.parametrize(("scenario", "looks"), LOOKS)
def test_revocation_lists_are_read_as_openssl_reads_them(scenario: str, looks: bool, tmp_path: Path) -> None:
    """With ``--crl`` the verdict is that of ``openssl verify -crl_check``; else nothing is looked up."""
    chosen = catalogue[scenario]
    world = issue_for_real_tools(chosen, seeded=True)
    write_certificates(world, tmp_path, forms=set(), password=None, seeded=True)
    crl = next(path.name for path in tmp_path.iterdir() if path.name.endswith(".crl.pem"))
    trust, moment = "server-trusts.pem", chosen.clock.isoformat()
    asked = ("explain", "client-chain.pem", "--trust", trust, "--at", moment, "--json")
    made = json.loads(clientauth(*asked, *(("--crl", crl) if looks else ()), cwd=tmp_path).stdout)
    lists = ("-crl_check", "-CRLfile", crl) if looks else ()
    where = ("-no-CApath", "-no-CAstore", "-attime", f"{int(chosen.clock.timestamp())}")
    purpose = ("-purpose", "sslclient")
    said = _openssl(tmp_path, "verify", *purpose, "-CAfile", trust, *where, *lists, "client-chain.pem")
    assert made["accepted"] == said.endswith("OK\n"), said
    assert ("revocation" if "error" in said else None) == made["decisive_check"]


def test_the_document_has_the_documented_keys(made_by_openssl: Path) -> None:
    """``--json`` prints one document with every key that the documentation names, and no key material."""
    shown = clientauth(
        "explain", "server.pem", "server.key", "--trust", "ca.pem", "--json", cwd=made_by_openssl
    )
    assert 1 == shown.returncode
    made = json.loads(shown.stdout)
    assert {
        "path": "server.pem",
        "kind": "a PEM file",
        "certificates": 1,
        "keys": 0,
        "encrypted": False,
    } == made["files"][0]
    assert ("client", "openssl", False) == (made["as"], made["profile"], made["accepted"])
    assert ("extended-key-usage", "unsupported_certificate") == (made["decisive_check"], made["alert"])
    assert {"check", "outcome", "certificate", "sentence", "reference"} == set(made["ledger"][0])
    assert {
        "policy": "required",
        "tls": "1.3",
        "level": "REFUSED",
        "alert": "unsupported_certificate",
    } in made["cells"]
    assert (False, "unsupported_certificate") == tuple(made["stacks"]["openssl"].values())[:2]
    assert "unsuitable certificate purpose" in made["stacks"]["openssl"]["text"]
    assert "clientAuth" in made["sentence"]
    secret = (made_by_openssl / "server.key").read_text().splitlines()[1]
    assert secret not in shown.stdout + shown.stderr


def test_each_stack_is_told_with_its_alert_and_its_words(made_by_openssl: Path) -> None:
    """A certificate for servers: who accepts it, which alert the others send, what their programs print."""
    shown = clientauth(
        "explain", "server.pem", "--trust", "ca.pem", "--width", "200", "--json", cwd=made_by_openssl
    )
    stacks = json.loads(shown.stdout)["stacks"]
    assert set(PROFILES) == set(stacks)
    assert stacks["gnutls"] == {"accepted": True, "alert": None, "text": ""}
    for name, alert, words in (
        (
            "jsse",
            "certificate_unknown",
            "Extended key usage does not permit use for TLS client authentication",
        ),
        ("go", "bad_certificate", "certificate specifies an incompatible key usage"),
        ("nginx", None, "(26:unsuitable certificate purpose)"),
        ("node", None, "socket hang up"),
        ("nss", "certificate_unknown", ""),
    ):
        assert (stacks[name]["accepted"], stacks[name]["alert"]) == (False, alert)
        assert words in stacks[name]["text"]
    chosen = clientauth(
        "explain", "server.pem", "--trust", "ca.pem", "--profile", "nginx", cwd=made_by_openssl
    )
    assert "REFUSED: extended-key-usage, page 400 after the handshake" in chosen.stdout


def test_the_text_says_what_to_do(made_by_openssl: Path) -> None:
    """What each file is, the verdict, the remedy, each policy, other rules, and what people see."""
    shown = clientauth("explain", "good.pem", "good.key", "--trust", "other.pem", cwd=made_by_openssl)
    assert 1 == shown.returncode
    for words in (
        "good.key: a PEM file with PRIVATE KEY",
        "The private key belongs to it.",
        "REFUSED: trust-anchor, alert unknown_ca",
        "Put the certificates of the CAs between",
        "  required    Refused, unknown_ca",
        "  rfc5280     refused: trust-anchor, unknown_ca",
        "CERT: Pre-verification error: unable to get local issuer certificate",
    ):
        assert words in shown.stdout
    accepted = clientauth("explain", "good.pem", "ca.pem", "--all", cwd=made_by_openssl)
    assert 0 == accepted.returncode
    assert "It trusts CN=A CA (the root among the files; --trust names others)." in accepted.stdout
    assert "✓ validity: The certificate of good is valid from" in accepted.stdout


def test_mistakes_are_reported_in_words(made_by_openssl: Path) -> None:
    """A moment that is none, a host for a client, a file that is none: status 2, and what to do."""
    for arguments, words in (
        (("good.pem", "--at", "tomorrow"), "Write it as 2026-11-29T12:00:00Z."),
        (("good.pem", "--host", "a.example"), "add --as server"),
        (("good.pem", "--profile", "opensl"), "Did you mean 'openssl'?"),
        (("missing.pem",), "does not exist"),
        (("good.pem", "--password", "x"), "--password-file"),
    ):
        shown = clientauth("explain", *arguments, cwd=made_by_openssl)
        assert 2 == shown.returncode
        assert words in shown.stderr


def test_a_check_with_two_outcomes_names_its_certificates(tmp_path: Path) -> None:
    """What passed for the leaf and was not reached for the CA is no contradiction: each has its name."""
    scenario = credential_scenario("wrong-purpose", "required")
    write_certificates(
        issue_for_real_tools(scenario, seeded=True), tmp_path, forms=set(), password=None, seeded=True
    )
    own = _files(tmp_path, "client-chain.pem", "client-signs-with.key")
    trusted = load_certificates((tmp_path / "server-trusts.pem").read_bytes())
    made = explain(own.chain, trusted, scenario.clock, key_matches=own.key_matches)
    for every in (False, True):
        lines = explanation_text(own, made, 1000, coloured=False, every=every).split("\n")
        not_reached = next(line for line in lines if "not reached: " in line)
        assert "key-usage of Client CA" in not_reached
        assert "key-strength of Client CA" in not_reached
        assert "signature," in not_reached  # it has one outcome alone, so it needs no name
    passed = next(
        line
        for line in explanation_text(own, made, 1000, coloured=False, every=False).split("\n")
        if "passed: " in line
    )
    assert "key-usage of alice" in passed
    assert "Client CA" not in passed


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_width(width: int, made_by_openssl: Path) -> None:
    """The text fits, whatever is explained."""
    now = datetime.now(UTC)
    for name in ("good.pem", "server.pem", "ca.key"):
        own = _files(made_by_openssl, name)
        for role in ("client", "server"):
            made = explain(own.chain, own.roots, now, role=role)
            for every in (False, True):
                text = explanation_text(own, made, width, coloured=False, every=every)
                assert width >= max(map(cells, text.split("\n")))
            assert json.dumps(document(own, made))
