"""The settings of a CA's OCSP responder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

ResponderAnswers = Literal[
    "status",
    "tryLater",
    "unauthorized",
    "internalError",
    "malformedRequest",
    "sigRequired",
    "http-error",
    "nothing",
]
ShownStatus = Literal["good", "revoked", "unknown"]

USUAL_ADDRESS = "http://ocsp.example/"
USUAL_OCSP_TIMEOUT = timedelta(seconds=10)  # Apache's, SSLOCSPResponderTimeout


@dataclass(frozen=True, slots=True)
class ResponderSetup:
    """The OCSP responder of one CA, under the CA's scenario name. Every CA has one with the usual settings.

    Attributes:
        address: its address, as sides are configured with it; None for one made of the CA's name.
        reachable: it can be connected to; False: connections are refused.
        answers: it answers with the status, with an error, with HTTP status 500, or never.
        delay: the time that it takes for an answer.
        status: the status that it shows for every certificate; None for what the CA's register says.
        signed_by: scenario name of the certificate that signs its answers, which it encloses; None for the
            CA's own.
        this_update: the moment at which its answer was signed, and which the answer is about, relative to the
            connection. A certificate that was revoked after it is still good.
        next_update: the moment by which newer information will be there, relative to the connection; None
            leaves it out.
    """

    address: str | None = None
    reachable: bool = True
    answers: ResponderAnswers = "status"
    delay: timedelta = timedelta()
    status: ShownStatus | None = None
    signed_by: str | None = None
    this_update: timedelta = timedelta(hours=-1)
    next_update: timedelta | None = timedelta(hours=23)


def responder_address(name: str, setup: ResponderSetup) -> str:
    """The address of a CA's responder."""
    return setup.address or f"{USUAL_ADDRESS}{name}"
