"""The valid policy tree: the policies that hold from the trust anchor down (RFC 5280, section 6.1.2).

Each level of the tree belongs to one certificate of the path, level 0 to the trust anchor. A branch that
reaches the last level is a policy that holds for the whole path.

Mappings can make a tree grow exponentially. So equal policies of one level are one node here, with several
parents: the graph of RFC 9618, which gives the same answers. It is shown as the tree that it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from simulator.pki.key_types import ANY_POLICY
from simulator.pki.policies import policy_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_LINES = 40  # of a tree as text; real paths have some ten


@dataclass(slots=True, eq=False)
class PolicyNode:
    """One node of the tree. Qualifiers are left out: no rule reads them.

    Attributes:
        policy: the valid policy, dotted.
        expected: the policies that a certificate one level below may name for it.
        level: the place of its certificate in the path, 0 for the trust anchor.
        parents, children: the nodes above and below, by policy.
    """

    policy: str
    expected: frozenset[str]
    level: int
    parents: dict[str, PolicyNode] = field(default_factory=dict)
    children: dict[str, PolicyNode] = field(default_factory=dict)

    @property
    def in_domain(self) -> bool:
        """Return True for a member of the RFC's valid_policy_node_set: its parent is anyPolicy.

        Such a policy is named in the words of the trust anchor's domain, before any mapping.
        """
        return ANY_POLICY in self.parents


class PolicyTree:
    """A tree that grows by one level for each certificate.

    Attributes:
        levels: the nodes of each level, by policy; empty if no policy is left (the RFC's NULL).
    """

    def __init__(self) -> None:
        self.levels: list[dict[str, PolicyNode]] = []
        self._open_level()
        self._add(ANY_POLICY, {ANY_POLICY}, ())

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
        above, named = self.levels[-1], tuple(named)
        expecting: dict[str, list[PolicyNode]] = {}
        for node in above.values():
            for policy in sorted(node.expected):
                expecting.setdefault(policy, []).append(node)
        self._open_level()
        for policy in named:
            parents = expecting.get(policy) or ([above[ANY_POLICY]] if ANY_POLICY in above else [])
            if policy != ANY_POLICY:
                self._add(policy, {policy}, parents)
        if ANY_POLICY in named and any_counts:
            for policy, parents in expecting.items():
                if policy not in self.levels[-1]:
                    self._add(policy, {policy}, parents)
        self._prune()

    def map(self, policy: str, to: set[str]) -> None:
        """Let the certificates below name other policies for this one (section 6.1.4, b 1)."""
        last = self._last_level
        if policy in last:
            last[policy].expected = frozenset(to)
        elif ANY_POLICY in last:
            self._add(policy, to, tuple(last[ANY_POLICY].parents.values()))

    def without(self, policy: str) -> None:
        """Delete a policy from the last level and prune (section 6.1.4, b 2)."""
        if policy in self._last_level:
            self._remove(self.levels[-1][policy])
        self._prune()

    def accept_only(self, accepted: frozenset[str]) -> None:
        """Intersect the finished tree with the policies that the verifier accepts (section 6.1.5, g iii)."""
        domain = [node for level in self.levels for node in level.values() if node.in_domain]
        for node in domain:
            if node.policy not in accepted | {ANY_POLICY}:
                self._remove(node)
        anything = self._last_level.get(ANY_POLICY)
        if anything is not None:
            for policy in sorted(accepted - {node.policy for node in domain}):
                self._add(policy, {policy}, tuple(anything.parents.values()))
            self._remove(anything)
        self._prune()

    def valid_policies(self) -> tuple[str, ...]:
        """The policies that hold for the whole path, in the words of the trust anchor's domain.

        Where anyPolicy reaches the last level, any policy holds; those with nodes of their own add nothing.
        """
        if ANY_POLICY in self._last_level:
            return (ANY_POLICY,)
        named = {node.policy for level in self.levels for node in level.values() if node.in_domain}
        return tuple(sorted(named - {ANY_POLICY}))  # an anyPolicy higher up only carries what is below it

    def lines(self) -> tuple[str, ...]:
        """The tree as text, a line for each node: its level, indented, and what it expects below."""
        if self.empty:
            return ()
        lines = tuple(islice(_lines(self.levels[0][ANY_POLICY]), MOST_LINES + 1))
        return lines if len(lines) <= MOST_LINES else (*lines[:MOST_LINES], "… and more")

    @property
    def _last_level(self) -> dict[str, PolicyNode]:
        """The nodes of the last level, or none of an empty tree."""
        return self.levels[-1] if self.levels else {}

    def _open_level(self) -> None:
        self.levels.append({})

    def _add(self, policy: str, expected: set[str], parents: Sequence[PolicyNode]) -> None:
        """Add a node to the last level; only the root has no parents."""
        if not parents and len(self.levels) > 1:
            return
        node = PolicyNode(policy, frozenset(expected), len(self.levels) - 1)
        for parent in parents:
            node.parents[parent.policy] = parent
            parent.children[policy] = node
        self.levels[-1][policy] = node

    def _remove(self, node: PolicyNode) -> None:
        """Delete a node, and those below that have no other parent."""
        if self.levels[node.level].pop(node.policy, None) is None:
            return
        for parent in node.parents.values():
            parent.children.pop(node.policy, None)
        for child in tuple(node.children.values()):
            del child.parents[node.policy]
            if not child.parents:
                self._remove(child)

    def _prune(self) -> None:
        """Delete nodes above the last level that have no children, until none is left."""
        for level in reversed(self.levels[:-1]):
            for node in tuple(level.values()):
                if not node.children:
                    self._remove(node)
        if not self.levels or not self.levels[0]:
            self.clear()


def _lines(node: PolicyNode) -> Iterator[str]:
    """The lines of a node and of all below it."""
    expects = ", ".join(map(policy_name, sorted(node.expected)[:MOST_LINES]))
    mapped = "" if node.expected == {node.policy} else f", expects {expects}"
    yield f"{node.level} {'  ' * node.level}{policy_name(node.policy)}{mapped}"
    for child in node.children.values():
        yield from _lines(child)
