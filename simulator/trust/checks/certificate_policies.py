"""Certificate policies: may every certificate of the path be used under a policy that a CA demands?

The policy processing of RFC 5280, section 6.1, for a verifier that accepts any policy itself. For that only
one thing of the policy tree matters: whether anything is left of it. So a set of policies is carried down
the path in place of the tree (RFC 9618 does much the same).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.pki import der
from simulator.trust import vocabulary as v
from simulator.trust.checks.candidate import called, passed_if

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.verdict import Check

ANY_POLICY = "2.5.29.32.0"
POLICY_MAPPINGS = "2.5.29.33"


@dataclass(slots=True)
class PolicyState:
    """What is carried from one certificate to the next (RFC 5280, section 6.1.2).

    Attributes:
        explicit: certificates after which a policy is demanded.
        mapping: certificates for which policies may still be mapped.
        any_policy: certificates for which anyPolicy still counts.
        valid: the policies that the path so far is good for.
    """

    explicit: int
    mapping: int
    any_policy: int
    valid: set[str] = field(default_factory=lambda: {ANY_POLICY})

    def read_policies(self, certificate: Certificate, *, is_leaf: bool) -> None:
        """Keep the policies that this certificate names, too (section 6.1.3, d and e)."""
        named = set(certificate.policies or ())
        counts = self.any_policy > 0 or (certificate.self_issued and not is_leaf)
        kept = self.valid if ANY_POLICY in named and counts else set()
        named.discard(ANY_POLICY)
        self.valid = kept | {policy for policy in named if policy in self.valid or ANY_POLICY in self.valid}

    def prepare_next(self, certificate: Certificate) -> None:
        """Map policies and count down, as a CA certificate says (section 6.1.4, b and h to j)."""
        # All mappings look at the policies as they stood before: a chain of them is not followed.
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


def certificate_policies(candidate: Candidate) -> Check:
    """Where a CA demands a policy, one must hold for the whole path."""
    depth = refusing_depth(candidate.path)
    if depth is None:
        sentence = "Every policy that a CA in this path demands is kept."
    else:
        sentence = (
            f"A CA demands a policy, and none holds from the top down to {called(candidate.path[depth])}."
        )
    return candidate.line(
        v.CERTIFICATE_POLICIES,
        passed_if(depth is None),
        sentence,
        depth=depth,
        field="certificatePolicies",
        value="kept" if depth is None else ", ".join(candidate.path[depth].policies or ()) or "absent",
        required="a policy that holds for the whole path, where a CA demands one",
        reference="RFC 5280 §6.1.3 (f), §6.1.5 (g)",
    )


def refusing_depth(path: tuple[Certificate, ...]) -> int | None:
    """The depth at which a demanded policy is found missing; None where there is no such place.

    Args:
        path: leaf first; the trusted certificate at the end has no part in this (section 6.1).
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
    """All policies that a certificate maps or maps to; anyPolicy must not be among them."""
    mappings = policy_mappings(certificate)
    return set(mappings).union(*mappings.values())


def policy_mappings(certificate: Certificate) -> dict[str, set[str]]:
    """The mappings of a CA certificate: issuer's policy → subject's policies (section 4.2.1.5).

    Bytes that are no such list map anyPolicy, which is refused.
    """
    found: dict[str, set[str]] = {}
    for name, _, value in certificate.extensions:
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
