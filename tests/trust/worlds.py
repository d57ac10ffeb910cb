"""Small worlds with known faults: a root, an intermediate and a leaf, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509

from simulator.entropy import SeededEntropy
from simulator.pki.certificate import Certificate
from simulator.pki.contents import Contents
from simulator.pki.issuing import Issuer, build_certificate
from simulator.pki.keys import KeyType, PrivateKey, generate_key
from simulator.pki.stores import TrustStore
from simulator.trust.policy import TrustPolicy
from tests.pki.samples import subordinate

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.tls.wire.version import Side

HOST = "telnet.example.com"
DAY = timedelta(days=1)
NOW = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)
UNKNOWN_EXTENSION = ("1.3.6.1.4.1.55738.666.1", True, b"\x05\x00")


@cache
def key(name: str, key_type: KeyType = KeyType.P256) -> PrivateKey:
    """The private key of that name, made once."""
    return generate_key(key_type, SeededEntropy("tests of trust"), name)


def contents(subject: str, role: str, now: datetime = NOW, **changes: object) -> Contents:
    """Contents of a good certificate of that role, valid a month back and ten months on."""
    serial = sum(subject.encode()) + 1
    good = Contents(subject, role, now - 30 * DAY, now + 300 * DAY, serial)  # type: ignore[arg-type]
    return replace(good, **changes)  # type: ignore[arg-type]


@dataclass
class World:
    """What stands in each certificate, with which keys; a fault changes it before anything is issued."""

    role: Side
    now: datetime
    root: Contents
    inter: Contents
    leaf: Contents
    root_key: PrivateKey
    inter_key: PrivateKey
    leaf_key: PrivateKey
    broken: tuple[str, ...] = ()  # whose signature is spoiled after issuing
    sends: tuple[str, ...] = ("leaf", "inter")
    trusts: tuple[str, ...] = ("root",)

    @property
    def wrong_purpose(self) -> tuple[str]:
        """The purpose that this role does not have."""
        return ("serverAuth",) if self.role == "client" else ("clientAuth",)


@dataclass(frozen=True)
class Issued:
    """The certificates of a world."""

    role: Side
    chain: tuple[Certificate, ...]
    trusted: tuple[Certificate, ...]
    private_key: PrivateKey

    @property
    def presented(self) -> list[bytes]:
        """What goes into the Certificate message."""
        return [certificate.der for certificate in self.chain]

    def policy(self, **changes: object) -> TrustPolicy:
        """A policy that trusts what this world trusts, as CAs."""
        name = HOST if self.role == "server" else None
        return replace(TrustPolicy(self.role, TrustStore(self.trusted), server_name=name), **changes)  # type: ignore[arg-type]


def name_constraints(excluded: str) -> tuple[str, bool, bytes]:
    """A critical extension that excludes a DNS name."""
    value = x509.NameConstraints(None, [x509.DNSName(excluded)]).public_bytes()
    return ("2.5.29.30", True, value)


def _contents(who: str, **changes: object) -> Callable[[World], None]:
    def fault(world: World) -> None:
        setattr(world, who, replace(getattr(world, who), **changes))

    return fault


def _days(who: str, field: str, days: int) -> Callable[[World], None]:
    def fault(world: World) -> None:
        setattr(world, who, replace(getattr(world, who), **{field: world.now + days * DAY}))

    return fault


def _wrong_purpose(who: str) -> Callable[[World], None]:
    def fault(world: World) -> None:
        setattr(world, who, replace(getattr(world, who), extended_key_usage=world.wrong_purpose))

    return fault


def _set(**values: object) -> Callable[[World], None]:
    def fault(world: World) -> None:
        for field, value in values.items():
            setattr(world, field, value)

    return fault


def _spoil(who: str) -> Callable[[World], None]:
    def fault(world: World) -> None:
        world.broken += (who,)

    return fault


def _extension(who: str, extension: tuple[str, bool, bytes]) -> Callable[[World], None]:
    def fault(world: World) -> None:
        held = getattr(world, who)
        setattr(world, who, replace(held, further_extensions=(*held.further_extensions, extension)))

    return fault


FAULTS: dict[str, Callable[[World], None]] = {
    "unknown CA": _set(trusts=("stranger",)),
    "missing intermediate": _set(sends=("leaf",)),
    "intermediate trusted alone": _set(trusts=("inter",)),
    "leaf expired": _days("leaf", "not_after", -1),
    "leaf not yet valid": _days("leaf", "not_before", 1),
    "leaf not valid for three days yet": _days("leaf", "not_before", 3),
    "intermediate expired": _days("inter", "not_after", -1),
    "intermediate not yet valid": _days("inter", "not_before", 1),
    "intermediate not valid for three days yet": _days("inter", "not_before", 3),
    "root expired": _days("root", "not_after", -1),
    "root not yet valid": _days("root", "not_before", 1),
    "leaf for the wrong purpose": _wrong_purpose("leaf"),
    "leaf for any purpose": _contents("leaf", extended_key_usage=("anyExtendedKeyUsage",)),
    "leaf for no named purpose": _contents("leaf", extended_key_usage=None),
    "intermediate for the wrong purpose": _wrong_purpose("inter"),
    "root for the wrong purpose": _wrong_purpose("root"),
    "leaf may only encipher keys": _contents("leaf", key_usage=("keyEncipherment",)),
    "leaf may only agree on keys": _contents("leaf", key_usage=("keyAgreement",)),
    "leaf without key usage": _contents("leaf", key_usage=None),
    "intermediate may not sign certificates": _contents("inter", key_usage=("cRLSign",)),
    "leaf with an unknown critical extension": _extension("leaf", UNKNOWN_EXTENSION),
    "intermediate with an unknown critical extension": _extension("inter", UNKNOWN_EXTENSION),
    "root with an unknown critical extension": _extension("root", UNKNOWN_EXTENSION),
    "intermediate is no CA": _contents("inter", is_ca=False),
    "intermediate without basic constraints": _contents("inter", is_ca=None),
    "root allows no CA below": _contents("root", path_length=0),
    "name excluded": _extension("inter", name_constraints(HOST)),
    "leaf's signature spoiled": _spoil("leaf"),
    "intermediate's signature spoiled": _spoil("inter"),
    "leaf's key weak": _set(leaf_key=key("weak leaf", KeyType.RSA1024)),
    "intermediate's key weak": _set(inter_key=key("weak inter", KeyType.RSA1024)),
    "leaf signed with SHA-1": _contents("leaf", signature_hash="sha1"),
    "intermediate signed with SHA-1": _contents("inter", signature_hash="sha1"),
    "root signed with SHA-1": _contents("root", signature_hash="sha1"),
    "leaf with an alternative name": _contents("leaf", alternative_names=(HOST,)),
    "leaf for another name": _contents("leaf", alternative_names=("www.example.org",)),
    "leaf named by common name only": _contents("leaf", alternative_names=None),
}


def authority(subject: str, now: datetime, days: int) -> Contents:
    """Contents of a good CA certificate, valid for that many days before and after."""
    return contents(subject, "ca", now, not_before=now - days * DAY, not_after=now + days * DAY)


@cache
def issue(role: Side, faults: tuple[str, ...] = (), now: datetime = NOW, named: str = "") -> Issued:
    """Issue the good world of a role with these faults, once in a process.

    Args:
        role: the role of the leaf.
        faults: names of ``FAULTS``.
        now: the moment at which the world is good.
        named: an addition to the CAs' names, so that several worlds can be told apart in one trust store.

    Raises:
        CertificateError: the faults contradict each other: expired before it begins.
    """
    world = World(
        role,
        now,
        authority(f"CN=Root{named}", now, 3000),
        authority(f"CN=Intermediate{named}", now, 2000),
        contents(f"CN={HOST}", role, now),
        key("root"),
        key("inter"),
        key("leaf"),
    )
    for fault in faults:
        FAULTS[fault](world)
    root = Issuer.self_signed(world.root_key, world.root)
    inter = subordinate(root, world.inter_key, world.inter)
    leaf = inter.issue(world.leaf_key, world.leaf)
    stranger = Issuer.self_signed(key("stranger"), contents("CN=Stranger", "ca", now))
    certificates = {
        "root": root.own.certificate,
        "inter": inter.own.certificate,
        "leaf": leaf.certificate,
        "stranger": stranger.own.certificate,
    }
    for name in world.broken:
        certificates[name] = spoiled(certificates[name])
    return Issued(
        role,
        tuple(certificates[name] for name in world.sends),
        tuple(certificates[name] for name in world.trusts),
        world.leaf_key,
    )


def spoiled(certificate: Certificate) -> Certificate:
    """The same certificate with one bit of its signature turned over."""
    return Certificate.parse(certificate.der[:-1] + bytes([certificate.der[-1] ^ 1]))


def signed_by(
    issuer: Certificate, issuer_key: PrivateKey, what: Contents, subject_key: PrivateKey
) -> Certificate:
    """A certificate issued by any certificate, CA or not."""
    return build_certificate(what, subject_key.public_key(), issuer, issuer_key)
