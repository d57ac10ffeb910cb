"""The programs that draw the sequence diagram: this one, and Mermaid, PlantUML and mscgen if installed.

All draw the same run. Mermaid and PlantUML get the text that ``clientauth export`` writes for them, mscgen a
text of the same lines: participants, steps, messages with their fields, remarks beside the lanes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.trace.facts import Alert, Event, Sent
from simulator.views.story.beat_kinds import Band, Flight
from simulator.views.texts.mermaid import escape
from simulator.views.texts.outline import Note, flight_lines, outline, participants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from simulator.trace.trace import Trace

BLANK = "<!doctype html><meta charset='utf-8'><body></body>"
ADDRESS = "http://diagrams.test/"
MOST_SECONDS = 120.0
MOST_TEXT = 10_000_000  # characters; Mermaid refuses more than 50,000 unless the page says so

DRAW_MERMAID = """async (text) => {
  const start = performance.now();
  await mermaid.render('drawn', text);
  return (performance.now() - start) / 1000;
}"""
DRAW_PLANTUML = """async (text) => {
  const start = performance.now();
  await new Promise((good, bad) => plantuml.renderToString(text.split('\\n'), good, bad));
  return (performance.now() - start) / 1000;
}"""


def messages(trace: Trace) -> int:
    """The number of messages and alerts that were sent."""
    return sum(isinstance(line, Flight) for line in outline(trace))


def prolonged(trace: Trace, wanted: int) -> Trace:
    """The run with its connection played over and over, until at least ``wanted`` messages were sent.

    What comes again keeps its order, its actors and its causes; numbers and times go on.
    """
    again = [event for event in trace.events if event.at >= 0 and event.seq > 0]
    first, length = again[0].seq, len(again)
    if [event.seq for event in again] != list(range(first, len(trace.events))):
        raise ValueError("the connection is not the end of this trace; take one in which it is")
    lasting = again[-1].at + trace.setup.latency
    events = list(trace.events)
    sendings = sum(_is_sending(event) for event in again)
    rounds = -(-(wanted - messages(trace)) // sendings)
    for number in range(1, rounds + 1):
        for event in again:
            cause = event.cause
            later = cause + number * length if cause is not None and cause >= first else cause
            events.append(
                replace(event, seq=event.seq + number * length, at=event.at + number * lasting, cause=later)
            )
    return replace(trace, events=tuple(events))


def _is_sending(event: Event) -> bool:
    fact = event.fact
    return isinstance(fact, Sent) or (isinstance(fact, Alert) and fact.direction == "sent")


def arrows_alone(trace: Trace) -> str:
    """Mermaid text of the messages with their names only: the least that could be drawn."""
    known = participants(trace, "messages")
    lines = [f"  participant {lane.key} as {escape(lane.title)}" for lane in known.values()]
    lines += [
        f"  {known[line.event.actor].key}->>{known[line.receiver].key}: {escape(flight_lines(line)[0])}"
        for line in outline(trace)
        if isinstance(line, Flight)
    ]
    return "\n".join(["sequenceDiagram", *lines]) + "\n"


def msc(trace: Trace) -> str:
    """A run as mscgen text."""
    known = participants(trace, "messages")
    heads = ",\n".join(f"  {one.key} [label={_quoted((one.title, *one.words))}]" for one in known.values())
    lines = []
    for line in outline(trace):
        match line:
            case Band():
                lines.append(f"  --- [label={_quoted((line.step.title,))}];")
            case Flight():
                sender, receiver = known[line.event.actor].key, known[line.receiver].key
                way = "-x" if line.lost else "=>>"
                lines.append(f"  {sender} {way} {receiver} [label={_quoted(flight_lines(line))}];")
            case Note():
                lines.append(f"  {line.lane} note {line.lane} [label={_quoted(line.lines)}];")
    return "msc {\n  wordwraparcs=on;\n" + heads + ";\n" + "\n".join(lines) + "\n}\n"


def _quoted(lines: tuple[str, ...]) -> str:
    text = "\n".join(lines).replace("\\", "/").replace('"', "'")
    return '"' + text.replace("\n", "\\n") + '"'


@dataclass(frozen=True, slots=True)
class Command:
    """A program that draws a file in a process of its own.

    Attributes:
        name: what it is called in a table, with its version.
        lines: the command by the form that it writes.
    """

    name: str
    lines: Mapping[str, tuple[str, ...]]

    def play(self, form: str) -> Callable[[], object]:
        """Draw in this form, and fail if it cannot."""
        line = self.lines[form]
        return lambda: subprocess.run(line, check=True, capture_output=True, timeout=MOST_SECONDS)


def said(*line: str) -> str:
    """The first version number in what a program says about itself."""
    done = subprocess.run(line, check=False, capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "of unknown version"


def package_version(npm: Path, name: str) -> str:
    """The version of a package from npm."""
    return str(json.loads((npm / "node_modules" / name / "package.json").read_text("utf-8"))["version"])


def mermaid_command(npm: Path | None, text: Path) -> Command | None:
    """Mermaid CLI in the system's Chromium; None where one of the two is absent."""
    program = npm / "node_modules" / ".bin" / "mmdc" if npm else None
    chromium = shutil.which("chromium")
    if npm is None or program is None or not program.exists() or chromium is None:
        return None
    settings = text.with_name("puppeteer.json")
    settings.write_text(json.dumps({"executablePath": chromium, "args": ["--no-sandbox"]}), "utf-8")
    begin = (str(program), "--quiet", "--puppeteerConfigFile", str(settings), "--input", str(text))
    lines: dict[str, tuple[str, ...]] = {
        form: (*begin, "--output", str(text.with_suffix(f".mermaid.{form}")))
        for form in ("svg", "png", "pdf")
    }
    lines["pdf"] = (*lines["pdf"], "--pdfFit")
    return Command(f"Mermaid CLI {package_version(npm, '@mermaid-js/mermaid-cli')}", lines)


def plantuml_command(text: Path) -> Command | None:
    """PlantUML in a Java of its own; None where it is absent."""
    program = shutil.which("plantuml")
    if program is None:
        return None
    lines = {form: (program, f"-t{form}", "-charset", "UTF-8", str(text)) for form in ("svg", "png")}
    return Command(f"PlantUML {said(program, '-version')}", lines)


def mscgen_command(text: Path) -> Command | None:
    """Mscgen; None where it is absent."""
    program = shutil.which("mscgen")
    if program is None:
        return None
    lines = {
        form: (program, "-T", form, "-i", str(text), "-o", str(text.with_suffix(f".msc.{form}")))
        for form in ("svg", "png")
    }
    return Command(f"mscgen {said(program, '-l')}", lines)


@contextmanager
def browser() -> Iterator[Browser | None]:
    """The system's Chromium; None where it or Playwright is absent."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        yield None
        return
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        try:
            yield opened
        finally:
            opened.close()


@dataclass(frozen=True, slots=True)
class InPage:
    """A renderer in an open page, timed there, so that the way to the browser is not counted."""

    page: Page
    script: str
    text: str

    def seconds(self) -> float:
        """The cost of one picture, measured now."""
        return float(self.page.evaluate(self.script, self.text))


def drawing_page(opened: Browser, npm: Path) -> tuple[Page, dict[str, str]]:
    """A page with the renderers that are installed, and their scripts by name and version."""
    page = opened.new_page()
    page.set_default_timeout(MOST_SECONDS * 1000)
    plantuml = npm / "node_modules" / "@plantuml" / "core"

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        file = plantuml / name
        if name and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type="text/javascript")
        elif name:
            route.abort()
        else:
            route.fulfill(body=BLANK, content_type="text/html")

    page.route("**/*", serve)
    page.goto(ADDRESS)
    scripts = {}
    mermaid = npm / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    if mermaid.is_file():
        page.add_script_tag(path=mermaid)
        page.evaluate(f"mermaid.initialize({{startOnLoad: false, maxTextSize: {MOST_TEXT}}})")
        scripts[f"Mermaid {package_version(npm, 'mermaid')}"] = DRAW_MERMAID
    if plantuml.is_dir():
        page.add_script_tag(path=plantuml / "viz-global.js")
        page.evaluate("async () => { window.plantuml = await import('/plantuml.js'); }")
        scripts[f"PlantUML {package_version(npm, '@plantuml/core')}"] = DRAW_PLANTUML
    return page, scripts
