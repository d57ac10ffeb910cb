// The head of the player: what is shown, how it is shown, and where two runs part.

import { h } from "./elements.js";

export function head(player, runs) {
  const title = runs.length > 1 ? "Two runs side by side" : runs[0].title;
  player.toggles = {
    guess: toggle("Guess first", "g", () => player.setGuessing(!player.guessing)),
    whole: toggle("Whole picture", "w", () => player.setWhole(!player.panes[0].whole)),
    dark: toggle("Dark", "d", () => player.turnTheme()),
  };
  return h("header", { class: "cap-head" },
    h("div", { class: "cap-title" }, h(player.standalone ? "h1" : "h2", {}, title),
      h("p", {}, runs.length > 1 ? `${runs[0].name} · ${runs[1].name}` : runs[0].subtitle)),
    h("div", { class: "cap-buttons", role: "group", "aria-label": "How it is shown" },
      Object.values(player.toggles),
      document.fullscreenEnabled ? h("button", { type: "button", click: () => player.fullScreen() }, "Full screen") : null,
      h("button", { type: "button", click: () => player.help.showModal() }, "Keys")));
}

function toggle(words, key, act) {
  return h("button", { type: "button", "aria-pressed": "false", title: `key ${key}`, click: act }, words);
}

export function parting(player) {
  const { seqs, settings } = player.comparison;
  const first = seqs.findIndex((seq) => seq !== null);
  if (first < 0) return h("p", { class: "cap-parting" }, "The two runs go the same way throughout.");
  const event = player.panes[first].run.events[seqs[first]];
  const rows = settings.map((row) => h("tr", {}, h("th", { scope: "row" }, row[0]), h("td", {}, row[1]), h("td", {}, row[2])));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ["Setting", "Left", "Right"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows));
  return h("div", { class: "cap-parting" },
    h("p", {}, `The runs part where ${event.headline.charAt(0).toLowerCase()}${event.headline.slice(1)}. `,
      h("button", { type: "button", click: () => player.goToParting() }, "Go there")),
    settings.length ? h("details", {}, h("summary", {}, "What is set differently"), table) : null);
}
