"""The state machines of client and server, drawn from their own tables, with the way of this run on them.

States stand one below the other. A move to the next one is a straight line, a move that passes over states
is a bracket on the right, and what ends in FAILED goes down on the left. Numbers give the order in which
this run went. A double frame with a diamond is a state in which the machine waits for its actor's decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.states import DECISIONS, State, StateMachine
from simulator.tls.wire.version import SIDES
from simulator.views.drawing.display import Box, Drawing, Line, Text, width_of
from simulator.views.drawing.glyphs import diamond, pointer
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import detail_named
from simulator.views.pictures.page import LANE_HEAD, blank, finished, lane_head, run_head
from simulator.views.story.lanes import run_title
from simulator.views.story.reading import machine_of
from simulator.views.story.state_words import Move, description, moves_of, order_of, path_of
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side
    from simulator.trace.trace import Trace
    from simulator.views.drawing.marks import Point

WIDE = 280.0  # fits the longest second line, "the server decides: ask or do not ask"
HIGH = 46.0
GAP = 46.0
BUS = 152.0  # room on the left for what ends in FAILED
FAILED_WIDE = 128.0
LANE = 18.0  # between the labels of two brackets
MIDDLE = 40.0
LEAD = (
    "Every state and move of the tables that the program itself obeys. Heavy and numbered: the way of this "
    "run. Double frame with a diamond: the machine waits for a decision. Any state that reads can also end "
    "in FAILED or CLOSED; that is drawn where it happened."
)


def states(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the two state machines out as a display list.

    Args:
        trace: the run whose way is shown.
        detail: ``overview`` leaves out the states where this run never was; otherwise all are shown.

    Raises:
        OutputError: the detail is unknown.
    """
    level = detail_named(detail)
    visited = level == "overview"
    columns = [_Machine(machine_of(trace, side), trace, side, visited_only=visited) for side in SIDES]
    width = 2 * MARGIN + sum(column.width for column in columns) + MIDDLE
    sheet = blank(max(width, 900.0))
    run_head(sheet, trace, "states and moves", "" if level == "overview" else LEAD)
    left, top, bottoms = (sheet.stage.width - width) / 2 + MARGIN, sheet.y, []
    for column in columns:
        sheet.y = top
        column.draw(sheet, left)
        bottoms.append(sheet.y)
        left += column.width + MIDDLE
    sheet.y = max(bottoms)
    return finished(sheet, f"{run_title(trace.setup)}: states and moves", description(trace))


class _Machine:
    """One machine: where its states stand, and the moves between them."""

    def __init__(self, machine: StateMachine, trace: Trace, side: Side, *, visited_only: bool) -> None:
        self.side, self.version = side, machine.version
        path = path_of(trace, side)
        self.arrivals = {way[1]: event.seq for event, way in reversed(path)}
        if path:
            self.arrivals.setdefault(path[0][1][0], 0)
        self.last = path[-1][1][1] if path else None
        known: tuple[State, ...] = (*order_of(machine), State.CLOSED, State.FAILED)
        shown = [state for state in known if not visited_only or state in self.arrivals]
        self.order: list[State] = [state for state in shown if state is not State.FAILED]
        moves = moves_of(machine, trace, side)
        moves = tuple(move for move in moves if move.start in shown and move.end in shown)
        self.moves = [move for move in moves if move.taken or not visited_only]
        self.fails = State.FAILED in shown
        self.stays = {move.start: move.messages for move in self.moves if move.start is move.end}
        self.lanes = self._lanes()
        beside = [_width(move) + 14 for move in self.moves if self._straight(move)]
        reach = max([WIDE / 2, *beside])
        self.offsets: list[float] = []
        for lane in sorted(set(self.lanes.values())):
            wide = max(_width(move) for move in self.lanes if self.lanes[move] == lane)
            self.offsets.append(reach + LANE + wide / 2)
            reach += LANE + wide
        self.width = BUS + WIDE / 2 + reach + 4

    def _place(self, state: State) -> int:
        return self.order.index(state)

    def _straight(self, move: Move) -> bool:
        return move.end in self.order and self._place(move.end) == self._place(move.start) + 1

    def _lanes(self) -> dict[Move, int]:
        """Brackets in lanes, so that those in one lane do not overlap; the short ones nearest."""
        reach = {
            move: (self._place(move.start), self._place(move.end))
            for move in self.moves
            if move.start is not move.end and move.end in self.order and not self._straight(move)
        }
        lanes: dict[Move, int] = {}
        for move, (low, high) in sorted(reach.items(), key=lambda one: (one[1][1] - one[1][0], one[1][0])):
            near = [lanes[one] for one in lanes if reach[one][0] <= high and low <= reach[one][1]]
            lanes[move] = next(lane for lane in range(len(near) + 1) if lane not in near)
        return lanes

    def draw(self, sheet: Sheet, left: float) -> None:
        """Put the machine on the sheet; moves below it."""
        self.sheet, self.x = sheet, left + BUS + WIDE / 2
        lane_head(sheet, f"{self.side.capitalize()}, TLS {self.version.value}", self.x, WIDE)
        self.top = sheet.y + LANE_HEAD + 18
        for move in self.moves:
            self._move(move)
        for state in self.order:
            self._state(state, self.x, self._y(state))
        sheet.y = self.top + len(self.order) * (HIGH + GAP)
        if self.fails:
            self._state(State.FAILED, left + FAILED_WIDE / 2, sheet.y - GAP + 14, FAILED_WIDE)
            sheet.y += HIGH - GAP + 20

    def _y(self, state: State) -> float:
        if state is State.FAILED:
            return self.top + len(self.order) * (HIGH + GAP) - GAP + 14
        return self.top + self._place(state) * (HIGH + GAP)

    def _state(self, state: State, x: float, y: float, wide: float = WIDE) -> None:
        """One state; a second line says what it waits for or stays for."""
        seq, been = self.arrivals.get(state, 0), state in self.arrivals
        sheet = self.sheet
        style = "state.visited" if been else "state.unvisited"
        if state is State.FAILED and been:
            style = "certificate.failed"
        if state in DECISIONS:
            frame = "state.wait" if been else "state.wait.unvisited"
            sheet.put(Box(x - wide / 2 - 5, y - 5, wide + 10, HIGH + 10, frame, seq, radius=11))
        sheet.put(Box(x - wide / 2, y, wide, HIGH, style, seq, radius=8))
        name = "state.name" if been else "state.name.unvisited"
        under = "the run ends here" if state is self.last else ""
        if state in DECISIONS:
            under = f"the {self.side} decides: {' or '.join(DECISIONS[state])}"
            sheet.put(diamond(x - wide / 2 + 18, y + HIGH / 2, seq))
            x += 12
            wide -= 24
        elif state in self.stays and not under:
            under = f"stays for {', '.join(self.stays[state])}"
        sheet.line(state.value, name, seq, x, y + (19 if under else 28), width=wide - 12, anchor="middle")
        if under:
            sheet.line(under, "belief.small", seq, x, y + 36, width=wide - 12, anchor="middle")

    def _move(self, move: Move) -> None:
        """A move as a line with its name, heavy and numbered where this run took it."""
        if move.start is move.end:
            return
        x, y1, y2 = self.x, self._y(move.start) + HIGH, self._y(move.end)
        frame = 5 if move.start in DECISIONS else 0
        stop = 5 if move.end in DECISIONS else 0
        if move.end is State.FAILED:
            bus, y = self.x - WIDE / 2 - BUS + FAILED_WIDE / 2, y1 - HIGH / 2
            self._line(move, ((x - WIDE / 2 - frame, y), (bus, y), (bus, y2)))
            self._label(move, bus - FAILED_WIDE / 2 + 4, y - 12)
        elif self._straight(move):
            self._line(move, ((x, y1 + frame), (x, y2 - stop)))
            self.sheet.whole.append((y1 + frame, y2 - stop))
            self._label(move, x + 12, (y1 + y2) / 2)
        else:
            lane = self.lanes[move]
            edge, far = x + WIDE / 2, x + self.offsets[lane]
            y1, y2 = y1 - 6 - 9 * min(lane, 2), y2 + 6 + 9 * min(lane, 2)
            self._line(move, ((edge + frame, y1), (far, y1), (far, y2), (edge + stop, y2)))
            gaps = range(self._place(move.start), self._place(move.end))
            middle = self.top + gaps[len(gaps) // 2] * (HIGH + GAP) + HIGH + GAP / 2
            self._label(move, far - _width(move) / 2, middle)

    def _line(self, move: Move, points: tuple[Point, ...]) -> None:
        style = "path" if move.taken else "issued"
        seq = move.taken[0][1] if move.taken else 0
        layer = self.sheet.middle if move.taken else self.sheet.back
        layer += (Line(points, style, seq), pointer(points[-2], points[-1], f"{style}.head", seq))

    def _label(self, move: Move, x: float, y: float) -> None:
        """The name of a move on ground of its own, its numbers in circles before it."""
        sheet, words = self.sheet, _words(move)
        seq = move.taken[0][1] if move.taken else 0
        style = _style(move)
        sheet.put(Box(x - 3, y - 10, _width(move) + 6, 20, "paper", seq))
        for number, event in move.taken:
            sheet.put(Box(x - 0.5, y - 9.5, 19, 19, "number", event, radius=9.5))
            sheet.put(Text(x + 9, y + 4.3, str(number), "number", event, "middle"))
            x += 23
        sheet.put(Text(x, y + 4.5, words, style, seq))


def _words(move: Move) -> str:
    return " or ".join(clean(name) for name in move.messages)


def _style(move: Move) -> str:
    if move.taken:
        return "link.taken"
    return "link.answer" if move.start in DECISIONS else "link"


def _width(move: Move) -> float:
    """The width of the label of a move."""
    return width_of(_words(move), _style(move)) + 23 * len(move.taken)
