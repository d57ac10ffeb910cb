"""The client: judges the server, sends a certificate or goes on without, and believes what it may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.actors.application import LINE, Application
from simulator.actors.choosing.choice import LOCKED, choose
from simulator.actors.device import SecurityDevice
from simulator.actors.inquiry import NO_RESPONDERS
from simulator.actors.opening.of_client import ClientOpening
from simulator.actors.peer import ACCEPT_OR_REFUSE, NOTHING_SAID, PASSED
from simulator.security import SecurityLevel
from simulator.tls.events import CertificateChoiceWanted, ProofChecked, ServerVerdictWanted
from simulator.tls.handshake import client_handshake
from simulator.tls.states import State
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.version import Version
from simulator.trace.facts import BeliefChanged, Noted, Received, StateChanged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.actors.inquiry import ResponderAddress
    from simulator.actors.peer import Question
    from simulator.entropy import Entropy
    from simulator.scenario import ClientSetup
    from simulator.security import RefusalLayer
    from simulator.tls.config import ClientConfig, Credential
    from simulator.tls.handshake import ClientHandshake
    from simulator.trace.facts import Decided, Fact
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ClientRole:
    """A client's settings, and what the world made of them.

    Attributes:
        setup: the scenario's settings.
        config: the handshake machine's settings, derived from them.
        credentials: the certificate chains and keys it could send, the preferred one first.
        policy: how it judges the server's certificate, if it does.
        application: the conversation inside the session.
        responders: hash of a CA's key → address of its OCSP responder.
        unopened_file: the file with its key, which it cannot open, so it does not connect; empty for none.
        pin: what it enters at its security device.
    """

    setup: ClientSetup
    config: ClientConfig
    credentials: tuple[Credential, ...]
    policy: TrustPolicy
    application: Application = LINE
    responders: Mapping[bytes, ResponderAddress] = NO_RESPONDERS
    unopened_file: str = ""
    pin: str = field(default="", repr=False)


# The state that a client reaches only with a good ServerHello, and those it reaches with keys in use, once it
# has checked all that the server shows of itself: in TLS 1.3 with the server's Finished, in TLS 1.2, where
# the signed key exchange is the proof, with its own Finished.
HELLO_AGREED = {Version.TLS13: State.WAIT_EE.value, Version.TLS12: State.WAIT_CERT.value}
SERVER_KNOWN = {
    Version.TLS13: (State.WAIT_CERTIFICATE_CHOICE.value,),
    Version.TLS12: (State.WAIT_TICKET.value, State.WAIT_CCS.value),
}
ASSUMING = {
    Version.TLS13: "The server is verified and the client sent its certificate. "
    "That the server accepted it is an assumption until the server speaks.",
    Version.TLS12: "The server is verified, and it finished the handshake after it had the client's "
    "certificate. Whether it judged that certificate, and what it grants, only its first words say.",
}
KEYS_AGREED = "The keys are agreed, so what follows is encrypted. With whom, is not yet known."
NEEDS_KEY = "The client wants to connect, and needs the private key in its {file}."
NO_CONNECTION = "The client cannot open its {file}, so it has no key to sign with and does not connect."
NOT_REFUSED = "There is no session. No server refused the client: none was asked."
BLOCKED = (
    "The security device is blocked after wrong PINs and signs nothing, "
    "so the client goes on without its certificate."
)
SIGNED_INSIDE = "The security device takes the PIN and signs the handshake. Only the signature comes out."
ANY_SERVER = "The client is set up not to verify the server, so it accepts any server."


class Client(ClientOpening):
    """A client on one connection.

    Args:
        role: what it holds and how it decides.
        entropy: where its random bytes come from.
        asked: how often it has asked its user at earlier connections.
    """

    machine: ClientHandshake
    belief: BeliefChanged

    def __init__(self, role: ClientRole, entropy: Entropy, asked: int = 0) -> None:
        super().__init__("client", "server", role.config.version, role.responders)
        self.belief = BeliefChanged(SecurityLevel.CLEARTEXT, False, None, NOTHING_SAID)
        self.role, self.setup, self.application = role, role.setup, role.application
        self.machine = client_handshake(role.config, entropy)
        self._credentials = tuple(map(in_the_reader, role.credentials))
        self._chosen: Credential | None = None
        self._prompts = asked
        self._trusts_chain = False
        self._server_verified = False
        self._sent_certificate = False
        self._server_said = b""
        self._answer_read = False
        self._granted = False

    def start(self, now: datetime) -> list[Fact]:
        """Open the connection, with the ClientHello or in clear, or decide to stay away without a key."""
        self._now = now
        if self.role.unopened_file:
            reason = NO_CONNECTION.format(file=self.role.unopened_file)
            self._wait_for("connect", ("stay away",), "stay away", reason)
            return [Noted(NEEDS_KEY.format(file=self.role.unopened_file))]
        return self._open()

    def _answer(self, question: Question) -> list[Fact]:
        """Judge the server, choose a certificate, or complete the ledger with the server's proof."""
        if isinstance(question, ServerVerdictWanted):
            return self._judge_server(question.chain)
        if isinstance(question, CertificateChoiceWanted):
            return self._choose(question)
        if isinstance(question, ProofChecked):
            self._server_verified = self._trusts_chain and question.ok
            return self._proof_read(question)
        return []

    def _judge_server(self, chain: tuple[bytes, ...]) -> list[Fact]:
        """Judge the server's certificate if this client verifies servers."""
        return self._judge(chain, self.role.policy, judged=self.role.setup.verify_server)

    def _judged(self, verdict: Verdict) -> list[Fact]:
        """Accept the server, or refuse it if a check failed."""
        verifies = self.role.setup.verify_server
        choice, reason = "accept", PASSED.format("server") if verifies else ANY_SERVER
        if verdict.decisive is not None:
            choice, reason = "refuse", verdict.decisive.sentence
        self._wait_for("accept-server", ACCEPT_OR_REFUSE, choice, reason)
        return []

    def _choose(self, question: CertificateChoiceWanted) -> list[Fact]:
        """Send a certificate, or go on without one."""
        setup, hints = self.role.setup, question.certificate_authorities
        found = choose(setup, self._credentials, hints, self._can_sign, self._prompts)
        self._chosen = found.credential
        options = ("send", "skip") if found.may_send else ("skip",)
        choice, reason = "send" if found.sends else "skip", found.reason
        if found.sends and found.credential is not None and self._blocked(found.credential):
            options, choice, reason = ("skip",), "skip", BLOCKED
        if setup.locked:
            options = (choice,)
        self._wait_for("send-certificate", options, choice, reason)
        if setup.locked and self.pending is not None:
            self.pending = replace(self.pending, closed=LOCKED.strip())
        return [found.sought] if found.sought else []

    def _can_sign(self, credential: Credential) -> bool:
        """Return True if the server accepts a signature of this certificate's key."""
        return self.machine.signing_scheme(credential) is not None

    def _blocked(self, credential: Credential) -> bool:
        """Enter the PIN until its security device is open or blocked; return True if it is blocked."""
        device = credential.private_key
        if not isinstance(device, SecurityDevice):
            return False
        while device.tries_left and not device.enter(self.role.pin):
            pass
        return not device.tries_left

    def _carry_out(self, taken: Decided) -> list[Fact]:
        """Accept or refuse the server; send a certificate or go on without."""
        if taken.decision == "connect":
            return self._believe(SecurityLevel.REFUSED, NOT_REFUSED)
        if taken.decision == "start-tls":
            return self._answer_start_tls(taken)
        if taken.decision == "send-certificate":
            self._sent_certificate = taken.choice == "send"
            credential = self._chosen if self._sent_certificate else None
            in_device = credential is not None and isinstance(credential.private_key, SecurityDevice)
            remarks: list[Fact] = [Noted(SIGNED_INSIDE)] if in_device else []
            return remarks + self._settle(self.machine.send_certificate(credential))
        if taken.choice == "accept":
            judged = self._verdict if self.role.setup.verify_server else None
            self._trusts_chain = judged is not None and judged.accepted
            return self._settle(self.machine.accept_server())
        # Without a failed check no certificate alert would be true. RFC 8446 section 6.2 has access_denied
        # for a valid certificate that the receiver will not go on with.
        alert = self._refusal_alert(AlertDescription.ACCESS_DENIED)
        return self._settle(self.machine.refuse_server(alert, taken.reason))

    def _layer(self, decision: str, choice: str) -> RefusalLayer | None:
        return "tls" if (decision, choice) == ("accept-server", "refuse") else None

    def _notice(self, fact: Fact) -> list[Fact]:
        """React to the server's words, and to a step that the machine took because a message was good."""
        if type(fact) is Received and fact.protocol == "application_data":
            return self._server_words(fact.raw)
        if type(fact) is not StateChanged:
            return []
        if fact.after == HELLO_AGREED[self.version]:
            self._agreed = self.version.value
            in_force = self.version is Version.TLS13  # keys; TLS 1.2 has them at the end of its handshake
            return self._believe(SecurityLevel.ENCRYPTED, KEYS_AGREED) if in_force else []
        return self._server_known() if fact.after in SERVER_KNOWN[self.version] else []

    def _server_known(self) -> list[Fact]:
        """Believe in encryption, and in the server if it was verified: keys protect what follows."""
        if not self._server_verified:
            return self._believe(SecurityLevel.ENCRYPTED, KEYS_AGREED)
        reason = "The server's certificate is trusted and it proved that it holds the key."
        return self._believe(SecurityLevel.SERVER_AUTHENTICATED, reason, peer=self._subject)

    def _connected(self) -> list[Fact]:
        """The belief that the handshake allows a client: it knows nothing yet of the server's decision."""
        if not self._server_verified:
            reason = "The session is encrypted, but the client did not verify who the server is."
            return self._believe(SecurityLevel.ENCRYPTED, reason, peer=self._subject)
        if not self._sent_certificate:
            reason = "The server is verified. The client sent no certificate."
            return self._believe(SecurityLevel.SERVER_AUTHENTICATED, reason, peer=self._subject)
        level, reason = SecurityLevel.CLIENT_AUTHENTICATED, ASSUMING[self.version]
        return self._adopt(BeliefChanged(level, True, self._subject, reason))

    def _refused(self, reason: str) -> list[Fact]:
        return self._believe(SecurityLevel.REFUSED, reason)

    def _believe(self, level: SecurityLevel, reason: str, *, peer: str | None = None) -> list[Fact]:
        """Believe something that was observed."""
        return self._adopt(BeliefChanged(level, False, peer, reason))

    def _after_connecting(self) -> list[Fact]:
        """Write the first line as soon as the handshake call returns, as programs do, or half of it."""
        words = self.role.application.opening(self.role.setup.server_name)
        at_once = len(words) // 2 if self.role.setup.writing_ms else len(words)
        self.unsaid = words[at_once:]
        return self._say(words[:at_once])

    @property
    def reads(self) -> bool:
        """It reads what arrives, unless it writes on without looking."""
        return self.role.setup.looks_first or not self.unsaid

    def _server_words(self, data: bytes) -> list[Fact]:
        """Read the server's answer: only now the client knows the level of its session."""
        if self._answer_read:
            return []
        self._server_said += data
        replies = self._negotiate(self.role.application, self._server_said)
        answer = self.role.application.read(self._server_said)
        if answer is None:
            return replies
        self._answer_read = True
        if answer.level is None:
            return replies
        self._granted = answer.level is not SecurityLevel.REFUSED
        learnt = self._learn(answer.level, answer.words)
        return replies + learnt + (self._say_goodbye() if self._granted else [])

    def _session_granted(self) -> bool:
        return self._granted

    def _learn(self, level: SecurityLevel, words: str) -> list[Fact]:
        """Believe the server's word if the client verified the server and the word fits the session."""
        if self.in_clear:
            return self._learn_in_clear(level)
        said = f"The server said: {words or level.value}."
        if level is not SecurityLevel.REFUSED and not self._server_verified:
            reason = f"{said} But the client did not verify who says so."
            return self._believe(SecurityLevel.ENCRYPTED, reason, peer=self._subject)
        return self._believe(level, said, peer=self._subject) if self._credible(level) else []

    def _credible(self, level: SecurityLevel) -> bool:
        """Return True if the server's word fits what the client saw of this session."""
        if level is SecurityLevel.REFUSED:
            return True
        verified = (level.rung or 0) >= (SecurityLevel.SERVER_AUTHENTICATED.rung or 0)
        return verified and (self._sent_certificate or level is SecurityLevel.SERVER_AUTHENTICATED)

    def _goodbye_heard(self) -> list[Fact]:
        """Answer with close_notify; one that comes before the first word refuses without a reason."""
        facts: list[Fact] = []
        if self.returned and not self._server_said:
            reason = "The server closed the session before it said a word."
            facts = self._believe(SecurityLevel.REFUSED, reason, peer=self._subject)
        return facts + self._say_goodbye()


def in_the_reader(credential: Credential) -> Credential:
    """The credential, its security device locked as it is before a connection."""
    device = credential.private_key
    if not isinstance(device, SecurityDevice):
        return credential
    return replace(credential, private_key=device.inserted())
