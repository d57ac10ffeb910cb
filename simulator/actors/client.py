"""The client: whom it trusts, whether it shows its certificate, and what it may believe afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.actors.effects import Believed, Judged
from simulator.actors.greeting import MAX_LINE, client_line, read_server_line
from simulator.actors.peer import KEYS_AGREED, Endpoint, subject_of
from simulator.pki.certificate import Certificate
from simulator.security import SecurityLevel
from simulator.tls.config import GROUPS, SIGNATURE_SCHEMES, ClientConfig
from simulator.tls.events import (
    CertificateChoiceWanted,
    DataReceived,
    ProofChecked,
    ServerVerdictWanted,
    StateChanged,
)
from simulator.tls.handshake import client_handshake
from simulator.tls.states import State
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.version import Version
from simulator.trust.judge import judge
from simulator.trust.profiles import profile_named
from simulator.trust.unjudged import unjudged, with_proof

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.actors.effects import DecisionTaken, Effect
    from simulator.actors.peer import Question
    from simulator.entropy import Entropy
    from simulator.security import RefusalLayer
    from simulator.tls.config import Credential
    from simulator.tls.handshake import ClientHandshake
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ClientRole:
    """What a client holds and how it decides.

    Attributes:
        version: the one protocol version it offers.
        server_name: the host it means to reach, sent as SNI.
        credential: its certificate chain and key; None for none.
        withholds: it has a certificate and goes on without it.
        policy: how it judges the server's certificate; None: it does not verify the server.
        profile: whose habits it follows.
        further: other chains and keys it may send instead, the preferred one first.
        obeys_ca_list: it sends nothing that comes from none of the authorities that the server names; None
            for what its profile does.
        corrupts_proof: it signs something else than this handshake.
        groups: code points of the groups that it offers, the preferred one first.
        key_shares: for how many of them it sends a key share in a first TLS 1.3 ClientHello.
        signature_schemes: code points of what it lets the server sign with.
    """

    version: Version
    server_name: str
    credential: Credential | None
    withholds: bool
    policy: TrustPolicy | None
    profile: str = "openssl"
    further: tuple[Credential, ...] = ()
    obeys_ca_list: bool | None = None
    corrupts_proof: bool = False
    groups: tuple[int, ...] = GROUPS
    key_shares: int = 1
    signature_schemes: tuple[int, ...] = SIGNATURE_SCHEMES

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """All that it could send, the preferred one first."""
        return self.further if self.credential is None else (self.credential, *self.further)


# The states that a client reaches only with a good ServerHello, and those it reaches with keys in use, once
# it has checked all that the server shows of itself: in TLS 1.3 with the server's Finished, in TLS 1.2, where
# the signed key exchange is the proof, with its own.
HELLO_AGREED = {Version.TLS13: State.WAIT_EE, Version.TLS12: State.WAIT_CERT}
SERVER_KNOWN = {
    Version.TLS13: (State.WAIT_CERTIFICATE_CHOICE,),
    Version.TLS12: (State.WAIT_TICKET, State.WAIT_CCS),
}
ASSUMING = {
    Version.TLS13: "The server is verified and the client sent its certificate. "
    "That the server accepted it is an assumption until the server speaks.",
    Version.TLS12: "The server is verified, and it finished the handshake after it had the client's "
    "certificate. Whether it judged that certificate, and what it grants, only its first words say.",
}


class Client(Endpoint):
    """A client on one connection.

    Args:
        role: what it holds and how it decides.
        entropy: where its random bytes come from.
    """

    machine: ClientHandshake

    def __init__(self, role: ClientRole, entropy: Entropy) -> None:
        super().__init__("client", role.version)
        self.role = role
        self.profile = profile_named(role.profile)
        config = ClientConfig(
            version=role.version,
            server_name=role.server_name,
            groups=role.groups,
            key_shares=role.key_shares,
            signature_schemes=role.signature_schemes,
            refuses_in_clear=self.profile.refuses_in_clear,
            corrupts_proof=role.corrupts_proof,
        )
        self._chosen: Credential | None = None
        self.machine = client_handshake(config, entropy)
        self._verdict: Verdict | None = None
        self._server: str | None = None
        self._judged = False
        self._trusts_chain = False
        self._server_verified = False
        self._sent_certificate = False
        self._server_said = b""
        self._server_heard = False

    def start(self, now: datetime) -> list[Effect]:
        """Open the connection: the ClientHello."""
        self._now = now
        return self._settle(self.machine.start())

    def _answer(self, question: Question) -> list[Effect]:
        """Judge the server, choose a certificate, or complete the ledger with the server's proof."""
        if isinstance(question, ServerVerdictWanted):
            return self._judge(question)
        if isinstance(question, CertificateChoiceWanted):
            self._choose(question)
            return []
        return self._proof_read(question) if isinstance(question, ProofChecked) else []

    def _judge(self, question: ServerVerdictWanted) -> list[Effect]:
        """The trust decision on the server's certificate."""
        self._server = subject_of(question.chain)
        if self.role.policy is None:
            reason = "The client is set up not to verify the server: whoever answers is accepted."
            self._verdict = unjudged(
                "server", self.role.profile, self._server, presented=True, tls=self.version.value
            )
            self._wait_for("accept-server", ("accept", "refuse"), "accept", reason)
            return [Judged(self._verdict)]
        self._judged = True
        verdict = judge(question.chain, self.role.policy, self._now, tls=self.version.value)
        self._verdict = verdict
        if verdict.decisive is None:
            reason = "Every check that looks at the server's certificate passed; its proof is checked apart."
            self._wait_for("accept-server", ("accept", "refuse"), "accept", reason)
        else:
            self._wait_for("accept-server", ("accept", "refuse"), "refuse", verdict.decisive.sentence)
        return [Judged(verdict)]

    def _proof_read(self, proof: ProofChecked) -> list[Effect]:
        """The server signed the handshake: the ledger's last line."""
        assert self._verdict is not None
        self._verdict = with_proof(self._verdict, proof, tls=self.version.value)
        self._server_verified = self._trusts_chain and proof.ok
        return [Judged(self._verdict)]

    def _choose(self, question: CertificateChoiceWanted) -> None:
        """Send a certificate, or go on without one."""
        held, hints = self.role.credentials, question.certificate_authorities
        obeys = obeys_ca_list(self.role.obeys_ca_list, self.role.profile)
        usable = [one for one in held if self.machine.signing_scheme(one) is not None]
        fitting = [one for one in usable if not obeys or named_by(hints, one)]
        self._chosen = next(iter([*fitting, *usable]), None)
        options = ("send", "skip") if usable else ("skip",)
        choice = "skip"
        if not held:
            reason = "The client holds no certificate, so it goes on without one."
        elif not usable:
            reason = (
                "The server accepts no signature that the client's key can make, "
                "so the client goes on without its certificate."
            )
        elif self.role.withholds:
            reason = "The client is set up to keep its certificate to itself."
        elif not fitting:
            reason = "None of the authorities that the server named has issued the client's certificate."
        else:
            choice, reason = "send", self._reason_to_send(fitting[0], hints)
        self._wait_for("send-certificate", options, choice, reason)

    def _reason_to_send(self, credential: Credential, hints: tuple[bytes, ...]) -> str:
        """Why this certificate goes out."""
        name = subject_of(credential.chain)
        if not named_by(hints, credential):
            return f"The server named other authorities, but the client sends the certificate for {name}."
        if hints and len(self.role.credentials) > 1:
            return f"The server named authorities, and the first that fits is the certificate for {name}."
        return f"The server asked for a certificate, and the client holds one for {name}."

    def _carry_out(self, taken: DecisionTaken) -> list[Effect]:
        """Accept or refuse the server; send a certificate or go on without."""
        if taken.name == "send-certificate":
            self._sent_certificate = taken.choice == "send"
            credential = self._chosen if self._sent_certificate else None
            return self._settle(self.machine.send_certificate(credential))
        if taken.choice == "accept":
            self._trusts_chain = self._judged and self._verdict is not None and self._verdict.accepted
            return self._settle(self.machine.accept_server())
        # Without a failed check there is no certificate alert that would be true: RFC 8446 section 6.2 has
        # access_denied for a valid certificate that the receiver will not go on with.
        alert = (self._verdict.alert if self._verdict else None) or AlertDescription.ACCESS_DENIED.rfc_name
        return self._settle(self.machine.refuse_server(AlertDescription.from_name(alert), taken.reason))

    def _layer(self, decision: str, choice: str) -> RefusalLayer | None:
        return "tls" if (decision, choice) == ("accept-server", "refuse") else None

    def _notice(self, event: Effect) -> list[Effect]:
        """What the client makes of data, and of a step that it took because a message was good."""
        if isinstance(event, DataReceived):
            return self._server_line(event.data)
        if not isinstance(event, StateChanged):
            return []
        after = State(event.after)
        if after is HELLO_AGREED[self.version]:
            return self._hello_agreed()
        return self._server_known() if after in SERVER_KNOWN[self.version] else []

    def _server_known(self) -> list[Effect]:
        """Keys protect what follows, and all that the client can know of the server it knows."""
        if not self._server_verified:
            return self._believe(SecurityLevel.ENCRYPTED, KEYS_AGREED)
        reason = "The server's certificate is trusted and it proved that it holds the key."
        return self._believe(SecurityLevel.SERVER_AUTHENTICATED, reason, peer=self._server)

    def _connected(self) -> Believed:
        """What the handshake allows a client to believe: nothing yet of the server's decision."""
        if not self._server_verified:
            reason = "The session is encrypted, but the client did not verify who the server is."
            return Believed(SecurityLevel.ENCRYPTED, False, self._server, reason)
        if not self._sent_certificate:
            reason = "The server is verified. The client sent no certificate."
            return Believed(SecurityLevel.SERVER_AUTHENTICATED, False, self._server, reason)
        return Believed(SecurityLevel.CLIENT_AUTHENTICATED, True, self._server, ASSUMING[self.version])

    def _after_connecting(self) -> list[Effect]:
        """Write the first line as soon as the handshake call returns, as programs do."""
        return self._say(client_line(self.role.server_name))

    def _server_line(self, data: bytes) -> list[Effect]:
        """The server's first line: only now the client knows what its session is worth."""
        if self._server_heard:
            return []
        self._server_said += data
        if b"\n" not in self._server_said and len(self._server_said) <= MAX_LINE:
            return []
        self._server_heard = True
        line, _, _ = self._server_said.partition(b"\n")
        greeting = read_server_line(line + b"\n")
        if greeting is None:
            return []
        effects = self._learn(greeting.level)
        return effects + ([] if greeting.refused else self._say_goodbye())

    def _learn(self, level: SecurityLevel) -> list[Effect]:
        """Believe the server's word, as far as the client knows whose word it is."""
        said = f"The server said: {level.value}."
        if level is not SecurityLevel.REFUSED and not self._server_verified:
            reason = f"{said} But the client did not verify who says so."
            return self._believe(SecurityLevel.ENCRYPTED, reason, peer=self._server)
        return self._believe(level, said, peer=self._server) if self._credible(level) else []

    def _credible(self, level: SecurityLevel) -> bool:
        """Whether the server's word fits what the client saw of this session; else it tells nothing."""
        if level is SecurityLevel.REFUSED:
            return True
        verified = (level.rung or 0) >= (SecurityLevel.SERVER_AUTHENTICATED.rung or 0)
        return verified and (self._sent_certificate or level is SecurityLevel.SERVER_AUTHENTICATED)

    def _goodbye_heard(self) -> list[Effect]:
        """Answer in kind; a goodbye before the first word is a refusal that names no reason."""
        effects: list[Effect] = []
        if self.returned and not self._server_said:
            effects = self._believe(
                SecurityLevel.REFUSED,
                "The server closed the session before it said a word.",
                peer=self._server,
            )
        return effects + self._say_goodbye()


def obeys_ca_list(own: bool | None, profile: str) -> bool:
    """A client follows the server's list of authorities: by its own setting, or else as its profile does."""
    return profile_named(profile).obeys_ca_hints if own is None else own


def named_by(hints: tuple[bytes, ...], credential: Credential) -> bool:
    """A chain comes from an authority that was named, or none was named (RFC 8446 §4.2.4)."""
    return not hints or any(Certificate.parse(der).issuer_der in hints for der in credential.chain)
