"""Where the certificates of a trust graph stand: layers by networkx, places within them by the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.views.trust_network import SIDES

if TYPE_CHECKING:
    from simulator.views.trust_network import TrustNetwork


class Places:
    """Which layer and which column every certificate stands in.

    Attributes:
        layer: name → layer from the top, 0 for the roots.
        column: name → place from the left in columns, perhaps between two.
        depth: number of layers; columns: number of columns.
    """

    def __init__(self, found: TrustNetwork) -> None:
        import networkx as nx

        graph: Any = nx.DiGraph()
        graph.add_nodes_from(found.nodes)
        for name, node in found.nodes.items():
            for issuer in node.issuers:
                if not nx.has_path(graph, name, issuer):  # two CAs may have signed each other
                    graph.add_edge(issuer, name)
        generations = list(nx.topological_generations(graph))
        self.layer = {name: depth for depth, names in enumerate(generations) for name in names}
        shown = {name for name, node in found.nodes.items() if node.kind.startswith("end entity")}
        shown |= set(found.leaves.values())
        last = max(self.layer.values(), default=0)
        if shown and any(self.layer[name] == last and name not in shown for name in found.nodes):
            last += 1
        self.layer |= {name: last for name in shown if not graph.out_degree(name)}
        self.depth = last + 1
        self.column: dict[str, float] = {}
        self.columns = 0
        for root in sorted(
            (n for n in graph if not graph.in_degree(n)), key=lambda n: self._side(graph, found, n)
        ):
            self._place(graph, root)

    def _side(self, graph: Any, found: TrustNetwork, root: str) -> tuple[int, int]:
        """The client's tree to the left, the server's to the right, the rest between them."""
        import networkx as nx

        below = nx.descendants(graph, root) | {root}
        client, server = (found.leaves.get(side) in below for side in SIDES)
        return server - client, list(found.nodes).index(root)

    def _place(self, graph: Any, name: str) -> float:
        """A certificate above the middle of what it issued; in a new column where it issued nothing new."""
        if name in self.column:
            return self.column[name]
        children = [child for child in graph.successors(name) if child not in self.column]
        if children:
            places = [self._place(graph, child) for child in children]
            self.column[name] = sum(places) / len(places)
        else:
            self.column[name] = float(self.columns)
            self.columns += 1
        return self.column[name]
