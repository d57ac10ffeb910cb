"""Certificates for real tools: names that no system loses, forms on request, a README whose commands work."""

from __future__ import annotations

import re
import shlex
import socket
import ssl
import stat
import subprocess
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator import catalogue
from simulator.command.certificate_files import FORMS, issue_for_real_tools, write_certificates
from simulator.command.certificates_readme import PORT
from simulator.command.cli import certificates
from simulator.command.options import MOST_OF_A_PASSWORD, password_from
from simulator.errors import OutputError, PasswordError, ScenarioError
from simulator.pki.bundles import load_certificates, load_pkcs12, load_trust_store
from simulator.pki.files.kinds import file_facts
from simulator.pki.key_files import load_private_key
from simulator.scenario.catalogue.catalogue import load
from tests.peers import ROOT, program, shared
from tests.played import EVERYTHING
from tests.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.engine.world import World

PASSWORD = "a long secret"
# keytool takes most of a second for each store.
JAVA_STORES = None if EVERYTHING else ("server-trusts.jks",)


@cache
def fresh(name: str) -> World:
    """A scenario's certificates with new keys, valid now."""
    return issue_for_real_tools(catalogue[name], seeded=False)


def public(data: bytes) -> bytes:
    """The public half of a private key in PEM."""
    key = load_private_key(data).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("files-letter-case.toml", "Alice.pem for the certificate Alice"),
        ("files-server-trusts.toml", "server-trusts.pem for the certificates that the server trusts"),
    ],
)
def test_a_certificate_never_takes_the_file_of_another(name: str, said: str, tmp_path: Path) -> None:
    """Names that meet in one file are refused before the first file is written."""
    world = issue_for_real_tools(load(str(shared(f"inputs/{name}"))), seeded=True)
    with pytest.raises(OutputError, match=said):
        write_certificates(world, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_readme_of_others_is_not_replaced(tmp_path: Path) -> None:
    """In a folder with a README of its own nothing is written; our own README is written again."""
    (tmp_path / "README.md").write_text("# My project")
    with pytest.raises(OutputError, match="files that this command did not write"):
        write_certificates(fresh("valid-certificate"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    (tmp_path / "README.md").unlink()
    assert write_certificates(fresh("valid-certificate"), tmp_path) == write_certificates(
        fresh("valid-certificate"), tmp_path
    )


def test_every_form_is_read_back(tmp_path: Path) -> None:
    """Each form holds the certificates and keys of the PEM files; a file with a key is its owner's alone."""
    world = fresh("chain-with-intermediate")
    written = write_certificates(world, tmp_path, forms=FORMS, password=PASSWORD)
    read = {path.name: path.read_bytes() for path in written}
    for side, name in (("client", "alice"), ("server", "server")):
        chain = load_certificates(read[f"{side}-chain.pem"])
        trusted = load_trust_store(read[f"{side}-trusts.pem"])
        assert load_certificates(read[f"{side}-chain-and-key.pem"]) == chain
        assert public(read[f"{side}-chain-and-key.pem"]) == public(read[f"{side}-signs-with.key"])
        for suffix in ("", "-older"):
            assert load_pkcs12(read[f"{name}{suffix}.p12"], PASSWORD).presented == chain
        for suffix in ("p12", "jks"):
            assert load_trust_store(read[f"{side}-trusts.{suffix}"], PASSWORD) == trusted
    for path in written:
        secret = file_facts(read[path.name]).keys > 0
        assert (stat.S_IMODE(path.stat().st_mode) == 0o600) == secret, path.name
        assert f"| `{path.name}` |" in read["README.md"].decode() or path.name == "README.md"


def test_a_stolen_key_stands_in_no_file_of_the_real_one(tmp_path: Path) -> None:
    """Where the client is a thief, its key is in the files of what it signs with, and in no other."""
    world = fresh("stolen-certificate")
    written = write_certificates(world, tmp_path, forms=FORMS, password=PASSWORD)
    keys = {path.name: public(path.read_bytes()) for path in written if b"PRIVATE KEY" in path.read_bytes()}
    own = world["alice"].certificate.public_key_info
    assert keys["alice.key"] == own
    stolen = keys["client-signs-with.key"]
    assert stolen != own
    thief = {name for name, key in keys.items() if key == stolen}
    assert thief == {"client-signs-with.key", "client-chain-and-key.pem"}
    assert (
        load_pkcs12((tmp_path / "alice.p12").read_bytes(), PASSWORD).certificate == world["alice"].certificate
    )
    assert "The client is a thief" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_a_folder_keeps_what_others_wrote(tmp_path: Path) -> None:
    """A key of another origin stays, and nothing is written beside it."""
    (tmp_path / "server.key").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"did not write.*server\.key"):
        write_certificates(fresh("valid-certificate"), tmp_path)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("server.key", b"mine")]


def test_a_folder_holds_one_run(tmp_path: Path) -> None:
    """The same command may be given again; what another leaves over is removed, and nothing else is."""
    world = fresh("valid-certificate")
    for _ in range(2):
        write_certificates(world, tmp_path, forms=["pkcs12"], password=PASSWORD)
    (tmp_path / "notes.txt").write_bytes(b"mine")
    written = write_certificates(world, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*written, tmp_path / "notes.txt"])
    assert not (tmp_path / "alice.p12").exists()


def test_a_password_is_asked_for_on_a_terminal(tmp_path: Path) -> None:
    """Where no file is named, the password is asked for twice; it neither shows nor is an argument."""
    words = ("certificates", "valid-certificate", str(tmp_path / "out"), "--form", "pkcs12")
    with Screen(80, 24, *words) as screen:
        screen.wait("Password of the files: ")
        screen.press(f"{PASSWORD}\n", "Repeat for confirmation: ")
        assert screen.end(f"{PASSWORD}\n") == 0
        assert PASSWORD not in screen.said
    assert (
        load_pkcs12((tmp_path / "out" / "alice.p12").read_bytes(), PASSWORD).certificate.common_name
        == "alice"
    )


def test_a_password_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """The longest one is read whole; a longer one is no other, shorter password, and is not shown."""
    file = tmp_path / "password.txt"
    longest = "p" * MOST_OF_A_PASSWORD
    for end in ("", "\n", "\r\n", "\nanother line"):
        file.write_bytes(f"{longest}{end}".encode())
        assert password_from(str(file)) == longest
        file.write_bytes(f"{longest}q{end}".encode())
        with pytest.raises(PasswordError, match="The password is too long") as caught:
            password_from(str(file))
        assert "pp" not in str(caught.value)
        assert f"{MOST_OF_A_PASSWORD} characters at most" in str(caught.value)


def test_the_forms_have_one_list() -> None:
    """The command offers, and docs/files.md names, the forms that can be written."""
    option = next(one for one in certificates.params if one.name == "forms")
    assert [*FORMS, "all"] == list(option.type.choices)  # type: ignore[attr-defined]  # of a Choice
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    assert [*FORMS, "all"] == re.findall(r"^\| `([a-z][a-z0-9-]*)` \| ", text, re.MULTILINE)


def test_a_form_without_its_password_is_told(tmp_path: Path) -> None:
    """PKCS#12 and JKS need a password; nothing is written without it."""
    for password in (None, ""):
        with pytest.raises(PasswordError):
            write_certificates(
                fresh("valid-certificate"), tmp_path / "out", forms=["trust-jks"], password=password
            )
    assert list(tmp_path.iterdir()) == []


# A key in a security device cannot be written.
WRITABLE = [name for name, one in catalogue.items() if one.certificates["alice"].kept_in != "device"]


@pytest.mark.parametrize(
    "name", WRITABLE if EVERYTHING else ["no-certificate-refused", "self-signed-trusted"]
)
def test_every_scenario_has_its_files(name: str, tmp_path: Path) -> None:
    """Every scenario whose keys are in files is written in every form, also where a side holds nothing."""
    world = issue_for_real_tools(catalogue[name], seeded=True)
    written = write_certificates(world, tmp_path, forms=FORMS, password=PASSWORD, seeded=True)
    assert sorted(path.name for path in written) == sorted(path.name for path in tmp_path.iterdir())


def test_a_server_that_insists_and_judges_none_has_its_own_settings(tmp_path: Path) -> None:
    """OpenSSL insists and takes any, nginx and HAProxy refuse above TLS, two others have no such policy."""
    scenario = catalogue["valid-certificate"].but({"server.preset": "at-tls-passthru-9285i"})
    write_certificates(issue_for_real_tools(scenario, seeded=False), tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert " -Verify 8\n" in text
    assert "ssl_verify_client optional_no_ca;\nif ($ssl_client_verify = NONE) { return 400; }\n" in text
    assert "deny_status 400 unless { ssl_c_used }\n" in text
    assert text.count("It has no policy like that") == 2


def test_a_key_in_a_device_is_refused_in_words() -> None:
    """No file can have it."""
    with pytest.raises(ScenarioError, match=r"in a security device, so no file can have it"):
        issue_for_real_tools(catalogue["key-in-device"], seeded=True)


def commands(folder: Path, program_name: str) -> list[list[str]]:
    """The commands of the README for a program, in order."""
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    return [shlex.split(line) for line in lines if line.startswith(f"{program_name} ")]


def run(words: list[str], folder: Path, port: int = PORT) -> subprocess.CompletedProcess[str]:
    """Run a command of the README, with another port."""
    words = [program(words[0]), *(word.replace(str(PORT), str(port)) for word in words[1:])]
    return subprocess.run(
        words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every form of a chain with an intermediate CA, and the password's file."""
    write_certificates(fresh("chain-with-intermediate"), tmp_path, forms=FORMS, password=PASSWORD)
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """The port of the README's own server, which runs as long as the test does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    words = next(words for words in commands(folder, "openssl") if words[1] == "s_server")
    words = [program("openssl"), *(word.replace(str(PORT), str(free)) for word in words[1:])]
    with subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", free)) == 0:
                        break
                time.sleep(0.05)
            yield free
        finally:
            server.kill()


def test_the_commands_for_openssl_and_curl_work(folder: Path, port: int) -> None:
    """The README's own words: the chains are good, the server asks, and both clients are let in."""
    for words in commands(folder, "openssl"):
        if words[1] != "s_server":
            done = run(words, folder, port)
            assert done.returncode == 0, (words, done.stderr)
    (asking,) = commands(folder, "curl")
    done = run(asking, folder, port)
    assert "Verify return code: 0" in done.stdout or "Client certificate" in done.stdout, done.stderr
    without = [
        word for word in asking if not word.startswith(("--cert", "--key", "client-chain", "client-signs"))
    ]
    assert run(without, folder, port).returncode != 0


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("crl-good", None),
        ("revoked-by-crl", 23),
        ("crl-stale", 12),
        ("crl-missing", 3),
        ("intermediate-revoked", 23),
        ("intermediate-revoked-leaf-checked", None),
    ],
)
def test_openssl_reads_the_revocation_lists(name: str, error: int | None, tmp_path: Path) -> None:
    """The README's words judge the client's chain with the lists, and find what the scenario is about."""
    write_certificates(fresh(name), tmp_path)
    words = next(words for words in commands(tmp_path, "openssl") if "client-chain.pem" in words[-1])
    done = run(words, tmp_path)
    assert (done.returncode == 0) == (error is None), (words, done.stderr)
    assert error is None or f"error {error} " in done.stdout + done.stderr


@pytest.mark.parametrize(("name", "refused"), [("crl-good", False), ("revoked-by-crl", True)])
def test_python_reads_the_revocation_lists(name: str, refused: bool, tmp_path: Path) -> None:
    """``load_verify_locations`` takes the file of lists, and a handshake goes as the scenario says."""
    write_certificates(fresh(name), tmp_path)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(tmp_path / "server-chain.pem", tmp_path / "server-signs-with.key")
    server.verify_mode, server.verify_flags = ssl.CERT_REQUIRED, ssl.VERIFY_CRL_CHECK_LEAF
    for file in ("server-trusts.pem", "server-crls.pem"):
        server.load_verify_locations(tmp_path / file)
    client.load_cert_chain(tmp_path / "client-chain.pem", tmp_path / "client-signs-with.key")
    client.load_verify_locations(tmp_path / "client-trusts.pem")
    client.maximum_version = ssl.TLSVersion.TLSv1_2  # there the client's call waits for the verdict
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    talking = [
        client.wrap_bio(to_client, to_server, server_hostname="telnet.example.com"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    errors: list[object] = []
    while talking:
        side = talking.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            talking.append(side)
        except ssl.SSLCertVerificationError as error:
            errors.append(error.verify_code)
        except ssl.SSLError as error:
            errors.append(error.reason)
    assert ([23, "SSLV3_ALERT_CERTIFICATE_REVOKED"] if refused else []) == errors


def test_keytool_reads_the_stores(folder: Path) -> None:
    """The README's words for keytool list each store with its one entry."""
    for words in commands(folder, "keytool"):
        if JAVA_STORES is None or words[3] in JAVA_STORES:
            done = run(words, folder)
            assert "Your keystore contains 1 entry" in done.stdout, (words, done.stdout)


@pytest.mark.skipif(not EVERYTHING, reason="keytool takes most of a second for each store: make test-all")
def test_the_commands_that_make_stores_work(tmp_path: Path) -> None:
    """Where a form was not asked for, the README has the command that makes it of the PEM files."""
    world = fresh("chain-with-intermediate")
    write_certificates(world, tmp_path)
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")
    lines = (tmp_path / "README.md").read_text(encoding="utf-8").splitlines()
    making = [line for line in lines if "pkcs12 -export" in line or line.startswith("keytool -importcert")]
    assert len(making) == 4
    for line in making:
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, (line, done.stderr)
    for side, name in (("client", "alice"), ("server", "server")):
        made, trusted = (tmp_path / f"{one}.p12" for one in (name, f"{side}-trusts"))
        assert load_pkcs12(made.read_bytes(), PASSWORD).presented == world[name].presented
        pem = (tmp_path / f"{side}-trusts.pem").read_bytes()
        assert load_trust_store(trusted.read_bytes(), PASSWORD) == load_trust_store(pem)


def test_the_older_form_is_3des_and_sha1(folder: Path) -> None:
    """The command openssl names the algorithms of old programs in the older PKCS#12 file alone."""
    older, newer = (
        run(
            ["openssl", "pkcs12", "-in", name, "-info", "-noout", "-passin", "file:password.txt"], folder
        ).stderr
        for name in ("alice-older.p12", "alice.p12")
    )
    assert "MAC: sha1" in older
    assert older.count("pbeWithSHA1And3-KeyTripleDES-CBC") == 2
    assert "MAC: sha256" in newer
    assert "3DES" not in newer
    assert "TripleDES" not in newer


def test_no_command_has_a_password_in_it(folder: Path) -> None:
    """A password in a command stands in the list of processes: the README names a file in its place."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert PASSWORD not in text
    text = text.replace("storepass:file", "")
    for word in ("pass:", "-storepass ", "-srcstorepass ", "-deststorepass ", "--pass "):
        assert word not in text
