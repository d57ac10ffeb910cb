"""Ten chains of real tools are explained as OpenSSL, GnuTLS, Java and Go judge them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.command.explanations import explanation_text
from simulator.lab.explanation import explain
from simulator.lab.handshake import handshake_of
from simulator.lab.own_files import read_own_files
from simulator.oracle.verify_errors import VERIFY_ERRORS
from simulator.pki.bundles import load_certificates
from simulator.trust.profiles import PROFILES
from tests.lab.chains_of_tools import CHAINS, PASSWORD, PEERS, run
from tests.peers import program
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.lab.explanation import Explanation
    from simulator.lab.own_files import OwnFiles

#: Those that openssl makes in a second; the tools of the others start a virtual machine or compile.
QUICK = ("odd-intermediate", "device", "wrong-order")
NAMES = tuple(CHAINS) if EVERYTHING else QUICK

# What each program says: True for accepted. Measured with OpenSSL 3.0, GnuTLS 3.7.9, OpenJDK 17 and Go 1.19.
VERDICTS = {
    "odd-intermediate": {"openssl": False, "gnutls": True, "jsse": True, "go": False},
    "smart-card": {"openssl": True, "gnutls": True, "jsse": True, "go": True},
    "device": {"openssl": True, "gnutls": True, "jsse": True, "go": True},
    "public": {"openssl": False, "gnutls": True, "jsse": False, "go": False},
    "rsa-pss": {"openssl": True, "gnutls": True, "jsse": True, "go": False},
    "wrong-order": {"openssl": False, "gnutls": False, "jsse": False, "go": False},
    "certtool": {"openssl": True, "gnutls": True, "jsse": True, "go": True},
    "keytool": {"openssl": True, "gnutls": True, "jsse": True, "go": True},
    "go": {"openssl": False, "gnutls": False, "jsse": False, "go": False},
    "nss": {"openssl": True, "gnutls": True, "jsse": True, "go": True},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The chains that were made so far; :func:`folder_of` makes one."""
    return {"": tmp_path_factory.mktemp("chains")}


def folder_of(name: str, folders: dict[str, Path]) -> Path:
    """The folder of a chain, made by its tools once."""
    if name not in folders:
        for tool in CHAINS[name].tools:
            program(tool)
        folder = folders[""] / name
        folder.mkdir()
        CHAINS[name].make(folder)
        folders[name] = folder
    return folders[name]


def explained(name: str, folder: Path) -> tuple[OwnFiles, Explanation]:
    """The user's files, explained at this moment: a program that judges takes no other."""
    own = read_own_files(
        ((file, (folder / file).read_bytes()) for file in CHAINS[name].files), lambda: PASSWORD
    )
    trusted = load_certificates((folder / "trust.pem").read_bytes())
    return own, explain(own.chain, trusted, datetime.now(UTC), key_matches=own.key_matches)


@pytest.mark.parametrize("name", NAMES)
def test_openssl_says_the_same_for_the_same_reason(name: str, folders: dict[str, Path]) -> None:
    """Verdict and reason are those of ``openssl verify``; the key fits, and the handshake ends so, too."""
    folder = folder_of(name, folders)
    own, found = explained(name, folder)
    where = ("-no-CApath", "-no-CAstore", "-CAfile", "trust.pem", "-untrusted", "chain.pem", "chain.pem")
    command = [program("openssl"), "verify", "-purpose", "sslclient", *where]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert own.key_matches is True
    assert VERDICTS[name]["openssl"] == found.verdict.accepted == (done.returncode == 0), done.stderr
    decisive = found.verdict.decisive
    assert CHAINS[name].decisive == (decisive.name if decisive else None)
    if decisive is not None:
        number = int((done.stdout + done.stderr).partition("error ")[2].split()[0])
        assert decisive.name in next(one.checks for one in VERIFY_ERRORS if one.number == number)
    assert (handshake_of(found, own.key).outcome.decisive_check is None) == found.verdict.accepted


@pytest.mark.parametrize("name", NAMES)
def test_gnutls_says_what_its_profile_says(name: str, folders: dict[str, Path]) -> None:
    """``certtool --verify`` looks at no purpose, as gnutls-serv does not."""
    folder = folder_of(name, folders)
    command = [program("certtool"), "--verify", "--load-ca-certificate", "trust.pem", "--infile", "chain.pem"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert VERDICTS[name]["gnutls"] == (done.returncode == 0), done.stdout
    _profile_agrees("gnutls", name, folder)


@pytest.mark.skipif(not EVERYTHING, reason="a virtual machine and a compiler take ten seconds")
@pytest.mark.parametrize(
    ("stack", "command"), [("jsse", ("java", "Judge.java")), ("go", ("go", "run", "judge.go"))]
)
def test_java_and_go_say_what_their_profiles_say(
    stack: str, command: tuple[str, ...], folders: dict[str, Path]
) -> None:
    """Both judge as their servers do: Java looks at the leaf's purposes, Go at every certificate's."""
    every = {name: folder_of(name, folders) for name in CHAINS}
    *words, source = command
    said = run(PEERS, words[0], *words[1:], str(PEERS / source), *map(str, every.values())).splitlines()
    for (name, folder), line in zip(every.items(), said, strict=True):
        assert (name, VERDICTS[name][stack]) == (name, line == "OK"), line
        _profile_agrees(stack, name, folder)


def _profile_agrees(stack: str, name: str, folder: Path) -> None:
    """The profile of a stack, where there is one, comes to the stack's verdict."""
    if stack in PROFILES:
        _, found = explained(name, folder)
        assert (name, VERDICTS[name][stack]) == (name, found.verdicts[stack].accepted)


#: Words that the explanation of each chain must have, and none of another's.
SAID = {
    "odd-intermediate": ("Server CA 1 was issued for serverAuth, not for clientAuth.", "ask the CA"),
    "smart-card": ("UPN alice@corp.example", "1.3.6.1.4.1.311.20.2.2, clientAuth", "ACCEPTED"),
    "device": ("it never expires", "names no purposes, so it is good for every purpose"),
    "public": ("was issued for serverAuth, not for clientAuth", "Public CAs no longer issue it"),
    "rsa-pss": ("RSA-PSS-2048", "signed with RSASSA-PSS"),
    "wrong-order": ("valid until 2022-01-01", "does not begin with this", "Another Root has no part"),
    "certtool": ("Ed25519", "UID=alice,CN=alice"),
    "keytool": ("a PKCS#12 file", "CN=Java CA,O=Example"),
    "go": ("The name host.other.example of build agent is not allowed below Go issuing CA", "OU=Ops+OU=Web"),
    "nss": ("CN=NSS CA,O=Example", "alice was issued for clientAuth"),
}  # fmt: skip


@cache
def _text(name: str, folder: Path) -> str:
    own, found = explained(name, folder)
    return " ".join(explanation_text(own, found, 100, coloured=False, every=True).split())


@pytest.mark.parametrize("name", NAMES)
def test_the_explanation_has_what_matters(name: str, folders: dict[str, Path]) -> None:
    """Each page names what is odd about its chain."""
    said = _text(name, folder_of(name, folders))
    assert [] == [words for words in SAID[name] if words not in said]


def test_every_chain_is_judged_by_every_program() -> None:
    """The table has a row for each chain, and each row all programs."""
    assert set(CHAINS) == set(VERDICTS) == set(SAID)
    assert {frozenset(row) for row in VERDICTS.values()} == {frozenset({"openssl", "gnutls", "jsse", "go"})}
