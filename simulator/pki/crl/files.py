"""Revocation lists from files: PEM, also several in one file, or DER."""

from __future__ import annotations

from simulator.errors import CertificateError
from simulator.pki.crl.revocation_list import RevocationList
from simulator.pki.files.kinds import file_facts
from simulator.pki.files.outlines import FileKind
from simulator.pki.files.pem import pem_block
from simulator.pki.files.wrong_file import Wanted, wrong_file

LABEL = "X509 CRL"  # RFC 7468, section 7


def write_revocation_lists(*lists: RevocationList) -> bytes:
    """Write revocation lists as PEM, one after the other."""
    return b"".join(pem_block(LABEL, crl.der) for crl in lists)


def load_revocation_lists(data: bytes) -> tuple[RevocationList, ...]:
    """Read every revocation list of a PEM or DER file, in order.

    Raises:
        CertificateError: the file holds none, or one that cannot be read; the message says which kind of file
            it is and what helps.
    """
    facts = file_facts(data)
    if facts.kind is FileKind.REVOCATION_LIST:
        return (RevocationList.parse(facts.data),)
    blocks = [block for block in (facts.pem.blocks if facts.pem else ()) if block.label == LABEL]
    for block in blocks:
        if block.der is None:
            advice = "Copy the whole block again, dashes included."
            expected = "base64 between BEGIN and END"
            raise CertificateError(
                "A PEM block is damaged.", got=block.damage, expected=expected, advice=advice
            )
    if not blocks:
        raise wrong_file(Wanted.REVOCATION_LISTS, facts)
    return tuple(RevocationList.parse(block.der) for block in blocks if block.der is not None)
