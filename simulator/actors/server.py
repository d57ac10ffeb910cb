"""The server: asks for a certificate or not, judges the client, and grants or refuses a session.

The checks come from ``trust/judge.py``, the grant from ``actors/grant.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from simulator.actors.application import LINE, Application
from simulator.actors.grant import as_told, deferred_grant, grant_of
from simulator.actors.host.express_logon import logged_on, logon_steps
from simulator.actors.identity_header import header_read
from simulator.actors.inquiry import NO_RESPONDERS
from simulator.actors.opening.of_server import ServerOpening
from simulator.actors.peer import ACCEPT_OR_REFUSE, NOTHING_SAID, PASSED
from simulator.security import Standing
from simulator.tls.events import ClientVerdictWanted, ProofChecked, RequestChoiceWanted
from simulator.tls.handshake import server_handshake
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.version import Version
from simulator.trace.facts import Checked, Received, Sent, StandingChanged
from simulator.trust.profiles import profile_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.actors.application import Logon
    from simulator.actors.grant import Grant
    from simulator.actors.inquiry import ResponderAddress
    from simulator.actors.peer import Question
    from simulator.entropy import Entropy
    from simulator.pki.certificate import Certificate
    from simulator.scenario import ServerSetup
    from simulator.security import RefusalLayer
    from simulator.tls.config import ServerConfig
    from simulator.tls.handshake import ServerHandshake
    from simulator.trace.facts import Decided, Fact
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ServerRole:
    """A server's settings, and what the world made of them.

    Attributes:
        setup: the scenario's settings.
        config: the handshake machine's settings, derived from them.
        policy: how it judges a client's certificate.
        application: the conversation inside the session.
        known: the certificates that rules of the table of users have scenario names for.
        responders: hash of a CA's key → address of its OCSP responder.
    """

    setup: ServerSetup
    config: ServerConfig
    policy: TrustPolicy
    application: Application = LINE
    known: Mapping[str, Certificate] = field(default_factory=dict)
    responders: Mapping[bytes, ResponderAddress] = NO_RESPONDERS


ASKING = {
    "none": "The server is set up not to ask clients for a certificate.",
    "unverified": "The server asks for a certificate, but does not judge the chain of the one it gets.",
    "optional": "The server asks for a certificate, and goes on with a client that has none.",
    "required": "The server insists on a certificate, so it asks for one.",
    "deferred": "The server insists on a certificate, so it asks for one. It refuses above TLS, not in it.",
}

INSISTING = "The server insists on a certificate and asks for one, but does not judge its chain."

# The alert for a client without a certificate that is refused from outside, where no check failed.
MISSING = {
    Version.TLS13: AlertDescription.CERTIFICATE_REQUIRED,
    Version.TLS12: AlertDescription.HANDSHAKE_FAILURE,
}
NONE_NEEDED = "The client sent no certificate, and this server does not insist on one."
ONLY_CLAIMED = "The server does not judge the chain, so the name in the certificate is only claimed."
PROOF_TO_COME = "The client sent a certificate: a claim, until it proves that it holds the key."
DEFERRED = "{} The server finishes the handshake all the same, and refuses above TLS."
FAILED_HERE = "The client sent a certificate that the server does not accept."
MISSED_HERE = "The client sent no certificate, and this server insists on one."
PROVED = "The client's certificate is trusted and the client proved that it holds the key."


class Server(ServerOpening):
    """A server on one connection.

    Args:
        role: what it holds and how it decides.
        entropy: where its random bytes come from.
    """

    machine: ServerHandshake
    belief: StandingChanged

    def __init__(self, role: ServerRole, entropy: Entropy) -> None:
        super().__init__("server", "client", role.config.version, role.responders)
        self.belief = StandingChanged(Standing.NOTHING_YET, None, NOTHING_SAID, None)
        self.role, self.setup, self.application = role, role.setup, role.application
        self.machine = server_handshake(role.config, entropy)
        self._judges = False
        self._trusts_chain = False
        self._withheld: str | None = None  # the alert that its verdict has, and that it does not send
        self._deferred = False  # it went on after a failed check, and refuses above TLS
        self._presented = False  # True also for a certificate that cannot be read
        self._grant: Grant | None = None
        self._granted = False
        self._objection: str | None = None
        self._answered = False
        self._client_said = b""
        self._logon_facts = 0  # reported

    def _notice(self, fact: Fact) -> list[Fact]:
        """Take the version for agreed with the server's own ServerHello; read what the client says."""
        if type(fact) is Sent and fact.name == "ServerHello":
            self._agreed = self.version.value
        if type(fact) is Received and fact.protocol == "application_data":
            return self._client_words(fact.raw)
        return []

    def _client_words(self, data: bytes) -> list[Fact]:
        """Read what the client says, until it has its answer."""
        if self._answered:
            return []
        self._client_said += data
        if self._grant is None:
            return self._after_connecting()
        return self._answer_client() if self.pending is None else []

    def _answer(self, question: Question) -> list[Fact]:
        """Choose whether to ask the client, judge it, or complete the ledger with its proof."""
        if isinstance(question, RequestChoiceWanted):
            policy = self.role.setup.client_authentication
            choice = "do not ask" if policy == "none" else "ask"
            reason = INSISTING if self.role.setup.insists_on_any else ASKING[policy]
            self._wait_for("request-certificate", ("ask", "do not ask"), choice, reason)
        if isinstance(question, ClientVerdictWanted):
            return self._judge_client(question.chain)
        if isinstance(question, ProofChecked) and question.signer == "client":
            proved = question.ok and self._trusts_chain
            return self._proof_read(question) + (self._know(Standing.AUTHENTICATED, PROVED) if proved else [])
        return []

    def _judge_client(self, chain: tuple[bytes, ...]) -> list[Fact]:
        """Judge the client's certificate as far as the policy wants it."""
        self._presented = bool(chain)
        self._judges = self.role.setup.client_authentication in ("optional", "required", "deferred")
        missing = self.role.setup.insists_on_any and not chain
        return self._judge(chain, self.role.policy, judged=self._judges or missing)

    def _judge_or_ask(self) -> list[Fact]:
        """Judge; the verdict has no alert where the server refuses above TLS."""
        facts, verdict = super()._judge_or_ask(), self._verdict
        if facts and verdict is not None and self._refuses_above_tls(verdict):
            self._withheld, self._verdict = verdict.alert, structs.replace(verdict, alert=None)
            facts[0] = Checked(self._verdict)
        return facts

    def _refuses_above_tls(self, verdict: Verdict) -> bool:
        """Return True if a failed check does not end the handshake.

        A certificate that cannot be read ends it, as with OpenSSL: no proof could be verified with it. So
        does a missing one with some stacks.
        """
        if self.role.setup.client_authentication != "deferred" or verdict.decisive is None:
            return False
        return not profile_named(verdict.profile).refuses_in_tls(verdict.decisive.name)

    def _judged(self, verdict: Verdict) -> list[Fact]:
        """Accept the client; if a check failed, refuse it, or defer that to the application."""
        choice, reason = "accept", PASSED.format("client")
        options: tuple[str, ...] = ACCEPT_OR_REFUSE
        if verdict.decisive is not None and self._refuses_above_tls(verdict):
            options = (*ACCEPT_OR_REFUSE, "defer")
            choice, reason = "defer", DEFERRED.format(verdict.decisive.sentence)
        elif verdict.decisive is not None:
            choice, reason = "refuse", verdict.decisive.sentence
        elif not self._presented:
            reason = NONE_NEEDED
        elif not self._judges:
            reason = ONLY_CLAIMED
        self._wait_for("accept-client", options, choice, reason)
        return []

    def _carry_out(self, taken: Decided) -> list[Fact]:
        """Ask or not; accept or refuse the client; grant or refuse the session."""
        if taken.decision == "admit":
            return self._admit_or_refuse(taken)
        if taken.decision == "request-certificate":
            if taken.choice == "ask":
                return self._know(Standing.ASKED, taken.reason) + self._settle(self.machine.ask_client())
            return self._know(Standing.NOT_ASKED, taken.reason) + self._settle(self.machine.do_not_ask())
        if taken.decision == "grant":
            return self._open_or_close(granted=taken.choice == "grant", reason=taken.reason)
        if taken.choice != "refuse":
            self._trusts_chain = self._judges and self._verdict is not None and self._verdict.accepted
            self._deferred = taken.choice == "defer"
            standing = Standing.CLAIMED if self._presented else Standing.ANONYMOUS
            reason = PROOF_TO_COME if self._presented and self._trusts_chain else taken.reason
            if self._proof is not None and self._trusts_chain:
                standing, reason = Standing.AUTHENTICATED, PROVED
            if self._deferred:
                reason = FAILED_HERE if self._presented else MISSED_HERE
            return self._know(standing, reason) + self._settle(self.machine.accept_client())
        otherwise = AlertDescription.ACCESS_DENIED if self._presented else MISSING[self.version]
        withheld = self._withheld
        alert = AlertDescription.from_name(withheld) if withheld else self._refusal_alert(otherwise)
        return self._settle(self.machine.refuse_client(alert, taken.reason))

    def _layer(self, decision: str, choice: str) -> RefusalLayer | None:
        if choice != "refuse":
            return None
        if decision == "admit":
            return self._admission_layer()
        if decision == "grant":
            return self._grant.refusal_layer if self._grant else None
        return "tls"

    def _know(self, standing: Standing, reason: str, user: str | None = None) -> list[Fact]:
        """Know something of the client that was observed."""
        return self._adopt(StandingChanged(standing, self._subject, reason, user))

    def _connected(self) -> list[Fact]:
        return []  # all that the handshake shows of the client is known by then

    def _refused(self, reason: str) -> list[Fact]:
        return self._adopt(StandingChanged(Standing.REFUSED, None, reason, None))

    def _after_connecting(self) -> list[Fact]:
        """Look the client up as soon as the application lets it decide, and wait for the decision."""
        application, grant = self.role.application, self._find_grant()
        logon = None if grant.refused else application.logon(self._client_said)
        facts = self._logon_so_far(grant, logon) if logon else []
        decides = application.may_decide(self._client_said) or (grant.refused and application.has_logon)
        if not decides:
            return facts + self._negotiate(application, self._client_said)
        if grant.sought and not self._logon_facts:
            facts.append(grant.sought)
        grant = logged_on(grant, self.role.setup, logon)
        header = self.role.setup.believes_header
        if header is not None and not grant.refused:
            proved = self.belief.standing is Standing.AUTHENTICATED
            told_by = self._subject if proved else None
            read = header_read(self._client_said, header, told_by, self.role.setup, self.role.known)
            facts.append(read)
            grant = as_told(grant, read)
        self._grant = grant
        choice = "refuse" if grant.refused else "grant"
        self._wait_for("grant", ("grant", "refuse"), choice, grant.reason)
        return facts

    def _logon_so_far(self, grant: Grant, logon: Logon) -> list[Fact]:
        """Return what is new of the client's logon at the host; before it, the look for its user."""
        steps = logon_steps(self.role.setup, grant.user, logon)
        sought = [grant.sought] if grant.sought and steps and not self._logon_facts else []
        new, self._logon_facts = steps[self._logon_facts :], len(steps)
        return [*sought, *new]

    def _find_grant(self) -> Grant:
        """The grant by the server's rules, from what the handshake showed of the client."""
        grant = grant_of(self.belief.standing, self._peer_certificate, self.role.setup, self.role.known)
        return deferred_grant(grant) if self._deferred else grant

    def _open_or_close(self, *, granted: bool, reason: str) -> list[Fact]:
        """Know what the client is granted, and answer it as soon as the application may."""
        grant = self._grant
        assert grant is not None
        standing, why = (grant.standing, grant.known) if granted else (Standing.REFUSED, reason)
        self._granted, self._objection = granted, None if granted else grant.objection or reason
        return self._know(standing, why, grant.user) + self._answer_client()

    def _answer_client(self) -> list[Fact]:
        """Negotiate, then answer: a welcome, or a refusal with its reason."""
        application, grant = self.role.application, self._grant
        assert grant is not None
        facts = self._negotiate(application, self._client_said)
        if not application.may_answer(self._client_said):
            return facts
        self._answered, self.awaits = True, ""
        facts += self._say(application.answer(self._client_said, grant, self._objection))
        return facts if self._granted else facts + self._say_goodbye()

    def _session_granted(self) -> bool:
        return self._granted

    def _goodbye_heard(self) -> list[Fact]:
        return self._say_goodbye()
