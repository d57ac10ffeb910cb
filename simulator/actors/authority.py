"""The certificate authority: it signs at enrolment, when it is asked; later only its responder may be asked.

Two ways lead to a certificate. Either the holder makes its own key and sends a certification request (CSR,
PKCS#10), so that the private key never leaves it. Or the authority makes the key too and delivers both in
one file under a password (PKCS#12), and the password must come by another way. The certificate itself is
made and signed in ``pki/issuing.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.pki.contents import DEFAULT, Contents, parse_name
from simulator.pki.crl.distribution_points import point_of_issuer
from simulator.pki.crl.writing import write_list
from simulator.pki.issuing import Issued, Issuer, seeded_serial_number, write_request
from simulator.pki.policies import policy_extensions
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Decided, Noted, Received, Sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from simulator.entropy import Entropy
    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.pki.crl.writing import ListContents
    from simulator.pki.keys import PrivateKey
    from simulator.pki.reading.fields import RawExtension
    from simulator.scenario import CertificateSetup
    from simulator.scenario.setup import KeptIn
    from simulator.trace.facts import Fact

REQUEST_NAME = "CertificationRequest"
CERTIFICATE_NAME = "Certificate"
BUNDLE_NAME = "PKCS#12"
SEED_MARK = "O=clientauth teaching - not secret"
MADE: dict[KeptIn, str] = {
    "file": "The {holder} makes {key}. The private key never leaves it.",
    "protected-file": "The {holder} makes {key}, and keeps the private key in a file under a password.",
    "device": "The {holder}'s security device makes {key}, and signs the request itself. "
    "The private key never leaves the device.",
}
OPENED = (
    "The {holder} opens the PKCS#12 file with its password, which came by another way. "
    "Now it holds certificate and private key."
)
NOT_OPENED = (
    "The {holder} cannot open the PKCS#12 file, since its password is wrong. "
    "It holds neither certificate nor private key."
)
# What the catalogue issues, four times over: the same request signed again costs nothing.
REMEMBERED_SIGNATURES = 1024


@dataclass(frozen=True, slots=True)
class Practice:
    """The rules for making certificates in one world.

    Attributes:
        clock: validity is relative to it.
        entropy: serial numbers come from it.
        marked: the names of CAs say that the keys are seeded, so no secret.
        certificates: the settings of all certificates of the world.
    """

    clock: datetime
    entropy: Entropy
    marked: bool
    certificates: Mapping[str, CertificateSetup] = field(default_factory=dict)

    def subject(self, setup: CertificateSetup) -> str:
        """The subject that a certificate of this world carries.

        Only the name of a CA is marked: it is the issuer's name in all that the CA signs, so every
        certificate has the mark in it.

        Raises:
            CertificateError: the scenario's subject is not a distinguished name.
        """
        return marked_subject(setup.subject) if self.marked and setup.role == "ca" else setup.subject

    def serial_number(self, name: str) -> int:
        """The serial number of the certificate with this scenario name."""
        return seeded_serial_number(self.entropy, f"certificate/{name}/serial")

    def contents(self, name: str, setup: CertificateSetup) -> Contents:
        """The contents of the certificate with this scenario name, its serial number included.

        A setting that is None means the role's default, an empty tuple means absence.
        """
        usage, purposes = setup.key_usage, setup.extended_key_usage
        return Contents(
            subject=self.subject(setup),
            role=setup.role,
            not_before=self.clock + setup.not_before,
            not_after=self.clock + setup.not_after,
            serial_number=self.serial_number(name),
            path_length=setup.path_length,
            permitted_names=setup.permitted_dns_names,
            excluded_names=setup.excluded_dns_names,
            key_usage=DEFAULT if usage is None else usage or None,
            extended_key_usage=DEFAULT if purposes is None else purposes or None,
            alternative_names=(*(setup.dns_names or ()), *setup.mail_names, *setup.uris) or None,
            principal_names=setup.upns,
            signature_hash=setup.signature_hash,
            further_extensions=(
                *policy_extensions(
                    setup.policies,
                    [pair.split("=") for pair in setup.policy_mappings],
                    setup.require_explicit_policy,
                    setup.inhibit_policy_mapping,
                    setup.inhibit_any_policy,
                ),
                *self._distribution_points(setup),
            ),
        )

    def _distribution_points(self, setup: CertificateSetup) -> Iterator[RawExtension]:
        """The extension that names the publisher of the revocation list, if that is not the issuer."""
        if setup.crl_issuer is not None:
            name = parse_name(self.subject(self.certificates[setup.crl_issuer]))
            yield point_of_issuer(name.public_bytes())


class CertificateAuthority:
    """A certificate authority, with its own key, its serial numbers and its register.

    Args:
        name: its lane in the trace.
        own: its certificate, chain and key.
        practice: the rules it follows.

    Attributes:
        register: the certificates it issued, by serial number.
        revoked: the serial numbers of those it took back.
    """

    def __init__(self, name: str, own: Issued, practice: Practice) -> None:
        self.name = name
        self.register: dict[int, Certificate] = {}
        self.revoked: set[int] = set()
        self._issuer = Issuer(own)
        self._practice = practice

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The chain that it delivers with a certificate: its own certificates without the root."""
        return self._issuer.chain_below

    def certify(self, name: str, setup: CertificateSetup, request: bytes) -> Certificate:
        """Verify a certification request, and sign the certificate it asks for.

        Raises:
            CertificateError: the request is not sound, or the contents cannot stand in a certificate.
        """
        return self._registered(_certified(self._issuer, request, self._practice.contents(name, setup)))

    def make(self, name: str, setup: CertificateSetup, private_key: PrivateKey) -> Certificate:
        """Sign a certificate for a key that the authority made itself.

        Raises:
            CertificateError: the contents cannot stand in a certificate.
        """
        return self._registered(_made(self._issuer, private_key, self._practice.contents(name, setup)))

    def _registered(self, certificate: Certificate) -> Certificate:
        """Enter a certificate into the register."""
        self.register[certificate.serial_number] = certificate
        return certificate

    def receive(self, holder: str, request: bytes) -> list[Fact]:
        """Read a certification request."""
        return [received(holder, REQUEST_NAME, request)]

    def issue(self, holder: str, certificate: Certificate) -> list[Fact]:
        """Send a certificate that was signed on request."""
        subject = certificate.subject
        reason = f"The request is signed with the key it asks for, and the CA vouches for {subject}."
        return [
            Decided("issue", "issue", ("issue",), reason, "actor", None),
            sent(holder, CERTIFICATE_NAME, certificate.der),
        ]

    def issue_bundle(self, holder: str, certificate: Certificate) -> list[Fact]:
        """Send certificate and key as a PKCS#12 file, whose bytes are secret."""
        reason = f"The CA vouches for {certificate.subject}, and makes the key itself."
        made = (
            f"The CA makes {key_in_words(certificate.key_type_name)} and packs it with the certificate "
            "into a PKCS#12 file under a password."
        )
        return [
            Decided("issue", "issue", ("issue",), reason, "actor", None),
            Noted(made),
            sent(holder, BUNDLE_NAME, b""),
            Noted(f"The CA tells the {holder} the password by another way: by letter, or by telephone."),
        ]

    def issued_to_its_holder(self, certificate: Certificate) -> list[Fact]:
        """Remark that a certificate went to its rightful holder, who takes no part in this connection."""
        return [Noted(f"The CA issued the certificate of {certificate.subject} to its rightful holder.")]

    def revoke(self, certificate: Certificate, why: str) -> list[Fact]:
        """Take a certificate back; a verifier that does not ask never learns of it.

        Args:
            certificate: one of its register.
            why: the RFC 5280 name of the reason.
        """
        self.revoked.add(certificate.serial_number)
        given = "" if why == "unspecified" else f": {why}"
        reason = f"The certificate of {certificate.subject} is no longer to be trusted{given}."
        return [Decided("revoke", "revoke", ("revoke",), reason, "actor", None)]

    def release(self, certificate: Certificate) -> list[Fact]:
        """End the revocation of a certificate that was on hold."""
        self.revoked.discard(certificate.serial_number)
        reason = f"The certificate of {certificate.subject} was on hold, and is good again."
        return [Decided("release", "release", ("release",), reason, "actor", None)]

    def publish(self, crl: RevocationList, subjects: Iterable[str]) -> list[Fact]:
        """Publish a revocation list; a side that does not fetch it never learns of it.

        Args:
            crl: the list.
            subjects: the subjects of the certificates that it lists.
        """
        revoked = ", ".join(subjects) or "no certificate"
        due = (
            ""
            if crl.next_update is None
            else f"; the next one is due by {crl.next_update:%Y-%m-%d %H:%M} UTC"
        )
        number = "" if crl.number is None else f" number {crl.number}"
        reason = f"CRL{number} lists {revoked}{due}."
        return [Decided("publish", "publish", ("publish",), reason, "actor", None)]

    def switch_off(self) -> list[Fact]:
        """Leave the network before the connection begins."""
        off = "The CA is switched off. What it signed stays signed, so the handshake does not miss it."
        return [Noted(off)]


def apply_for(holder: str, authority: str, key: str, request: bytes, kept: KeptIn) -> list[Fact]:
    """The holder's facts when a key of this type is made, and the CA is asked for a certificate."""
    made = MADE[kept].format(holder=holder, key=key_in_words(key))
    return [Noted(made), sent(authority, REQUEST_NAME, request)]


def take_certificate(authority: str, certificate: Certificate) -> list[Fact]:
    """The holder's facts when its certificate arrives."""
    return [received(authority, CERTIFICATE_NAME, certificate.der)]


def take_bundle(holder: str, authority: str, *, password_is_right: bool = True) -> list[Fact]:
    """The holder's facts when the file with its certificate and key arrives."""
    tried = OPENED if password_is_right else NOT_OPENED
    return [received(authority, BUNDLE_NAME, b""), Noted(tried.format(holder=holder))]


def sent(to: str, name: str, raw: bytes) -> Sent:
    """A part of the enrolment that left an actor; ``raw`` is empty where it is secret."""
    return Sent(to, "enrolment", name, raw, Protection.CLEAR, b"")


def received(sender: str, name: str, raw: bytes) -> Received:
    """A part of the enrolment that reached an actor."""
    return Received(sender, "enrolment", name, raw, Protection.CLEAR)


def key_in_words(key: str) -> str:
    """A key of that type, with its article: ``a P-256 key``, ``an RSA-2048 key``."""
    return f"{'an' if key.startswith(('E', 'R')) else 'a'} {key} key"


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def marked_subject(subject: str) -> str:
    """The subject that a seeded CA carries: the scenario's, and the mark that its key is known.

    Raises:
        CertificateError: the scenario's subject is not a distinguished name.
    """
    own = parse_name(subject).rfc4514_string()  # whatever form it is written in, the mark stands at its root
    return f"{own},{SEED_MARK}" if own else SEED_MARK


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def certification_request(private_key: PrivateKey, subject: str) -> bytes:
    """Write a certification request (PKCS#10), signed by the key it asks for.

    Raises:
        CertificateError: the subject is not a distinguished name.
    """
    return write_request(private_key, subject)


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def self_signed(private_key: PrivateKey, contents: Contents) -> Issued:
    """Make a certificate that vouches for itself.

    Raises:
        CertificateError: the contents cannot stand in a certificate.
    """
    return Issuer.self_signed(private_key, contents).own


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def signed_list(private_key: PrivateKey, contents: ListContents) -> bytes:
    """Sign a revocation list: the same contents again cost nothing."""
    return write_list(contents, private_key)


_certified = lru_cache(maxsize=REMEMBERED_SIGNATURES)(Issuer.certify_request)


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def _made(issuer: Issuer, private_key: PrivateKey, contents: Contents) -> Certificate:
    return issuer.certify(private_key.public_key(), contents)
