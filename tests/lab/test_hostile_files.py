"""Files made to deceive or to harm: explained or refused, and never more than that."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.command.explanations import document, explanation_text
from simulator.errors import CertificateError
from simulator.lab.explanation import explain
from simulator.lab.handshake import handshake_of
from simulator.lab.own_files import read_own_files
from simulator.pki.bundles import write_pem
from simulator.pki.certificate import Certificate
from simulator.pki.files.pem import MOST_BYTES
from simulator.views.story.lanes import names_of
from tests.pki.made_files import PASSWORD, alice, identity
from tests.pki.of_tools import certificate, text
from tests.processes import clientauth

if TYPE_CHECKING:
    from pathlib import Path

FORGED = "mallory\n\nACCEPTED\n  Every check passed."
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def forged() -> Certificate:
    """A certificate whose name goes on, in lines of its own, as a verdict does."""
    return Certificate.parse(certificate(subject=text(0x0C, FORGED.encode())))


@pytest.mark.parametrize("width", [60, 120])
def test_a_line_break_in_a_name_forges_no_line(forged: Certificate, width: int) -> None:
    """Names of certificates and of files stand on the lines that are for them, their line breaks escaped."""
    own = read_own_files([("a\nACCEPTED", write_pem([forged]))], lambda: "")
    made = explain(own.chain, own.chain[:0], NOW)
    assert not made.verdict.accepted
    shown = explanation_text(own, made, width, coloured=False, every=True)
    assert not [line for line in shown.split("\n") if line.startswith("ACCEPTED")]
    assert "mallory\\u000a\\u000aACCEPTED" in shown
    assert FORGED in json.loads(json.dumps(document(own, made)))["sentence"]  # data stays what it is


def test_a_name_in_a_picture_keeps_the_backslashes_of_its_escapes(forged: Certificate) -> None:
    """The heading of a lane and the title call the certificate the same."""
    trace = handshake_of(explain((forged,), (), NOW), None)
    assert "mallory\\u000a\\u000aACCEPTED\\u000a  Every check passed." == names_of(trace.setup).certificate(
        "own"
    )


def test_of_several_files_the_one_that_is_too_long_is_named() -> None:
    """The error begins with its name, as every error about the contents of a file does."""
    good = ("good.pem", write_pem(alice().presented))
    with pytest.raises(CertificateError, match=r"huge\.pem: 16,777,217 bytes"):
        read_own_files([good, ("huge.pem", bytes(MOST_BYTES + 1))], lambda: "")


@pytest.mark.parametrize("given", [("own.txt",), ("good.pem", "--trust", "own.txt")])
def test_a_picture_never_replaces_a_file_that_is_read(given: tuple[str, ...], tmp_path: Path) -> None:
    """Neither under its own name nor through a link: the file keeps its bytes, and the error says why."""
    pem = write_pem(alice().presented)
    for name in ("good.pem", "own.txt"):
        (tmp_path / name).write_bytes(pem)
    (tmp_path / "link.txt").symlink_to("own.txt")
    for output in ("own.txt", "link.txt"):
        shown = clientauth("explain", *given, "-o", output, cwd=tmp_path)
        assert 2 == shown.returncode
        assert f"{output} is not overwritten: it is one of the files to explain" in shown.stderr
        assert pem == (tmp_path / "own.txt").read_bytes()


@pytest.mark.parametrize(
    ("password", "words"),
    [
        (b"secret\0 and more", "The password is damaged. Got: own.p12: a NUL character."),
        (b"secret\xe4", "does not open with this password."),
        (b"secret\xe4", "Save the password as UTF-8 text."),
        (b"secret", "letter case counts"),
    ],
)
def test_no_byte_of_a_password_is_ever_shown(password: bytes, words: str, tmp_path: Path) -> None:
    """A wrong password, one of another encoding, or with a NUL: said in words, and not a byte of it."""
    (tmp_path / "own.p12").write_bytes(identity())
    (tmp_path / "password").write_bytes(password)
    shown = clientauth("explain", "own.p12", "--password-file", "password", cwd=tmp_path)
    assert 2 == shown.returncode
    assert words in shown.stderr
    said = shown.stdout + shown.stderr
    assert "secret" not in said
    assert ", ".join(map(str, b"secret")) not in said  # as a panic of the library below prints bytes


def test_the_mark_before_a_text_is_no_part_of_the_password(tmp_path: Path) -> None:
    """A file with the password, as Windows' own editor wrote it for years, opens the store."""
    (tmp_path / "own.p12").write_bytes(identity())
    (tmp_path / "password").write_bytes(b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n")
    shown = clientauth("explain", "own.p12", "--password-file", "password", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["key_matches"]
