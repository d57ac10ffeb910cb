"""Issuing: key → request → certificate, and the chain that goes with it.

All certificates come from one builder. Each extension has a default for the role, which can be replaced or
left out::

    root = Issuer.self_signed(root_key, Contents("CN=Root", "ca", *five_years, serial_number=1))
    alice = root.issue(alice_key, Contents("CN=alice", "client", *one_year, serial_number=2))
    odd = root.issue(odd_key, Contents("CN=odd", "client", *one_year, serial_number=3, key_usage=None))

Nothing here is random: ECDSA signatures use RFC 6979, so the same input yields the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.pki.contents import extensions_of, parse_name
from simulator.pki.keys import PUBLIC_KEY_TYPES, describe_key
from simulator.pki.signing import signed_again, signed_der

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.pki.contents import Contents
    from simulator.pki.keys import PrivateKey, PublicKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was made, with what its owner needs to use it.

    Attributes:
        certificate: the owner's own.
        chain: certificates of the issuers above, nearest first, without the root.
        key_at_hand: the owner's secret, or None where a security device keeps it.
        request: DER of the signing request it was issued on, or None.
    """

    certificate: Certificate
    chain: tuple[Certificate, ...]
    key_at_hand: PrivateKey | None = field(repr=False)
    request: bytes | None = field(default=None, repr=False)

    @property
    def private_key(self) -> PrivateKey:
        """The owner's secret.

        Raises:
            CertificateError: a security device keeps it.
        """
        if self.key_at_hand is None:
            raise CertificateError(
                "The private key is in a security device and never leaves it.",
                got=f"the certificate of {self.certificate.subject}",
                expected="a certificate whose key is kept in a file",
                advice='Set its kept_in to "file".',
            )
        return self.key_at_hand

    @property
    def presented(self) -> tuple[Certificate, ...]:
        """The chain that the owner sends in a handshake: its own certificate first."""
        return self.certificate, *self.chain


@dataclass(frozen=True, slots=True)
class Issuer:
    """Issues certificates under the name of its own certificate.

    Whether others *accept* them is not decided here: a leaf can issue too.

    Attributes:
        own: its certificate, chain and key.
    """

    own: Issued

    @classmethod
    def self_signed(cls, private_key: PrivateKey, contents: Contents) -> Issuer:
        """Make a self-signed certificate: a root or a leaf.

        Raises:
            CertificateError: the contents cannot be written into a certificate.
        """
        certificate = build_certificate(contents, private_key.public_key(), None, private_key)
        return cls(Issued(certificate, (), private_key))

    def issue(self, private_key: PrivateKey, contents: Contents) -> Issued:
        """Issue for a key that is at hand, as when the CA makes the key and hands out a PKCS#12.

        Raises:
            CertificateError: the contents cannot be written into a certificate.
        """
        certificate = self.certify(private_key.public_key(), contents)
        return Issued(certificate, self.chain_below, private_key)

    def certify_request(self, request: bytes, contents: Contents) -> Certificate:
        """Issue for a certificate signing request (PKCS#10), once its signature verifies.

        The signature proves that the applicant holds the private key (RFC 2986, section 3).

        Args:
            request: DER of the request.
            contents: the contents to write; the subject must be that of the request.

        Raises:
            CertificateError: the request cannot be read, is not signed by the key it carries, asks for
                another subject, or carries a key that this program cannot use.
        """
        asked = read_request(request)
        if asked.subject != parse_name(contents.subject):
            message = "The signing request is not from the subject the certificate is meant for."
            got = asked.subject.rfc4514_string()
            advice = "Ask for a request with that subject."
            raise CertificateError(message, got=got, expected=contents.subject, advice=advice)
        key = asked.public_key()
        if not isinstance(key, PUBLIC_KEY_TYPES):
            message = "The signing request carries a key of a kind that is not issued for here."
            expected = "an elliptic-curve (ECDSA), Ed25519, Ed448 or RSA key"
            advice = "Make the request with another kind of key."
            raise CertificateError(message, got=describe_key(key), expected=expected, advice=advice)
        return self.certify(key, contents)

    def certify(self, public_key: PublicKey, contents: Contents) -> Certificate:
        """Issue for a public key, without a proof that the applicant holds the private key.

        Raises:
            CertificateError: the contents cannot be written into a certificate.
        """
        return build_certificate(contents, public_key, self.own.certificate, self.own.private_key)

    @property
    def chain_below(self) -> tuple[Certificate, ...]:
        """The chain for a certificate that this issuer made: its own certificates without the root."""
        return () if self.own.certificate.self_signed else self.own.presented


def seeded_serial_number(entropy: Entropy, label: str) -> int:
    """A positive serial number of 16 octets.

    RFC 5280 (section 4.1.2.2) allows 20. 16 are as unpredictable as a hash of 128 bits, and all equally long.
    """
    return int.from_bytes(entropy(label, 16), "big") >> 2 | 1 << 125


def write_request(private_key: PrivateKey, subject: str) -> bytes:
    """Write a certificate signing request (PKCS#10, RFC 2986), signed by the key it asks for.

    Raises:
        CertificateError: the subject is not a distinguished name.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(parse_name(subject))
    return signed_der(builder, private_key)


def read_request(request: bytes) -> x509.CertificateSigningRequest:
    """Read a signing request and verify that the key it asks for signed it.

    Raises:
        CertificateError: it cannot be read, or the signature does not verify.
    """
    try:
        asked = x509.load_der_x509_csr(request)
        is_signed = _is_signed(asked)
        asked.subject.rfc4514_string()  # the library reads lazily: a broken name raises only here
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = "This cannot be read as a certificate signing request."
        got = f"{len(request)} bytes that begin {request[:8].hex(' ')}"
        advice = "Check where the bytes come from; a PEM file has to be decoded first."
        raise CertificateError(message, got=got, expected="a DER request (PKCS#10)", advice=advice) from error
    if not is_signed:
        raise CertificateError(
            "The signing request is not signed by the key it carries.",
            got=f"a request for {asked.subject.rfc4514_string()} whose signature does not verify",
            expected="a signature by the private key that belongs to the public key inside",
            advice="Make the request anew, with the right private key.",
        )
    return asked


def _is_signed(asked: x509.CertificateSigningRequest) -> bool:
    """Return True if the request's own key verifies its signature.

    The library's ``is_signature_valid`` takes every exception for a bad signature, an interrupt too.
    """
    signature, signed, key = asked.signature, asked.tbs_certrequest_bytes, asked.public_key()
    parameters, digest = asked.signature_algorithm_parameters, asked.signature_hash_algorithm
    match key, parameters, digest:
        case rsa.RSAPublicKey(), padding.PKCS1v15() | padding.PSS(), hashes.HashAlgorithm():
            verify = partial(key.verify, signature, signed, parameters, digest)
        case ec.EllipticCurvePublicKey(), ec.ECDSA(), _:
            verify = partial(key.verify, signature, signed, parameters)
        case ((ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()), None, _):
            verify = partial(key.verify, signature, signed)
        case _ if not isinstance(key, PUBLIC_KEY_TYPES):  # refused for its kind afterwards
            return asked.is_signature_valid
        case _:
            return False
    try:
        verify()
    except InvalidSignature:
        return False
    return True


def build_certificate(
    contents: Contents, public_key: PublicKey, issuer: Certificate | None, issuer_key: PrivateKey
) -> Certificate:
    """Make a certificate: every certificate of this program is made here.

    Args:
        contents: the contents to write.
        public_key: the subject's key.
        issuer: the issuer's certificate, or None for a self-signed one.
        issuer_key: the key that signs; without an issuer, the subject's own.

    Raises:
        CertificateError: the contents cannot be written into a certificate.
    """
    subject = parse_name(contents.subject)
    try:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else x509.load_der_x509_certificate(issuer.der).subject)
            .public_key(public_key)
            .serial_number(contents.serial_number)
            .not_valid_before(contents.not_before.replace(microsecond=0))
            .not_valid_after(contents.not_after.replace(microsecond=0))
        )
        for extension, critical in extensions_of(contents, public_key, issuer):
            builder = builder.add_extension(extension, critical)
        usual = signed_der(builder, issuer_key)
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError) as error:
        raise CertificateError(
            f"No certificate can be made for {contents.subject}: {str(error).rstrip('.')}.",
            advice="Change the contents of the certificate.",
        ) from error
    if contents.signature_hash is None:
        return Certificate.parse(usual)
    return Certificate.parse(signed_again(usual, issuer_key, contents.signature_hash))
