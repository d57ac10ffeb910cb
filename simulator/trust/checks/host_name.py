"""The host name check: was the server's certificate issued for the name the client wanted (RFC 9525)?

Only servers have this check. A client is not reached by a name: who it is to the server is decided by
mapping, after its certificate has been judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki.host import address_of
from simulator.trust.checks.candidate import Finding, called, listed, passed_if
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate


def server_name(candidate: Candidate) -> Finding:
    """Compare the name the client wanted with the names in the server's certificate."""
    wanted = candidate.policy.server_name
    outcome, field, required = CheckOutcome.NOT_EVALUATED, "subjectAltName", "no name"
    names: tuple[str, ...] = ()
    if candidate.policy.role == "client":
        sentence = "Client certificates have no name check: a client is not reached by a host name."
    elif wanted is None:
        sentence = "The client is set up to expect no name, so every name is accepted."
    else:
        required = wanted
        field, names = presented_names(candidate.leaf, wanted, candidate.profile.common_name_fallback)
        outcome = passed_if(any(matches(name, wanted) for name in names))
        whose = f"The certificate of {called(candidate.leaf)}"
        names_found = f"it is for {listed(names)}" if names else "it has no name of that kind"
        sentence = (
            f"{whose} was issued for {wanted}."
            if outcome is CheckOutcome.PASS
            else f"{whose} was not issued for {wanted}: {names_found}."
        )
    return Finding(outcome, sentence, field, listed(names), required, depth=0)


def presented_names(certificate: Certificate, wanted: str, fallback: bool) -> tuple[str, tuple[str, ...]]:
    """The field that is compared with the wanted name, and the names in it.

    Args:
        certificate: the server's.
        wanted: the DNS name or IP address that the client wants to reach.
        fallback: use the common name of a certificate without alternative DNS names.
    """
    names = certificate.subject_alternative_name
    if address_of(wanted) is not None:
        return "subjectAltName", tuple(str(address) for address in names.ip_addresses) if names else ()
    if names is not None and (names.dns_names or not fallback):
        return "subjectAltName", names.dns_names
    if fallback and certificate.common_name is not None:
        return "commonName", (certificate.common_name,)
    return "subjectAltName", ()


def matches(presented: str, wanted: str) -> bool:
    """Return True if a presented name covers the wanted one (RFC 9525, sections 6.3 and 6.5).

    Letter case does not matter. A wildcard stands for exactly one label, the whole leftmost one, and never
    directly above a top-level name: ``*.com`` would cover half the world.
    """
    address = address_of(wanted)
    if address is not None:
        return address_of(presented) == address
    presented, wanted = presented.lower(), wanted.lower()
    if not presented.startswith("*."):
        return presented == wanted
    label, _, parent = wanted.partition(".")
    return presented[2:] == parent and "." in parent and is_dns_name(parent) and is_label(label)


def is_dns_name(name: str) -> bool:
    """Return True for letters, digits and hyphens in labels of 1 to 63 octets (RFC 1034, section 3.5)."""
    labels = name.split(".")
    # 255 octets on the wire (RFC 1035, section 2.3.4), less the first label's length and the root's.
    return len(name) <= 253 and all(is_label(label) for label in labels) and not labels[-1].isdigit()


def is_label(label: str) -> bool:
    """Return True for one label of a host name. An underscore is not a letter."""
    return (
        0 < len(label) <= 63
        and label.isascii()
        and label.replace("-", "").isalnum()
        and not label.startswith("-")
        and not label.endswith("-")
    )
