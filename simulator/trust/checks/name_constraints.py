"""Name constraints: no name below a CA may leave the name space it was given (RFC 5280, 4.2.1.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.pki.extensions import DistinguishedName, GeneralNames
from simulator.trust import vocabulary as v
from simulator.trust.checks.candidate import called
from simulator.trust.checks.host_name import is_dns_name
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.verdict import Check

    Name = str | DistinguishedName | IPv4Address | IPv6Address
    Range = str | DistinguishedName | IPv4Network | IPv6Network

MAX_COMPARISONS = 1 << 16  # names × constraints for one CA; more is an attack, not a name space
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"


@dataclass(frozen=True, slots=True)
class Violation:
    """A name that is not where it may be.

    Attributes:
        depth: the certificate that bears the name.
        name: the name, as text.
        rule: what the CA above says, to complete "CN=… does".
    """

    depth: int
    name: str
    rule: str


def name_constraints(candidate: Candidate) -> Check:
    """Hold every name against the constraints of every CA above it."""
    limited = [depth for depth in range(1, len(candidate.path)) if candidate.path[depth].name_constraints]
    for holder in reversed(limited):
        problem = find_violation(candidate, holder)
        if problem is None and candidate.profile.strict_constraints:
            problem = malformed_constraint(candidate.path[holder], holder)
        if problem is not None:
            return candidate.line(
                v.NAME_CONSTRAINTS,
                CheckOutcome.FAIL,
                f"The name {problem.name} of {called(candidate.path[problem.depth])} may not stand below "
                f"{called(candidate.path[holder])}: {problem.rule}.",
                depth=problem.depth,
                field="nameConstraints",
                value=problem.name,
                required=f"within the name space of {candidate.path[holder].subject}",
                reference="RFC 5280 §4.2.1.10",
            )
    sentence = (
        "Every name keeps to the name space that the CAs above were given."
        if limited
        else "No CA in this path is limited to a name space."
    )
    return candidate.line(
        v.NAME_CONSTRAINTS,
        CheckOutcome.PASS,
        sentence,
        field="nameConstraints",
        value="kept" if limited else "absent",
        required="every name within the name space of the CAs above it",
        reference="RFC 5280 §4.2.1.10",
    )


def find_violation(candidate: Candidate, holder: int) -> Violation | None:
    """The first name below the CA at depth ``holder`` that breaks its constraints; None where all keep them.

    Self-issued certificates are not bound, except the leaf. Too many comparisons are a violation, too.
    """
    constraints = candidate.path[holder].name_constraints
    if constraints is None:
        return None
    comparisons = 0
    for depth in range(holder - 1, -1, -1):
        bound = candidate.path[depth]
        if depth > 0 and bound.self_issued:
            continue
        names = names_of(bound, depth == 0 and candidate.profile.common_name_fallback)
        comparisons += len(names) * (len(constraints.permitted or ()) + len(constraints.excluded or ()))
        if comparisons > MAX_COMPARISONS:
            return Violation(
                depth, f"number {len(names)}", f"more than {MAX_COMPARISONS} comparisons are refused"
            )
        rule = broken_rule(names, constraints.permitted, constraints.excluded)
        if rule is not None:
            return Violation(depth, *rule)
    return None


def malformed_constraint(certificate: Certificate, depth: int) -> Violation | None:
    """A constraint in a form that RFC 5280 does not know, like a DNS name with a leading dot."""
    constraints = certificate.name_constraints
    for side in (constraints.permitted, constraints.excluded) if constraints is not None else ():
        names = side or GeneralNames()
        wrong_dns = [name for name in names.dns_names if name and not is_dns_name(name)]
        wrong_mail = [name for name in names.rfc822_names if not _is_mail_range(name)]
        if wrong := next(iter((*wrong_dns, *wrong_mail)), None):
            return Violation(depth, wrong, "a constraint must be a plain name")
    return None


def _is_mail_range(limit: str) -> bool:
    """The constraint is a mailbox, a host, or a domain with a leading dot."""
    local, at, host = limit.rpartition("@")
    return (
        is_dns_name(host) and bool(local) and "@" not in local if at else is_dns_name(limit.removeprefix("."))
    )


def names_of(certificate: Certificate, common_name_counts: bool) -> GeneralNames:
    """All names of a certificate that constraints can bind: the subject and the alternative names.

    Args:
        certificate: whose names.
        common_name_counts: without alternative DNS names, a common name in the form of a DNS name counts as
            one, for a stack that would also match a server's name with it.
    """
    names = certificate.subject_alternative_name or GeneralNames()
    subject = (certificate.subject_name,) if certificate.subject_name.rdns else ()
    dns_names = names.dns_names
    common_name = certificate.common_name
    if common_name_counts and not dns_names and common_name is not None:
        looks_like_dns = "." in common_name and is_dns_name(common_name)
        dns_names = (common_name,) if looks_like_dns else ()
    emails = names.rfc822_names
    if certificate.subject_alternative_name is None:
        emails = tuple(
            value for rdn in certificate.subject_name.rdns for kind, value in rdn if kind == EMAIL_ADDRESS
        )
    return GeneralNames(
        dns_names=dns_names,
        ip_addresses=names.ip_addresses,
        ip_networks=names.ip_networks,
        rfc822_names=emails,
        uris=names.uris,
        directory_names=(*subject, *names.directory_names),
        others=names.others,
    )


def broken_rule(
    names: GeneralNames, permitted: GeneralNames | None, excluded: GeneralNames | None
) -> tuple[str, str] | None:
    """The first name that breaks a rule, and the rule; None where all keep to them.

    A kind of name that is not mentioned is not bound. A kind that cannot be compared here is refused where
    it is both mentioned and used.
    """
    nothing = GeneralNames()
    for kind, ranges_kind, inside in KINDS:
        allowed = getattr(permitted or nothing, ranges_kind)
        forbidden = getattr(excluded or nothing, ranges_kind)
        for name in getattr(names, kind):
            text = name.text if isinstance(name, DistinguishedName) else str(name)
            touched = next((limit for limit in forbidden if inside(name, limit, True)), None)
            if touched is not None:
                return text, f"it excludes {_text(touched)}"
            if allowed and not any(inside(name, limit, False) for limit in allowed):
                return text, f"it permits only {', '.join(_text(limit) for limit in allowed[:5])}"
    return None


def _text(limit: Range) -> str:
    """A constraint as text; the empty one covers everything."""
    return (limit.text if isinstance(limit, DistinguishedName) else str(limit)) or "every such name"


def dns_inside(name: str, limit: str, excluding: bool) -> bool:
    """A DNS name is the constraint or has more labels in front of it.

    A wildcard is inside an exclusion if any name it covers is, and inside a permission only if all are;
    OpenSSL takes it literally and lets more pass. A constraint with a leading dot, which RFC 5280 does not
    know, covers what stands below it, as in OpenSSL.
    """
    name, limit = name.lower(), limit.lower()
    if not limit:
        return True
    if limit.startswith("."):
        return name.endswith(limit)
    if name.startswith("*."):
        parent = name[2:]
        if excluding:
            return _below(parent, limit) or limit.partition(".")[2] == parent
        return _below(parent, limit)
    if not is_dns_name(name):
        return excluding
    return _below(name, limit)


def _below(name: str, limit: str) -> bool:
    """The name equals the limit or ends with it after a dot."""
    return name == limit or name.endswith("." + limit)


def rfc822_inside(name: str, limit: str, excluding: bool) -> bool:
    """A mailbox is the constraint, or at its host, or (with a leading dot) at a host below it."""
    local, at, host = name.rpartition("@")
    if not at or not local or "@" in local:
        return excluding
    host = host.lower()
    if "@" in limit:
        wanted_local, _, wanted_host = limit.rpartition("@")
        return local == wanted_local and host == wanted_host.lower()
    limit = limit.lower()
    return not limit or (host.endswith(limit) if limit.startswith(".") else host == limit)


def uri_inside(name: str, limit: str, excluding: bool) -> bool:
    """A URI's host is the constraint, or (with a leading dot) a host below it."""
    authority = name.partition("://")[2].partition("/")[0]
    host = authority.rpartition("@")[2].partition(":")[0].lower()
    if not is_dns_name(host):
        return excluding
    limit = limit.lower()
    return not limit or (host.endswith(limit) if limit.startswith(".") else host == limit)


def address_inside(name: IPv4Address | IPv6Address, limit: IPv4Network | IPv6Network, _: bool) -> bool:
    """An address lies in the network; versions 4 and 6 never meet."""
    return name in limit


def network_inside(_name: object, _limit: object, excluding: bool) -> bool:
    """A network in place of an address is malformed: never permitted, always excluded."""
    return excluding


def directory_inside(name: DistinguishedName, limit: DistinguishedName, _: bool) -> bool:
    """A name begins with all the relative names of the constraint."""
    return name.folded[: len(limit.rdns)] == limit.folded


def other_inside(name: str, limit: str, excluding: bool) -> bool:
    """Names of other kinds are not compared: the same kind is excluded and never permitted."""
    return name == limit and excluding


Inside = Callable[..., bool]
# field of the names, field of the constraints, how one is found inside the other
KINDS: Iterable[tuple[str, str, Inside]] = (
    ("dns_names", "dns_names", dns_inside),
    ("ip_addresses", "ip_networks", address_inside),
    ("ip_networks", "ip_networks", network_inside),
    ("rfc822_names", "rfc822_names", rfc822_inside),
    ("uris", "uris", uri_inside),
    ("directory_names", "directory_names", directory_inside),
    ("others", "others", other_inside),
)
