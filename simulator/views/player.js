// The player: shows one run, or two side by side, and lets a cursor light them up.
//
// It is a module as anywidget wants it: render({ model, el }) draws into el and gives back a clean-up.
// The model has `document` (see player_document.py), `cursor`, `second_cursor` and `theme`; a live simulation
// also `pending`, a decision that waits for a person ({ask, options}), and `choice`, the answer. Every word that
// is shown comes from the model; it is set as text, never as markup. The one piece of markup, the picture, is
// parsed as an image. What is drawn follows from the cursors and from what was guessed: going back always works.

const SVG = "http://www.w3.org/2000/svg";
const SPEEDS = [["slow", 2600], ["normal", 1500], ["quick", 800], ["very quick", 350]];
const TABS = [["event", "This event"], ["ledger", "Ledgers"], ["levels", "Levels"], ["states", "States"],
  ["story", "Story"], ["world", "World"]];
const KEYS = [
  ["Space, →, Page Down", "forward"], ["←, Page Up, Shift+Space", "back"], ["↓ and ↑", "next and previous chapter"],
  ["Home, End", "to the beginning, to the end"], ["1 to 5", "guess, where a question is asked"],
];
const LETTERS = [
  ["p", "play or pause"], ["g", "guess first: what comes next is hidden until you have guessed"],
  ["w", "whole picture or close up"], ["+ and −", "larger and smaller picture"], ["d", "dark or light"],
  ["f", "full screen"], ["?", "this list"],
];
const ICONS = {
  first: "M5 4v16M20 5v14l-11-7z", back: "M17 5v14L6 12z", play: "M7 4v16l13-8z",
  pause: "M7 5h4v14H7zM14 5h4v14h-4z", forward: "M7 5v14l11-7z", last: "M19 4v16M4 5v14l11-7z",
  pass: "M4 13l5 5L20 6", fail: "M5 5l14 14M19 5L5 19", none: "M4 12h16", later: "M12 11v2",
};
let players = 0;

export default { render };

function render({ model, el }) {
  const player = new Player(model, el);
  return () => player.remove();
}

// Small builders -----------------------------------------------------------------------------------------

// An element with attributes and children; a string becomes text, a function a listener, null nothing.
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(name, words = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `cap-icon cap-icon-${name}`);
  if (words) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", words); }
  else svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function latest(list, upto, side) {
  return list.filter((entry) => entry.seq <= upto && (!side || entry.side === side)).at(-1);
}

function facts(pairs, className = "cap-facts") {
  return h("dl", { class: className }, pairs.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// A list with one chosen entry, moved by the arrow keys: one stop for the Tab key however long it is.
function listbox(label, id, pick) {
  const node = h("div", { role: "listbox", tabindex: "0", "aria-label": label, class: "cap-list", id });
  const shown = () => [...node.querySelectorAll('[role="option"]:not([hidden])')];
  node.choose = (option) => {
    for (const old of node.querySelectorAll('[aria-selected="true"]')) old.setAttribute("aria-selected", "false");
    node.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    node.setAttribute("aria-activedescendant", option.id);
    reveal(node, option);
  };
  node.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) pick(option);
  });
  node.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (all.length) pick(all[Math.max(0, Math.min(all.length - 1, to))]);
  });
  return node;
}

// Scroll inside one box only: a notebook around it stays where it is.
function reveal(box, node) {
  const top = node.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (top < 8) box.scrollTop += top - 8;
  else if (top + node.offsetHeight > box.clientHeight - 8) box.scrollTop += top + node.offsetHeight - box.clientHeight + 8;
}

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// The whole player ---------------------------------------------------------------------------------------

class Player {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.standalone = Boolean(model.get("standalone"));
    this.undo = [];
    this.listen(this.standalone ? window : el, "keydown", (event) => this.key(event));
    this.listen(window, "beforeprint", () => this.panes.forEach((pane) => pane.drawAll()));
    this.listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", () => this.dress());
    this.follow("document", () => this.build());
    this.follow("cursor", () => this.put(0, model.get("cursor")));
    this.follow("second_cursor", () => this.put(1, model.get("second_cursor")));
    this.follow("theme", () => this.dress());
    this.follow("pending", () => { this.drawPending(); this.draw(); });
    Object.assign(this, { active: 0, linked: true, every: false, guessing: false, letters: true, timer: null, speed: 1 });
    this.build();
  }

  listen(target, name, handler) {
    target.addEventListener(name, handler);
    this.undo.push(() => target.removeEventListener(name, handler));
  }

  follow(name, handler) {
    this.model.on(`change:${name}`, handler);
    this.undo.push(() => this.model.off(`change:${name}`, handler));
  }

  remove() {
    this.pause();
    this.undo.forEach((undo) => undo());
    this.panes.forEach((pane) => pane.remove());
    this.el.replaceChildren();
  }

  // Also after a step of a live simulation, which gives the model a new document: what was set stays set.
  build() {
    const before = this.panes ?? [];
    before.forEach((pane) => pane.remove());
    const { runs, comparison } = this.model.get("document");
    Object.assign(this, { id: `cap-${(players += 1)}`, comparison, active: Math.min(this.active, runs.length - 1) });
    this.panes = runs.map((run, index) => new Pane(run, index, this));
    this.panes.forEach((pane, index) => {
      if (!before[index]) return;
      const { whole, zoom, answers, tab } = before[index];
      Object.assign(pane, { whole, zoom, answers });
      pane.choose(tab);
    });
    this.said = h("div", { class: "cap-hidden", "aria-live": "polite", role: "status" });
    this.help = this.helpDialog();
    this.pending = h("section", { class: "cap-pending", "aria-label": "Your decision", hidden: true });
    this.root = h("div", { class: `clientauth-player${runs.length > 1 ? " cap-two" : ""}` },
      this.head(runs), comparison ? this.parting() : null, this.pending,
      h("div", { class: "cap-panes" }, this.panes.map((pane) => pane.root)), this.controls(), this.said, this.help);
    this.el.replaceChildren(this.root);
    this.dress();
    this.drawPending();
    const cursor = Number(this.model.get("cursor")) || 0;
    const second = Number(this.model.get("second_cursor")) || comparison?.across[0][cursor] || 0;
    this.panes.forEach((pane, index) => { pane.cursor = this.allowed(pane, index ? second : cursor); });
    this.panes.forEach((pane) => pane.fit());
    this.draw();
  }

  // Head, controls and help ------------------------------------------------------------------------------

  head(runs) {
    const title = runs.length > 1 ? "Two runs side by side" : runs[0].title;
    this.toggles = {
      guess: this.button("Guess first", "g", () => this.setGuessing(!this.guessing)),
      whole: this.button("Whole picture", "w", () => this.setWhole(!this.panes[0].whole)),
      dark: this.button("Dark", "d", () => this.setTheme(this.root.dataset.theme === "dark" ? "light" : "dark")),
    };
    return h("header", { class: "cap-head" },
      h("div", { class: "cap-title" }, h(this.standalone ? "h1" : "h2", {}, title),
        h("p", {}, runs.length > 1 ? `${runs[0].name} · ${runs[1].name}` : runs[0].subtitle)),
      h("div", { class: "cap-buttons", role: "group", "aria-label": "How it is shown" },
        Object.values(this.toggles),
        document.fullscreenEnabled ? h("button", { type: "button", click: () => this.fullScreen() }, "Full screen") : null,
        h("button", { type: "button", click: () => this.help.showModal() }, "Keys")));
  }

  button(words, key, act) {
    return h("button", { type: "button", "aria-pressed": "false", title: `key ${key}`, click: act }, words);
  }

  parting() {
    const { seqs, settings } = this.comparison;
    const first = seqs.findIndex((seq) => seq !== null);
    if (first < 0) return h("p", { class: "cap-parting" }, "The two runs go the same way throughout.");
    const event = this.panes[first].run.events[seqs[first]];
    const rows = settings.map((row) => h("tr", {}, h("th", { scope: "row" }, row[0]), h("td", {}, row[1]), h("td", {}, row[2])));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ["Setting", "Left", "Right"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows));
    return h("div", { class: "cap-parting" },
      h("p", {}, `The runs part where ${event.headline.charAt(0).toLowerCase()}${event.headline.slice(1)}. `,
        h("button", { type: "button", click: () => this.goToParting() }, "Go there")),
      settings.length ? h("details", {}, h("summary", {}, "What is set differently"), table) : null);
  }

  // A live simulation waits: the person decides in the actor's place.
  drawPending() {
    const pending = this.model.get("pending");
    this.pending.hidden = !pending;
    if (!pending) return;
    const decide = (option) => { this.model.set("choice", option); this.model.save_changes(); };
    this.pending.replaceChildren(h("p", { role: "status" }, h("b", {}, "You decide: "), pending.ask),
      h("div", { class: "cap-buttons" }, pending.options.map((option) => h("button", { type: "button", click: () => decide(option) }, option))));
  }

  goToParting() {
    const [a, b] = this.comparison.seqs;
    if (a !== null) this.panes[0].cursor = this.allowed(this.panes[0], a);
    if (b !== null) this.panes[1].cursor = this.allowed(this.panes[1], b);
    this.tell();
    this.draw();
  }

  controls() {
    const step = (name, words, act) => h("button", { type: "button", "aria-label": words, title: words, click: act }, icon(name));
    this.track = h("ol", { class: "cap-track", "aria-label": "Chapters" });
    this.slider = h("input", { type: "range", min: "0", "aria-label": "Place in the run",
      input: () => this.go(this.active, this.stops(this.pane)[Number(this.slider.value)]) });
    this.playing = step("play", "Play", () => this.togglePlay());
    this.place = h("span", { class: "cap-place" });
    const speeds = h("select", { change: () => this.setSpeed(Number(speeds.value)) },
      SPEEDS.map(([name], index) => h("option", { value: index, selected: index === this.speed }, name)));
    const grain = h("select", { change: () => this.setEvery(grain.value === "every") },
      h("option", { value: "moments" }, "moments"), h("option", { value: "every", selected: this.every }, "every event"));
    return h("div", { class: "cap-controls", role: "group", "aria-label": "Player" }, this.track, this.slider,
      h("div", { class: "cap-row" },
        h("div", { class: "cap-transport" }, step("first", "To the beginning", () => this.end(-1)), step("back", "Back", () => this.step(-1)),
          this.playing, step("forward", "Forward", () => this.step(1)), step("last", "To the end", () => this.end(1))),
        this.place,
        h("label", {}, "Speed ", speeds), h("label", {}, "Steps ", grain), this.comparison ? this.linkChoice() : null));
  }

  linkChoice() {
    const names = ["left", "right", "both"];
    const choice = h("select", { change: () => { this.linked = choice.value === "both"; this.activate(choice.value === "right" ? 1 : 0); } },
      names.map((name) => h("option", { value: name, selected: name === "both" }, name)));
    this.choice = choice;
    return h("label", {}, "Moves ", choice);
  }

  helpDialog() {
    const rows = (keys) => keys.map(([key, words]) => h("tr", {}, h("th", { scope: "row" }, key), h("td", {}, words)));
    const letters = h("input", { type: "checkbox", checked: true, change: () => { this.letters = letters.checked; } });
    const dialog = h("dialog", { class: "cap-help", "aria-label": "Keys" }, h("h2", {}, "Keys"),
      h("table", {}, h("tbody", {}, rows(KEYS), rows(LETTERS))),
      h("p", {}, h("label", {}, letters, " Letters are keys (switch off if they get in the way)")),
      h("p", {}, "In the picture, click any message or box to go there."),
      h("button", { type: "button", click: () => dialog.close() }, "Close"));
    return dialog;
  }

  // Where it stands --------------------------------------------------------------------------------------

  get pane() { return this.panes[this.active]; }

  stops(pane) {
    return pane.run.events.filter((event) => event.stop || this.every).map((event) => event.seq);
  }

  // What holds at a stop includes what goes along with it, up to the next stop.
  upto(pane) {
    const next = this.stops(pane).find((seq) => seq > pane.cursor);
    return next === undefined ? pane.last : next - 1;
  }

  // While guessing nobody gets past a question that is not answered.
  allowed(pane, seq) {
    const within = Math.max(0, Math.min(pane.last, seq));
    if (!this.guessing) return within;
    const open = pane.run.events.find((event) => event.question && !pane.answers.has(event.seq));
    if (!open || within < open.seq) return within;
    return this.stops(pane).filter((stop) => stop < open.seq).at(-1) ?? 0;
  }

  question(pane) {
    const next = this.guessing ? this.stops(pane).find((seq) => seq > pane.cursor) : undefined;
    return next === undefined ? null : pane.run.events[next];
  }

  go(index, seq) {
    if (!Number.isFinite(seq)) return;
    const pane = this.panes[index];
    pane.cursor = this.allowed(pane, seq);
    const other = this.panes[1 - index];
    if (other && this.linked) {
      const beside = this.comparison.across[index][pane.cursor];
      other.cursor = this.allowed(other, this.stops(other).filter((stop) => stop <= beside).at(-1) ?? 0);
    }
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

  step(direction) {
    const pane = this.pane;
    const stops = this.stops(pane);
    const to = direction > 0 ? stops.find((seq) => seq > pane.cursor) : stops.filter((seq) => seq < pane.cursor).at(-1);
    if (to === undefined) return this.pause();
    this.go(this.active, to);
    if (pane.cursor !== to) { this.pause(); pane.guess.ask(); }
    return undefined;
  }

  end(direction) { this.go(this.active, direction > 0 ? this.pane.last : 0); }

  chapter(direction) {
    const starts = this.pane.run.picture.chapters.map((chapter) => chapter.seq);
    const { cursor } = this.pane;
    this.go(this.active, direction > 0 ? starts.find((seq) => seq > cursor) ?? this.pane.last : starts.filter((seq) => seq < cursor).at(-1) ?? 0);
  }

  activate(index) {
    this.active = index;
    if (this.choice && !this.linked) this.choice.value = index ? "right" : "left";
    this.draw();
  }

  // Play, settings, theme --------------------------------------------------------------------------------

  togglePlay() { if (this.timer) this.pause(); else this.play(); }

  play() {
    if (this.pane.cursor === this.pane.last) this.go(this.active, 0);
    this.timer = setInterval(() => this.step(1), SPEEDS[this.speed][1]);
    this.playFace("pause", "Pause");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.playing) this.playFace("play", "Play");
  }

  playFace(name, words) {
    this.playing.replaceChildren(icon(name));
    this.playing.setAttribute("aria-label", words);
    this.playing.title = words;
  }

  setSpeed(speed) {
    this.speed = speed;
    if (this.timer) { this.pause(); this.play(); }
  }

  setEvery(every) { this.every = every; this.draw(); }

  setGuessing(on) {
    this.guessing = on;
    for (const pane of this.panes) {
      pane.answers = new Map(pane.run.events.filter((event) => event.question && event.seq <= pane.cursor).map((event) => [event.seq, -1]));
    }
    this.draw();
  }

  setWhole(whole) {
    for (const pane of this.panes) { pane.whole = whole; pane.zoom = 1; pane.fit(); }
    this.draw();
  }

  zoom(factor) {
    for (const pane of this.panes) { pane.zoom = Math.max(0.4, Math.min(4, pane.zoom * factor)); pane.fit(); }
    this.draw();
  }

  setTheme(theme) {
    this.model.set("theme", theme);
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
    this.toggles.dark.setAttribute("aria-pressed", String(theme === "dark"));
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || this.help.open) return;
    const target = event.target instanceof Element ? event.target : this.root;
    const act = this.action(event, target);
    if (!act) return;
    event.preventDefault();
    if (!this.standalone) event.stopPropagation();
    act();
  }

  // What a key does; keys that the focused element has a use for are left to it.
  action(event, target) {
    const { key } = event;
    if (target.closest("input, select, textarea")) return null;
    const scrolls = target.closest("[data-scrolls]") === target;
    const moves = {
      ArrowRight: () => this.step(1), PageDown: () => this.step(1), ArrowLeft: () => this.step(-1), PageUp: () => this.step(-1),
      Home: () => this.end(-1), End: () => this.end(1),
    };
    if (target.closest('[role="tablist"]') && key in moves && !key.startsWith("Page")) return null;
    if (moves[key]) return moves[key];
    if ((key === "ArrowDown" || key === "ArrowUp") && !scrolls) return () => this.chapter(key === "ArrowDown" ? 1 : -1);
    if (key === " " && !target.closest("button, summary")) return () => this.step(event.shiftKey ? -1 : 1);
    const question = this.question(this.pane);
    if (/^[1-5]$/.test(key) && question?.question) return () => this.pane.guess.answer(Number(key) - 1);
    if (!this.letters) return null;
    return {
      p: () => this.togglePlay(), g: () => this.setGuessing(!this.guessing), w: () => this.setWhole(!this.panes[0].whole),
      "+": () => this.zoom(1.2), "-": () => this.zoom(1 / 1.2), d: () => this.setTheme(this.root.dataset.theme === "dark" ? "light" : "dark"),
      f: () => this.fullScreen(), "?": () => this.help.showModal(),
    }[key.toLowerCase()] ?? null;
  }

  // Drawing ----------------------------------------------------------------------------------------------

  draw() {
    this.panes.forEach((pane, index) => {
      pane.root.classList.toggle("cap-active", index === this.active && this.panes.length > 1 && !this.linked);
      pane.draw();
    });
    this.drawControls();
    this.toggles.guess.setAttribute("aria-pressed", String(this.guessing));
    this.toggles.whole.setAttribute("aria-pressed", String(this.panes[0].whole));
    const event = this.pane.event;
    this.said.textContent = [event.headline, ...event.sentences].join(". ").replaceAll("..", ".");
  }

  drawControls() {
    const pane = this.pane;
    const stops = this.stops(pane);
    const at = stops.filter((seq) => seq <= pane.cursor).length - 1;
    this.slider.max = stops.length - 1;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", `${at + 1} of ${stops.length}: ${pane.event.headline}`);
    this.place.textContent = `${at + 1} of ${stops.length} · event ${pane.cursor}`;
    this.drawTrack(pane, stops);
  }

  drawTrack(pane, stops) {
    const { chapters } = pane.run.picture;
    if (this.track.pane !== pane) {
      this.track.pane = pane;
      this.track.replaceChildren(...chapters.map((chapter) => h("li", { style: `--step: var(--step_${chapter.step}); --band: var(--strip_${chapter.step})` },
        h("button", { type: "button", title: chapter.title, click: () => this.go(this.active, chapter.seq) },
          h("b", {}, chapter.number), h("span", {}, chapter.short)))));
    }
    chapters.forEach((chapter, index) => {
      const end = chapters[index + 1]?.seq ?? Infinity;
      const start = index ? chapter.seq : 0;
      const here = pane.cursor >= start && pane.cursor < end;
      const item = this.track.children[index];
      item.style.flexGrow = stops.filter((seq) => seq >= start && seq < end).length;
      item.classList.toggle("cap-past", pane.cursor >= start);
      if (here) item.firstChild.setAttribute("aria-current", "step");
      else item.firstChild.removeAttribute("aria-current");
    });
  }
}

// One run: the picture, what it says now, and the panels ---------------------------------------------------

class Pane {
  constructor(run, index, player) {
    Object.assign(this, { run, index, player, cursor: 0, whole: false, zoom: 1, answers: new Map(), tab: "event" });
    this.last = run.events.length - 1;
    this.id = `${player.id}-${index}`;
    this.where = player.comparison ? [" on the left", " on the right"][index] : "";
    this.picture = new Picture(this);
    this.now = h("section", { class: "cap-now", "aria-label": `Now${this.where}` });
    this.guess = new Guess(this);
    this.panels = Object.fromEntries(TABS.map(([name]) => [name, this.panelNode(name)]));
    this.drawn = {};
    const side = h("div", { class: "cap-side" }, this.now, this.guess.root, this.tablist(), Object.values(this.panels));
    this.root = h("section", { class: "cap-pane", "aria-label": run.name },
      h("h2", { class: player.comparison ? "cap-run" : "cap-hidden" }, run.name), this.picture.root, side);
    this.choose("event");
  }

  remove() { this.picture.remove(); }

  get event() { return this.run.events[this.cursor]; }

  fit() { this.picture.fit(); }

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
      event.stopPropagation();
      const tab = this.tabs[(to + this.tabs.length) % this.tabs.length];
      tab.focus();
      tab.click();
    };
    return h("div", { role: "tablist", class: "cap-tabs", "aria-label": `What to look at${this.where}`, keydown: move }, this.tabs);
  }

  choose(name) {
    this.tab = name;
    TABS.forEach(([other], at) => {
      this.tabs[at].setAttribute("aria-selected", String(other === name));
      this.tabs[at].tabIndex = other === name ? 0 : -1;
      this.panels[other].classList.toggle("cap-closed", other !== name);
    });
  }

  draw() {
    this.upto = this.player.upto(this);
    this.root.dataset.cursor = this.cursor;
    this.picture.draw(this.cursor, this.upto, this.player.guessing);
    this.drawNow();
    this.guess.draw(this.player.question(this));
    this.drawPanel();
  }

  drawNow() {
    const { event } = this;
    const chapter = this.run.picture.chapters.filter((entry) => entry.seq <= event.seq).at(-1) ?? this.run.picture.chapters[0];
    const end = this.cursor === this.last && this.run.finished ? this.ending() : null;
    this.now.style.setProperty("--step", `var(--step_${event.step})`);
    this.now.replaceChildren(
      h("p", { class: "cap-when" }, chapter && event.seq ? h("b", {}, `${chapter.number} ${chapter.title}`) : h("b", {}, "Before"),
        h("span", {}, event.seq ? event.at : "")),
      h("h3", {}, event.headline), ...event.sentences.map((sentence) => h("p", {}, sentence)), ...(end ? [end] : []));
  }

  ending() {
    const [key, name, meaning] = this.run.levels.find(([level]) => level === this.run.level);
    return h("p", { class: "cap-level", style: `--level: var(--level_${key})` }, h("b", {}, `Result: ${name}`), `, ${meaning}.`);
  }

  drawPanel(name = this.tab) {
    const key = `${this.cursor} ${this.upto} ${this.player.every} ${this.player.guessing}`;
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    DRAW[name](this, this.panels[name]);
  }

  drawAll() { TABS.forEach(([name]) => this.drawPanel(name)); }

  certificate(fingerprint, open = false) {
    const words = this.run.certificates[fingerprint];
    if (!words) return null;
    const rows = words.extensions.map(([name, critical, text]) => h("div", {}, h("dt", {}, name, critical ? h("em", {}, " critical") : null), h("dd", {}, text)));
    return h("details", { class: "cap-certificate", open }, h("summary", {}, "Certificate ", h("b", {}, words.title)), facts(words.facts),
      rows.length ? h("h5", {}, "Extensions") : null, rows.length ? h("dl", { class: "cap-facts" }, rows) : null);
  }
}

// The picture: lit up to the cursor, marked where it stands ---------------------------------------------

class Picture {
  constructor(pane) {
    this.pane = pane;
    const { svg, box, lanes } = pane.run.picture;
    this.box = box;
    this.svg = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    const words = [...this.svg.children].filter((node) => node.tagName === "title" || node.tagName === "desc");
    ["aria-labelledby", "width", "height"].forEach((name) => this.svg.removeAttribute(name));
    this.svg.setAttribute("aria-label", `Sequence diagram. ${pane.run.caption}`);
    words.forEach((node) => node.remove());
    this.svg.setAttribute("viewBox", box.join(" "));
    this.groups = pane.run.events.map(() => []);
    for (const node of this.svg.querySelectorAll("[data-seq]")) this.groups[Number(node.dataset.seq)]?.push(node);
    this.mark = this.frame("cap-mark");
    this.parting();
    this.lanes = h("div", { class: "cap-lanes", "aria-hidden": "true" }, lanes.map(([title]) => h("span", {}, title)));
    this.sheet = h("div", { class: "cap-sheet" }, this.svg);
    this.view = h("div", { class: "cap-view", role: "region", tabindex: "0", "aria-label": `Sequence diagram${pane.where}`, "data-scrolls": "",
      click: (event) => this.click(event), mousemove: (event) => this.hover(event) }, this.lanes, this.sheet);
    this.root = h("div", { class: "cap-picture" }, this.view, this.pages());
    this.lit = null;
    this.observer = new ResizeObserver(() => { this.fit(); this.show(this.pane.cursor, false); });
    this.observer.observe(this.view);
  }

  remove() { this.observer.disconnect(); }

  // For paper: the same picture once more, band by band, so that a page ends between two of them.
  pages() {
    const all = document.createElementNS(SVG, "g");
    all.id = `${this.pane.id}-picture`;
    all.append(...this.svg.children);
    this.svg.append(all);
    const [, top, width, height] = this.box;
    const cuts = [top, ...this.pane.run.picture.cuts.map((cut) => cut - 4), top + height];
    const bands = cuts.slice(1).map((end, at) => {
      const svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("viewBox", `0 ${cuts[at]} ${width} ${end - cuts[at]}`);
      const use = document.createElementNS(SVG, "use");
      use.setAttribute("href", `#${all.id}`);
      svg.append(use);
      return svg;
    });
    return h("div", { class: "cap-paper", "aria-hidden": "true" }, h("p", { class: "cap-caption" }, this.pane.run.caption), bands);
  }

  frame(className) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", className);
    rect.setAttribute("rx", "8");
    this.svg.append(rect);
    return rect;
  }

  place(rect, [x, y, width, height], around) {
    const values = { x: x - around, y: y - around, width: width + 2 * around, height: height + 2 * around };
    for (const [name, value] of Object.entries(values)) rect.setAttribute(name, value);
  }

  // In a comparison: a frame where the runs part.
  parting() {
    const seq = this.pane.player.comparison?.seqs[this.pane.index] ?? null;
    if (seq === null) return;
    const at = this.pane.run.picture.places[seq];
    const rect = this.frame("cap-part");
    this.place(rect, at, 13);
    const words = document.createElementNS(SVG, "text");
    words.setAttribute("class", "cap-part-words");
    words.setAttribute("x", at[0] + at[2] + 13);
    words.setAttribute("y", at[1] - 20);
    words.setAttribute("text-anchor", "end");
    words.textContent = "the runs part here";
    this.svg.append(words);
    this.groups[seq].push(rect, words);
  }

  // The columns to show: where client and server talk, or everything where that is asked for or needed.
  columns() {
    const { talk, places } = this.pane.run.picture;
    const wide = places[this.pane.cursor][2] > talk[1] - talk[0];
    return this.pane.whole || wide ? [0, this.box[2]] : talk;
  }

  fit() {
    const [left, right] = this.columns();
    const room = this.view.clientWidth;
    if (!room) return;
    const scale = Math.min(1.7, room / (right - left)) * this.pane.zoom;
    this.left = Math.max(0, (left + right - room / scale) / 2);
    if (scale === this.scale) return;
    this.scale = scale;
    this.sheet.style.width = this.lanes.style.width = `${this.box[2] * scale}px`;
    this.sheet.style.height = `${this.box[3] * scale}px`;
    this.pane.run.picture.lanes.forEach(([, x], at) => { this.lanes.children[at].style.left = `${x * scale}px`; });
    this.show(this.pane.cursor, false);
  }

  draw(cursor, upto, guessing) {
    this.svg.classList.toggle("cap-guessing", guessing);
    const [from, to] = this.lit === null ? [0, this.groups.length - 1] : [Math.min(this.lit, upto), Math.max(this.lit, upto)];
    for (let seq = from; seq <= to; seq += 1) {
      for (const node of this.groups[seq]) node.classList.toggle("cap-ahead", seq > upto);
    }
    this.lit = upto;
    this.place(this.mark, this.pane.run.picture.places[cursor], 7);
    this.fit();
    this.show(cursor, !calm());
  }

  // Bring an event into sight: below the lanes, and sideways only as far as it must.
  show(cursor, smoothly) {
    if (!this.scale) return;
    const { view, scale } = this;
    const [x, y, width, height] = this.pane.run.picture.places[cursor].map((value) => value * scale);
    const above = y - this.box[1] * scale;
    const roof = this.lanes.offsetHeight + 16;
    let top = view.scrollTop;
    if (above < top + 12 || above + height > top + view.clientHeight - roof - 40) top = above - Math.max(40, (view.clientHeight - roof - height) * 0.4);
    let left = this.left * scale;
    if (this.pane.run.events[cursor].kind !== "belief") {
      if (x + width + 14 > left + view.clientWidth) left = x + width + 14 - view.clientWidth;
      if (x - 14 < left) left = x - 14;
    }
    view.scrollTo({ top: Math.max(0, top), left: Math.max(0, left), behavior: smoothly ? "smooth" : "instant" });
  }

  // The event under the pointer: the smallest place that holds the point.
  under(event) {
    const around = this.svg.getBoundingClientRect();
    const x = (event.clientX - around.left) / this.scale + this.box[0];
    const y = (event.clientY - around.top) / this.scale + this.box[1];
    let found;
    for (const [seq, [left, top, width, height]] of Object.entries(this.pane.run.picture.places)) {
      if (this.pane.player.guessing && Number(seq) > this.pane.upto) continue;
      if (x < left - 4 || x > left + width + 4 || y < top - 4 || y > top + height + 4) continue;
      if (!found || width * height < found.area) found = { seq: Number(seq), area: width * height };
    }
    const text = event.target.closest("text")?.dataset.seq ?? (this.pane.upto + 1);  // the heading of a band
    return found?.seq ?? (Number(text) <= this.pane.upto ? Number(text) : undefined);
  }

  click(event) {
    const seq = this.under(event);
    if (seq === undefined || !window.getSelection().isCollapsed) return;
    const { player, index } = this.pane;
    if (!player.linked) player.activate(index);
    player.go(index, seq);
  }

  hover(event) { this.view.classList.toggle("cap-over", this.under(event) !== undefined); }
}

// What happens next? ---------------------------------------------------------------------------------------

class Guess {
  constructor(pane) {
    this.pane = pane;
    this.title = h("h3", { tabindex: "-1" }, "What happens next?");
    this.body = h("div", {});
    this.said = h("p", { class: "cap-feedback", role: "status" });
    this.root = h("section", { class: "cap-guess", "aria-label": `Guess what happens next${pane.where}`, hidden: true }, this.title, this.body);
  }

  ask() { this.title.focus(); this.said.textContent = "Guess first, or let it be shown."; }

  draw(event) {
    const { answers } = this.pane;
    const had = this.root.contains(document.activeElement);
    this.root.hidden = !event?.question;
    this.asked = event;
    if (!event?.question) { if (had) this.pane.picture.view.focus({ preventScroll: true }); return; }
    const { ask, options } = event.question;
    const given = answers.get(event.seq);
    const done = given !== undefined;
    const kept = done ? options.filter((option, at) => option.right || at === given) : options;
    const buttons = kept.map((option) => [option, options.indexOf(option)]).map(([{ text, right }, at]) => h("button", { type: "button", disabled: done, class: done && right ? "cap-right" : done && at === given ? "cap-wrong" : null,
      click: () => this.answer(at) }, h("kbd", { "aria-hidden": "true" }, String(at + 1)), h("span", {}, text),
      done && right ? h("em", {}, icon("pass"), " this is what happens") : null, done && at === given && !right ? h("em", {}, icon("fail"), " not in this run") : null));
    this.onward = done ? h("button", { type: "button", class: "cap-onward", click: () => this.pane.player.step(1) }, "Go on")
      : h("button", { type: "button", click: () => this.answer(-1) }, "Show me");
    this.body.replaceChildren(h("p", {}, ask), h("div", { class: "cap-options", role: "group", "aria-label": ask }, buttons), this.said, h("p", {}, this.onward, this.score()));
    this.said.textContent = done ? this.verdict(options, given) : "";
    if (had) (done ? this.onward : this.title).focus({ preventScroll: true });
  }

  verdict(options, given) {
    const right = options.find((option) => option.right);
    const chosen = options[given];
    if (!chosen) return `${right.text}. ${right.why}`;
    return chosen.right ? `Right. ${right.why}` : `Not in this run. ${chosen.why}`;
  }

  score() {
    const { answers, run } = this.pane;
    const guesses = [...answers].filter(([, given]) => given >= 0);
    const right = guesses.filter(([seq, given]) => run.events[seq].question.options[given].right).length;
    return guesses.length ? ` ${right} of ${guesses.length} guessed right` : "";
  }

  answer(at) {
    const event = this.asked;
    if (!event?.question || this.pane.answers.has(event.seq) || (at >= 0 && !event.question.options[at])) return;
    this.pane.answers.set(event.seq, at);
    this.root.contains(document.activeElement) || this.title.focus({ preventScroll: true });
    this.draw(event);
  }
}

// The panels: each a function of the run and the cursor -------------------------------------------------

const DRAW = { event: drawEvent, ledger: drawLedgers, levels: drawLevels, states: drawStates, story: drawStory, world: drawWorld };

function drawEvent(pane, node) {
  drawKind(pane, node);
  const { event, run } = pane;
  if (!event.words.length) return;
  const line = (term) => [h("dt", {}, term), h("dd", {}, run.words[term][0], run.words[term][1] ? h("small", {}, ` ${run.words[term][1]}`) : null)];
  node.append(h("h4", {}, "Words"), h("dl", { class: "cap-words" }, event.words.flatMap(line)));
}

function drawKind(pane, node) {
  const { event, run } = pane;
  if (event.kind === "message" && run.messages[event.message]) node.replaceChildren(...messageParts(pane, run.messages[event.message]));
  else if (event.kind === "ledger") node.replaceChildren(ledgerNode(latest(run.ledgers, event.seq, event.actor)));
  else if (event.kind === "decision") node.replaceChildren(...decisionParts(pane, event));
  else if (event.kind === "belief" || event.seq === pane.last) drawLevels(pane, node);
  else if (event.kind === "state") drawStates(pane, node);
  else if (event.kind === "setup") drawSetup(pane, node);
  else node.replaceChildren(h("p", { class: "cap-quiet" }, "No message carries this."));
}

function drawSetup(pane, node) {
  const { run, player } = pane;
  drawWorld(pane, node);
  if (!player.guessing && run.lesson) node.prepend(h("p", { class: "cap-lesson" }, run.lesson));
}

function messageParts(pane, message) {
  const parts = [h("h4", {}, message.name), h("ul", { class: "cap-lines" }, message.facts.map((line) => h("li", {}, line)))];
  parts.push(...message.certificates.map((fingerprint) => pane.certificate(fingerprint, message.certificates.length === 1)));
  if (message.bytes) parts.push(...bytesParts(`${pane.id}-bytes`, "The message, byte by byte", message.bytes, message.fields));
  if (message.wire) {
    parts.push(h("details", { class: "cap-wire" }, h("summary", {}, "On the wire: what an eavesdropper sees"),
      ...bytesParts(`${pane.id}-wire`, "Records", message.wire, message.wire_fields)));
  } else if (message.fields.length) parts.push(h("p", { class: "cap-quiet" }, "It travels in the same record as a later message."));
  return parts.filter(Boolean);
}

// Fields and hexadecimal bytes, each pointing to the other.
function bytesParts(id, title, hex, fields) {
  const bytes = [];
  const rows = [];
  for (let at = 0; at * 2 < hex.length; at += 1) {
    if (at % 16 === 0) rows.push(h("div", {}, h("i", {}, at.toString(16).padStart(4, "0"))));
    const byte = h("span", { "data-at": at }, hex.slice(2 * at, 2 * at + 2));
    bytes.push(byte);
    rows.at(-1).append(" ", byte);
  }
  const dump = h("div", { class: "cap-hex", role: "group", tabindex: "0", "aria-label": `${title}: ${bytes.length} bytes in hexadecimal`, "data-scrolls": "" }, rows);
  const light = (option, name) => {
    const [from, to] = option ? [Number(option.dataset.from), Number(option.dataset.to)] : [0, 0];
    bytes.forEach((byte, at) => byte.classList.toggle(name, at >= from && at < to));
  };
  const pick = (option) => { list.choose(option); light(option, "cap-chosen"); if (bytes[option.dataset.from]) reveal(dump, bytes[option.dataset.from]); };
  const list = listbox(`${title}: fields`, id, pick);
  fields.forEach(([depth, from, length, name, meaning, leaf], at) => list.append(h("div", { role: "option", id: `${id}-${at}`, "aria-selected": "false",
    "data-from": from, "data-to": from + length, "data-leaf": leaf ? "" : null, style: `--depth: ${depth}` },
    h("b", {}, name), h("span", {}, meaning), h("small", {}, length === 1 ? "1 byte" : `${length} bytes`))));
  const fieldAt = (target) => {
    const at = Number(target.closest("[data-at]")?.dataset.at ?? -1);
    return [...list.children].find((option) => "leaf" in option.dataset && at >= Number(option.dataset.from) && at < Number(option.dataset.to));
  };
  list.addEventListener("mouseover", (event) => light(event.target.closest("[role=option]"), "cap-hovered"));
  list.addEventListener("mouseleave", () => light(null, "cap-hovered"));
  dump.addEventListener("mouseover", (event) => light(fieldAt(event.target), "cap-hovered"));
  dump.addEventListener("mouseleave", () => light(null, "cap-hovered"));
  dump.addEventListener("click", (event) => { const option = fieldAt(event.target); if (option) pick(option); });
  return [h("h5", {}, title), fields.length ? list : null, dump].filter(Boolean);
}

function decisionParts(pane, event) {
  const { run } = pane;
  const decision = run.decisions.find((entry) => entry.seq === event.seq);
  const options = h("ul", { class: "cap-chosen-of" }, decision.options.map((option) => h("li", { class: option === decision.choice ? `cap-choice${decision.refuses ? " cap-refuses" : ""}` : null },
    option, option === decision.choice ? null : h("small", {}, " was open too"))));
  const ledger = decision.judges ? latest(run.ledgers, event.seq, event.actor) : null;
  return [h("h4", {}, "What was open"), options, ...(ledger ? [h("h4", {}, "What it rests on"), ledgerNode(ledger)] : [])];
}

function ledgerNode(ledger) {
  const line = (check) => h("li", { class: `cap-check cap-${check.mark}${check.decisive ? " cap-decisive" : ""}` }, icon(check.mark, check.outcome),
    h("div", {}, h("b", {}, check.name), h("small", {}, ` ${check.decisive ? "decisive: " : ""}${check.outcome}`), h("p", {}, check.sentence || check.question),
      check.evidence ? h("p", { class: "cap-evidence" }, check.evidence) : null));
  return h("section", { class: "cap-ledger" }, h("p", {}, `${capital(ledger.role)} certificate of `, h("b", {}, ledger.about), `, judged by the ${ledger.side}`,
    ` as ${ledger.profile} does${ledger.alert ? `; alert ${ledger.alert}` : ""}`),
    ...ledger.checks.filter((check) => check.decisive).map((check) => h("ul", {}, line(check))),
    h("h4", {}, "Every check, in order"), h("ol", {}, ledger.checks.map(line)));
}

function drawLedgers(pane, node) {
  const ledgers = ["client", "server"].map((side) => latest(pane.run.ledgers, pane.upto, side)).filter(Boolean);
  const none = h("p", { class: "cap-quiet" }, "Nobody has checked a certificate yet.");
  node.replaceChildren(...(ledgers.length ? ledgers.flatMap((ledger) => [h("h4", {}, `What the ${ledger.side} checked`), ledgerNode(ledger)]) : [none]));
}

function drawLevels(pane, node) {
  const { run, upto } = pane;
  const belief = (side) => latest(run.beliefs, upto, side) ?? { level: "CLEARTEXT", assumed: false, reason: "Nothing has been said yet.", peer: "", user: "" };
  const [client, server] = [belief("client"), belief("server")];
  const here = (side, of, verb) => (of.assumed ? `${side} ${verb} (assumed)` : `${side} ${verb}`);
  const rungs = [...run.levels].sort((a, b) => (a[0] === "REFUSED") - (b[0] === "REFUSED"));
  const ladder = [...rungs.filter(([key]) => key !== "REFUSED").reverse(), ...rungs.filter(([key]) => key === "REFUSED")];
  const rows = ladder.map(([key, name]) => h("tr", { class: client.level === key || server.level === key ? "cap-rung cap-here" : "cap-rung", style: `--level: var(--level_${key})` },
    h("td", {}, client.level === key ? here("client", client, "believes") : ""), h("th", { scope: "row" }, name), h("td", {}, server.level === key ? here("server", server, "knows") : "")));
  const why = (side, verb, of) => h("p", {}, h("b", {}, `The ${side} ${verb}: `), of.reason, of.peer ? ` It talks to ${of.peer}.` : "", of.user ? ` User: ${of.user}.` : "");
  const card = latest(run.cards, upto);
  node.replaceChildren(h("table", { class: "cap-ladder" }, h("caption", {}, "Levels, the best on top"), h("tbody", {}, rows)),
    why("client", "believes", client), why("server", "knows", server), h("h4", {}, pane.cursor === pane.last && run.finished ? "What the session is worth" : "The card, so far"), card ? facts(card.facts) : "");
}

function drawStates(pane, node) {
  const columns = ["client", "server"].map((side) => {
    const moves = pane.run.moves.filter((move) => move.side === side && move.seq <= pane.upto);
    const now = moves.at(-1)?.after ?? "START";
    const been = new Set(["START", ...moves.map((move) => move.after)]);
    const items = pane.run.machines[side].map(([state, decides, waits]) => h("li", { class: state === now ? "cap-here" : been.has(state) ? "cap-been" : null, "aria-current": state === now ? "true" : null },
      h("code", {}, state), h("small", { class: decides ? "cap-decides" : null }, waits)));
    return h("section", {}, h("h4", {}, capital(side)), h("ol", { class: "cap-states" }, items));
  });
  node.replaceChildren(h("div", { class: "cap-columns" }, columns));
}

function drawStory(pane, node) {
  const { run, player } = pane;
  const grain = String(player.every);
  if (node.grain !== grain) {
    node.grain = grain;
    const pick = (option) => { if (!player.linked) player.active = pane.index; player.go(pane.index, Number(option.dataset.seq)); };
    node.list = listbox("The story, event by event", `${pane.id}-story-list`, pick);
    const chapters = [...run.picture.chapters];
    const stops = player.stops(pane);
    chapters.forEach((chapter, at) => {
      const from = at ? chapter.seq : 0;
      const to = chapters[at + 1]?.seq ?? Infinity;
      const heading = `${node.list.id}-${at}`;
      node.list.append(h("div", { role: "group", "aria-labelledby": heading, style: `--step: var(--step_${chapter.step})` }, h("h4", { id: heading, role: "presentation" }, `${chapter.number} ${chapter.title}`),
        stops.filter((seq) => seq >= from && seq < to).map((seq) => h("div", { role: "option", id: `${node.list.id}-e${seq}`, "aria-selected": "false", "data-seq": seq },
          h("span", {}, run.events[seq].headline), h("small", {}, seq ? run.events[seq].at : "")))));
    });
    node.replaceChildren(node.list);
  }
  for (const option of node.list.querySelectorAll("[data-seq]")) option.hidden = player.guessing && Number(option.dataset.seq) > pane.upto;
  for (const group of node.list.children) group.hidden = !group.querySelector("[data-seq]:not([hidden])");
  node.list.choose(node.list.querySelector(`[data-seq="${player.stops(pane).filter((seq) => seq <= pane.cursor).at(-1)}"]`));
}

function drawWorld(pane, node) {
  const { run } = pane;
  const names = (list) => list.map(([name]) => name).join(", ") || "nobody";
  const actors = run.actors.map((actor) => h("section", {}, h("h4", {}, actor.name), facts([
    ...(actor.sends.length || actor.role === "client" ? [["Shows", actor.sends.length ? names(actor.sends) : "no certificate"]] : []),
    ...(actor.role === "authority" ? [] : [["Trusts", names(actor.trusts)]]),
    ...(actor.holds.length ? [["Holds", names(actor.holds)]] : []), ...actor.policy])));
  node.replaceChildren(...actors, h("h4", {}, "All certificates of this world"), ...Object.keys(run.certificates).map((fingerprint) => pane.certificate(fingerprint)));
}
