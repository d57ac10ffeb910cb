"""A user's files, read together: what each one is, the chain that they hold, and whether a key fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.errors import CertificateError, PasswordError
from simulator.pki.bundles import (
    check_key_matches,
    load_certificates,
    load_pkcs12,
    load_trust_store,
    pkcs12_certificates,
)
from simulator.pki.certificate import Certificate
from simulator.pki.files.java_store import read_java_store
from simulator.pki.files.kinds import CERTIFICATE_LABELS, PKCS7_LABELS, FileFacts, file_facts
from simulator.pki.files.outlines import PRIVATE_KEYS, FileKind
from simulator.pki.key_files import load_private_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.pki.keys import PrivateKey

CONVERT = "convert the store to PKCS#12 with keytool -importkeystore"
JAVA_STORES = (FileKind.JAVA_STORE, FileKind.JAVA_CRYPTO_STORE)


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The certificates and the key in some files together.

    Attributes:
        files: each name with what can be seen in the file.
        chain: the certificates as a program would send them: the leaf first, the others in their order.
        key_matches: True if a private key belongs to the leaf, False if none of the keys does, None without
            a key.
        key: the private key that belongs to the leaf, or None.
        badly_ordered: a sentence on each PEM file that has the leaf, but not as its first certificate.
    """

    files: tuple[tuple[str, FileFacts], ...]
    chain: tuple[Certificate, ...]
    key_matches: bool | None
    key: PrivateKey | None = field(default=None, repr=False)
    badly_ordered: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on oddities of the files that change no verdict here."""
        hidden = (name for name, facts in self.files if _hides(facts))
        unread = (f"The private key in {name} is not read: {CONVERT}." for name in hidden)
        strangers = (f"{name} has no part in the chain: leave it out." for name in self.strangers)
        return (*unread, *self.badly_ordered, *strangers)

    @property
    def strangers(self) -> tuple[str, ...]:
        """The names of certificates that are no issuer of the leaf, nor of one of its issuers."""
        names = {one.issuer_name.folded for one in self.chain[:1]}
        for _ in self.chain:  # as many rounds as a path may have certificates
            names |= {one.issuer_name.folded for one in self.chain if one.subject_name.folded in names}
        return tuple(one.subject for one in self.chain[1:] if one.subject_name.folded not in names)

    @property
    def roots(self) -> tuple[Certificate, ...]:
        """The root CAs among the certificates."""
        return tuple(one for one in self.chain if one.self_signed and one.is_ca)


def read_own_files(files: Iterable[tuple[str, bytes]], ask: Callable[[], str]) -> OwnFiles:
    """Read certificates and keys from files of every kind; what holds neither is only named.

    The leaf is the certificate that a key belongs to. Without such a key it is the first certificate that is
    not a CA's, or else the first.

    Args:
        files: the name and the bytes of each.
        ask: returns the password of the encrypted files; called for those only.

    Raises:
        PasswordError: a password is wrong.
        CertificateError: a certificate or a key cannot be read; the message says what helps.
    """
    facts: list[tuple[str, FileFacts]] = []
    certificates: dict[Certificate, None] = {}
    keys: list[PrivateKey] = []
    orders: list[tuple[str, tuple[Certificate, ...]]] = []
    for name, data in files:
        try:
            found = file_facts(data)
            held, own_keys = _contents(found, data, ask)
        except CertificateError as error:
            error.got = f"{name}: {error.got}"  # of several files the reader has to know which
            raise
        facts.append((name, found))
        certificates |= dict.fromkeys(held)
        orders += [(name, held)] if found.kind is FileKind.PEM else []
        keys += own_keys
    own = [one for one in certificates if any(_matches(one, key) for key in keys)]
    leaf = next(iter([*own, *(one for one in certificates if not one.is_ca), *certificates]), None)
    chain = () if leaf is None else (leaf, *(one for one in certificates if one is not leaf))
    key = next((key for key in keys if leaf is not None and _matches(leaf, key)), None)
    badly_ordered = tuple(
        f"{name} does not begin with this certificate: most programs take the first of a file for their own."
        for name, held in orders
        if leaf in held[1:] and leaf is not None
    )
    return OwnFiles(tuple(facts), chain, key is not None if keys and chain else None, key, badly_ordered)


def _contents(
    facts: FileFacts, data: bytes, ask: Callable[[], str]
) -> tuple[tuple[Certificate, ...], list[PrivateKey]]:
    """The certificates and the private keys of a file."""
    if facts.kind is FileKind.PKCS12:
        return _of_pkcs12(data, ask() if facts.encrypted or facts.hidden else None)
    if facts.kind in JAVA_STORES:
        return _of_java_store(facts, data), []
    labelled = any(label in (*CERTIFICATE_LABELS, *PKCS7_LABELS) for label, _ in facts.labels)
    certificates = load_certificates(data) if facts.certificates or labelled else ()
    has_keys = facts.kind in PRIVATE_KEYS or facts.kind is FileKind.PEM
    password = ask() if facts.encrypted and has_keys else None
    numbers = range(1, facts.keys + 1) if has_keys else ()
    return certificates, [load_private_key(data, password, which=number) for number in numbers]


def _of_java_store(facts: FileFacts, data: bytes) -> tuple[Certificate, ...]:
    """The certificates that belong to its private keys, then those that are trusted.

    Raises:
        CertificateError: the store cannot be read; the message says how to convert it.
    """
    try:
        chains = read_java_store(facts.data).chains
    except ValueError:
        chains = ()  # it is of another form, and what follows says so
    own = tuple(Certificate.parse(der) for chain in chains for der in chain)
    return own if own and not facts.certificates else (*own, *load_trust_store(data))


def _of_pkcs12(data: bytes, password: str | None) -> tuple[tuple[Certificate, ...], list[PrivateKey]]:
    """An identity with its chain; without a key inside, certificates to trust.

    Raises:
        PasswordError: the password is wrong.
        CertificateError: it holds a key without its certificate, or cannot be read.
    """
    try:
        issued = load_pkcs12(data, password)
    except PasswordError:
        raise
    except CertificateError as error:
        try:
            return tuple(load_trust_store(data, password)), []  # this refuses a file with a private key
        except CertificateError:
            raise error from None
    every = pkcs12_certificates(data, password)
    return tuple(dict.fromkeys((issued.certificate, *issued.chain, *every))), [issued.private_key]


def _hides(facts: FileFacts) -> bool:
    """Return True for a Java store with private keys, which a scheme of Java's own hides."""
    return facts.kind in JAVA_STORES and facts.keys > 0


def _matches(certificate: Certificate, key: PrivateKey) -> bool:
    try:
        check_key_matches(certificate, key)
    except CertificateError:
        return False
    return True
