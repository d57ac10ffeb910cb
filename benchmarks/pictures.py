"""The time to draw a run, beside Mermaid, PlantUML and mscgen, and the time of the player to answer a key.

Run it from the repository's root: ``python benchmarks/pictures.py --npm FOLDER``, where the folder has the
packages from npm that ``benchmarks/README.md`` names. It rewrites its section there; with ``--quick`` it
plays few rounds and only prints.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import pens
from benchmarks.contestants import forget_peers
from benchmarks.measuring import (
    Contestant,
    Spread,
    Timed,
    interleaved,
    load,
    machine,
    speed,
    table,
    write_section,
)
from simulator.runs.run import simulate
from simulator.runs.saving import save
from simulator.views.drawing.pens import picture
from simulator.views.drawing.svg import svg
from simulator.views.pictures.sequence import sequence
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

    from simulator.trace.trace import Trace

SCENARIO = "self-signed-trusted"  # 20 messages
LONG = 2000
COLD_AIM_SECONDS, WARM_AIM_TIMES, FRAME_MS = 0.4, 10, 16.7
OWN = "this project"
FORMS = ("svg", "png", "pdf")

# The first listener starts the clock; the last one stops it for the work; the frame after that for the eye.
WATCH_KEYS = """() => {
  const at = () => document.querySelector('.cap-place').textContent;
  let begin = 0, before = null;
  window.pressed = [];
  addEventListener('keydown', () => { begin = performance.now(); before = at(); }, true);
  addEventListener('keydown', (event) => {
    document.querySelector('.cap-sheet').getBoundingClientRect();
    const work = performance.now() - begin, changed = at() !== before;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        window.pressed.push({ work, changed, frame: performance.now() - event.timeStamp });
      };
      channel.port2.postMessage(null);
    });
  });
}"""


@dataclass(frozen=True, slots=True)
class Rounds:
    """The number of rounds of each part."""

    cold: int = 3
    warm: int = 9
    long: int = 5
    presses: int = 30


def draw(trace: Trace, form: str) -> bytes:
    """From the trace to the bytes of a file."""
    return picture(sequence(trace), Path(f"x.{form}"))


def cold(
    trace: Trace, folder: Path, npm: Path | None, rounds: int
) -> tuple[list[tuple[str, ...]], list[str]]:
    """A row for each program and form, and the programs that are absent."""
    texts = {"mmd": mermaid(trace), "puml": plantuml(trace), "msc": pens.msc(trace)}
    for suffix, text in texts.items():
        (folder / f"run.{suffix}").write_text(text, encoding="utf-8")
    ours = pens.Command(
        f"{OWN}, `clientauth export {SCENARIO} x.…`",
        {f: (sys.executable, "-m", "simulator", "export", SCENARIO, str(folder / f"x.{f}")) for f in FORMS},
    )
    others = {
        "Mermaid CLI": pens.mermaid_command(npm, folder / "run.mmd"),
        "PlantUML": pens.plantuml_command(folder / "run.puml"),
        "mscgen": pens.mscgen_command(folder / "run.msc"),
    }
    commands = [ours, *(other for other in others.values() if other)]
    players = {
        f"{form.upper()} {who.name}": Contestant(who.play(form))
        for form in FORMS
        for who in commands
        if form in who.lines
    }
    found = interleaved(players, rounds)
    rows: list[tuple[str, ...]] = []
    for name, seconds in found.items():
        form, _, who_name = name.partition(" ")
        own = found[f"{form} {ours.name}"]
        rows.append((form, who_name, f"{Spread.of(seconds):.3f}", times(seconds, own)))
    return rows, [name for name, other in others.items() if other is None]


def times(seconds: Sequence[float], own: Sequence[float]) -> str:
    """The time as a multiple of ours, from the ratio of each round."""
    return f"{speed(own, seconds):.2f}"


def warm(trace: Trace, opened: Browser | None, npm: Path | None, rounds: int) -> list[tuple[str, ...]]:
    """A row for each renderer that stays open."""
    drawing = sequence(trace)
    first = f"{OWN}, SVG"
    players: dict[str, Timed] = {
        first: Contestant(partial(draw, trace, "svg"), 5),
        f"{OWN}, SVG, words never measured": Contestant(partial(draw, trace, "svg"), 1, forget_peers),
        f"{OWN}, SVG, layout at hand": Contestant(partial(svg, drawing), 5),
        f"{OWN}, PNG": Contestant(partial(draw, trace, "png")),
        f"{OWN}, PDF": Contestant(partial(draw, trace, "pdf")),
    }
    if opened and npm:
        page, scripts = pens.drawing_page(opened, npm)
        for name, script in scripts.items():
            text = mermaid(trace) if name.startswith("Mermaid") else plantuml(trace)
            players[f"{name} in an open page, SVG"] = pens.InPage(page, script, text)
            if name.startswith("Mermaid"):
                players[f"{name}, its messages alone"] = pens.InPage(page, script, pens.arrows_alone(trace))
    found = interleaved(players, rounds)
    return [
        (name, f"{Spread.of([1000 * one for one in seconds]):.1f}", times(seconds, found[first]))
        for name, seconds in found.items()
    ]


def long(trace: Trace, folder: Path, rounds: int) -> list[tuple[str, ...]]:
    """The same for a picture of very many messages, which no renderer in a page draws in good time."""
    first = f"{OWN}, SVG"
    players: dict[str, Timed] = {
        first: Contestant(partial(draw, trace, "svg")),
        f"{OWN}, layout alone": Contestant(partial(sequence, trace)),
    }
    (folder / "long.msc").write_text(pens.msc(trace), encoding="utf-8")
    mscgen = pens.mscgen_command(folder / "long.msc")
    if mscgen:
        players[f"{mscgen.name}, a whole process, SVG"] = Contestant(mscgen.play("svg"))
    found = interleaved(players, rounds)
    return [
        (name, f"{Spread.of(seconds):.3f}", times(seconds, found[first])) for name, seconds in found.items()
    ]


def player(trace: Trace, opened: Browser, folder: Path, presses: int) -> list[tuple[str, ...]]:
    """Milliseconds of work for a key, and until the picture has changed."""
    file = save(trace, folder / "run.html")
    page = opened.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(f"({WATCH_KEYS})()")  # before the player listens for keys, too
    page.goto(file.as_uri())
    page.locator(".clientauth-player").wait_for()
    changed: list[dict[str, float]] = []
    tried, key = 0, "ArrowRight"
    while len(changed) < presses:
        if tried > 3 * presses:
            raise RuntimeError(f"the picture changed {len(changed)} times in {tried} presses of a key")
        page.keyboard.press(key)
        tried += 1
        page.wait_for_function("(tried) => window.pressed.length === tried", arg=tried)
        last = page.evaluate("window.pressed.at(-1)")
        if last["changed"] and key == "ArrowRight":
            changed.append(last)
        key = "ArrowRight" if last["changed"] else "Home"  # nothing changes at the end of the run
    rows: list[tuple[str, ...]] = []
    for words, name in (("work", "work"), ("to the changed picture", "frame")):
        values = [one[name] for one in changed]
        within = sum(value <= FRAME_MS for value in values)
        rows.append((words, f"{Spread.of(values):.1f}", f"{max(values):.1f}", f"{within} of {len(values)}"))
    page.close()
    return rows


def measured(npm: Path | None, rounds: Rounds) -> str:
    """The section of the README."""
    trace = simulate(SCENARIO).trace
    endless = pens.prolonged(trace, LONG)
    before = load()
    with TemporaryDirectory() as name, pens.browser() as opened:
        folder = Path(name)
        cold_rows, absent = cold(trace, folder, npm, rounds.cold)
        warm_rows = warm(trace, opened, npm, rounds.warm)
        long_rows = long(endless, folder, rounds.long)
        key_rows = player(trace, opened, folder, rounds.presses) if opened else []
        browser = f", Chromium {opened.version}" if opened else "; no Chromium, so nothing in a page"
    missing = f" Left out because absent: {', '.join(absent)}." if absent else ""
    ours, theirs = f"{OWN}, SVG", "how many times as long as ours"
    heads = ("who", "milliseconds", f"× {ours}")
    keys = table(("from the key press", "milliseconds", "most", f"within {FRAME_MS} ms"), key_rows)
    return f"""\
{machine()}{browser}; not pinned to a processor, since a browser is several processes. The load was {before}
when it began, and others may have worked beside it: the seconds say how it was, the ratios are paired, taken
in each round between contestants that played one right after the other. Median and, in brackets, quartiles.
The run is `{SCENARIO}`, TLS 1.3, {pens.messages(trace)} messages.{missing}

Cold, {rounds.cold} rounds. × is {theirs} it takes. Aim: our SVG below {COLD_AIM_SECONDS} s.

{table(("form", "who", "seconds", "×"), cold_rows)}

Warm, {rounds.warm} rounds. Aim: Mermaid takes {WARM_AIM_TIMES} times as long as ours.

{table(heads, warm_rows)}

Long, {pens.messages(endless):,} messages, {rounds.long} rounds.

{table(("who", "seconds", f"× {ours}"), long_rows)}

The player, {rounds.presses} presses of →. Aim: one frame, {FRAME_MS} ms.

{keys if key_rows else "Not measured."}
"""


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--npm", type=Path, help="the folder that npm installed Mermaid and PlantUML in")
    arguments.add_argument("--quick", action="store_true", help="few rounds, printed and not written")
    given = arguments.parse_args()
    if given.quick:
        print(measured(given.npm, Rounds(2, 3, 2, 5)))
    else:
        write_section("pictures", measured(given.npm, Rounds()))


if __name__ == "__main__":
    main()
