"""The settings of a scenario's parts; every default is the good handshake's.

The whole is :class:`simulator.scenario.whole.ScenarioSetup`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the reader asks for the settings' types
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from simulator.pki.key_types import KeyType
from simulator.scenario.frozen import FrozenMapping
from simulator.scenario.presets.table import ServerPreset  # noqa: TC001 - the reader asks for it
from simulator.scenario.responder_setup import USUAL_OCSP_TIMEOUT
from simulator.scenario.revocation_setup import (
    USUAL_CRL_LIFETIME,
    RevocationFailure,
    RevocationScope,
    RevocationSource,
)
from simulator.security import SecurityLevel  # noqa: TC001 - as above
from simulator.tls.wire.version import Side, TlsVersion  # noqa: TC001 - as above

ClientAuthentication = Literal["none", "unverified", "optional", "required", "deferred"]
Delivery = Literal["csr", "pkcs12"]
KeptIn = Literal["file", "protected-file", "device"]
Secret = Literal["right", "wrong"]
CertificateRole = Literal["ca", "client", "server"]
Speaks = Literal["requested", "other", "1.2", "1.3"]
PartyBetween = Literal["redirector", "proxy"]
Picks = Literal["named", "any-trusted"]
Prompts = Literal["never", "each-connection", "first-connection"]
Fetches = Literal["http", "https", "ftp"]
IdentityHeader = Literal["client-cert", "nginx"]
PortSecurity = Literal["secure", "negtsecure", "any", "basic", "none"]
StartsTls = Literal["at-once", "when-asked", "never"]
PassTicketService = Literal["answers", "unreachable"]
PassTicket = Literal["new", "used-before", "expired"]
LogonHost = Literal["tso", "vm"]

# User and password as every macro of Express Logon types them (IBM Personal Communications, HCL ZIE).
USUAL_MACRO = (")USR.ID(", ")PSS.WD(")

USUAL_HANDSHAKE_TIMEOUT = timedelta(seconds=5)
GOOD_CLOCK = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CertificateSetup:
    """One certificate of the world.

    Attributes:
        subject: distinguished name, as OpenSSL, Java or RFC 4514 writes it. A seeded CA gets
            ``O=clientauth teaching - not secret`` at its root.
        role: ``ca``, ``client`` or ``server``; it decides the default extensions.
        issuer: scenario name of the issuing certificate; its own name for a self-signed one.
        key: the key's type.
        key_of: scenario name of another certificate for the same key, as in cross-signing, or None.
        signature_hash: hash of the issuer's signature, as in ``sha1``; None for the usual one.
        not_before: start of the validity, relative to the scenario's clock.
        not_after: end of the validity, relative to the scenario's clock.
        dns_names: subjectAltName entries, DNS names or IP addresses; None for none of these.
        mail_names: subjectAltName entries, mail addresses.
        uris: subjectAltName entries, URIs.
        upns: subjectAltName entries, user principal names as Windows knows users by.
        key_usage: RFC 5280 names; None for the role's default, ``()`` leaves the extension out.
        extended_key_usage: RFC 5280 names; None for the role's default, ``()`` leaves the extension out.
        path_length: pathLenConstraint of a CA, or None.
        permitted_dns_names: name constraint of a CA: these DNS names and all below them; empty for none.
        excluded_dns_names: name constraint of a CA: not these DNS names, nor any below them.
        policies: certificate policies, dotted or ``anyPolicy``; empty for none.
        policy_mappings: of a CA: its issuer's policy and its own that count as one, as in ``1.2.3=1.2.4``.
        require_explicit_policy: of a CA: the number of certificates below that need no policy, or None.
        inhibit_policy_mapping: of a CA: the number of certificates below that may map policies, or None.
        inhibit_any_policy: of a CA: the number of certificates below that may use anyPolicy, or None.
        delivery: how its holder received it: for its own CSR, or as a PKCS#12 made by the CA.
        kept_in: where its holder keeps the key: in a file, in a file under a password, or in a security
            device, which made it and never hands it out.
        online: the CA can be reached once the connection begins.
        revoked: the moment of its revocation, relative to the clock; None for never.
        revocation_reason: the reason for it, an RFC 5280 name.
        released: the moment at which its revocation ended, relative to the clock; None for never.
        crl_issuer: scenario name of the certificate whose owner publishes the revocation list for it, which
            it names in cRLDistributionPoints; None for its issuer, without the extension.
    """

    subject: str
    role: CertificateRole
    issuer: str
    key: KeyType = KeyType.P256
    key_of: str | None = None
    signature_hash: str | None = None
    not_before: timedelta = timedelta(days=-30)
    not_after: timedelta = timedelta(days=335)
    dns_names: tuple[str, ...] | None = None
    mail_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    upns: tuple[str, ...] = ()
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    path_length: int | None = None
    permitted_dns_names: tuple[str, ...] = ()
    excluded_dns_names: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    policy_mappings: tuple[str, ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None
    delivery: Delivery = "csr"
    kept_in: KeptIn = "file"
    online: bool = True
    revoked: timedelta | None = None
    revocation_reason: str = "unspecified"
    released: timedelta | None = None
    crl_issuer: str | None = None


@dataclass(frozen=True, slots=True)
class ClientSetup:
    """The client: what it holds and how it decides.

    Attributes:
        certificate: scenario name of its certificate, or None.
        also_holds: names of further certificates whose keys it has. When asked, it sends the first that fits
            the request, ``certificate`` before these.
        sends: names of the chain it sends, leaf first; None for the certificate and its intermediates.
        holds_key: it has the certificate's private key; False: another key of the same type (a thief).
        password: the password that it enters for its PKCS#12 or its key file, right or wrong.
        pin: the PIN that it enters at its security device, right or wrong.
        corrupts_proof: it signs something else than this handshake.
        withholds: it has a certificate and continues without it.
        forges: scenario name of a certificate, anyone's, that it names in headers of its own request, as a
            proxy does; None for none.
        picks: which of its certificates it sends: ``named``, only ``certificate``, whatever else it holds;
            ``any-trusted``, the first that an authority issued that the server names; None for the first that
            fits, and ``certificate`` where none does.
        wanted_key_usage: it sends only a certificate with these usages, RFC 5280 names.
        wanted_extended_key_usage: it sends only a certificate for these purposes, RFC 5280 names or dotted.
        prompts: how often it asks its user when a server wants a certificate: never, at each connection, or
            at the first connection since it was started; None where nothing is said of it.
        locked: the administrator has locked its settings for certificates: no person decides otherwise.
        fetches: how it fetches the file with its certificate and key before it connects; None for a file of
            its own machine.
        obeys_ca_list: it sends no certificate unless an authority that the server names issued it; None for
            the habit of its profile.
        trusts: names of the certificates in its trust store.
        verify_server: it checks the server's certificate.
        server_name: the host it wants to reach, a DNS name or an IP address; compared with the certificate. A
            name is sent as SNI.
        starts_tls: when it begins TLS: at once; when a telnet server asks for it (START-TLS); or never: it
            declines, and goes on in clear.
        clock_offset: its clock minus the scenario's clock.
        groups: key exchange groups it offers, RFC 8446 names, the preferred one first; None for all.
        key_shares: number of groups for which the first TLS 1.3 ClientHello has a key share.
        signature_schemes: schemes the server may sign with, RFC 8446 names; None for all.
        profile: name of the stack profile by which it judges.
        accepted_policies: certificate policies that it accepts, dotted; None for any.
        explicit_policy: it accepts only a path that is valid under one of these policies.
        inhibit_policy_mapping: it lets no CA map one policy to another.
        inhibit_any_policy: it gives anyPolicy in a certificate no meaning.
        revocation: where it looks up whether a certificate was revoked: nowhere, in revocation lists, or
            with the OCSP responder of the CA that issued it.
        revocation_scope: the certificates that it looks up: the leaf's, or all of the path.
        revocation_failure: without an answer it refuses (``hard``), or accepts all the same (``soft``).
        crls: names of the revocation lists that it holds.
        writing_ms: the time over which it writes its first words, in milliseconds: half of them at once, the
            rest at the end; 0 for all at once.
        looks_first: before it writes the rest it reads what has arrived; False: it reads only after that, as
            an eager client does.
        ocsp_timeout: how long it waits for a responder's answer.
        express_logon: the application ID in the macro of its terminal, which logs on to the host; None for a
            terminal without a macro.
        logon_macro: what that macro types as user and as password.
    """

    certificate: str | None = "alice"
    also_holds: tuple[str, ...] = ()
    sends: tuple[str, ...] | None = None
    holds_key: bool = True
    password: Secret = "right"
    pin: Secret = "right"
    corrupts_proof: bool = False
    withholds: bool = False
    forges: str | None = None
    picks: Picks | None = None
    wanted_key_usage: tuple[str, ...] = ()
    wanted_extended_key_usage: tuple[str, ...] = ()
    prompts: Prompts | None = None
    locked: bool = False
    fetches: Fetches | None = None
    obeys_ca_list: bool | None = None
    trusts: tuple[str, ...] = ("server-ca",)
    verify_server: bool = True
    server_name: str = "telnet.example.com"
    starts_tls: StartsTls = "at-once"
    clock_offset: timedelta = timedelta()
    groups: tuple[str, ...] | None = None
    key_shares: int = 1
    signature_schemes: tuple[str, ...] | None = None
    profile: str = "openssl"
    accepted_policies: tuple[str, ...] | None = None
    explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    revocation: RevocationSource = "none"
    revocation_scope: RevocationScope = "leaf"
    revocation_failure: RevocationFailure = "hard"
    crls: tuple[str, ...] = ()
    writing_ms: float = 0.0
    looks_first: bool = True
    ocsp_timeout: timedelta = USUAL_OCSP_TIMEOUT
    express_logon: str | None = None
    logon_macro: tuple[str, ...] = USUAL_MACRO

    @property
    def filters(self) -> bool:
        """It looks for usages in its certificates."""
        return bool(self.wanted_key_usage or self.wanted_extended_key_usage)


@dataclass(frozen=True, slots=True)
class ServerSetup:
    """The server: what it holds and how it decides.

    Attributes:
        certificate: scenario name of its certificate.
        sends: names of the chain it sends, leaf first; None for the certificate and its intermediates.
        port_security: how connections to its port may begin. ``secure``: with TLS; to a client that does not
            begin, telnet offers START-TLS, and who declines is refused. ``negtsecure``: START-TLS at once,
            and who declines is refused. ``any``: as ``secure``, but who declines goes on in clear.
            ``basic``: all in clear. ``none``: no connection at all.
        handshake_timeout: how long it waits for a client that says nothing before TLS or in clear.
        preset: the product and setting that it is set up as, which sets what is not set beside it; None for
            none.
        client_authentication: the policy: none, unverified, optional, required or deferred.
        insists: under ``unverified``: a client without a certificate is refused.
        trusts: names of the certificates in its trust store, CAs and directly trusted ones.
        holds: names of intermediates with which it may complete a path.
        ca_list: names of the authorities that its CertificateRequest hints at.
        tickets: number of NewSessionTicket messages it sends (TLS 1.2: at most one).
        believes_header: the header of a request that it takes the client's identity from, whoever sends it;
            None for none.
        users: the table of users: rule for a certificate → user. A rule is a distinguished name of the
            subject, in any spelling, or begins with what it compares: ``URI:``, ``issuer:``.
        loaded_users: the table that it loaded, and goes on with until a ``refresh`` of the schedule; None
            for ``users``, where every change counts at once.
        authorized_users: users who may use the resource; None for everybody.
        minimum_level: after the handshake the server closes a session below this level.
        speaks: the one TLS version it has: the requested one, the other, or always the same.
        clock_offset: its clock minus the scenario's clock.
        groups: key exchange groups it accepts, RFC 8446 names, the preferred one first; None for all.
        signature_schemes: schemes the client may sign with, RFC 8446 names; None for all.
        profile: name of the stack profile by which it judges.
        accepted_policies: certificate policies that it accepts, dotted; None for any.
        explicit_policy: it accepts only a path that is valid under one of these policies.
        inhibit_policy_mapping: it lets no CA map one policy to another.
        inhibit_any_policy: it gives anyPolicy in a certificate no meaning.
        revocation: where it looks up whether a certificate was revoked: nowhere, in revocation lists, or
            with the OCSP responder of the CA that issued it.
        revocation_scope: the certificates that it looks up: the leaf's, or all of the path.
        revocation_failure: without an answer it refuses (``hard``), or accepts all the same (``soft``).
        crls: names of the revocation lists that it holds.
        ocsp_timeout: how long it waits for a responder's answer.
        express_logon: Express Logon: it asks a terminal which application its macro logs on to, and puts the
            certificate's user and a PassTicket in place of what the macro types.
        passticket_applications: the IDs of the applications that there are PassTickets for; None for any.
        passticket_service: the PassTicket service answers, or cannot be reached.
        passticket: the PassTicket when the host reads it: new; used for a logon before, since the server kept
            it; or expired. Its algorithm is not modelled.
        logon_host: the system that is logged on to, which refuses in its own words: TSO of z/OS, or z/VM.
    """

    certificate: str = "server"
    sends: tuple[str, ...] | None = None
    port_security: PortSecurity = "secure"
    handshake_timeout: timedelta = USUAL_HANDSHAKE_TIMEOUT
    preset: ServerPreset | None = None
    client_authentication: ClientAuthentication = "required"
    insists: bool = False
    trusts: tuple[str, ...] = ("client-ca",)
    holds: tuple[str, ...] = ()
    ca_list: tuple[str, ...] = ()
    tickets: int = 2
    believes_header: IdentityHeader | None = None
    users: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))
    loaded_users: Mapping[str, str] | None = None
    authorized_users: tuple[str, ...] | None = None
    minimum_level: SecurityLevel | None = None
    speaks: Speaks = "requested"
    clock_offset: timedelta = timedelta()
    groups: tuple[str, ...] | None = None
    signature_schemes: tuple[str, ...] | None = None
    profile: str = "openssl"
    accepted_policies: tuple[str, ...] | None = None
    explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    revocation: RevocationSource = "none"
    revocation_scope: RevocationScope = "leaf"
    revocation_failure: RevocationFailure = "hard"
    crls: tuple[str, ...] = ()
    ocsp_timeout: timedelta = USUAL_OCSP_TIMEOUT
    express_logon: bool = False
    passticket_applications: tuple[str, ...] | None = None
    passticket_service: PassTicketService = "answers"
    passticket: PassTicket = "new"
    logon_host: LogonHost = "tso"

    def __post_init__(self) -> None:
        object.__setattr__(self, "users", FrozenMapping(self.users))
        if self.loaded_users is not None:
            object.__setattr__(self, "loaded_users", FrozenMapping(self.loaded_users))

    @property
    def insists_on_any(self) -> bool:
        """It refuses a client without a certificate, and takes any certificate."""
        return self.insists and self.client_authentication == "unverified"

    @property
    def users_in_use(self) -> Mapping[str, str]:
        """The table of users that it goes by."""
        return self.users if self.loaded_users is None else self.loaded_users


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected outcome in one TLS version.

    Attributes:
        level: the security level.
        decisive_check: the check that decides against the peer, or None.
        alert: the alert that is sent, or None.
    """

    level: SecurityLevel
    decisive_check: str | None = None
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class Connect:
    """The client opens a connection; there is nothing to set."""


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """A moment of the schedule, and the one thing that happens then.

    Attributes:
        at: the moment, relative to the scenario's clock.
        connect: the client opens a connection: an empty table.
        renew: name of a certificate of client or server. Its holder gets the next one, ``alice-2`` after
            ``alice``, and presents that from then on.
        same_key: with ``renew``: the next certificate is for the key of the one before.
        lifetime: with ``renew``: how long the next certificate is valid; None for as long as the one before.
        revoke: name of a certificate that its CA takes back.
        refresh: ``users``: the server loads the table of users as it stands now.
        reason: with ``revoke``: the reason for it, an RFC 5280 name.
        release: name of a certificate whose revocation its CA ends; it was on hold.
        publish_crl: name of a CA that publishes a revocation list, ``client-ca-crl-1``, of all that it has
            revoked.
        next_update: with ``publish_crl``: the list's nextUpdate, relative to this moment.
        fetch_crls: the side that fetches the newest revocation list of each CA, ``client`` or ``server``.
        set: settings by dotted path, with their new values. What is set in a certificate shows when that is
            renewed; one that exists stays as it is.
        expect: with ``connect``: the expected outcome by TLS version; empty where nothing is expected.
    """

    at: timedelta = timedelta()
    connect: Connect | None = None
    renew: str | None = None
    same_key: bool = False
    lifetime: timedelta | None = None
    revoke: str | None = None
    refresh: Literal["users"] | None = None
    reason: str = "unspecified"
    release: str | None = None
    publish_crl: str | None = None
    next_update: timedelta = USUAL_CRL_LIFETIME
    fetch_crls: Side | None = None
    set: Mapping[str, Any] = field(default_factory=lambda: FrozenMapping({}))
    expect: Mapping[TlsVersion, Expectation] = field(default_factory=lambda: FrozenMapping({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "set", FrozenMapping(self.set))
        object.__setattr__(self, "expect", FrozenMapping(self.expect))
