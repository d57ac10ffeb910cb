"""Certificate policies: those under which the path is valid, and the demand for one of them.

The policy processing of RFC 5280, section 6.1, step by step. Each certificate adds a level to the valid
policy tree; three counters say when a policy is demanded, may be mapped, and may be anyPolicy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from simulator.pki.key_types import ANY_POLICY
from simulator.pki.policies import policy_mappings, policy_name
from simulator.trust.checks.candidate import Finding, called, passed_if
from simulator.trust.checks.policy_tree import PolicyTree
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.policy import PolicyInputs

MOST_NAMED = 20  # policies in a sentence: a certificate may name thousands


class Refusal(NamedTuple):
    """The reason why policy processing failed.

    Attributes:
        depth: the certificate at which it failed.
        sentence: the reason as a sentence.
        reference: the step of RFC 5280 that fails.
    """

    depth: int
    sentence: str
    reference: str


@dataclass(slots=True)
class PolicyState:
    """The state between one certificate and the next (RFC 5280, section 6.1.2).

    Attributes:
        explicit: number of certificates until a policy is demanded.
        mapping: number of certificates that may still map policies.
        any_policy: number of certificates for which anyPolicy still counts.
        tree: the valid policy tree.
        shown: the last tree that was not empty, as text.
    """

    explicit: int
    mapping: int
    any_policy: int
    tree: PolicyTree = field(default_factory=PolicyTree)
    shown: tuple[str, ...] = ()

    @classmethod
    def initial(cls, length: int, inputs: PolicyInputs) -> PolicyState:
        """The state above a path of this many certificates (section 6.1.2, a and d to f)."""
        free = length + 1
        return cls(
            explicit=0 if inputs.explicit else free,
            mapping=0 if inputs.inhibits_mapping else free,
            any_policy=0 if inputs.inhibits_any else free,
        )

    def read_policies(self, certificate: Certificate, *, is_leaf: bool) -> None:
        """Let one certificate add its level (section 6.1.3, d and e)."""
        if certificate.policies is None:
            self.tree.clear()
        else:
            any_counts = self.any_policy > 0 or (certificate.self_issued and not is_leaf)
            self.tree.grow(dict.fromkeys(certificate.policies), any_counts=any_counts)
        self.keep_shown()

    def keep_shown(self) -> None:
        """Remember the tree as text unless it is empty."""
        self.shown = self.tree.lines() or self.shown

    def prepare_next(self, certificate: Certificate) -> None:
        """Apply the mappings and the limits of a CA certificate (section 6.1.4, b and h to j)."""
        for policy, to in policy_mappings(certificate).items():
            if self.mapping > 0:
                self.tree.map(policy, to)
            else:
                self.tree.without(policy)
        self.keep_shown()
        if not certificate.self_issued:
            self.explicit = max(self.explicit - 1, 0)
            self.mapping = max(self.mapping - 1, 0)
            self.any_policy = max(self.any_policy - 1, 0)
        constraints = certificate.policy_constraints
        if constraints is not None and constraints.require_explicit_policy is not None:
            self.explicit = min(self.explicit, constraints.require_explicit_policy)
        if constraints is not None and constraints.inhibit_policy_mapping is not None:
            self.mapping = min(self.mapping, constraints.inhibit_policy_mapping)
        if certificate.inhibit_any_policy is not None:
            self.any_policy = min(self.any_policy, certificate.inhibit_any_policy)

    def wrap_up(self, leaf: Certificate, inputs: PolicyInputs) -> None:
        """Let the leaf demand a policy of itself, and the verifier choose (section 6.1.5, a, b and g)."""
        self.explicit = max(self.explicit - 1, 0)
        constraints = leaf.policy_constraints
        if constraints is not None and constraints.require_explicit_policy == 0:
            self.explicit = 0
        if inputs.accepted is not None and ANY_POLICY not in inputs.accepted:
            self.tree.accept_only(inputs.accepted)
        self.keep_shown()


def certificate_policies(candidate: Candidate) -> Finding:
    """A policy must hold for the whole path if a CA or the verifier demands one."""
    inputs, last = candidate.policy.policies, candidate.last
    field_name, required = "certificatePolicies", required_words(inputs)
    if not last:
        sentence = "The certificate is trusted for itself, so there is no path that a policy could hold for."
        return Finding(CheckOutcome.NOT_EVALUATED, sentence, field_name, "", required, "")
    state, refusal = processed(candidate.path, inputs)
    valid = tuple(map(policy_name, state.tree.valid_policies()))
    more = (f"{len(valid) - MOST_NAMED} more",) if len(valid) > MOST_NAMED else ()
    value = ", ".join((*valid[:MOST_NAMED], *more)) or "none"
    if refusal is not None:
        sentence, reference, depth = refusal.sentence, refusal.reference, refusal.depth
    else:
        reference, depth = "RFC 5280 §6.1.5 (g)", None
        sentence = (
            f"The path is valid under {'any policy' if valid == ('anyPolicy',) else value}."
            if valid
            else "No policy holds for the whole path, and none is demanded."
        )
    ended = ("no policy is left",) if state.shown and not valid else ()
    return Finding(
        passed_if(refusal is None),
        sentence,
        field_name,
        value,
        required,
        reference,
        depth,
        (*state.shown, *ended),
    )


def required_words(inputs: PolicyInputs) -> str:
    """The requirement of this verifier, in words."""
    accepted = inputs.accepted
    of_these = "" if accepted is None else f", one of {', '.join(map(policy_name, sorted(accepted)))}"
    demand = "" if inputs.explicit else ", if a CA demands one"
    return f"a policy that holds for the whole path{of_these}{demand}"


def processed(path: tuple[Certificate, ...], inputs: PolicyInputs) -> tuple[PolicyState, Refusal | None]:
    """The state after the last certificate that was processed, and the refusal or None.

    Args:
        path: leaf first. The trusted certificate at its end is not processed (section 6.1).
        inputs: those of the verifier.
    """
    issued = path[:-1]
    state = PolicyState.initial(len(issued), inputs)
    return state, _process(state, issued, inputs)


def _process(state: PolicyState, issued: tuple[Certificate, ...], inputs: PolicyInputs) -> Refusal | None:
    """Go down the path; the refusal, or None."""
    for depth in range(len(issued) - 1, -1, -1):
        certificate = issued[depth]
        state.read_policies(certificate, is_leaf=depth == 0)
        if state.explicit == 0 and state.tree.empty:
            return _none_holds(certificate, depth, inputs, "RFC 5280 §6.1.3 (f)")
        if depth == 0:
            state.wrap_up(certificate, inputs)
        elif ANY_POLICY in _mapped(certificate):
            state.tree.clear()
            sentence = f"{called(certificate)} maps anyPolicy, or its mappings cannot be read."
            return Refusal(depth, sentence, "RFC 5280 §6.1.4 (a)")
        else:
            state.prepare_next(certificate)
    if state.explicit == 0 and state.tree.empty:
        return _none_holds(issued[0], 0, inputs, "RFC 5280 §6.1.5 (g)")
    return None


def _none_holds(certificate: Certificate, depth: int, inputs: PolicyInputs, reference: str) -> Refusal:
    """The refusal for want of a policy."""
    who = "This side" if inputs.explicit else "A CA"
    which = "none" if inputs.accepted is None else "none that this side accepts"
    sentence = f"{who} demands a policy, and {which} holds for the path down to {called(certificate)}."
    return Refusal(depth, sentence, reference)


def _mapped(certificate: Certificate) -> set[str]:
    """All policies that a certificate maps or maps to. RFC 5280 forbids anyPolicy among them."""
    mappings = policy_mappings(certificate)
    return set(mappings).union(*mappings.values())
