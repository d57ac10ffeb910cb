"""From a scenario to its certificates and keys: what every actor holds before the story begins.

Only what the scenario uses is issued: the certificates that a side holds, sends, trusts or names, and
their issuers. Keys and serial numbers follow from the seed and the certificate's scenario name, so one
certificate does not change because another was added. What was issued once in a process is kept: the same
certificate again costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import CertificateError, ScenarioError
from simulator.pki.bundles import pem_block, write_pem
from simulator.pki.contents import DEFAULT, Contents, parse_name
from simulator.pki.issuing import Authority, Identity, seeded_serial_number, write_request
from simulator.pki.key_files import write_private_key
from simulator.pki.keys import generate_key
from simulator.pki.stores import TrustStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from simulator.entropy import Entropy
    from simulator.pki.certificate import Certificate
    from simulator.pki.keys import PrivateKey
    from simulator.scenario import CertificateSetup, ClientSetup, Scenario, ServerSetup

SEED_MARK = "O=clientauth teaching - not secret"
CACHED_CERTIFICATES = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """One certificate of the world, with what belongs to it.

    Attributes:
        name: its scenario name.
        identity: certificate, chain without the root, and the certificate's own private key.
        issuer: what issued it; None where it vouches for itself.
        request: DER of the signing request it was issued on; None where its issuer made the key.
    """

    name: str
    identity: Identity
    issuer: Issued | None
    request: bytes | None = field(repr=False)

    @property
    def certificate(self) -> Certificate:
        """The certificate."""
        return self.identity.certificate

    @property
    def private_key(self) -> PrivateKey:
        """The certificate's own private key, whoever holds it."""
        return self.identity.private_key

    @property
    def issuer_name(self) -> str:
        """Scenario name of the issuer; its own where it vouches for itself."""
        return self.name if self.issuer is None else self.issuer.name


@dataclass(frozen=True, slots=True)
class FurtherCertificate:
    """Another certificate of a client's, with its own key: scenario name, chain as presented, private key."""

    name: str
    chain: tuple[Certificate, ...]
    private_key: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """What one side brings to the handshake.

    Attributes:
        name: scenario name of its certificate; None for a client without one.
        chain: the certificates it presents, leaf first; empty without one.
        private_key: what it signs with; a thief's is not the certificate's. None without a certificate.
        store: whom it trusts.
        further: what a client may present instead, in the order of its preference.
        held: certificates at hand that may complete a path, not trusted for that.
        authorities: the certificates whose names a server hints at; empty for a client.
    """

    name: str | None
    chain: tuple[Certificate, ...]
    private_key: PrivateKey | None = field(repr=False)
    store: TrustStore
    held: tuple[Certificate, ...] = ()
    authorities: tuple[Certificate, ...] = ()
    further: tuple[FurtherCertificate, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Scenario names of all certificates that it may present, the preferred one first."""
        own = () if self.name is None else (self.name,)
        return (*own, *(one.name for one in self.further))


@dataclass(frozen=True, slots=True)
class WorldFile:
    """A file for use with real tools: its name, its bytes, and whether there is a private key in it."""

    name: str
    data: bytes = field(repr=False)
    is_private: bool


@dataclass(frozen=True, slots=True)
class World:
    """Everything that was issued for one scenario.

    Attributes:
        issued: by scenario name, issuers before what they issued.
        client: what the client brings.
        server: what the server brings; it always has a certificate.
    """

    issued: Mapping[str, Issued]
    client: Holding
    server: Holding

    def __getitem__(self, name: str) -> Issued:
        return self.issued[name]

    def name_of(self, certificate: Certificate) -> str | None:
        """The scenario name of a certificate; None for one that is not of this world."""
        return next((name for name, one in self.issued.items() if one.certificate == certificate), None)

    def files(self) -> tuple[WorldFile, ...]:
        """Certificates, requests, keys, chains and trust stores as PEM, for use with real tools.

        Each certificate's own key is in a file of the certificate's name. What a side signs with is in
        another: where the client has only a stolen certificate, the two keys differ.
        """
        found: list[WorldFile] = []
        for name, one in self.issued.items():
            found.append(WorldFile(f"{name}.pem", write_pem([one.certificate]), is_private=False))
            if one.request is not None:
                request = pem_block("CERTIFICATE REQUEST", one.request)
                found.append(WorldFile(f"{name}.csr", request, is_private=False))
            found.append(WorldFile(f"{name}.key", write_private_key(one.private_key), is_private=True))
        for side, holding in (("client", self.client), ("server", self.server)):
            if holding.private_key is not None:
                key = write_private_key(holding.private_key)
                found.append(WorldFile(f"{side}-chain.pem", write_pem(holding.chain), is_private=False))
                found.append(WorldFile(f"{side}-signs-with.key", key, is_private=True))
            found.append(WorldFile(f"{side}-trusts.pem", write_pem(holding.store), is_private=False))
        return tuple(found)


def issue_world(scenario: Scenario, entropy: Entropy, *, marked: bool = True) -> World:
    """Issue every certificate that a scenario uses.

    Args:
        scenario: what is set up.
        entropy: keys and serial numbers come from it.
        marked: add ``O=clientauth teaching - not secret`` to every subject, as belongs to seeded keys.

    Raises:
        ScenarioError: a certificate's name is unknown, its issuers go in a circle, or it cannot be issued.
    """
    maker = _Maker(scenario.certificates, scenario.clock, entropy, marked)
    client = _client_holding(scenario.client, maker)
    server = _server_holding(scenario.server, maker)
    return World(MappingProxyType(maker.issued), client, server)


@lru_cache(maxsize=CACHED_CERTIFICATES)
def marked_subject(subject: str) -> str:
    """The subject that a seeded certificate carries: the scenario's, and the mark that its key is known.

    Raises:
        CertificateError: the scenario's subject is not an RFC 4514 name.
    """
    parse_name(subject)  # alone, lest a broken end swallow the mark
    return f"{subject},{SEED_MARK}" if subject else SEED_MARK


class _Maker:
    """Issues certificates by name as they are asked for, each once."""

    def __init__(
        self, setups: Mapping[str, CertificateSetup], clock: datetime, entropy: Entropy, marked: bool
    ) -> None:
        self.issued: dict[str, Issued] = {}
        self._entropy = entropy
        self._setups = setups
        self._clock = clock
        self._marked = marked
        self._climbing: list[str] = []

    def __call__(self, name: str) -> Issued:
        """The certificate of that name, issued now if it is the first time."""
        if name not in self.issued:
            setup = self._setup(name)
            self._climbing.append(name)
            issuer = None if setup.issuer == name else self(setup.issuer)
            self._climbing.pop()
            self.issued[name] = self._issue(name, setup, issuer)
        return self.issued[name]

    def another_key(self, name: str) -> PrivateKey:
        """A key of the same type as a certificate's, that has nothing to do with it."""
        owner = self._owner_of_key(name)
        return generate_key(self._setup(owner).key, self._entropy, f"certificate/{name}/another key")

    def _key(self, name: str) -> PrivateKey:
        """The key that a certificate is for."""
        owner = self._owner_of_key(name)
        return generate_key(self._setup(owner).key, self._entropy, f"certificate/{owner}/key")

    def _owner_of_key(self, name: str) -> str:
        """The certificate that a certificate has its key from; itself for a key of its own."""
        return self._setup(name).key_of or name

    def certificates(self, names: Iterable[str]) -> tuple[Certificate, ...]:
        """The certificates of some names, in their order."""
        return tuple(self(name).certificate for name in names)

    def store(self, names: Iterable[str]) -> TrustStore:
        """A trust store: what the scenario calls a CA is trusted as one, anything else for itself."""
        listed = tuple(dict.fromkeys(names))
        authorities = [name for name in listed if self._setup(name).role == "ca"]
        others = [name for name in listed if self._setup(name).role != "ca"]
        return TrustStore(self.certificates(authorities), self.certificates(others))

    def _setup(self, name: str) -> CertificateSetup:
        """How a certificate is set up.

        Raises:
            ScenarioError: there is none of that name, or its issuers go in a circle.
        """
        asked_by = f" of certificate {self._climbing[-1]!r}" if self._climbing else ""
        if name not in self._setups:
            raise ScenarioError(
                f"The scenario has no certificate {name!r}{', the issuer' + asked_by if asked_by else ''}.",
                got=name,
                expected=", ".join(self._setups) or "a certificate of the scenario",
                advice="Add it under certificates, or use one of those names.",
            )
        if name in self._climbing:
            raise ScenarioError(
                f"The issuers of certificate {name!r} go in a circle.",
                got=" is issued by ".join([*self._climbing[self._climbing.index(name) :], name]),
                expected="a chain of issuers that ends at a certificate which names itself",
                advice="Make one of them self-signed: its issuer is its own name.",
            )
        return self._setups[name]

    def _issue(self, name: str, setup: CertificateSetup, issuer: Issued | None) -> Issued:
        """Issue one certificate; what the pki says against it is said again with the certificate's name."""
        key = self._key(name)
        serial_number = seeded_serial_number(self._entropy, f"certificate/{name}/serial")
        try:
            contents = _contents(setup, self._clock, serial_number, self._marked)
            return _issued(name, contents, setup.delivery == "csr", key, issuer)
        except (CertificateError, OverflowError) as error:
            raise ScenarioError(
                f"Certificate {name!r} cannot be issued: {str(error).rstrip('.')}.",
                advice="Change it under certificates.",
            ) from error


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _issued(
    name: str, contents: Contents, by_request: bool, key: PrivateKey, issuer: Issued | None
) -> Issued:
    """Issue, or give what was issued before from the same contents, key and issuer."""
    if issuer is None:
        return Issued(name, Authority.self_signed(key, contents).identity, None, None)
    authority = Authority(issuer.identity)
    if not by_request:
        return Issued(name, authority.issue(key, contents), issuer, None)
    request = write_request(key, contents.subject)
    certificate = authority.certify_request(request, contents)
    return Issued(name, Identity(certificate, authority.chain_below, key), issuer, request)


def _contents(setup: CertificateSetup, clock: datetime, serial_number: int, marked: bool) -> Contents:
    """What a setup puts into a certificate: None is the role's default there, an empty tuple is absence."""
    return Contents(
        subject=marked_subject(setup.subject) if marked else setup.subject,
        role=setup.role,
        not_before=clock + setup.not_before,
        not_after=clock + setup.not_after,
        serial_number=serial_number,
        path_length=setup.path_length,
        permitted_names=setup.permitted_dns_names,
        excluded_names=setup.excluded_dns_names,
        key_usage=DEFAULT if setup.key_usage is None else setup.key_usage or None,
        extended_key_usage=DEFAULT if setup.extended_key_usage is None else setup.extended_key_usage or None,
        alternative_names=setup.dns_names or None,
        signature_hash=setup.signature_hash,
    )


def _client_holding(setup: ClientSetup, maker: _Maker) -> Holding:
    """What the client brings; a thief holds another key of the same type."""
    store = maker.store(setup.trusts)
    if setup.certificate is None:
        return Holding(None, (), None, store)
    own = maker(setup.certificate)
    key = own.private_key if setup.holds_key else maker.another_key(setup.certificate)
    further = tuple(
        FurtherCertificate(one.name, one.identity.presented, one.private_key)
        for one in map(maker, setup.also_holds)
    )
    return Holding(own.name, _chain(own, setup.sends, maker), key, store, further=further)


def _server_holding(setup: ServerSetup, maker: _Maker) -> Holding:
    """What the server brings."""
    own = maker(setup.certificate)
    return Holding(
        own.name,
        _chain(own, setup.sends, maker),
        own.private_key,
        maker.store(setup.trusts),
        maker.certificates(setup.holds),
        maker.certificates(setup.ca_list),
    )


def _chain(own: Issued, sends: tuple[str, ...] | None, maker: _Maker) -> tuple[Certificate, ...]:
    """What is presented: what the scenario lists, or the certificate with its intermediates."""
    return own.identity.presented if sends is None else maker.certificates(sends)
