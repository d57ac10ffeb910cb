"""The world of a scenario: keys, trust stores, and the certificates that exist so far.

A certificate exists before the story begins, or it is issued at enrolment by its CA. Only what the scenario
uses comes into being: the certificates that a side holds, sends, trusts or names, and their issuers. Keys and
serial numbers follow from the seed and the certificate's scenario name, so one certificate does not change
because another was added.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.actors.authority import (
    CertificateAuthority,
    Practice,
    certification_request,
    self_signed,
    signed_list,
)
from simulator.actors.device import SecurityDevice, new_pin, wrong_pin
from simulator.engine.names import (
    by_role,
    lane_name,
    names_enrolled_for,
    names_held,
    names_in_use,
    setup_of_certificate,
)
from simulator.engine.revocation_lists import ListMaker, listed_in
from simulator.entropy import SeededEntropy
from simulator.errors import CertificateError, ScenarioError
from simulator.pki.bundles import write_pem
from simulator.pki.crl.files import write_revocation_lists
from simulator.pki.crl.revocation_list import RevocationList
from simulator.pki.files.pem import pem_block
from simulator.pki.issuing import Issued
from simulator.pki.key_files import write_private_key
from simulator.pki.keys import generate_key
from simulator.pki.stores import TrustStore
from simulator.scenario.keeping import kept_in
from simulator.tls.config import Credential

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from simulator.entropy import Entropy
    from simulator.pki.certificate import Certificate
    from simulator.pki.keys import PrivateKey, PublicKey
    from simulator.scenario import CertificateSetup, Scenario
    from simulator.scenario.schedule.episodes import Episode


@dataclass(frozen=True, slots=True)
class Holding:
    """The certificates, keys and trust of one side of a handshake.

    Attributes:
        names: scenario names of the certificates it may present, the preferred one first.
        credentials: for each of them the chain as presented and the key to sign with; a thief's key is not
            the certificate's.
        store: the certificates it trusts.
        held: certificates at hand that may complete a path, not trusted for that.
        authorities: the certificates whose names a server hints at; empty for a client.
        crls: the revocation lists at hand.
    """

    names: tuple[str, ...]
    credentials: tuple[Credential, ...] = field(repr=False)
    store: TrustStore
    held: tuple[Certificate, ...] = ()
    authorities: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()


@dataclass(frozen=True, slots=True)
class WorldFile:
    """A file for use with real tools.

    Attributes:
        name: the file's name.
        content: what is in it, in words.
        data: its bytes.
        is_private: there is a private key in it.
    """

    name: str
    content: str
    data: bytes = field(repr=False)
    is_private: bool = False


class World:
    """The keys, certificates and trust stores of a scenario.

    It begins with the certificates that exist before the story; :meth:`hand_over` adds one that was enrolled
    for. The holdings of client and server are complete when all have been issued.

    Args:
        scenario: what is set up.
        entropy: keys and serial numbers come from it.
        marked: add ``O=clientauth teaching - not secret`` to the names of CAs, as belongs to seeded keys.
        further: names of certificates that the story mentions, though neither side uses them now.
        enrolled: names of those that are issued in the course of the story; None for client's and server's.
        brought: certificates that were made elsewhere, by scenario name; no CA of the world issues them.

    Attributes:
        names: scenario names of all certificates in use, issuers before what they issued.

    Raises:
        ScenarioError: a certificate's name is unknown, its issuers go in a circle, or it cannot be issued.
    """

    def __init__(
        self,
        scenario: Scenario,
        entropy: Entropy,
        *,
        marked: bool = True,
        further: Iterable[str] = (),
        enrolled: Collection[str] | None = None,
        brought: Mapping[str, Issued] = MappingProxyType({}),
    ) -> None:
        self.scenario = scenario
        self.names = names_in_use(scenario, further)
        self._entropy = entropy
        self._practice = Practice(scenario.clock, entropy, marked, scenario.certificates)
        self._keys: dict[str, PrivateKey] = {}
        self._devices: dict[str, SecurityDevice] = {}
        self._brought = brought
        self._issued: dict[str, Issued] = {}
        self._authorities: dict[str, CertificateAuthority] = {}
        self._crls: dict[str, RevocationList] = {}
        begins_with = names_enrolled_for(scenario, self.names) if enrolled is None else enrolled
        for name in self.names:
            if name not in begins_with:
                self.issue(name)

    def __repr__(self) -> str:
        return f"<World of {self.scenario.name!r}: {', '.join(self._issued)}>"

    def __getitem__(self, name: str) -> Issued:
        """The certificate of that scenario name, once it was issued."""
        return self._issued[name]

    def __contains__(self, name: str) -> bool:
        return name in self._issued

    @property
    def issued(self) -> dict[str, Issued]:
        """The certificates that exist by now, issuers before what they issued."""
        return {name: self._issued[name] for name in self.names if name in self._issued}

    @cached_property
    def client(self) -> Holding:
        """The client's holding; a thief has another key of the same type."""
        setup = self.scenario.client
        names, store = names_held(setup), self._store(setup.trusts)
        credentials: list[Credential] = []
        for place, name in enumerate(names):
            chain, key = self[name].presented, self._signs_with(name)
            if place == 0:
                chain = chain if setup.sends is None else self.certificates(setup.sends)
                key = key if setup.holds_key else self._another_key(name)
            credentials.append(credential_of(chain, key))
        return Holding(names, tuple(credentials), store, crls=tuple(map(self.crl, setup.crls)))

    @cached_property
    def server(self) -> Holding:
        """The server's holding; it always has a certificate."""
        setup = self.scenario.server
        own = self[setup.certificate]
        chain = own.presented if setup.sends is None else self.certificates(setup.sends)
        return Holding(
            names=(setup.certificate,),
            credentials=(credential_of(chain, self._signs_with(setup.certificate)),),
            store=self._store(setup.trusts),
            crls=tuple(map(self.crl, setup.crls)),
            held=self.certificates(setup.holds),
            authorities=self.certificates(setup.ca_list),
        )

    def authority(self, name: str) -> CertificateAuthority:
        """The CA whose certificate has this scenario name."""
        if name not in self._authorities:
            self._authorities[name] = CertificateAuthority(lane_name(name), self[name], self._practice)
        return self._authorities[name]

    def authority_of(self, name: str) -> CertificateAuthority:
        """The CA that issues this certificate."""
        return self.authority(self.scenario.certificates[name].issuer)

    def key(self, name: str) -> PrivateKey:
        """The key that a certificate is for: its own, or that of the certificate it shares one with."""
        owner = self.scenario.certificates[name].key_of or name
        if owner not in self._keys:
            key_type = self._setup(owner).key
            self._keys[owner] = generate_key(key_type, self._entropy, f"certificate/{owner}/key")
        return self._keys[owner]

    def crl(self, name: str) -> RevocationList:
        """The revocation list of that scenario name, made when it is first asked for."""
        if name not in self._crls:
            setup = self.scenario.crls[name]
            key = self.key(setup.signed_by or setup.issuer)
            maker = ListMaker(self.scenario, self._practice, self._issued)
            contents = maker.contents(setup, self[setup.issuer].certificate, key.public_key())
            self._crls[name] = RevocationList.parse(signed_list(key, contents))
        return self._crls[name]

    @property
    def crls(self) -> dict[str, RevocationList]:
        """The revocation lists of the world by scenario name."""
        return {name: self.crl(name) for name in self.scenario.crls}

    def subjects_in(self, crl: str) -> tuple[str, ...]:
        """The subjects of the certificates that a revocation list has."""
        names = listed_in(self.scenario.crls[crl], self.scenario)
        return tuple(self._practice.subject(self._setup(name)) for name in names)

    def _another_key(self, name: str) -> PrivateKey:
        """A key of the same type as a certificate's, that has nothing to do with it."""
        owner = self.scenario.certificates[name].key_of or name
        return generate_key(self._setup(owner).key, self._entropy, f"certificate/{name}/another key")

    def serial_number(self, name: str) -> int:
        """The serial number of a certificate, whether or not it is in use."""
        return self._practice.serial_number(name)

    def device(self, name: str) -> SecurityDevice:
        """The security device that made the key of a certificate and keeps it; it is open to its holder."""
        owner = self.scenario.certificates[name].key_of or name
        if owner not in self._devices:
            pin = self._right_pin
            self._devices[owner] = SecurityDevice(self._setup(owner).key, self._entropy, owner, pin)
            self._devices[owner].enter(pin)
        return self._devices[owner]

    @property
    def pin(self) -> str:
        """The PIN that the client enters at a security device."""
        return self._right_pin if self.scenario.client.pin == "right" else wrong_pin(self._right_pin)

    @cached_property
    def _right_pin(self) -> str:
        """The PIN of all devices: drawn once, since entropy of the machine never gives the same again."""
        return new_pin(self._entropy)

    def public_key(self, name: str) -> PublicKey:
        """The public key of a certificate."""
        return self.device(name).public_key if self._in_device(name) else self.key(name).public_key()

    def _in_device(self, name: str) -> bool:
        return kept_in(self.scenario, name) == "device"

    def _signs_with(self, name: str) -> PrivateKey | SecurityDevice:
        """The key of a certificate, or the device that keeps it."""
        return self.device(name) if self._in_device(name) else self[name].private_key

    def request(self, name: str) -> bytes:
        """The certification request for a certificate, made with its key."""
        with self.blaming(name):
            subject = self._practice.subject(self._setup(name))
            if self._in_device(name):
                return self.device(name).request(subject)
            return certification_request(self.key(name), subject)

    def issue(self, name: str) -> Issued:
        """Issue a certificate without a story: its CA signs what the holder asks for, or makes the key."""
        if name in self._brought:
            self._issued[name] = self._brought[name]
            return self._brought[name]
        setup = self._setup(name)
        if setup.issuer == name:
            with self.blaming(name):
                made = self_signed(self.key(name), self._practice.contents(name, setup))
            self._issued[name] = made
            return made
        request = self.request(name) if setup.delivery == "csr" else None
        return self.hand_over(name, self.sign(name, request), request)

    def sign(self, name: str, request: bytes | None) -> Certificate:
        """Let the CA sign a certificate, on request or with a key that it makes itself."""
        authority, setup = self.authority_of(name), self._setup(name)
        with self.blaming(name):
            if request is not None:
                return authority.certify(name, setup, request)
            return authority.make(name, setup, self.key(name))

    def hand_over(self, name: str, certificate: Certificate, request: bytes | None) -> Issued:
        """Give a certificate, the chain above it and its key to the holder."""
        key = None if self._in_device(name) else self.key(name)
        made = Issued(certificate, self.authority_of(name).chain, key, request)
        self._issued[name] = made
        return made

    def certificates(self, names: Iterable[str]) -> tuple[Certificate, ...]:
        """The certificates of some names, in their order."""
        return tuple(self[name].certificate for name in names)

    def name_of(self, certificate: Certificate) -> str | None:
        """The scenario name of a certificate, or None."""
        return next((name for name, one in self.issued.items() if one.certificate == certificate), None)

    def files(self) -> tuple[WorldFile, ...]:
        """Certificates, requests, keys, chains and trust stores as PEM, for use with real tools.

        Each certificate's own key is in a file of the certificate's name. The key that a side signs with is
        in another: where the client has only a stolen certificate, the two keys differ.
        """
        found: list[WorldFile] = []
        for name, one in self.issued.items():
            found.append(WorldFile(f"{name}.pem", f"the certificate {name}", write_pem([one.certificate])))
            if one.request is not None:
                request = pem_block("CERTIFICATE REQUEST", one.request)
                found.append(WorldFile(f"{name}.csr", f"the signing request for {name}", request))
            if one.key_at_hand is not None:
                key = write_private_key(one.key_at_hand)
                found.append(WorldFile(f"{name}.key", f"the private key of {name}", key, is_private=True))
        for name, crl in self.crls.items():
            content = f"the revocation list {name}"
            found.append(WorldFile(f"{name}.crl.pem", content, write_revocation_lists(crl)))
        for side, holding in (("client", self.client), ("server", self.server)):
            for own in holding.credentials[:1]:
                chain = b"".join(pem_block("CERTIFICATE", der) for der in own.chain)
                found.append(WorldFile(f"{side}-chain.pem", f"the chain that the {side} sends", chain))
                if own.key_at_hand is not None:
                    key, words = write_private_key(own.key_at_hand), f"the key that the {side} signs with"
                    found.append(WorldFile(f"{side}-signs-with.key", words, key, is_private=True))
            trusts = write_pem(holding.store)
            found.append(WorldFile(f"{side}-trusts.pem", f"the certificates that the {side} trusts", trusts))
            if holding.crls:
                lists, content = write_revocation_lists(*holding.crls), f"the revocation lists of the {side}"
                found.append(WorldFile(f"{side}-crls.pem", content, lists))
                # s_server and s_client take one list with -CRL, and any number from the file of -CAfile.
                both = f"what the {side} trusts, and {content}"
                found.append(WorldFile(f"{side}-trusts-and-crls.pem", both, trusts + lists))
        return tuple(found)

    @contextmanager
    def blaming(self, name: str) -> Iterator[None]:
        """Name the certificate in an error about its contents.

        Raises:
            ScenarioError: the certificate cannot be issued.
        """
        try:
            yield
        except (CertificateError, OverflowError) as error:
            raise ScenarioError(
                f"Certificate {name!r} cannot be issued: {str(error).rstrip('.')}.",
                advice="Change it under certificates.",
            ) from error

    def _setup(self, name: str) -> CertificateSetup:
        return setup_of_certificate(self.scenario, name)

    def _store(self, names: Iterable[str]) -> TrustStore:
        """A trust store: what the scenario calls a CA is trusted as one, anything else for itself."""
        authorities, others = by_role(self.scenario, names)
        return TrustStore(self.certificates(authorities), self.certificates(others))


def world_of(episode: Episode) -> World:
    """The world before a connection, with the certificates that its story does not tell of.

    The first connection's story tells how client and server came by their certificates; a later one's tells
    which were renewed since.
    """
    scenario, renewed = episode.scenario, [one.name for one in episode.renewals]
    entropy = SeededEntropy(scenario.seed)
    if episode.number == 1:
        return World(scenario, entropy, further=renewed)
    told = [*renewed, *episode.revoked, *episode.released]
    return World(scenario, entropy, further=told, enrolled=renewed)


def issue_world(scenario: Scenario, entropy: Entropy, *, marked: bool = True) -> World:
    """Issue every certificate that a scenario uses, without its story.

    Arguments and errors are those of :class:`World`.
    """
    world = World(scenario, entropy, marked=marked)
    for name in world.names:
        if name not in world:
            world.issue(name)
    return world


def credential_of(chain: Iterable[Certificate], private_key: PrivateKey | SecurityDevice) -> Credential:
    """The certificates of a chain as they are sent, with a key."""
    return Credential(tuple(certificate.der for certificate in chain), private_key)
