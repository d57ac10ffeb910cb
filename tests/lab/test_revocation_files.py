"""Revocation by what a user has: lists for the leaf or the whole chain, and answers of ``openssl ocsp``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.errors import CertificateError
from tests.lab.chains_of_tools import below, openssl, root

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA by ``openssl ca`` with two clients, one revoked; a list, and an answer about each."""
    folder = tmp_path_factory.mktemp("revocation")
    root(folder, "root", "/CN=A CA")
    for name in ("good", "bad"):
        below(folder, "root", name, f"/CN={name}", "client")
    signs = ("-config", "tools.cnf", "-cert", "root.pem", "-keyfile", "root.key")
    openssl(folder, "ca", *signs, "-revoke", "bad.pem", "-crl_reason", "keyCompromise")
    openssl(folder, "ca", *signs, "-gencrl", "-crldays", "3", "-out", "list.pem")
    for name in ("good", "bad"):
        about = ("-issuer", "root.pem", "-cert", f"{name}.pem", "-reqout", f"{name}.req")
        openssl(folder, "ocsp", "-sha256", *about)
        by = ("-rsigner", "root.pem", "-rkey", "root.key", "-CA", "root.pem", "-ndays", "1")
        openssl(
            folder, "ocsp", "-index", "index.txt", *by, "-reqin", f"{name}.req", "-respout", f"{name}.ocsp"
        )
    return folder


def _run(folder: Path, *arguments: str) -> Result:
    """``clientauth explain`` in this process, with the folder's files by their names."""
    whole = [str(folder / one) if "." in one and one[0] != "-" else one for one in arguments]
    return CliRunner().invoke(clientauth, ["explain", *whole, "--trust", str(folder / "root.pem")])


def _explained(folder: Path, *arguments: str) -> tuple[str | None, str]:
    """The check that decides, or None, and the sentence."""
    shown = _run(folder, *arguments, "--json")
    assert shown.exception is None, shown.exception
    document = json.loads(shown.stdout)
    return document["decisive_check"], document["sentence"]


def test_an_answer_of_openssl_counts_for_its_certificate(answered: Path) -> None:
    """Good and revoked are read from the answer; one about another certificate is worth nothing."""
    assert _explained(answered, "good.pem", "--ocsp", "good.ocsp")[0] is None
    assert _explained(answered, "good.pem", "--ocsp", "bad.ocsp", "--ocsp", "good.ocsp")[0] is None
    check, said = _explained(answered, "bad.pem", "--ocsp", "bad.ocsp")
    assert ("revocation", True) == (check, "The CA revoked the certificate of bad" in said)
    check, said = _explained(answered, "good.pem", "--ocsp", "bad.ocsp")
    assert ("revocation", True) == (check, "another certificate" in said)
    later = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    assert "revocation" == _explained(answered, "good.pem", "--ocsp", "good.ocsp", "--at", later)[0]


def test_lists_may_be_for_the_whole_chain(answered: Path) -> None:
    """Every certificate below the root is looked up; what has no list is refused."""
    assert _explained(answered, "good.pem", "--crl", "list.pem", "--whole-chain")[0] is None
    assert "revocation" == _explained(answered, "bad.pem", "--crl", "list.pem", "--whole-chain")[0]


def test_the_handshake_is_drawn_with_revocation_too(answered: Path) -> None:
    """The server of the picture holds the same lists and answers as the explanation rests on."""
    for about in (("bad.pem", "--ocsp", "bad.ocsp"), ("bad.pem", "bad.key", "--crl", "list.pem")):
        shown = _run(answered, *about, "-o", "drawn.txt")
        assert "REFUSED: revocation" in shown.output
        assert "certificate_revoked" in (answered / "drawn.txt").read_text()
    for about in (("good.pem", "--ocsp", "good.ocsp"), ("good.pem", "--crl", "list.pem")):
        shown = _run(answered, *about, "-o", "drawn.txt")
        assert "ACCEPTED" in shown.output
        assert "If the key is there: good" in (answered / "drawn.txt").read_text()


def test_mistakes_with_sources_are_told(answered: Path) -> None:
    """Both sources, none for a whole chain, and files of another kind: what is wrong, and what to do."""
    for arguments, words in (
        (("good.pem", "--ocsp", "good.ocsp", "--crl", "list.pem"), "One source of revocation is enough."),
        (("good.pem", "--whole-chain"), "Give --crl or --ocsp."),
        (("good.pem", "--ocsp", "list.pem"), "openssl ocsp -respout"),
    ):
        shown = _run(answered, *arguments)
        assert isinstance(shown.exception, CertificateError), shown.output
        assert words in str(shown.exception)
