// The keyboard: what each key does, and the list of them.

import { h } from "./elements.js";

const KEYS = [
  ["Space, →, Page Down", "forward"], ["←, Page Up, Shift+Space", "back"], ["n, Shift+n", "next decision, and the one before"], ["↓ and ↑", "next and previous chapter; in the picture, a panel or a list that has the focus they move within it"],
  ["Home, End", "to the beginning, to the end"], ["1 to 5", "guess, or decide, where you are asked; of two runs the one that shows the numbers"],
  ["Enter", "go on from a guess"],
];
const LETTERS = [
  ["p", "play or pause"], ["g", "guess what comes next: at decisions, at every message, or not at all; until you guess it is hidden"],
  ["w", "all columns of the picture, or client and server close up"], ["+ and −", "larger and smaller picture"],
  ["h", "hide or show the panels"], ["b", "big type, for the last row"], ["d", "dark or light"],
  ["f", "full screen"], ["?", "this list"],
];

// What a key does; null for keys that the focused element has a use for, or nobody has.
export function action(player, event, target) {
  const { key } = event;
  if (target.closest("input, select, textarea")) return null;
  const scrolls = target.closest("[data-scrolls]") === target;
  const moves = {
    ArrowRight: () => player.step(1), PageDown: () => player.step(1), ArrowLeft: () => player.step(-1), PageUp: () => player.step(-1),
    Home: () => player.end(-1), End: () => player.end(1),
  };
  if (target.closest('[role="tablist"]') && key in moves && !key.startsWith("Page")) return null;
  if (moves[key]) return moves[key];
  if ((key === "ArrowDown" || key === "ArrowUp") && !scrolls) return () => player.chapter(key === "ArrowDown" ? 1 : -1);
  if (key === " " && !target.closest("button, summary")) return () => player.step(event.shiftKey ? -1 : 1);
  if (key === "Enter" && player.answered && !target.closest("button, summary")) return () => player.step(1);
  if (/^[1-5]$/.test(key)) return player.numbered(Number(key) - 1);
  if (!player.letters) return null;
  return {
    n: () => player.decision(event.shiftKey ? -1 : 1), h: () => player.togglePanels(), p: () => player.togglePlay(), g: () => player.turnGuessing(), w: () => player.setWide(!player.panes[0].wide), b: () => player.setBig(!player.big),
    "+": () => player.zoom(1.2), "-": () => player.zoom(1 / 1.2), d: () => player.turnTheme(),
    f: () => player.fullScreen(), "?": () => player.help.showModal(),
  }[key.toLowerCase()] ?? null;
}

// What belongs to the browser or to the notebook around the player: Escape, Shift+Enter, and every key with Ctrl,
// Alt or the like (Ctrl+S saves).
export function leftToNotebook(event) {
  return event.ctrlKey || event.altKey || event.metaKey || event.key === "Escape" || (event.key === "Enter" && event.shiftKey);
}

export function helpDialog(player) {
  const rows = (keys) => keys.map(([key, words]) => h("tr", {}, h("th", { scope: "row" }, key), h("td", {}, words)));
  const letters = h("input", { type: "checkbox", checked: player.letters, change: () => { player.letters = letters.checked; } });
  const dialog = h("dialog", { class: "cap-help", "aria-label": "Keys" }, h("h2", {}, "Keys"),
    h("table", {}, h("tbody", {}, rows(KEYS), rows(LETTERS))),
    h("p", {}, h("label", {}, letters, " Letters are keys (switch off if they get in the way)")),
    h("p", {}, "In the picture, click any message or box to go there."),
    h("button", { type: "button", click: () => dialog.close() }, "Close"));
  return dialog;
}
