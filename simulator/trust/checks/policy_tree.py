"""The valid policy tree: the policies that hold from the trust anchor down (RFC 5280, section 6.1.2).

Each level of the tree belongs to one certificate of the path, level 0 to the trust anchor. A branch that
reaches the last level is a policy that holds for the whole path. RFC 9618 replaces the tree by a graph,
because mappings can make a tree grow exponentially; the tree is what RFC 5280 describes and what can be read,
so here its size has a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.pki.key_types import ANY_POLICY
from simulator.pki.policies import policy_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_NODES = 1000  # OpenSSL's OPENSSL_POLICY_TREE_NODES_MAX


class PolicyTreeTooLargeError(Exception):
    """The tree would have more than :data:`MAX_NODES` nodes."""


@dataclass(slots=True, eq=False)
class PolicyNode:
    """One node of the tree. Qualifiers are left out: no rule reads them.

    Attributes:
        policy: the valid policy, dotted.
        expected: the policies that a certificate one level below may name for it.
        parent: the node above, or None for the root.
        children: the nodes below.
    """

    policy: str
    expected: frozenset[str]
    parent: PolicyNode | None
    children: list[PolicyNode] = field(default_factory=list)


class PolicyTree:
    """A tree that grows by one level for each certificate.

    Attributes:
        levels: the nodes of each level; empty if no policy is left (the RFC's NULL).
    """

    def __init__(self) -> None:
        self.levels: list[list[PolicyNode]] = [[PolicyNode(ANY_POLICY, frozenset({ANY_POLICY}), None)]]
        self._made = 1

    @property
    def empty(self) -> bool:
        """Return True if no policy is left."""
        return not self.levels

    def clear(self) -> None:
        """Make the tree NULL."""
        self.levels = []

    def grow(self, named: Iterable[str], *, any_counts: bool) -> None:
        """Add the level of one certificate and prune (section 6.1.3, d).

        Args:
            named: the policies of the certificate, anyPolicy among them if it is.
            any_counts: anyPolicy in this certificate has a meaning.
        """
        if self.empty:
            return
        named, above = tuple(named), self.levels[-1]
        self.levels.append([])
        anything = next((node for node in above if node.policy == ANY_POLICY), None)
        for policy in named:
            if policy == ANY_POLICY:
                continue
            parents = [node for node in above if policy in node.expected]
            if not parents and anything is not None:
                parents = [anything]
            for parent in parents:
                self.add(parent, policy, {policy})
        if ANY_POLICY in named and any_counts:
            for parent in above:
                present = {child.policy for child in parent.children}
                for policy in sorted(parent.expected - present):
                    self.add(parent, policy, {policy})
        self.prune()

    def map(self, policy: str, to: set[str]) -> None:
        """Let the certificates below name other policies for this one (section 6.1.4, b 1)."""
        if self.empty:
            return
        mapped = [node for node in self.levels[-1] if node.policy == policy]
        for node in mapped:
            node.expected = frozenset(to)
        anything = next((node for node in self.levels[-1] if node.policy == ANY_POLICY), None)
        if not mapped and anything is not None and anything.parent is not None:
            self.add(anything.parent, policy, to)

    def without(self, policy: str) -> None:
        """Delete a policy from the last level and prune (section 6.1.4, b 2)."""
        for node in [node for node in self.last_level if node.policy == policy]:
            self.remove(node, len(self.levels) - 1)
        self.prune()

    def accept_only(self, accepted: frozenset[str]) -> None:
        """Intersect the finished tree with the policies that the verifier accepts (section 6.1.5, g iii)."""
        # Nodes below anyPolicy are named in the trust anchor's own words, which are the verifier's.
        for level, node in [(at, node) for at, nodes in enumerate(self.levels) for node in nodes]:
            if is_domain_policy(node) and node.policy not in accepted | {ANY_POLICY}:
                self.remove(node, level)
        anything = next((node for node in self.last_level if node.policy == ANY_POLICY), None)
        if anything is not None and anything.parent is not None:
            present = {node.policy for nodes in self.levels for node in nodes if is_domain_policy(node)}
            for policy in sorted(accepted - present):
                self.add(anything.parent, policy, {policy})
            self.remove(anything, len(self.levels) - 1)
        self.prune()

    @property
    def last_level(self) -> list[PolicyNode]:
        """The nodes of the last level, or none of an empty tree."""
        return self.levels[-1] if self.levels else []

    def valid_policies(self) -> tuple[str, ...]:
        """The policies that hold for the whole path, in the words of the trust anchor's domain.

        Where anyPolicy reaches the last level, any policy holds; those with nodes of their own add nothing.
        """
        if any(node.policy == ANY_POLICY for node in self.last_level):
            return (ANY_POLICY,)
        named = {node.policy for nodes in self.levels for node in nodes if is_domain_policy(node)}
        # An anyPolicy above the last level only carries what is below it.
        return tuple(sorted(named - {ANY_POLICY}))

    def add(self, parent: PolicyNode, policy: str, expected: set[str]) -> None:
        """Add a node to the last level.

        Raises:
            PolicyTreeTooLargeError: the tree is at its bound.
        """
        self._made += 1
        if self._made > MAX_NODES:
            raise PolicyTreeTooLargeError
        node = PolicyNode(policy, frozenset(expected), parent)
        parent.children.append(node)
        self.levels[-1].append(node)

    def remove(self, node: PolicyNode, level: int) -> None:
        """Delete a node with all below it; one that is deleted already is left alone."""
        if node not in self.levels[level]:
            return
        self.levels[level].remove(node)
        if node.parent is not None:
            node.parent.children.remove(node)
        for child in tuple(node.children):
            self.remove(child, level + 1)

    def prune(self) -> None:
        """Delete nodes above the last level that have no children, until none is left."""
        for level in range(len(self.levels) - 2, -1, -1):
            for node in [node for node in self.levels[level] if not node.children]:
                self.remove(node, level)
        if not self.levels or not self.levels[0]:
            self.clear()

    def lines(self) -> tuple[str, ...]:
        """The tree as text, a line for each node: its level, indented, and what it expects below."""
        return tuple(_lines(self.levels[0][0], 0)) if self.levels else ()


def is_domain_policy(node: PolicyNode) -> bool:
    """Return True for a node of the RFC's valid_policy_node_set: its parent is anyPolicy."""
    return node.parent is not None and node.parent.policy == ANY_POLICY


def _lines(node: PolicyNode, level: int) -> Iterator[str]:
    """The lines of a node and of all below it."""
    expects = ", ".join(map(policy_name, sorted(node.expected)))
    mapped = "" if node.expected == {node.policy} else f", expects {expects}"
    yield f"{level} {'  ' * level}{policy_name(node.policy)}{mapped}"
    for child in node.children:
        yield from _lines(child, level + 1)
