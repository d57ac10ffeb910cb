// One run: the picture, what it says now, and the panels.

import { Beliefs } from "./beliefs.js";
import { facts, h } from "./elements.js";
import { Guess } from "./guess.js";
import { DRAW } from "./panels.js";
import { Picture } from "./picture.js";

const TABS = [["event", "This event"], ["ledger", "Ledgers"], ["levels", "Levels"], ["states", "States"],
  ["story", "Story"], ["world", "World"]];

export class Pane {
  constructor(run, index, player) {
    Object.assign(this, { run, index, player, cursor: 0, wide: false, zoom: 1, answers: new Map(), tab: "event" });
    this.last = run.events.length - 1;
    this.id = `${player.id}-${index}`;
    this.where = player.comparison ? [" on the left", " on the right"][index] : "";
    this.beliefs = new Beliefs(this);
    this.picture = new Picture(this);
    this.now = h("section", { class: "cap-now", tabindex: "0", "data-scrolls": "", "aria-label": `Now${this.where}` });
    this.guess = new Guess(this);
    this.panels = Object.fromEntries(TABS.map(([name]) => [name, this.panelNode(name)]));
    this.drawn = {};
    const side = h("div", { class: "cap-side" }, this.now, this.guess.root, this.tablist(), Object.values(this.panels));
    this.name = h("h2", { class: player.comparison ? "cap-run" : "cap-hidden" });
    this.root = h("section", { class: "cap-pane", click: () => player.activate(index) },
      this.name, this.picture.root, side);
    this.choose("event");
  }

  remove() { this.picture.remove(); }

  // After a step of a live simulation: what was set stays set, and so does what was guessed of what is the same.
  goOnFrom(before) {
    const parts = before.run.events.findIndex((event, seq) => event.headline !== this.run.events[seq]?.headline);
    const kept = [...before.answers].filter(([seq]) => parts < 0 || seq < parts);
    Object.assign(this, { wide: before.wide, zoom: before.zoom, answers: new Map(kept) });
    this.choose(before.tab);
  }

  get event() { return this.run.events[this.cursor]; }

  // After a change of size too; before the first drawing there is nothing to draw.
  drawPicture(smoothly = true) {
    if (this.upto !== undefined) this.picture.draw(this.cursor, this.upto, this.player.guessing, this.player.secret, smoothly);
  }

  panelNode(name) {
    return h("div", { class: "cap-panel", role: "tabpanel", id: `${this.id}-${name}`, "aria-labelledby": `${this.id}-${name}-tab`,
      tabindex: "0", "data-scrolls": "", "data-title": TABS.find(([key]) => key === name)[1] });
  }

  tablist() {
    this.tabs = TABS.map(([name, words]) => h("button", { type: "button", role: "tab", id: `${this.id}-${name}-tab`,
      "aria-controls": `${this.id}-${name}`, click: () => { this.choose(name); this.drawPanel(); } }, words));
    const move = (event) => {
      const at = this.tabs.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.tabs.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      const tab = this.tabs[(to + this.tabs.length) % this.tabs.length];
      tab.focus();
      tab.click();
    };
    const list = h("div", { role: "tablist", class: "cap-tabs", "aria-label": `What to look at${this.where}`, "data-keys": "" }, this.tabs);
    list.keys = move;
    return list;
  }

  choose(name) {
    this.tab = name;
    TABS.forEach(([other], at) => {
      this.tabs[at].setAttribute("aria-selected", String(other === name));
      this.tabs[at].tabIndex = other === name ? 0 : -1;
      this.panels[other].classList.toggle("cap-closed", other !== name);
    });
  }

  draw(leads) {
    const { player } = this;
    this.upto = player.upto(this);
    this.root.dataset.cursor = this.cursor;
    const name = player.secret ? ["The run on the left", "The run on the right"][this.index] : this.run.name;
    const shown = player.secret && !player.comparison ? "The run" : name;
    this.root.setAttribute("aria-label", shown);
    this.name.replaceChildren(shown, ...(leads ? [h("small", {}, player.linked ? "leads" : "moves")] : []));
    this.drawPicture();
    this.drawNow();
    this.drawGuess();
    this.drawPanel();
  }

  drawGuess() { this.guess.draw(this.player.question(this), this.player.asking === this); }

  // What is told of an event, and what became of it as far as that is known.
  get sentences() {
    const { event } = this;
    const end = this.ends(event.seq);
    const before = end ? [`${end[2].charAt(0).toUpperCase()}${end[2].slice(1)}.`, `${event.headline}.`] : [];
    return [...before, ...event.sentences, ...this.known(event.later)];
  }

  known(later) { return later.filter(([seq]) => !this.player.guessing || seq <= this.upto).map(([, words]) => words); }

  drawNow() {
    const { event } = this;
    const chapter = this.run.picture.chapters.filter((entry) => entry.seq <= event.seq).at(-1) ?? this.run.picture.chapters[0];
    const end = this.ends(event.seq);
    this.now.style.setProperty("--step", `var(--step_${event.step})`);
    this.now.replaceChildren(
      h("p", { class: "cap-when" }, chapter && event.seq ? h("b", {}, `${chapter.number} ${chapter.title}`.trim()) : h("b", {}, "Before"),
        h("span", {}, event.seq ? event.at : "")),
      h("h3", end ? { class: "cap-level", style: `--level: var(--level_${end[0]})` } : {}, this.headline(event.seq)), ...this.sentences.map((sentence) => h("p", {}, sentence)));
  }

  // At the last event of a run that is over: its level, as key, name and meaning.
  ends(seq) { return seq === this.last && this.run.finished ? this.run.levels.find(([level]) => level === this.run.level) : null; }

  // The last step is headed by what came out, not by what happened to happen last.
  headline(seq) {
    const end = this.ends(seq);
    return end ? `Result: ${end[1]}` : this.run.events[seq].headline;
  }

  drawPanel(name = this.tab) {
    const key = `${this.cursor} ${this.upto} ${this.player.every} ${this.player.guessing} ${this.player.secret}`;
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    DRAW[name](this, this.panels[name]);
  }

  // For paper, where nothing is hidden in the picture.
  drawAll() {
    TABS.forEach(([name]) => this.drawPanel(name));
    this.picture.reach("");
  }

  certificate(fingerprint, open = false) {
    const words = this.run.certificates[fingerprint];
    if (!words) return null;
    const rows = words.extensions.map(([name, critical, text]) => h("div", {}, h("dt", {}, name, critical ? h("em", {}, " critical") : null), h("dd", {}, text)));
    return h("details", { class: "cap-certificate", open }, h("summary", {}, "Certificate ", h("b", {}, words.title)), facts(words.facts),
      rows.length ? h("h5", {}, "Extensions") : null, rows.length ? h("dl", { class: "cap-facts" }, rows) : null);
  }
}
