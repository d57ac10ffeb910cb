"""The rules that map a certificate to a user, as a scenario's table of users writes them.

=================================================  =========================================================
Written                                            A certificate fits
=================================================  =========================================================
``CN=alice,O=Example``                             with this subject
``*,OU=staff,O=Example``                           whose subject ends with these relative names
``issuer:CN=Example CA``, ``issuer:*,O=Example``   of this issuer, or of one whose name ends so
``issuer:CN=Example CA subject:*,OU=staff``        of this issuer whose subject is so, or ends so
``issuer:CN=Example CA serial:3F:0A``              of this issuer with this serial number
``DNS:``, ``email:``, ``URI:``, ``UPN:``           with this name in its subjectAltName
``sha256:9f86d0…``                                 with this fingerprint
=================================================  =========================================================

The scenario name of a certificate may stand for its issuer and serial number, its fingerprint or, after
``issuer:``, its subject: ``serial:alice``, ``sha256:alice``, ``issuer:client-ca``. A name ends with whole
relative names, counted from the root, as in RACF's certificate name filters; as there, no rule joins a part
of an issuer to a subject (IRRD146I).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.pki.distinguished_name import folded, prepared
from simulator.pki.host import read_host
from simulator.pki.name_text import read_distinguished_name
from simulator.scenario.mistakes.mistake import (
    Problem,
    ScenarioProblemsError,
    not_one_of,
    subject_problems,
    unknown_certificates,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.pki.certificate import Certificate
    from simulator.pki.distinguished_name import DistinguishedName, RelativeNames
    from simulator.scenario.mistakes.mistake import Path


class RuleKind(Enum):
    """The part of a certificate that a rule compares. The more specific stands first, and it wins.

    RACF has the order of the four that it knows: a certificate by issuer and serial number, then filters by
    subject and issuer, by subject, by issuer. A fingerprint is of one certificate whatever its issuer did. A
    subjectAltName stands before the subject: it is made to identify (RFC 5280, section 4.2.1.6).
    """

    FINGERPRINT = "a fingerprint"
    SERIAL_NUMBER = "an issuer with a serial number"
    ISSUER_AND_SUBJECT = "an issuer with a subject"
    UPN = "a user principal name"
    URI = "a URI"
    EMAIL = "a mail address"
    DNS = "a DNS name"
    SUBJECT = "a subject"
    ISSUER = "an issuer"


_WORDS = {
    "subject": RuleKind.SUBJECT,
    "issuer": RuleKind.ISSUER,
    "serial": RuleKind.SERIAL_NUMBER,
    "sha256": RuleKind.FINGERPRINT,
    "DNS": RuleKind.DNS,
    "email": RuleKind.EMAIL,
    "URI": RuleKind.URI,
    "UPN": RuleKind.UPN,
}
ALTERNATIVE_NAMES = (RuleKind.UPN, RuleKind.URI, RuleKind.EMAIL, RuleKind.DNS)

_KIND = re.compile(r"([A-Za-z][A-Za-z0-9]*): *(?=\S)")  # no attribute type has a colon: '=' follows it
_AFTER_ISSUER = re.compile(r" (subject|serial): *(?=\S)", re.IGNORECASE)
_CERTIFICATE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DIGITS = re.compile(r"[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2})*|[0-9A-Fa-f]")
_AUTHORITY = re.compile(r"([^:/?#]+:)(//[^/?#@]*@|//)?([^/?#]*)(.*)", re.DOTALL)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")  # RFC 3986, sections 2 and 3.1


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A distinguished name, whole or its end.

    Attributes:
        names: the relative names as they are compared (RFC 5280, section 7.1), the root's first.
        whole: there is nothing before them.
    """

    names: RelativeNames
    whole: bool

    def fits(self, name: DistinguishedName) -> bool:
        """Return True if a name is this one, or ends with it."""
        return self.names == (name.folded if self.whole else name.folded[: len(self.names)])


@dataclass(frozen=True, slots=True)
class UserRule:
    """One rule, read.

    Attributes:
        written: the rule as it stands in the table.
        kind: the part of a certificate that it compares.
        issuer: the issuer's name, or None.
        subject: the subject's name, or None.
        value: an alternative name as it is compared, or hexadecimal digits; empty for names alone.
        certificate: scenario name of the certificate that has issuer, serial number or fingerprint; or None.
    """

    written: str
    kind: RuleKind
    issuer: NamePattern | None = None
    subject: NamePattern | None = None
    value: str = ""
    certificate: str | None = None

    @property
    def is_plain(self) -> bool:
        """True for a subject without a word before it: two of them never fit the same certificate."""
        return self.kind is RuleKind.SUBJECT and self.written[:1] != "*" and not _KIND.match(self.written)

    def with_values_of(self, certificate: Certificate) -> UserRule:
        """The same rule with the certificate's own values in place of its scenario name."""
        if self.kind is RuleKind.FINGERPRINT:
            return replace(self, value=certificate.fingerprint)
        if self.kind is RuleKind.SERIAL_NUMBER:
            issuer = NamePattern(certificate.issuer_name.folded, whole=True)
            return replace(self, issuer=issuer, value=f"{certificate.serial_number:x}")
        return replace(self, issuer=NamePattern(certificate.subject_name.folded, whole=True))


@lru_cache(maxsize=1024)  # more than a table that somebody reads; each logon looks at all of it
def read_rule(written: str) -> UserRule:
    """Read a rule.

    Raises:
        ScenarioProblemsError: it is not written in one of the forms above.
    """
    word = _KIND.match(written)
    if word is None:
        return UserRule(written, RuleKind.SUBJECT, subject=_pattern(written))
    kind = next((kind for name, kind in _WORDS.items() if name.casefold() == word[1].casefold()), None)
    value = written[word.end() :].rstrip()
    match kind:
        case None:
            what = "a distinguished name, or begin with one of"
            raise ScenarioProblemsError([not_one_of((), f"{word[1]}:", [f"{one}:" for one in _WORDS], what)])
        case RuleKind.SUBJECT:
            return UserRule(written, kind, subject=_pattern(value))
        case RuleKind.ISSUER:
            return _of_issuer(written, value)
        case RuleKind.SERIAL_NUMBER:
            if not _CERTIFICATE_NAME.fullmatch(value):
                message = "must name a certificate of the scenario, or stand after an issuer:"
                raise _problem(f"{message} issuer:CN=Example CA serial:3F:0A", value)
            return UserRule(written, kind, certificate=value)
        case RuleKind.FINGERPRINT:
            return _of_fingerprint(written, value)
        case _:
            for problem in alternative_name_problems((), kind, value):
                raise ScenarioProblemsError([problem])
            return UserRule(written, kind, value=comparable(kind, value))


def _of_issuer(written: str, text: str) -> UserRule:
    """A rule that begins with an issuer."""
    further = _AFTER_ISSUER.search(text)
    name = text[: further.start()].rstrip() if further else text
    by_name = _CERTIFICATE_NAME.fullmatch(name) is not None
    issuer, certificate = (None, name) if by_name else (_pattern(name), None)
    if further is None:
        return UserRule(written, RuleKind.ISSUER, issuer, certificate=certificate)
    word, value = further[1].lower(), text[further.end() :]
    if issuer is not None and not issuer.whole:
        message = f"must have the whole issuer before {word}: many CAs may share the end of a name"
        raise _problem(message, name)
    if word == "subject":
        kind = RuleKind.ISSUER_AND_SUBJECT
        return UserRule(written, kind, issuer, _pattern(value), certificate=certificate)
    if by_name:
        raise _problem("must have the issuer as a name, as in issuer:CN=Example CA serial:3F:0A", name)
    if not _DIGITS.fullmatch(value):
        raise _problem("must have a serial number in hexadecimal, as in serial:3F:0A", value)
    return UserRule(written, RuleKind.SERIAL_NUMBER, issuer, value=f"{int(value.replace(':', ''), 16):x}")


def _of_fingerprint(written: str, value: str) -> UserRule:
    """A rule with the fingerprint of a certificate, or with its scenario name."""
    digits = value.replace(":", "").lower()
    if re.fullmatch("[0-9a-f]{64}", digits):
        return UserRule(written, RuleKind.FINGERPRINT, value=digits)
    if not _CERTIFICATE_NAME.fullmatch(value):
        raise _problem("must have 64 hexadecimal digits, or name a certificate of the scenario", value)
    return UserRule(written, RuleKind.FINGERPRINT, certificate=value)


def _pattern(text: str) -> NamePattern:
    """A distinguished name, or behind ``*,`` its end."""
    part = re.match(r"\* *, *", text)
    name = text[part.end() :] if part else text
    for problem in subject_problems((), name):
        raise ScenarioProblemsError([problem])
    return NamePattern(folded(read_distinguished_name(name)), whole=part is None)


def _problem(message: str, got: str) -> ScenarioProblemsError:
    return ScenarioProblemsError([Problem((), message, repr(got))])


def comparable(kind: RuleKind, name: str) -> str:
    """An alternative name as it is compared: two are one name if these are equal.

    The part that names a host has no letter case, that before the @ and after the host has one (RFC 5280,
    sections 7.2, 7.4 and 7.5). RFC 5280 has no rule for a UPN; Windows ignores its letter case.
    """
    match kind:
        case RuleKind.DNS:
            return name.lower()
        case RuleKind.EMAIL:
            local, at, host = name.rpartition("@")
            return local + at + host.lower()
        case RuleKind.URI if found := _AUTHORITY.fullmatch(name):
            scheme, before, host, rest = found.groups(default="")
            return scheme.lower() + before + (host.lower() if before else host) + rest
        case RuleKind.UPN:
            return prepared(name)
        case _:
            return name


def alternative_name_problems(path: Path, kind: RuleKind, name: str) -> Iterator[Problem]:
    """The problem of a text that no subjectAltName has as a name of this kind, or none."""
    local, at, host = name.rpartition("@")
    sound = True
    match kind:
        case RuleKind.URI:
            sound, example = bool(_URI.fullmatch(name)), "a URI, as in spiffe://example.com/alice"
        case RuleKind.UPN:
            sound = bool(local and at and host) and name.isprintable() and " " not in name
            example = "a user principal name, as in alice@example.com"
        case RuleKind.EMAIL:
            sound = bool(re.fullmatch("[!-?A-~]+", local)) and _is_host(host)
            example = "a mail address, as in alice@example.com"
        case _:
            sound, example = _is_host(name.removeprefix("*.")), "a DNS name, as in alice.example.com"
    if not sound:
        yield Problem(path, f"must be {example}", repr(name))


def _is_host(text: str) -> bool:
    """Return True for a DNS name."""
    try:
        return read_host(text).address is None
    except SimulatorError:
        return False


def users_problems(path: Path, users: Mapping[str, str], certificates: Iterable[str]) -> Iterator[Problem]:
    """Each rule can be read, names a certificate that exists, stands once, and leads to a user."""
    seen: dict[object, str] = {}
    for written, user in users.items():
        here = (*path, written)
        try:
            rule = read_rule(written)
        except ScenarioProblemsError as error:
            yield from (Problem(here, one.message, one.got, one.nearest) for one in error.problems)
        else:
            named = () if rule.certificate is None else (rule.certificate,)
            yield from unknown_certificates(here, named, certificates)
            first = seen.setdefault(replace(rule, written=""), written)
            if first is not written:
                what = "distinguished name" if rule.is_plain else "rule"
                yield Problem(here, f"is the same {what} as {first!r}; name it once", repr(user))
        if not user.strip() or not user.isprintable():
            yield Problem(here, "must be a user's name", repr(user))
