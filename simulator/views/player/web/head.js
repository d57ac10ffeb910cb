// The head of the player: what is shown, how it is shown, and where two runs part.

import { h } from "./elements.js";

const GUESSES = [["", "off"], ["decisions", "decisions"], ["every", "every message"]];

export class Head {
  constructor(player, runs) {
    this.player = player;
    this.names = runs.length > 1 ? ["Two runs side by side", ""] : [runs[0].title, runs[0].subtitle];
    this.guesses = GUESSES.map(([when, words]) => toggle(words, "key g: the next of these", () => player.setGuessing(when)));
    this.toggles = {
      wide: toggle("All columns", "key w", () => player.setWide(!player.panes[0].wide)),
      big: toggle("Big type", "key b", () => player.setBig(!player.big)),
      dark: toggle("Dark", "key d", () => player.turnTheme()),
    };
    this.panels = toggle("Panels", "key h", () => player.togglePanels());
    this.title = h(player.standalone ? "h1" : "h2", {});
    this.under = h("p", {});
    this.guess = h("div", { class: "cap-choice-of", role: "group", "aria-label": "Guess what comes next" }, h("span", { "aria-hidden": "true" }, "Guess:"), this.guesses);
    const button = (words, act) => h("button", { type: "button", click: act }, words);
    this.menu = h("div", { class: "cap-menu", role: "group", "aria-label": "How it is shown" }, Object.values(this.toggles),
      document.fullscreenEnabled ? button("Full screen", () => player.fullScreen()) : null, button("Keys", () => player.help.showModal()), player.controls.settings);
    this.more = h("details", { class: "cap-more" }, h("summary", {}, "More"), this.menu);
    this.buttons = h("div", { class: "cap-buttons" }, this.panels, this.more);
    this.root = h("header", { class: "cap-head", keydown: (event) => this.close(event) }, h("div", { class: "cap-title" }, this.title, this.under), this.buttons);
    this.parting = player.comparison ? this.partingNode() : null;
  }

  partingNode() {
    const { player } = this;
    const { seqs, settings, bookkeeping } = player.comparison;
    const first = seqs.findIndex((seq) => seq !== null);
    const second = bookkeeping ? h("p", { class: "cap-second" }, bookkeeping) : null;
    if (first < 0) return h("div", { class: "cap-parting" }, h("p", {}, "The two runs are the same from beginning to end."), second);
    const event = player.panes[first].run.events[seqs[first]];
    const rows = settings.map((row) => h("tr", {}, h("th", { scope: "row" }, row[0]), h("td", {}, row[1]), h("td", {}, row[2])));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ["Setting", "Left", "Right"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows));
    return h("div", { class: "cap-parting" },
      h("p", {}, `The runs part where ${event.headline.charAt(0).toLowerCase()}${event.headline.slice(1)}. `,
        h("button", { type: "button", click: () => player.goToParting() }, "Go there")),
      second,
      settings.length ? h("details", {}, h("summary", {}, "What is set differently"), table) : null);
  }

  close(event) {
    if (event.key !== "Escape" || !this.more.open) return;
    this.more.open = false;
    this.more.firstChild.focus();
  }

  // A title tells the ending, and so does the place where two runs part: while something is to be guessed, neither.
  draw() {
    const { player } = this;
    const { secret } = player;
    const many = player.panes.length > 1;
    const [title, under] = secret ? [`What happens in ${many ? "these runs" : "this run"}?`, `Step ${player.controls.words}. ${many ? "Their names are" : "Its name is"} shown at the end.`] : this.names;
    this.title.textContent = title;
    this.under.textContent = under;
    if (player.standalone) document.title = secret ? title : player.name;
    if (this.parting) {
      this.parting.hidden = secret;
      const place = player.big && !player.narrow ? this.title : this.root;  // big type has no line for it but the title's
      if (place.nextElementSibling !== this.parting) place.after(this.parting);
    }
    GUESSES.forEach(([when], at) => this.guesses[at].setAttribute("aria-pressed", String(player.guessing === when)));
    const home = player.narrow ? this.menu : this.buttons;  // a telephone has room for two buttons
    if (this.guess.parentElement !== home) home.prepend(this.guess);
    const beside = player.narrow ? player.controls.row : this.buttons;
    if (this.panels.parentElement !== beside) beside.insertBefore(this.panels, player.narrow ? null : this.more);
    this.panels.setAttribute("aria-pressed", String(player.panelled && !player.big));
    this.toggles.wide.setAttribute("aria-pressed", String(player.panes[0].wide));
    this.toggles.big.setAttribute("aria-pressed", String(player.big));
  }
}

function toggle(words, title, act, more = {}) {
  return h("button", { type: "button", "aria-pressed": "false", title, click: act, ...more }, words);
}
