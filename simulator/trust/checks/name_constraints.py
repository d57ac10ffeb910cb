"""Name constraints: every name below a CA stays in the name space the CA was given (RFC 5280, 4.2.1.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from simulator.pki.distinguished_name import DistinguishedName
from simulator.pki.extensions import GeneralNames
from simulator.trust.checks.candidate import Finding, called
from simulator.trust.checks.host_name import is_dns_name
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate

    Name = str | DistinguishedName | IPv4Address | IPv6Address
    Range = str | DistinguishedName | IPv4Network | IPv6Network

# Names × constraints for one certificate and one CA: OpenSSL's NAME_CHECK_MAX. Go and rustls stop at 250,000.
# No honest certificate comes near any of them; this many take half a second here.
MAX_COMPARISONS = 1 << 20
FIELD = "nameConstraints"
TOO_MANY = "names × constraints"
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"


@dataclass(frozen=True, slots=True)
class Violation:
    """A name outside the name space it may be in.

    Attributes:
        depth: the certificate that bears the name.
        name: the name, as text.
        rule: the broken rule of the CA above, as the end of a sentence.
        field: the field that was looked at.
    """

    depth: int
    name: str
    rule: str
    field: str = FIELD


def name_constraints(candidate: Candidate) -> Finding:
    """Compare every name with the constraints of every CA above it, from the top as OpenSSL does."""
    spared = CheckName.NAME_CONSTRAINTS in candidate.profile.spared_anchor
    path, holders = candidate.path, range(1, len(candidate.path) - spared)
    limited = [depth for depth in reversed(holders) if path[depth].name_constraints]
    pairs = [(depth, holder) for depth in reversed(range(len(path))) for holder in limited if holder > depth]
    found: Iterable[tuple[int, Violation | None]] = (
        (holder, find_violation(candidate, depth, holder)) for depth, holder in pairs
    )
    if candidate.profile.strict_constraints:
        found = chain(found, ((holder, malformed_constraint(path[holder], holder)) for holder in limited))
    for holder, problem in found:
        if problem is not None:
            sentence = (
                f"The name {problem.name} of {called(path[problem.depth])} is not allowed below "
                f"{called(path[holder])}: {problem.rule}."
            )
            if problem.field == TOO_MANY:
                sentence = (
                    f"{called(path[problem.depth])} has {problem.name}, and {called(path[holder])} "
                    f"{problem.rule}: more than {MAX_COMPARISONS:,} comparisons are refused."
                )
            required = f"within the name space of {path[holder].subject}"
            return Finding(
                CheckOutcome.FAIL, sentence, problem.field, problem.name, required, depth=problem.depth
            )
    sentence = (
        "Every name is in the name space that the CAs above are limited to."
        if limited
        else "No CA in this path is limited to a name space."
    )
    required = "every name within the name space of the CAs above it"
    return Finding(CheckOutcome.PASS, sentence, FIELD, "kept" if limited else "absent", required)


def find_violation(candidate: Candidate, depth: int, holder: int) -> Violation | None:
    """The first name at ``depth`` that breaks the constraints of the CA at depth ``holder``, or None.

    Self-issued certificates are not bound, except the leaf. Too many comparisons count as a violation.
    """
    bound, constraints = candidate.path[depth], candidate.path[holder].name_constraints
    if constraints is None or (depth > 0 and bound.self_issued):
        return None
    number = sum(map(len, bound.subject_name.rdns)) + len(bound.subject_alternative_name or ())
    limits = len(constraints.permitted or ()) + len(constraints.excluded or ())
    if number * limits > MAX_COMPARISONS:
        return Violation(depth, f"{number:,} names", f"{limits:,} constraints", TOO_MANY)
    names = names_of(bound, depth == 0 and candidate.profile.common_name_fallback)
    broken = broken_rule(names, constraints.permitted, constraints.excluded)
    return None if broken is None else Violation(depth, *broken)


def malformed_constraint(certificate: Certificate, depth: int) -> Violation | None:
    """The first constraint in a form that RFC 5280 does not have (a DNS name with a leading dot), or None."""
    constraints = certificate.name_constraints
    for side in (constraints.permitted, constraints.excluded) if constraints is not None else ():
        names = side or GeneralNames()
        wrong_dns = [name for name in names.dns_names if name and not is_dns_name(name)]
        wrong_mail = [name for name in names.rfc822_names if not _is_mail_range(name)]
        if wrong := next(iter((*wrong_dns, *wrong_mail)), None):
            return Violation(depth, wrong, "a constraint must be a plain name")
    return None


def _is_mail_range(limit: str) -> bool:
    """Return True for a mailbox, a host, or a domain with a leading dot."""
    local, at, host = limit.rpartition("@")
    if not at:
        return is_dns_name(limit.removeprefix("."))
    return is_dns_name(host) and bool(local) and "@" not in local


def names_of(certificate: Certificate, common_name_counts: bool) -> GeneralNames:
    """All names of a certificate that constraints can bind: the subject and the alternative names.

    Args:
        certificate: the one that bears the names.
        common_name_counts: without alternative DNS names, count a common name in the form of a DNS name as
            one, for a stack that would also match a server's name with it.
    """
    names = certificate.subject_alternative_name or GeneralNames()
    subject, common_name = certificate.subject_name, certificate.common_name
    dns_names, emails = names.dns_names, names.rfc822_names
    if common_name_counts and not dns_names and common_name is not None:
        looks_like_dns = "." in common_name and is_dns_name(common_name)
        dns_names = (common_name,) if looks_like_dns else ()
    if certificate.subject_alternative_name is None:
        emails = tuple(value for rdn in subject.rdns for kind, value in rdn if kind == EMAIL_ADDRESS)
    directory_names = ((subject,) if subject.rdns else ()) + names.directory_names
    return replace(names, dns_names=dns_names, rfc822_names=emails, directory_names=directory_names)


def broken_rule(
    names: GeneralNames, permitted: GeneralNames | None, excluded: GeneralNames | None
) -> tuple[str, str] | None:
    """The first name that breaks a rule, and the rule, or None.

    A kind of name that no constraint mentions is not bound. A kind that cannot be compared here is refused if
    it is both mentioned and used.
    """
    nothing = GeneralNames()
    for kind, ranges_kind, inside in KINDS:
        allowed = getattr(permitted or nothing, ranges_kind)
        forbidden = getattr(excluded or nothing, ranges_kind)
        for name in getattr(names, kind):
            touched = next((limit for limit in forbidden if inside(name, limit, True)), None)
            if touched is not None:
                return _text(name), f"it excludes {_range_text(touched)}"
            if allowed and not any(inside(name, limit, False) for limit in allowed):
                # Five are enough for a sentence; a CA may permit hundreds.
                return _text(name), f"it permits only {', '.join(map(_range_text, allowed[:5]))}"
    return None


def _text(name: Name | Range) -> str:
    """A name as text."""
    return name.text if isinstance(name, DistinguishedName) else str(name)


def _range_text(limit: Range) -> str:
    """A constraint as text. The empty one covers every name of its kind."""
    return _text(limit) or "every such name"


def dns_inside(name: str, limit: str, excluding: bool) -> bool:
    """Return True if a DNS name is the constraint or has more labels in front of it.

    A wildcard is inside an exclusion if any name it covers is, and inside a permission only if all are;
    OpenSSL takes it literally and lets more pass. A constraint with a leading dot, which RFC 5280 does not
    have, covers the names below it, as in OpenSSL.
    """
    name, limit = name.lower(), limit.lower()
    if not limit:
        return True
    if limit.startswith("."):
        return name.endswith(limit)
    if name.startswith("*."):
        parent = name[2:]
        return _below(parent, limit) or (excluding and limit.partition(".")[2] == parent)
    if not is_dns_name(name):
        return excluding
    return _below(name, limit)


def _below(name: str, limit: str) -> bool:
    """Return True if the name equals the limit or ends with it after a dot."""
    return name == limit or name.endswith("." + limit)


def rfc822_inside(name: str, limit: str, excluding: bool) -> bool:
    """Return True if a mailbox is the constraint, is at its host, or (leading dot) at a host below it."""
    local, at, host = name.rpartition("@")
    if not at or not local or "@" in local:
        return excluding
    if "@" in limit:
        wanted_local, _, wanted_host = limit.rpartition("@")
        return local == wanted_local and host.lower() == wanted_host.lower()
    return _host_inside(host, limit)


def uri_inside(name: str, limit: str, excluding: bool) -> bool:
    """Return True if a URI's host is the constraint, or (with a leading dot) a host below it."""
    authority = name.partition("://")[2].partition("/")[0]
    host = authority.rpartition("@")[2].partition(":")[0]
    return _host_inside(host, limit) if is_dns_name(host) else excluding


def _host_inside(host: str, limit: str) -> bool:
    """Return True if a host is the limit, or below a limit with a leading dot, or the limit is empty."""
    host, limit = host.lower(), limit.lower()
    return not limit or (host.endswith(limit) if limit.startswith(".") else host == limit)


def address_inside(name: IPv4Address | IPv6Address, limit: IPv4Network | IPv6Network, _: bool) -> bool:
    """Return True if an address lies in the network. Versions 4 and 6 never meet."""
    return name in limit


def network_inside(_name: object, _limit: object, excluding: bool) -> bool:
    """A network in place of an address is malformed: never permitted, always excluded."""
    return excluding


def directory_inside(name: DistinguishedName, limit: DistinguishedName, _: bool) -> bool:
    """Return True if a name begins with all the relative names of the constraint."""
    return name.folded[: len(limit.rdns)] == limit.folded


def other_inside(name: str, limit: str, excluding: bool) -> bool:
    """Names of other kinds are not compared: the same kind is excluded and never permitted."""
    return name == limit and excluding


Inside = Callable[..., bool]
# field of the names, field of the constraints, and the test for one inside the other
KINDS: Iterable[tuple[str, str, Inside]] = (
    ("dns_names", "dns_names", dns_inside),
    ("ip_addresses", "ip_networks", address_inside),
    ("ip_networks", "ip_networks", network_inside),
    ("rfc822_names", "rfc822_names", rfc822_inside),
    ("uris", "uris", uri_inside),
    ("directory_names", "directory_names", directory_inside),
    ("others", "others", other_inside),
)
