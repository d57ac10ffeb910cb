"""The look for a user: which rules of the server's table fit a certificate, and which of them decides.

Everything that the certificate says is believed here: it was judged and its key proved before. A rule that
names no issuer believes it of every CA that the server trusts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import ScenarioError
from simulator.pki.extensions import GeneralNames
from simulator.scenario.user_rules import ALTERNATIVE_NAMES, RuleKind, comparable, read_rule
from simulator.trace.facts import FittingRule, UserSought

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.pki.certificate import Certificate
    from simulator.scenario import ServerSetup
    from simulator.scenario.user_rules import UserRule

    Known = Mapping[str, Certificate]  # certificates by the scenario names that rules have for them

NO_NAMES = GeneralNames()
MOST_LISTED = 4  # rules in a sentence


@dataclass(frozen=True, slots=True)
class Fitting:
    """A rule that fits a certificate.

    Attributes:
        rule: the rule.
        user: the user that it leads to.
        found: the part of the certificate that it fits, in words.
        place: the place of an alternative name among those of its kind; 0 for other rules.
    """

    rule: UserRule
    user: str
    found: str
    place: int = 0

    @property
    def rank(self) -> tuple[int, list[tuple[int, bool]], int]:
        """The smallest decides: by kind, then more of a name before less, then by the place."""
        patterns = (self.rule.subject, self.rule.issuer)
        names = [(-len(one.names), not one.whole) for one in patterns if one is not None]
        return tuple(RuleKind).index(self.rule.kind), names, self.place


def user_sought(certificate: Certificate, setup: ServerSetup, known: Known) -> UserSought:
    """Look a certificate up in the server's table of users.

    Args:
        certificate: the client's, judged and proved.
        setup: the server's settings.
        known: the certificates that rules name.
    """
    table = setup.users_in_use
    found = fitting(certificate, table, known)
    user = found[0].user if found else None
    reason = _reason(found, table)
    if table != setup.users:
        changed = next(iter(fitting(certificate, setup.users, known)), None)
        other = changed.user if changed else None
        if other != user:
            would = f"the client would be the user {other}" if other else "no rule would fit"
            reason += f" The table was changed since, and the server has not loaded it: with it {would}."
    rules = tuple(FittingRule(one.rule.written, one.user, one.rule.kind.value, one.found) for one in found)
    return UserSought(user, rules, len(table), reason)


def fitting(certificate: Certificate, table: Mapping[str, str], known: Known) -> list[Fitting]:
    """The rules of a table that fit a certificate, the one that decides first."""
    found = []
    for written, user in table.items():
        rule = read_rule(written)
        if rule.certificate is not None:
            rule = rule.with_values_of(known[rule.certificate])
        fits = _fit(rule, certificate)
        if fits is not None:
            found.append(Fitting(rule, user, *fits))
    return sorted(found, key=lambda one: one.rank)  # stable: equal ones stay in the order of the table


def user_of_name(name: str, setup: ServerSetup) -> str | None:
    """The user of a subject that is told without its certificate, or None; only rules of a subject can fit.

    Args:
        name: the subject, as RFC 4514 writes it.
        setup: the server's settings.
    """
    try:
        told = read_rule(name).subject
    except ScenarioError:
        return None
    rules = ((read_rule(written), user) for written, user in setup.users_in_use.items())
    return next((user for rule, user in rules if rule.is_plain and rule.subject == told), None)


def has_plain_rules_alone(setup: ServerSetup) -> bool:
    """Return True if the look for a user needs no words: at most one rule of the table can fit."""
    return setup.loaded_users is None and all(read_rule(rule).is_plain for rule in setup.users)


def certificates_named(setup: ServerSetup) -> tuple[str, ...]:
    """The scenario names that rules have for certificates, in the order of both tables."""
    rules = map(read_rule, [*setup.users, *(setup.loaded_users or ())])
    return tuple(dict.fromkeys(rule.certificate for rule in rules if rule.certificate is not None))


def _fit(rule: UserRule, certificate: Certificate) -> tuple[str, int] | None:
    """The part of the certificate that a rule fits, and its place among its kind; None if it does not fit."""
    if rule.kind in ALTERNATIVE_NAMES:
        return _alternative_name(rule, certificate.subject_alternative_name or NO_NAMES)
    parts = []
    if rule.subject is not None:
        if not rule.subject.fits(certificate.subject_name):
            return None
        parts.append(f"subject {certificate.subject}")
    if rule.issuer is not None:
        if not rule.issuer.fits(certificate.issuer_name):
            return None
        parts.append(f"issuer {certificate.issuer}")
    own = certificate.fingerprint if rule.kind is RuleKind.FINGERPRINT else f"{certificate.serial_number:x}"
    if rule.value:
        if rule.value != own:
            return None
        what = "SHA-256 fingerprint" if rule.kind is RuleKind.FINGERPRINT else "serial number"
        parts.append(f"{what} {own}")
    return ", ".join(parts), 0


_NAMES_OF_KIND = {
    RuleKind.UPN: ("upns", "UPN"),
    RuleKind.URI: ("uris", "URI"),
    RuleKind.EMAIL: ("rfc822_names", "mail address"),
    RuleKind.DNS: ("dns_names", "DNS name"),
}


def _alternative_name(rule: UserRule, names: GeneralNames) -> tuple[str, int] | None:
    kind, words = _NAMES_OF_KIND[rule.kind]
    for place, name in enumerate(getattr(names, kind)):
        if name is not None and comparable(rule.kind, name) == rule.value:  # None: it cannot be read
            return f"{words} {name}", place
    return None


def _reason(found: list[Fitting], table: Mapping[str, str]) -> str:
    """The user and why, in sentences."""
    if not table:
        return "The table of users is empty."
    if not found:
        many = f"None of the {len(table)} rules in the table of users fits"
        none = many if len(table) > 1 else "The one rule in the table of users does not fit"
        return f"{none}: {_listed(list(table))}."
    first, *others = found
    if not others:
        return f"The rule {first.rule.written} fits. The client is the user {first.user}."
    fits = f"{len(found)} rules fit: {_listed([one.rule.written for one in found])}."
    return f"{fits} The first decides: {_because(first, others[0])}. The client is the user {first.user}."


def _listed(rules: list[str]) -> str:
    """Some rules in a sentence; the fact has all that fit, and the setup the whole table."""
    more = f" and {len(rules) - MOST_LISTED} more" if len(rules) > MOST_LISTED else ""
    return ", ".join(rules[:MOST_LISTED]) + more


def _because(first: Fitting, second: Fitting) -> str:
    """The reason for which the first of two rules decides."""
    if first.rule.kind is not second.rule.kind:
        return f"{first.rule.kind.value} is more specific than {second.rule.kind.value}"
    if first.rank[1] != second.rank[1]:
        return "it gives more of the name"
    if first.place != second.place:
        return "its name comes first in the certificate"
    return "both compare the same, and it comes first in the table"
