// The player: shows one run, or two side by side, and lets a cursor light them up.
//
// It is a module as anywidget wants it: render({ model, el }) draws into el and gives back a clean-up.
// The model has `document` (see player_document.py), `cursor`, `second_cursor` and `theme`; of a live simulation
// also `live`, `pending`, a decision that waits for a person ({ask, options, number}), and `answer`, what was
// chosen ({decision, choice}). With `panelled` false it begins without panels, with `guessing` it asks from the
// beginning. Every word that is shown of a run comes from the model; it is set as text, never as markup. The one
// piece of markup, the picture, is parsed as an image. What is drawn follows from the cursors and from what was
// guessed: going back always works.

import { Controls } from "./controls.js";
import { Decisions } from "./decisions.js";
import { h } from "./elements.js";
import { Head } from "./head.js";
import { action, helpDialog, leftToNotebook } from "./keys.js";
import { Pane } from "./pane.js";

const NARROW = 760;  // px: up to here one thing stands below the other
const ROOMY = 1600;  // px of one run: below that all columns are never readable at once
const PANEL = 0.26;  // of the width: what the panels take beside all columns
let players = 0;

export default { render };

function render({ model, el }) {
  const player = new Player(model, el);
  return () => player.remove();
}

class Player {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.standalone = Boolean(model.get("standalone"));
    this.name = document.title;
    this.root = h("div");  // it stays when the document changes: what is full screen stays full screen
    el.replaceChildren(this.root);
    this.undo = [];
    this.listen(window, "keydown", (event) => this.key(event), true);
    this.listen(window, "pointerdown", (event) => { if (!this.head.more.contains(event.target)) this.head.more.open = false; });
    this.listen(window, "beforeprint", () => this.panes.forEach((pane) => pane.drawAll()));
    this.listen(window, "afterprint", () => this.draw());
    this.listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", () => this.dress());
    this.follow("document", () => this.build());
    this.follow("cursor", () => this.put(0, model.get("cursor")));
    this.follow("second_cursor", () => this.put(1, model.get("second_cursor")));
    this.follow("theme", () => this.dress());
    this.follow("pending", () => this.decisions.draw());
    this.follow("answer", () => this.decisions.heard());
    Object.assign(this, { active: 0, linked: true, every: false, guessing: model.get("guessing") ?? "", big: false, letters: true, speed: 1, narrow: false, panelled: model.get("panelled") ?? true });
    this.build();
    const sized = new ResizeObserver(() => this.resized());
    sized.observe(this.root);
    this.undo.push(() => sized.disconnect());
  }

  listen(target, name, handler, capture = false) {
    target.addEventListener(name, handler, capture);
    this.undo.push(() => target.removeEventListener(name, handler, capture));
  }

  follow(name, handler) {
    this.model.on(`change:${name}`, handler);
    this.undo.push(() => this.model.off(`change:${name}`, handler));
  }

  remove() {
    this.controls.pause();
    this.undo.forEach((undo) => undo());
    this.panes.forEach((pane) => pane.remove());
    this.el.replaceChildren();
    if (this.standalone) document.title = this.name;
  }

  // Also after a step of a live simulation, which gives the model a new document: what was set stays set.
  build() {
    const before = this.panes ?? [];
    const focused = this.el.contains(document.activeElement);
    this.controls?.pause();
    before.forEach((pane) => pane.remove());
    const { runs, comparison } = this.model.get("document");
    Object.assign(this, { id: `cap-${(players += 1)}`, comparison, active: Math.min(this.active, runs.length - 1) });
    this.panes = runs.map((run, index) => new Pane(run, index, this));
    this.panes.forEach((pane, index) => { if (before[index]) pane.goOnFrom(before[index]); });
    this.said = h("div", { class: "cap-hidden", "aria-live": "polite", role: "status" });
    this.help = helpDialog(this);
    this.decisions = new Decisions(this);
    this.controls = new Controls(this);
    this.head = new Head(this, runs);
    this.root.className = `clientauth-player${runs.length > 1 ? " cap-two" : ""}`;
    this.root.replaceChildren(...[this.head.root, this.head.parting, this.decisions.root,
      h("div", { class: "cap-panes" }, this.panes.map((pane) => pane.root)), this.controls.root, this.said, this.help].filter(Boolean));
    this.dress();
    const cursor = Number(this.model.get("cursor")) || 0;
    this.panes[0].cursor = this.allowed(this.panes[0], cursor);
    if (comparison) this.panes[1].cursor = this.allowed(this.panes[1], this.model.get("second_cursor") ?? this.beside(0, cursor));
    this.draw();
    if (focused) this.decisions.focus();
  }

  // The first size decides where the reader begins: close up, or where all columns have room in readable type; on a
  // narrow screen without the panels.
  resized() {
    const width = this.root.clientWidth;
    if (!width) return;
    const narrow = width <= NARROW;
    if (this.begun && narrow === this.narrow) return;
    if (narrow !== this.narrow) this.panelled = !narrow;
    const each = width / this.panes.length;
    if (!this.begun) this.panes.forEach((pane) => { pane.wide = each >= ROOMY && (1 - PANEL) * each >= pane.picture.widest; });
    Object.assign(this, { narrow, begun: true });
    this.draw();
  }

  get pane() { return this.panes[this.active]; }

  stops(pane) {
    return pane.run.events.filter((event) => event.stop || this.every).map((event) => event.seq);
  }

  // What holds at a stop includes what goes along with it, up to the next stop.
  upto(pane) {
    const next = this.stops(pane).find((seq) => seq > pane.cursor);
    return next === undefined ? pane.last : next - 1;
  }

  // Where the other run stands while this one is at an event: the last stop up to what answers to it.
  beside(index, seq) {
    const answers = this.comparison.across[index][Math.max(0, Math.min(this.panes[index].last, seq))];
    return this.stops(this.panes[1 - index]).filter((stop) => stop <= answers).at(-1) ?? 0;
  }

  // The question that comes before an event: at every message, or only where a decision is taken, and at the end.
  asked(event) { return { every: event.question, decisions: event.turn }[this.guessing] ?? null; }

  // While guessing nobody gets past a question that is not answered.
  allowed(pane, seq) {
    const within = Math.max(0, Math.min(pane.last, seq));
    if (!this.guessing) return within;
    const open = pane.run.events.find((event) => this.asked(event) && !pane.answers.has(event.seq));
    if (!open || within < open.seq) return within;
    return this.stops(pane).filter((stop) => stop < open.seq).at(-1) ?? 0;
  }

  // The event that comes next in a run, where it is to be guessed.
  question(pane) {
    const next = this.guessing ? this.stops(pane).find((seq) => seq > pane.cursor) : undefined;
    return next === undefined || !this.asked(pane.run.events[next]) ? null : pane.run.events[next];
  }

  waits(pane) {
    const event = this.question(pane);
    return Boolean(event) && !pane.answers.has(event.seq);
  }

  // The pane whose question the number keys answer: the one that leads, or else the other.
  get asking() { return [this.pane, ...this.panes].find((pane) => this.waits(pane)) ?? null; }

  // A guess was made, and what became of it stands there.
  get answered() { return this.panes.some((pane) => this.question(pane) && !this.waits(pane)); }

  // Something lies ahead that a title or a lesson would tell: to a reader who guesses, or who decides.
  get secret() {
    const live = Boolean(this.model.get("live"));
    return this.panes.some(({ cursor, last, run }) => (!run.finished && (live || this.guessing)) || (this.guessing && cursor < last));
  }

  go(index, seq) {
    if (!Number.isFinite(seq)) return;
    const pane = this.panes[index];
    pane.cursor = this.allowed(pane, seq);
    const other = this.panes[1 - index];
    if (other && this.linked) other.cursor = this.allowed(other, this.beside(index, pane.cursor));
    this.tell();
    this.draw();
  }

  // The model's cursor was moved from outside: from Python, or by the address.
  put(index, seq) {
    const pane = this.panes[index];
    if (!pane || pane.cursor === seq || !Number.isFinite(seq)) return;
    pane.cursor = this.allowed(pane, seq);
    this.tell();
    this.draw();
  }

  tell() {
    const before = [this.model.get("cursor"), this.model.get("second_cursor")];
    this.panes.forEach((pane, index) => {
      if (before[index] !== pane.cursor) this.model.set(index ? "second_cursor" : "cursor", pane.cursor);
    });
    this.model.save_changes();
  }

  goToParting() {
    const [a, b] = this.comparison.seqs;
    this.panes[0].cursor = this.allowed(this.panes[0], a ?? this.beside(1, b));
    this.panes[1].cursor = this.allowed(this.panes[1], b ?? this.beside(0, a));
    this.tell();
    this.draw();
  }

  step(direction) {
    const pane = this.pane;
    const stops = this.stops(pane);
    const to = direction > 0 ? stops.find((seq) => seq > pane.cursor) : stops.filter((seq) => seq < pane.cursor).at(-1);
    if (to === undefined) {
      this.controls.pause();
      if (direction > 0 && this.decisions.pending) this.decisions.focus();
      return;
    }
    const other = this.panes[1 - this.active];
    const first = other && this.linked && this.allowed(other, this.beside(this.active, to)) < this.beside(this.active, to) ? other : pane;
    if (first === pane) this.go(this.active, to);
    else if (!this.waits(other)) { this.lag(other, this.beside(this.active, to)); return; }
    if (pane.cursor !== to) { this.controls.pause(); (this.waits(pane) ? pane : first).guess.ask(); }
  }

  // The other run comes after, as far as its next question, which is then asked.
  lag(pane, seq) {
    pane.cursor = this.allowed(pane, seq);
    this.tell();
    this.draw();
  }

  // Onward from a question of this pane.
  lead(pane) {
    if (!this.linked) this.activate(pane.index);
    this.step(1);
  }

  end(direction) { this.go(this.active, direction > 0 ? this.pane.last : 0); }

  chapter(direction) {
    const starts = this.pane.run.picture.chapters.map((chapter) => chapter.seq);
    const { cursor } = this.pane;
    this.go(this.active, direction > 0 ? starts.find((seq) => seq > cursor) ?? this.pane.last : starts.filter((seq) => seq < cursor).at(-1) ?? 0);
  }

  // The next decision of client or server, or the one before; after the last of them the end, where a live run asks.
  decision(direction) {
    const { run, cursor, last } = this.pane;
    const all = run.decisions.filter((decision) => decision.number !== null).map((decision) => decision.seq);
    this.go(this.active, direction > 0 ? all.find((seq) => seq > cursor) ?? last : all.filter((seq) => seq < cursor).at(-1) ?? 0);
    const next = this.question(this.pane);
    if (direction > 0 && next) this.pane.guess.ask();
    else if (direction > 0 && this.decisions.pending) this.decisions.focus();
  }

  activate(index) {
    if (this.active === index) return;
    this.active = index;
    this.draw();
  }

  togglePlay() { this.controls.togglePlay(); }

  setEvery(every) { this.every = every; this.draw(); }

  // Not at all, at decisions, or at every message. What lies behind is not asked.
  setGuessing(when) {
    this.guessing = when;
    for (const pane of this.panes) {
      pane.answers = new Map(pane.run.events.filter((event) => this.asked(event) && event.seq <= pane.cursor).map((event) => [event.seq, -1]));
    }
    this.draw();
  }

  turnGuessing() { this.setGuessing({ "": "decisions", decisions: "every", every: "" }[this.guessing]); }

  setBig(big) { this.big = big; this.draw(); }

  // In big type there is no room for panels beside the picture.
  setPanelled(panelled) {
    this.panelled = panelled;
    if (panelled) this.big = false;
    this.draw();
  }

  togglePanels() { this.setPanelled(!this.panelled || this.big); }

  setWide(wide) {
    for (const pane of this.panes) { pane.wide = wide; pane.zoom = 1; }
    this.draw();
  }

  zoom(factor) {
    for (const pane of this.panes) pane.zoom = Math.max(0.4, Math.min(4, pane.zoom * factor));
    this.draw();
  }

  turnTheme() {
    this.model.set("theme", this.root.dataset.theme === "dark" ? "light" : "dark");
    this.model.save_changes();
    this.dress();
  }

  // Light or dark: as asked for, else as the notebook around it, else as the system.
  dress() {
    const asked = this.model.get("theme");
    const around = document.body.dataset.jpThemeLight;
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const theme = asked === "light" || asked === "dark" ? asked : { true: "light", false: "dark" }[around] ?? system;
    this.root.dataset.theme = theme;
    this.head.toggles.dark.setAttribute("aria-pressed", String(theme === "dark"));
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  // Heard on the way down, before a notebook hears it: JupyterLab and Notebook take plain keys for commands of
  // their own (x cuts the cell), wherever the focus is. So an element with a use for keys gets them from here.
  key(event) {
    const target = event.target instanceof Element ? event.target : this.root;
    if (!this.standalone && !this.el.contains(target)) return;
    if (leftToNotebook(event)) return;
    if (!this.standalone) event.stopPropagation();
    if (this.help.open) return;
    target.closest("[data-keys]")?.keys(event);
    const act = event.defaultPrevented ? null : action(this, event, target);
    if (!act) return;
    event.preventDefault();
    act();
  }

  // What the key of a number does: a guess where a question is open, else the answer to a decision that waits.
  numbered(place) {
    const { asking } = this;
    return asking ? () => asking.guess.answer(place) : this.decisions.numbered(place);
  }

  draw() {
    const looks = { "cap-big": this.big, "cap-narrow": this.narrow, "cap-panelled": this.panelled && !this.big, "cap-plain": !this.panelled || this.big };
    for (const [name, on] of Object.entries(looks)) this.root.classList.toggle(name, on);
    this.panes.forEach((pane, index) => {
      const leads = this.panes.length > 1 && index === this.active;
      pane.root.classList.toggle("cap-active", leads);
      pane.draw(leads);
    });
    this.controls.draw();
    this.decisions.draw();
    this.head.draw();
    this.said.textContent = [this.pane.headline(this.pane.cursor), ...this.pane.sentences].join(". ").replaceAll("..", ".");
  }
}
