"""The trust graph: certificates with their issuers, the trust stores of both sides, and the verdicts.

From bottom to top: what each side shows, who issued it, and the store of the *other* side, which judges it.
The path that was built is a heavy line; a link that is missing is broken and crossed; the names in a
CertificateRequest are dotted lines, because a hint is not trust.

networkx holds the graph and sorts it into layers. The places within a layer come from the tree of issuers
and not from one of its layouts: those centre each layer by itself, so that a CA would not stand above what
it issued. Drawing goes through the display list like every picture, so that text stays text and each item
knows its event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls.wire.version import SIDES
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.display import Box, Drawing, Line, Text, width_of
from simulator.views.drawing.glyphs import mark, pointer
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import detail_named
from simulator.views.pictures.page import blank, finished, run_head
from simulator.views.story.lanes import run_title
from simulator.views.story.trust_network import (
    Judgement,
    TrustNetwork,
    links,
    steps,
    trust_network,
)
from simulator.views.story.trust_words import (
    description,
    failed_here,
    hint_words,
    judgement_words,
    node_lines,
)
from simulator.views.story.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.tls.wire.version import Side
    from simulator.trace.trace import Trace
    from simulator.views.drawing.marks import Point
    from simulator.views.drawing.style import Detail

CARD = 264.0
COLUMN = 312.0
LAYER_GAP = 76.0
STORE = COLUMN - 24
PAD = 10.0
LEAST_COLUMNS = 3
OUTCOMES = {True: CheckOutcome.PASS, False: CheckOutcome.FAIL, None: CheckOutcome.NOT_EVALUATED}
LEAD = (
    "Bottom to top: what each side shows, who issued it, and the store of the side that judges it. An arrow "
    "without a word leads from an issuer to what it issued; “shows” leads from a side to its certificate, "
    "“trusts” from a store to what stands in it. Heavy line: the path that was built. Dotted line: a hint in "
    "the CertificateRequest, which is no trust."
)


def trust_graph(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the network of trust of a run out as a display list.

    Args:
        trace: what happened.
        detail: ``overview`` (names and links), ``messages``, or ``everything`` (serial numbers, keys and
            fingerprints too).

    Raises:
        OutputError: the detail is unknown.
    """
    level = detail_named(detail)
    found = trust_network(trace)
    places = Places(found)
    width = max(LEAST_COLUMNS, places.columns) * COLUMN + 2 * MARGIN
    sheet = blank(width)
    run_head(sheet, trace, "who trusts whom", "" if level == "overview" else LEAD)
    _Picture(sheet, found, places, level).draw()
    return finished(sheet, f"{run_title(trace.setup)}: who trusts whom", description(trace, found))


class _Picture:
    """Puts stores, certificates and actors in layers, and then the links between them."""

    def __init__(self, sheet: Sheet, found: TrustNetwork, places: Places, detail: Detail) -> None:
        self.sheet, self.found, self.places, self.detail = sheet, found, places, detail
        self.boxes: dict[str, Box] = {}
        spare = sheet.stage.width - 2 * MARGIN - places.columns * COLUMN
        self.left = MARGIN + spare / 2 + COLUMN / 2
        self.by_judge = {judgement.judge: judgement for judgement in found.judgements}

    def draw(self) -> None:
        """Everything, from the stores down to the actors."""
        sheet, places, nodes = self.sheet, self.places, self.found.nodes
        trusted = {side: [name for name in nodes if side in nodes[name].trusted_by] for side in SIDES}
        stores = {
            f"{side} trusts": self._wish(trusted[side], STORE, side == "server") for side in reversed(SIDES)
        }
        self._row(stores, self._store, STORE)
        for layer in range(places.depth if nodes else 0):
            sheet.y += LAYER_GAP
            names = [name for name in nodes if places.layer[name] == layer]
            self._row({name: self._x(name) for name in names}, self._certificate, CARD)
        sheet.y += LAYER_GAP - 20
        leaves = {side: [leaf for one, leaf in self.found.leaves.items() if one == side] for side in SIDES}
        actors = {f"{side} shows": self._wish(leaves[side], CARD, side == "client") for side in SIDES}
        self._row(actors, self._actor, CARD)
        for start, end, kind in links(self.found):
            self._link(start, end, kind)
        for side, leaf in self.found.leaves.items():
            self._arrow(f"{side} shows", leaf, "clear", "shows")
        for judgement in self.found.judgements:
            self._missing(judgement)

    def _x(self, name: str) -> float:
        return self.left + self.places.column[name] * COLUMN

    def _wish(self, names: list[str], width: float, left: bool) -> float:
        """Above or below the middle of these certificates; without any at the left or the right edge.

        The server's store belongs to the left, where the client's chain is.
        """
        places, edge = [self._x(name) for name in names], MARGIN + width / 2
        return sum(places) / len(places) if places else edge if left else self.sheet.stage.width - edge

    def _row(self, wishes: dict[str, float], put: Callable[[str, float], float], width: float) -> None:
        """A layer: each box as near to its wish as its neighbours and the margins let it be."""
        top, bottoms = self.sheet.y, [self.sheet.y]
        right = MARGIN
        order = sorted(wishes, key=lambda name: wishes[name])
        after = self.sheet.stage.width - MARGIN - len(order) * (width + 24) + 24
        for name in order:
            left = max(right, min(wishes[name] - width / 2, after))
            self.sheet.y = top
            bottoms.append(put(name, left))
            right, after = left + width + 24, after + width + 24
        self.sheet.y = max(bottoms)

    def _store(self, name: str, left: float) -> float:
        side: Side = "client" if name.startswith("client") else "server"
        judgement = self.by_judge[side]
        who, seq = side.capitalize(), judgement.event.seq if judgement.event else 0
        outcome = OUTCOMES[judgement.accepted]
        style = "node.fail" if outcome is CheckOutcome.FAIL else "node.small"
        trusted = sum(side in node.trusted_by for node in self.found.nodes.values())
        count = "trusts no certificate" if not trusted else f"trusts {plural(trusted, 'certificate')}"
        sheet, top = self.sheet, self.sheet.y
        place = len(sheet.front)
        sheet.line(f"{who}'s trust store", "node", 0, left + PAD, top + 21, width=STORE - 2 * PAD)
        sheet.line(count, "node.small", 0, left + PAD, top + 39, width=STORE - 2 * PAD)
        sheet.put(mark(outcome, left + PAD + 1, top + 55, seq))
        words = judgement_words(judgement)
        room, x = STORE - 2 * PAD - 20, left + PAD + 20
        bottom = sheet.paragraph(words, style, seq, x, top + 47, width=room, most=3)
        if side == "server" and (hint := hint_words(self.found)):
            bottom = sheet.paragraph(hint, "link.hint", 0, x, bottom + 3, width=room, most=4)
        return self._close(name, Box(left, top, STORE, bottom + 8 - top, "store", 0, radius=12), place)

    def _certificate(self, name: str, left: float) -> float:
        node, sheet, top = self.found.nodes[name], self.sheet, self.sheet.y
        seq, check = failed_here(self.found, name) or (0, None)
        place, x, room = len(sheet.front), left + PAD, CARD - 2 * PAD
        y = sheet.paragraph(node.title, "node", 0, x, top + 7, width=room, most=2) + 1
        for text in node_lines(node, self.detail):
            y = sheet.paragraph(text, "node.small", 0, x, y, width=room, most=2)
        if check is not None:
            y += 4
            sheet.put(mark(CheckOutcome.FAIL, x + 1, y + 8, seq))
            words = f"{clean(check.name)} failed"
            y = sheet.paragraph(words, "node.fail", seq, x + 20, y, width=room - 20, most=2)
            if self.detail != "overview":
                y = sheet.paragraph(clean(check.sentence), "check.detail", seq, x, y, width=room, most=4)
        idle = not (node.sent_by or node.trusted_by or node.held_by)
        style = "certificate.failed" if check else "certificate.idle" if idle else "certificate"
        return self._close(name, Box(left, top, CARD, y + 7 - top, style, seq, radius=6), place)

    def _actor(self, name: str, left: float) -> float:
        side: Side = "client" if name.startswith("client") else "server"
        shown = [self.found.nodes[name].title for name in self.found.chains.get(side, ())]
        words = f"shows {', '.join(shown)}" if shown else "showed no certificate"
        sheet, top, place, x, room = (
            self.sheet,
            self.sheet.y,
            len(self.sheet.front),
            left + CARD / 2,
            CARD - 16,
        )
        sheet.line(side.capitalize(), "lane", 0, x, top + 23, width=room, anchor="middle")
        bottom = sheet.paragraph(words, "lane.small", 0, x, top + 31, width=room, most=3, anchor="middle")
        return self._close(name, Box(left, top, CARD, bottom + 8 - top, "header", 0, radius=9), place)

    def _close(self, name: str, box: Box, place: int) -> float:
        """Put a box behind its words and remember where it stands."""
        self.boxes[name] = box
        return self.sheet.put_behind(place, box)

    def _link(self, start: str, end: str, kind: str) -> None:
        missing = any(judgement.missing == (end, start) for judgement in self.found.judgements)
        if missing and kind == "issued":
            return
        used = any((start, end) in steps(judgement) for judgement in self.found.judgements)
        beside = kind == "trusts" and start == "server trusts" and end in (self.found.hints or ())
        aside = 46 if kind == "hint" else -46 if beside else 0
        self._arrow(start, end, "path" if used and kind != "hint" else kind, kind, aside)

    def _arrow(self, start: str, end: str, style: str, words: str, aside: float = 0.0) -> None:
        """A line from the lower edge of the one to the upper edge of the other, or up where it goes up."""
        route = self._route(start, end, aside)
        self.sheet.back += (Line(route, style, 0), pointer(route[-2], route[-1], f"{style}.head", 0))
        if words != "issued":
            self._label(words, route, "link.hint" if words == "hint" else "link")

    def _route(self, start: str, end: str, aside: float) -> tuple[Point, ...]:
        one, other = self.boxes[start], self.boxes[end]
        x1, x2 = one.x + one.width / 2 + aside, other.x + other.width / 2 + aside
        if one.y > other.y:
            return ((x1, one.y), (x2, other.y + other.height))
        y1, y2 = one.y + one.height, other.y
        between = [box for box in self.boxes.values() if y1 < box.y and box.y + box.height < y2]
        if not between:
            return ((x1, y1), (x2, y2))
        turn = min(box.y for box in between) - 12
        if any(box.x - 8 < x2 < box.x + box.width + 8 for box in between):
            x2 = other.x - 18
            middle = other.y + other.height / 2
            return ((x1, y1), (x2, turn), (x2, middle), (other.x, middle))
        return ((x1, y1), (x2, turn), (x2, y2))

    def _label(self, words: str, route: tuple[Point, ...], style: str) -> None:
        """A word on the line, on ground of its own."""
        (x1, y1), (x2, y2), *_ = route
        x, y = x1 + (x2 - x1) * 0.5, y1 + (y2 - y1) * 0.5
        width = width_of(words, style) + 8
        self.sheet.middle.append(Box(x - width / 2, y - 9, width, 18, "paper", 0))
        self.sheet.put(Text(x, y + 4, words, style, 0, "middle"))

    def _missing(self, judgement: Judgement) -> None:
        """The link that the judge could not make: broken, crossed and named."""
        if judgement.missing is None or judgement.event is None:
            return
        (name, issuer), seq = judgement.missing, judgement.event.seq
        box = self.boxes[name]
        if issuer == name:
            start, words = f"{judgement.judge} trusts", f"not in the {judgement.judge}'s store"
        elif issuer:
            start, words = issuer, f"missing: the {judgement.judge} does not have it"
        else:
            start, words = "", "issuer unknown"
        x, y = box.x + box.width / 2, box.y
        route = self._route(start, name, 0) if start else ((x, y - 50), (x, y))
        self.sheet.back.append(Line(route, "missing", seq))
        (x1, y1), (x2, y2) = route[-2:]
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        width = width_of(words, "link.missing") + 32
        self.sheet.middle.append(Box(x - width / 2, y - 11, width, 22, "unread.pill", seq, radius=11))
        self.sheet.put(mark(CheckOutcome.FAIL, x - width / 2 + 9, y, seq))
        self.sheet.put(Text(x - width / 2 + 25, y + 4.5, words, "link.missing", seq))


class Places:
    """The layer and the column of every certificate.

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
            for issuer in node.certificate.signed_by:
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
        roots = [name for name in graph if not graph.in_degree(name)]
        for root in sorted(roots, key=lambda root: self._side(graph, found, root)):
            self._place(graph, root)

    def _side(self, graph: Any, found: TrustNetwork, root: str) -> tuple[int, int]:
        """The client's tree to the left, the server's to the right, the rest between them."""
        import networkx as nx

        below = nx.descendants(graph, root) | {root}
        client, server = (found.leaves.get(side) in below for side in SIDES)
        return server - client, list(found.nodes).index(root)

    def _place(self, graph: Any, root: str) -> None:
        """A certificate above the middle of what it issued; in a new column where it issued nothing new."""
        waiting, issued = (
            [root],
            dict[str, list[str]](),
        )  # no recursion: a chain may be longer than Python's stack
        while waiting:
            name = waiting[-1]
            if name not in self.column and name not in issued:
                issued[name] = [child for child in graph.successors(name) if child not in self.column]
                waiting += reversed(issued[name])
                continue
            waiting.pop()
            if name in self.column:
                continue
            if places := [self.column[child] for child in issued[name]]:
                self.column[name] = sum(places) / len(places)
            else:
                self.column[name] = float(self.columns)
                self.columns += 1
