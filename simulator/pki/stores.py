"""A side's trust store: its trusted CAs, and certificates that are trusted for themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.pki.certificate import Certificate


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The certificates that a side trusts; immutable.

    Attributes:
        authorities: trusted CAs, which may issue others.
        directly_trusted: certificates trusted for themselves and for nothing else: a partner's self-signed
            certificate, or a single leaf.

    ``certificate in store`` is True for the members of both.
    """

    authorities: tuple[Certificate, ...] = ()
    directly_trusted: tuple[Certificate, ...] = ()
    members: frozenset[Certificate] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", frozenset(self))

    @classmethod
    def of(cls, certificates: Iterable[Certificate]) -> TrustStore:
        """Sort certificates into CAs (by their basicConstraints) and directly trusted ones.

        A certificate that names itself as its issuer and has no basicConstraints counts as a CA if it is of
        version 1 or its key may sign certificates: old roots look like that.
        """
        authorities: list[Certificate] = []
        directly_trusted: list[Certificate] = []
        for certificate in dict.fromkeys(certificates):
            (authorities if _is_authority(certificate) else directly_trusted).append(certificate)
        return cls(tuple(authorities), tuple(directly_trusted))

    def __iter__(self) -> Iterator[Certificate]:
        yield from self.authorities
        yield from self.directly_trusted

    def __len__(self) -> int:
        return len(self.authorities) + len(self.directly_trusted)

    def __contains__(self, certificate: object) -> bool:
        return certificate in self.members


def _is_authority(certificate: Certificate) -> bool:
    """Return True for a CA, or a root of a form from before basicConstraints."""
    if certificate.basic_constraints is not None or not certificate.self_issued:
        return certificate.is_ca
    return certificate.version == 1 or "keyCertSign" in (certificate.key_usage or ())
