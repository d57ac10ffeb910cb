"""Certificate policies: may every certificate of the path be used under a policy that a CA demands?

The policy processing of RFC 5280, section 6.1, for a verifier that accepts any policy itself. Such a verifier
needs to know only whether the policy tree is empty. So a set of policies is carried down the path instead of
the tree, which can grow exponentially (RFC 9618 replaces it by a graph for that reason).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.pki import der
from simulator.pki.key_types import EXTENSION_OIDS
from simulator.trust.checks.candidate import Finding, called, passed_if

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate

ANY_POLICY = "2.5.29.32.0"
POLICY_MAPPINGS = EXTENSION_OIDS["policyMappings"]


@dataclass(slots=True)
class PolicyState:
    """The state between one certificate and the next (RFC 5280, section 6.1.2).

    Attributes:
        explicit: number of certificates until a policy is demanded.
        mapping: number of certificates that may still map policies.
        any_policy: number of certificates for which anyPolicy still counts.
        valid: the policies that hold for the path so far.
    """

    explicit: int
    mapping: int
    any_policy: int
    valid: set[str] = field(default_factory=lambda: {ANY_POLICY})

    def read_policies(self, certificate: Certificate, *, is_leaf: bool) -> None:
        """Keep only policies that this certificate names as well (section 6.1.3, d and e)."""
        named = set(certificate.policies or ())
        counts = self.any_policy > 0 or (certificate.self_issued and not is_leaf)
        kept = self.valid if ANY_POLICY in named and counts else set()
        named.discard(ANY_POLICY)
        self.valid = kept | {policy for policy in named if policy in self.valid or ANY_POLICY in self.valid}

    def prepare_next(self, certificate: Certificate) -> None:
        """Apply the mappings and the limits of a CA certificate (section 6.1.4, b and h to j)."""
        # Every mapping applies to the policies before this certificate: mappings do not chain.
        applied = {
            issuer_policy: subject_policies
            for issuer_policy, subject_policies in policy_mappings(certificate).items()
            if issuer_policy in self.valid or ANY_POLICY in self.valid
        }
        self.valid = self.valid - applied.keys()
        if self.mapping > 0:
            self.valid = self.valid.union(*applied.values())
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

    def wrap_up(self, leaf: Certificate) -> None:
        """The leaf may demand a policy of itself (section 6.1.5, a and b)."""
        self.explicit = max(self.explicit - 1, 0)
        constraints = leaf.policy_constraints
        if constraints is not None and constraints.require_explicit_policy == 0:
            self.explicit = 0


def certificate_policies(candidate: Candidate) -> Finding:
    """A policy must hold for the whole path if a CA demands one."""
    depth = refusing_depth(candidate.path)
    if depth is None:
        value, sentence = "met", "Every demand of a CA in this path for a policy is met."
    else:
        certificate = candidate.path[depth]
        value = ", ".join(certificate.policies or ()) or "absent"
        sentence = f"A CA demands a policy, and none holds for the path down to {called(certificate)}."
    required = "a policy that holds for the whole path, if a CA demands one"
    return Finding(passed_if(depth is None), sentence, "certificatePolicies", value, required, depth=depth)


def refusing_depth(path: tuple[Certificate, ...]) -> int | None:
    """The depth at which a demanded policy is found missing, or None.

    Args:
        path: leaf first. The trusted certificate at its end is not processed (section 6.1).
    """
    issued = path[:-1]
    unlimited = len(issued) + 1
    state = PolicyState(unlimited, unlimited, unlimited)
    for depth in range(len(issued) - 1, -1, -1):
        certificate = issued[depth]
        state.read_policies(certificate, is_leaf=depth == 0)
        if state.explicit == 0 and not state.valid:
            return depth
        if depth > 0 and ANY_POLICY in _mapped(certificate):
            return depth
        if depth > 0:
            state.prepare_next(certificate)
        else:
            state.wrap_up(certificate)
    return 0 if issued and state.explicit == 0 and not state.valid else None


def _mapped(certificate: Certificate) -> set[str]:
    """All policies that a certificate maps or maps to. RFC 5280 forbids anyPolicy among them."""
    mappings = policy_mappings(certificate)
    return set(mappings).union(*mappings.values())


def policy_mappings(certificate: Certificate) -> dict[str, set[str]]:
    """The mappings of a CA certificate: issuer's policy → subject's policies (section 4.2.1.5).

    Bytes that are no such list are returned as a mapping of anyPolicy, which is refused.
    """
    found: dict[str, set[str]] = {}
    for name, _, value in certificate.extensions if certificate.has_extension("policyMappings") else ():
        if name != POLICY_MAPPINGS:
            continue
        try:
            for pair in der.children(value, der.read_element(value)):
                issuer, subject = (
                    der.dotted(value[part.content : part.end]) for part in der.children(value, pair)
                )
                found.setdefault(issuer, set()).add(subject)
        except ValueError:
            return {ANY_POLICY: set()}
    return found
