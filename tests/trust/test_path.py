"""Path building: the good path is found if there is one, and the search always ends."""

from __future__ import annotations

import itertools
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.pki.issuing import Issuer
from simulator.pki.keys import KeyType
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.path import MAX_STEPS, DeadEnd, PathSearch
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.peers import program
from tests.pki.samples import subordinate
from tests.trust.handshakes import pem
from tests.trust.openssl_verify import openssl_verify
from tests.trust.worlds import DAY, NOW, contents, key, signed_by

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.certificate import Certificate
    from simulator.trust.verdict import Verdict

GOES_BACK = [name for name, profile in PROFILES.items() if not profile.one_path]
UNLIMITED = [name for name, profile in PROFILES.items() if profile.max_depth is None]
YEARS = {"not_before": NOW - 1000 * DAY, "not_after": NOW + 1000 * DAY}
PAST = {"not_before": NOW - 1000 * DAY, "not_after": NOW - DAY}


def ca(name: str, issuer: str | None = None, **changes: object) -> Certificate:
    """A CA certificate for the key of that name, issued by another key's name, or by itself."""
    what = contents(f"CN={name}", "ca", **(YEARS | changes))  # type: ignore[arg-type]  # any field of it
    if issuer is None:
        return Issuer.self_signed(key(name), what).own.certificate
    return signed_by(ca(issuer), key(issuer), what, key(name))


def leaf(issuer: str) -> Certificate:
    """A client's certificate issued under that name."""
    return signed_by(ca(issuer), key(issuer), contents("CN=alice", "client"), key("leaf"))


def verdict(
    chain: list[Certificate],
    trusted: list[Certificate],
    profile: str = "openssl",
    max_depth: int | None = None,
) -> Verdict:
    """Judge a chain of a client."""
    policy = TrustPolicy("client", TrustStore(tuple(trusted)), profile=profile, max_depth=max_depth)
    return judge([certificate.der for certificate in chain], policy, NOW, tls="1.3")


@pytest.mark.parametrize("profile", PROFILES)
def test_finds_the_valid_one_of_two_issuers(profile: str) -> None:
    """Of an expired and a valid certificate of one CA the valid one is used, in whatever order they come."""
    old, new = ca("Middle", "Root", **PAST), ca("Middle", "Root")
    for order in itertools.permutations((old, new)):
        found = verdict([leaf("Middle"), *order], [ca("Root")], profile)
        assert found.path == tuple(c.fingerprint for c in (leaf("Middle"), new, ca("Root")))
        assert found.accepted


@pytest.mark.parametrize("profile", GOES_BACK)
def test_finds_the_trusted_one_of_two_roots(profile: str) -> None:
    """Of two CAs that cross-signed the intermediate, the trusted one is found."""
    crossed = [ca("Middle", "Root A"), ca("Middle", "Root B")]
    for trusted, order in itertools.product(("Root A", "Root B"), itertools.permutations(crossed)):
        assert verdict([leaf("Middle"), *order], [ca(trusted)], profile).accepted


def test_openssl_does_not_go_back() -> None:
    """OpenSSL takes the first of two cross-signed intermediates, even where it leads to no trusted root."""
    crossed = [ca("Middle", "Root A"), ca("Middle", "Root B")]
    for trusted, order in itertools.product(("Root A", "Root B"), itertools.permutations(crossed)):
        chain = [leaf("Middle"), *order]
        theirs = openssl_verify(chain, [ca(trusted)], NOW).error
        assert (verdict(chain, [ca(trusted)]).accepted, theirs) == (
            (True, 0) if order[0].issuer == f"CN={trusted}" else (False, 20)
        )


@pytest.mark.parametrize("profile", GOES_BACK)
def test_tries_another_path_where_one_is_forbidden(profile: str) -> None:
    """A path that breaks a rule is left for one that does not."""
    short = ca("Middle", "Root A", path_length=0)  # the lower CA may not stand below this one
    wide = ca("Middle", "Root B")
    chain = [leaf("Lower"), ca("Lower", "Middle"), short, wide]
    assert verdict(chain, [ca("Root A"), ca("Root B")], profile).accepted
    assert not verdict(chain, [ca("Root A")], profile).accepted


@pytest.mark.parametrize("profile", PROFILES)
def test_a_namesake_does_not_hide_the_issuer(profile: str) -> None:
    """Another CA of the same name but with another key is passed over, where the stack goes back."""
    what = contents("CN=Middle", "ca", **YEARS, subject_key_identifier=ca("Middle").subject_key_identifier)
    namesake = signed_by(ca("Root"), key("Root"), what, key("another"))
    for order in itertools.permutations((namesake, ca("Middle", "Root"))):
        chain = [leaf("Middle"), *order]
        passed_over = profile in GOES_BACK or openssl_verify(chain, [ca("Root")], NOW).error == 0
        assert verdict(chain, [ca("Root")], profile).accepted == passed_over
    alone = verdict([leaf("Middle"), namesake], [ca("Root")], profile).decisive
    assert alone is not None
    assert alone.name == "signature"


@pytest.mark.parametrize("profile", UNLIMITED)
def test_loops_end(profile: str) -> None:
    """Two CAs that signed each other lead nowhere, and to the root where one has it, too."""
    loop = [ca("A", "B"), ca("B", "A")]
    lost = verdict([leaf("A"), *loop], [ca("Root")], profile).decisive
    assert lost is not None
    assert lost.name == "trust-anchor"
    chain = [leaf("A"), *loop, ca("B", "Root")]
    out_of_it = profile in GOES_BACK or openssl_verify(chain, [ca("Root")], NOW).error == 0
    assert verdict(chain, [ca("Root")], profile).accepted == out_of_it


def test_a_maze_ends_quickly() -> None:
    """Sixty CA certificates of one name that lead nowhere are refused for want of a trust anchor, soon."""
    maze = []
    for number in range(1, 61):
        what = contents("CN=Maze", "ca", **YEARS, serial_number=number)
        maze.append(signed_by(ca("Maze"), key("Maze"), what, key(f"maze {number % 8}")))
    started = time.perf_counter()
    for profile in PROFILES:
        decisive = verdict([leaf("Maze"), *maze], [ca("Root")], profile).decisive
        assert decisive is not None
        early = PROFILES[profile].judges_while_searching  # it looks at what it has found so far
        assert decisive.name == ("signature" if early else "trust-anchor")
    assert time.perf_counter() - started < 10


def test_steps_are_counted() -> None:
    """No search takes many more steps than its limit, however many namesakes there are."""
    names = [f"N{n}" for n in range(12)]
    web = [ca(low, high) for low, high in itertools.permutations(names, 2)]
    policy = TrustPolicy("client", TrustStore((ca("Root"),)))
    search = PathSearch(leaf("N0"), tuple(web), policy, NOW)
    assert list(search.paths()) == []
    assert search.no_path.reason is DeadEnd.EXHAUSTED
    assert search.steps <= MAX_STEPS + len(web) + 1
    decisive = verdict([leaf("N0"), *web], [ca("Root")], "rfc5280").decisive
    assert decisive is not None
    assert "given up" in decisive.sentence


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_max_depth_as_openssl(limit: int, tmp_path: Path) -> None:
    """A limit to the intermediates refuses what ``openssl verify -verify_depth`` refuses."""
    chain = [leaf("Lower"), ca("Lower", "Middle"), ca("Middle", "Root")]
    files = {"leaf": pem(chain[0]), "inters": "".join(map(pem, chain[1:])), "root": pem(ca("Root"))}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = [program("openssl"), "verify", "-attime", str(int(NOW.timestamp()))]
    command += ["-verify_depth", str(limit), "-CAfile", str(tmp_path / "root")]
    command += ["-untrusted", str(tmp_path / "inters"), str(tmp_path / "leaf")]
    done = subprocess.run(command, capture_output=True, check=False)
    ours = verdict(chain, [ca("Root")], max_depth=limit)
    assert ours.accepted == (done.returncode == 0)
    assert ours.alert == (None if ours.accepted else "unknown_ca")


def test_authority_certificate_issuer_as_openssl(tmp_path: Path) -> None:
    """An issuer whose own issuer is not the one that the leaf names is passed over, as by OpenSSL."""
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))
    middle = subordinate(root, key("inter"), contents("CN=Middle", "ca", serial_number=7, **YEARS))
    found = {}
    for name in ("Root", "Middle", "Other"):
        named = x509.DirectoryName(x509.Name.from_rfc4514_string(f"CN={name}"))
        identifier = x509.AuthorityKeyIdentifier(None, [named], 7).public_bytes()
        what = contents(
            "CN=leaf",
            "client",
            authority_key_identifier=None,
            further_extensions=(("2.5.29.35", False, identifier),),
        )
        end = middle.issue(key("leaf"), what)
        files = {"root": root.own.certificate, "inter": end.chain[0], "leaf": end.certificate}
        for file, certificate in files.items():
            (tmp_path / file).write_text(pem(certificate))
        command = [program("openssl"), "verify", "-attime", str(int(NOW.timestamp()))]
        command += ["-CAfile", str(tmp_path / "root"), "-untrusted", str(tmp_path / "inter")]
        theirs = subprocess.run(
            [*command, str(tmp_path / "leaf")], capture_output=True, check=False
        ).returncode
        policy = TrustPolicy("client", TrustStore((root.own.certificate,)))
        chain = [end.certificate.der, end.chain[0].der]
        found[name] = (judge(chain, policy, NOW, tls="1.3").accepted, theirs == 0)
    assert found == {"Root": (True, True), "Middle": (False, False), "Other": (False, False)}


def test_key_types_mix() -> None:
    """An RSA leaf below an Ed25519 CA below a P-384 root is as good as any; the WebPKI has no Ed25519."""
    root = Issuer.self_signed(key("r", KeyType.P384), contents("CN=R", "ca", **YEARS))
    middle = subordinate(root, key("m", KeyType.ED25519), contents("CN=M", "ca", **YEARS))
    end = middle.issue(key("e", KeyType.RSA2048), contents("CN=e", "client"))
    for profile in PROFILES:
        found = verdict(list(end.presented), [root.own.certificate], profile)
        assert found.accepted == (profile not in ("webpki", "nss"))  # NSS knows no CA with Ed25519
