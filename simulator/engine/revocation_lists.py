"""The contents of a revocation list, from its settings and from what its CA had revoked by then.

They follow from the scenario alone, so no run can change what another finds in a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.pki.contents import key_identifier, parse_name
from simulator.pki.crl.revocation_list import CRL_EXTENSIONS
from simulator.pki.crl.writing import ListContents, ListedCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.actors.authority import Practice
    from simulator.pki.certificate import Certificate
    from simulator.pki.issuing import Issued
    from simulator.pki.keys import PublicKey
    from simulator.scenario import Scenario
    from simulator.scenario.revocation_setup import CrlSetup

DELTA_URI = "http://crl.example.com/delta.crl"


@dataclass(frozen=True, slots=True)
class ListMaker:
    """The maker of the contents of revocation lists.

    Attributes:
        scenario: the world.
        practice: the rules by which its CAs work.
        issued: the certificates that exist by now.
    """

    scenario: Scenario
    practice: Practice
    issued: Mapping[str, Issued]

    def contents(self, crl: CrlSetup, issuer: Certificate, signing_key: PublicKey) -> ListContents:
        """The contents of a list.

        Args:
            crl: its settings.
            issuer: the certificate of its issuer.
            signing_key: the public half of the key that signs it.
        """
        clock = self.scenario.clock
        own = issuer.subject_key_identifier
        identifier = own if crl.signed_by is None else key_identifier(signing_key)
        return ListContents(
            issuer_der=issuer.subject_der,
            this_update=clock + crl.this_update,
            next_update=None if crl.next_update is None else clock + crl.next_update,
            entries=tuple(self._listed(name, crl) for name in listed_in(crl, self.scenario)),
            number=crl.number,
            base_number=crl.delta_of,
            key_identifier={"signer": identifier, "issuer": own, "absent": None}[crl.key_identifier],
            scope=crl.scope,
            only_reasons=crl.only_reasons,
            indirect=crl.indirect,
            delta_uri=DELTA_URI if crl.freshest_crl else None,
            critical=tuple(CRL_EXTENSIONS.get(name, name) for name in crl.critical),
        )

    def _listed(self, name: str, crl: CrlSetup) -> ListedCertificate:
        """The entry of a certificate; one that is listed without having been revoked is so since then."""
        setup = self.scenario.certificates[name]
        moment = crl.this_update if setup.revoked is None else setup.revoked
        issuer = None
        if setup.issuer != crl.issuer:
            issuer = parse_name(
                self.practice.subject(self.scenario.certificates[setup.issuer])
            ).public_bytes()
        date = self.scenario.clock + moment
        # With fresh entropy a certificate's own number is known from itself alone.
        made = self.issued.get(name)
        number = self.practice.serial_number(name) if made is None else made.certificate.serial_number
        return ListedCertificate(number, date, setup.revocation_reason, issuer)


def listed_in(crl: CrlSetup, scenario: Scenario) -> tuple[str, ...]:
    """The names of the certificates in a list: those that it names, or all that were revoked by then."""
    if crl.lists is not None:
        return crl.lists
    return tuple(
        name
        for name, setup in scenario.certificates.items()
        if (setup.crl_issuer or setup.issuer) == crl.issuer != name
        and setup.revoked is not None
        and setup.revoked <= crl.this_update
        and not (setup.released is not None and setup.released <= crl.this_update)
    )
