"""The status of a certificate by the revocation lists that a side holds, as its profile reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.crl_as_openssl import status_as_openssl
from simulator.trust.checks.crl_as_rfc5280 import status_as_rfc5280

if TYPE_CHECKING:
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.checks.revocation_status import RevocationStatus


def crl_status(candidate: Candidate, depth: int) -> RevocationStatus:
    """The status of the certificate at a depth."""
    judge = status_as_openssl if candidate.profile.one_list else status_as_rfc5280
    return judge(candidate, depth)
