"""The outcome matrix: the level of each credential under each policy, as a picture and as text.

Rows are credentials of the client, columns are policies of the server. Every cell has two halves, TLS 1.2 and
TLS 1.3, since the same refusal reaches the client in time in one and too late in the other. What is decided
above TLS is a block of its own: there all come with a good certificate, and rows are users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.security import SecurityLevel
from simulator.tls.wire.alerts import AlertDescription
from simulator.views.drawing.cells import cells, paint, shorten, wrap_cells
from simulator.views.drawing.display import Box, Text, width_of, wrap
from simulator.views.drawing.glyphs import hatching, octagon
from simulator.views.drawing.marks import Scales
from simulator.views.drawing.sheet import MARGIN
from simulator.views.pictures.page import blank, finished
from simulator.views.story.words import clean, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.compare import Cell, Matrix
    from simulator.views.drawing.display import Drawing, Item
    from simulator.views.drawing.sheet import Sheet

ROW_HEAD = 182.0
HALF = 130.0
CELL_PAD = 9.0
ROW_HEIGHT = 100.0
GAP = 8.0

CLIENT_HAS = "client has"
LEAST_WIDTH = 76
WIDE_COLUMN = 25  # room for the longest name of an alert
LEAST_COLUMN = 14  # room for the short words; below it the shortest
LATE_KEY = "* The client's handshake call had returned without error before it could read the refusal."

SHORT_LEVELS = {
    SecurityLevel.CLEARTEXT: "cleartext",
    SecurityLevel.ENCRYPTED: "encrypted",
    SecurityLevel.SERVER_AUTHENTICATED: "server auth.",
    SecurityLevel.CLIENT_AUTHENTICATED: "client auth.",
    SecurityLevel.CLIENT_IDENTIFIED: "identified",
    SecurityLevel.CLIENT_AUTHORIZED: "authorized",
}
SHORTEST_LEVELS = SHORT_LEVELS | {
    SecurityLevel.SERVER_AUTHENTICATED: "server",
    SecurityLevel.CLIENT_AUTHENTICATED: "client",
}
_EMPHASIS = {SecurityLevel.REFUSED: "bad", SecurityLevel.SERVER_AUTHENTICATED: "encrypted"}

POLICY_WORDS = {
    "none": "does not ask",
    "unverified": "asks, and judges only the proof",
    "optional": "asks; none is fine, a bad one is not",
    "required": "insists on a good one",
    "deferred": "insists on a good one; refuses above TLS",
    "required + map": "looks the user up; an unknown one is fine",
    "required + map + insist": "insists on a known user",
    "required + map + authorise": "insists on a user who may",
}
#: A refusal above TLS, by its layer.
REFUSED_ABOVE = {"identity": "no known user", "application": "the user may not"}
SHORT_REFUSALS = {"identity": "REFUSED, unknown", "application": "REFUSED, may not"}
#: A refusal above TLS for a certificate that the server did not accept.
DEFERRED = "above TLS"
DEFERRED_WORDS = "the server finished the handshake, and its application refused; no alert was sent."
ABOVE = "Above TLS: the policy is required and the certificate good; which user is it, and what may it do?"
TITLE = "What a certificate is worth, under each policy of the server"
LATE = "client learns late"
LATE_WORDS = (
    "“client learns late”: its handshake call had returned without error before it could read the refusal. "
    "That happens in TLS 1.3, and under deferred in TLS 1.2 too."
)
#: What is known of a client that has not proved who it is, by its standing on the security card.
UNPROVED = {"no": "client anonymous", "claimed": "identity only claimed"}
CLAIMED_MARK = "?"
CLAIMED_WORDS = "the client sent a certificate, and the server did not judge it."


def is_late(cell: Cell) -> bool:
    """The client's handshake call returned without error, and then its certificate was refused."""
    return (cell.refused_at == "tls" or is_deferred(cell)) and cell.client_handshake == "ok"


def is_deferred(cell: Cell) -> bool:
    """The certificate was refused above TLS, in the application."""
    return cell.refused_at == "application" and cell.decisive_check is not None


def matrix_drawing(matrix: Matrix) -> Drawing:
    """Lay the matrix out as a display list; an item's ``seq`` is the place of its cell in the matrix."""
    column = HALF * len(matrix.versions) + GAP
    width = 2 * MARGIN + ROW_HEAD + column * max(len(block.policies) for block in matrix.blocks)
    sheet = blank(width)
    sheet.put(*_title(matrix))
    sheet.y = MARGIN + 66
    for block in matrix.blocks:
        if block.is_above_tls:
            sheet.put(Text(MARGIN, sheet.y + 28, ABOVE, "matrix.head", 0))
            sheet.y += 44
        place = len(sheet.front)
        sheet.put(*_heads(block, column, sheet.y))
        if not block.is_above_tls:
            sheet.head = sheet.span_since(place)
        sheet.y += 66
        _rows(sheet, matrix, block, column)
    sheet.y = _legend(sheet, matrix, sheet.y + 8)
    left, middle = MARGIN + ROW_HEAD + (column - GAP) / 2, MARGIN + 132 + ROW_HEIGHT / 2
    sheet.scales = Scales(
        ((0.0, left), (1.0, left + column)), ((0.0, middle), (1.0, middle + ROW_HEIGHT + GAP))
    )
    return finished(sheet, TITLE, description(matrix))


def _rows(sheet: Sheet, matrix: Matrix, block: Matrix, column: float) -> None:
    """The rows of a block."""
    for credential in block.credentials:
        _row_head(sheet, block, credential)
        for place, policy in enumerate(block.policies):
            x = MARGIN + ROW_HEAD + place * column
            for half, tls in enumerate(block.versions):
                cell = block.cell(credential, policy, tls)
                _cell(sheet, cell, matrix.cells.index(cell), x + half * HALF)
        sheet.y += ROW_HEIGHT + GAP


def _title(matrix: Matrix) -> Iterator[Item]:
    yield Text(MARGIN, MARGIN + 22, TITLE, "title", 0)
    versions = " and ".join(f"TLS {tls}" for tls in matrix.versions)
    under = f"Rows: what the client comes with. Columns: the server's policy. {versions} · release {RELEASE}"
    yield Text(MARGIN, MARGIN + 48, under, "subtitle", 0)


def _heads(matrix: Matrix, column: float, top: float) -> Iterator[Item]:
    """The heads of the columns: a policy, what it means, the versions below it."""
    for place, policy in enumerate(matrix.policies):
        x = MARGIN + ROW_HEAD + place * column
        middle = x + (column - GAP) / 2
        yield Text(middle, top + 16, policy_words(policy), "matrix.head", 0, "middle")
        words = POLICY_WORDS.get(policy, "")
        yield Text(middle, top + 34, words, "matrix.small", 0, "middle")
        for half, tls in enumerate(matrix.versions):
            yield Text(x + (half + 0.5) * HALF, top + 56, f"TLS {tls}", "small", 0, "middle")


def policy_words(policy: str) -> str:
    """The name of a column; above TLS all are required, which stands over them."""
    return clean(policy).removeprefix("required ")


def held_words(credential: str) -> str:
    """The name of a credential. A policy is called ``none`` as well, so the missing certificate is not."""
    return "no certificate" if credential == "none" else clean(credential)


def _row_head(sheet: Sheet, matrix: Matrix, credential: str) -> None:
    scenario = next(cell.scenario for cell in matrix.cells if cell.credential == credential)
    sheet.put(Text(MARGIN, sheet.y + 26, held_words(credential), "matrix.head", 0))
    under = "" if scenario == credential else f"as in {clean(scenario)}"
    sheet.rows(wrap(under, "matrix.small", ROW_HEAD - 4, 2), "matrix.small", 0, MARGIN, sheet.y + 44)


def _cell(sheet: Sheet, cell: Cell, seq: int, x: float) -> None:
    top, left, width = sheet.y, x + CELL_PAD, HALF - 2
    sheet.put(Box(x, top, width, ROW_HEIGHT, f"level.{cell.level.value}", seq, radius=5))
    if is_late(cell):
        sheet.put(*hatching(x, top + ROW_HEIGHT - 5, width, 5, seq))
    if cell.level is SecurityLevel.REFUSED:
        sheet.put(*octagon(left + 7, top + 16, 7, seq))
        left += 20
    level = wrap(level_name(cell.level), "matrix.level", x + width - left - 4, 2)
    y = sheet.rows(level, "matrix.level", seq, left, top + 21)
    for words in cell_words(cell):
        lines = wrap(words, "matrix.small", width - 2 * CELL_PAD, 4)
        y = sheet.rows(lines, "matrix.small", seq, x + CELL_PAD, y)


def cell_words(cell: Cell) -> tuple[str, ...]:
    """The words under the level.

    For a session what is known of a client that has proved nothing; for a refusal who refused, by which
    alert, and whether the client learned of it in time.
    """
    if cell.level is not SecurityLevel.REFUSED:
        return (UNPROVED[cell.client_authenticated],) if cell.client_authenticated in UNPROVED else ()
    words = [f"by the {cell.noticed_by}"] if cell.noticed_by else []
    if is_deferred(cell):
        words.append(f"{DEFERRED}, in the application")
    elif cell.refused_at in REFUSED_ABOVE:
        words.append(f"by the server, above TLS: {REFUSED_ABOVE[cell.refused_at]}")
    if cell.alert:
        words.append(clean(cell.alert))
    if is_late(cell):
        words.append(LATE)
    return tuple(words)


def _legend(sheet: Sheet, matrix: Matrix, y: float) -> float:
    """The levels that occur, each with its words in full, and what the hatched edge means; its end."""
    x = MARGIN
    for level in SecurityLevel:
        if any(cell.level is level for cell in matrix.cells):
            words = f"{level_name(level)}: {level.plain_words}"
            wide = 23 + width_of(words, "matrix.small")
            if x > MARGIN and x + wide > sheet.stage.width - MARGIN:
                x, y = MARGIN, y + 24
            sheet.put(Box(x, y, 16, 16, f"level.{level.value}", 0, radius=3))
            sheet.put(Text(x + 23, y + 13, words, "matrix.small", 0))
            x += wide + 26
    sheet.put(*hatching(MARGIN, y + 30, 16, 10, 0), Text(MARGIN + 23, y + 40, LATE_WORDS, "matrix.small", 0))
    if any(_is_claimed(cell) for cell in matrix.cells):
        words = f"“{UNPROVED['claimed']}”: {CLAIMED_WORDS}"
        sheet.put(Text(MARGIN + 23, y + 59, words, "matrix.small", 0))
        y += 20
    return y + 46


def _is_claimed(cell: Cell) -> bool:
    """The session is open to a client whose identity is only claimed."""
    return cell.client_authenticated == "claimed" and cell.level is not SecurityLevel.REFUSED


def description(matrix: Matrix) -> str:
    """The matrix in sentences, for people who cannot see it."""
    sentences = []
    rows = ((block, row, column) for block in matrix.blocks for row, column in block.pairs)
    for block, credential, policy in rows:
        ends = {tls: _end_in_words(block.cell(credential, policy, tls)) for tls in block.versions}
        same = len(set(ends.values())) == 1
        apart = "; ".join(f"{end} in TLS {tls}" for tls, end in ends.items())
        said = ends[block.versions[0]] if same else apart
        sentences.append(f"{held_words(credential)} under {clean(policy)}: {said}.")
    return " ".join(sentences)


def _end_in_words(cell: Cell) -> str:
    return ", ".join((level_name(cell.level).lower(), *cell_words(cell)))


def matrix_text(matrix: Matrix, width: int = 80, colour: bool = False) -> str:
    """The matrix as text.

    Args:
        matrix: the results.
        width: columns, at least 76; no line is longer.
        colour: with the terminal's colour codes.
    """
    width = max(width, LEAST_WIDTH)
    head = max(cells(name) for name in (CLIENT_HAS, *map(held_words, matrix.credentials))) + 2
    column = (width - head) // max(len(block.policies) for block in matrix.blocks)
    lines: list[str] = []
    for block in matrix.blocks:
        room = (width - head) // len(block.policies) if block.is_above_tls else column
        for tls in block.versions:
            title = f"Above TLS {tls}, policy required" if block.is_above_tls else f"TLS {tls}"
            lines.append(paint(title, "heading", colour=colour))
            titles = "".join(_padded(policy_words(policy), room) for policy in block.policies)
            lines.append(paint((_padded(CLIENT_HAS, head) + titles).rstrip(), "strong", colour=colour))
            for credential in block.credentials:
                row = [block.cell(credential, policy, tls) for policy in block.policies]
                line = _padded(held_words(credential), head)
                line += "".join(_shown(cell, room, colour=colour) for cell in row)
                lines.append(line.rstrip())
            lines.append("")
    lines += _key(matrix, width, column)
    return "\n".join(lines) + "\n"


def _padded(text: str, width: int) -> str:
    shown = shorten(text, width - 1)
    return shown + " " * (width - cells(shown))


def _shown(cell: Cell, width: int, *, colour: bool) -> str:
    words = cell_text(cell, width)
    padding = " " * (width - cells(words))
    return paint(words, _EMPHASIS.get(cell.level, "good"), colour=colour) + padding


def cell_text(cell: Cell, width: int) -> str:
    """One cell in a line: the level, or for a refusal its alert; a star where the client learns late.

    Args:
        cell: the cell.
        width: columns that it has with the gap to the next.
    """
    wide, narrow = width >= WIDE_COLUMN, width < LEAST_COLUMN
    if cell.level is not SecurityLevel.REFUSED:
        names = SHORTEST_LEVELS if narrow else SHORT_LEVELS
        return (level_name(cell.level) if wide else names[cell.level]) + (CLAIMED_MARK * _is_claimed(cell))
    star = "*" if is_late(cell) else ""
    if is_deferred(cell):
        return f"{DEFERRED}{star}"
    if not cell.alert:
        return SHORT_REFUSALS.get(cell.refused_at or "", f"refused{star}")
    if wide:
        return f"{cell.alert}{star}"
    return f"{'alert' if narrow else 'REFUSED'} {_code(cell.alert)}{star}"


def _code(alert: str) -> str:
    try:
        return str(int(AlertDescription.from_name(alert)))
    except KeyError:
        return "?"


def _key(matrix: Matrix, width: int, column: int) -> list[str]:
    """The meaning of policies, numbers and stars, for cells of ``column`` columns."""
    wide = column >= WIDE_COLUMN
    words = [
        f"{policy_words(policy)}: the server {POLICY_WORDS[policy]}."
        for policy in matrix.policies
        if policy in POLICY_WORDS
    ]
    if column < LEAST_COLUMN:
        words += [f"{short}: {level_name(level).lower()}." for level, short in _shortened(matrix)]
    if any(map(is_deferred, matrix.cells)):
        words.append(f"{DEFERRED}: {DEFERRED_WORDS}")
    layers = {cell.refused_at for cell in matrix.cells if not is_deferred(cell)}
    refused = [layer for layer in REFUSED_ABOVE if layer in layers]
    words += [f"{SHORT_REFUSALS[one]}: {REFUSED_ABOVE[one]}; above TLS, without an alert." for one in refused]
    alerts = sorted({cell.alert for cell in matrix.cells if cell.alert}, key=_code)
    if alerts and not wide:
        words.append("Alerts that refuse: " + ", ".join(f"{_code(alert)} {alert}" for alert in alerts) + ".")
    if alerts and wide:
        words.append("An alert's name stands where the session was refused with it.")
    if any(is_late(cell) for cell in matrix.cells):
        words.append(LATE_KEY)
    if any(_is_claimed(cell) for cell in matrix.cells):
        words.append(f"{CLAIMED_MARK} {UNPROVED['claimed']}: {CLAIMED_WORDS}")
    return [line for sentence in words for line in wrap_cells(sentence, width)]


def _shortened(matrix: Matrix) -> list[tuple[SecurityLevel, str]]:
    """The levels that occur and that narrow cells name by one word of theirs."""
    found = {cell.level for cell in matrix.cells}
    return [
        (level, short)
        for level, short in SHORTEST_LEVELS.items()
        if level in found and short != SHORT_LEVELS[level]
    ]
