"""The public key inside a certificate: all that the protocol itself needs of it.

Whether the certificate is to be trusted is judged elsewhere. Here it only has to be readable.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes


@lru_cache(maxsize=256)
def peer_public_key(der: bytes) -> CertificatePublicKeyTypes:
    """The subject public key of a certificate.

    Args:
        der: the certificate.

    Raises:
        ProtocolViolation: ``bad_certificate`` for bytes that are no certificate,
            ``unsupported_certificate`` for a key this implementation does not know.
    """
    try:
        with warnings.catch_warnings():
            # The library warns of odd certificates; judging them is done elsewhere.
            warnings.simplefilter("ignore")
            return x509.load_der_x509_certificate(der).public_key()
    except UnsupportedAlgorithm as error:
        raise ProtocolViolation(
            AlertDescription.UNSUPPORTED_CERTIFICATE, f"The certificate's key is of an unknown kind: {error}."
        ) from None
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise ProtocolViolation(
            AlertDescription.BAD_CERTIFICATE, f"The certificate cannot be read: {error}."
        ) from None
