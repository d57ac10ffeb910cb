// Small builders that every part of the player uses.

export const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  first: "M5 4v16M20 5v14l-11-7z", back: "M17 5v14L6 12z", play: "M7 4v16l13-8z",
  pause: "M7 5h4v14H7zM14 5h4v14h-4z", forward: "M7 5v14l11-7z", last: "M19 4v16M4 5v14l11-7z",
  decision: "M12 3l9 9-9 9-9-9z",
  pass: "M4 13l5 5L20 6", fail: "M5 5l14 14M19 5L5 19", none: "M4 12h16", later: "M12 11v2",
};

// An element with attributes and children; a string becomes text, a function a listener, null nothing.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else if (name === "style") node.style.cssText = value;  // which a policy allows that forbids the attribute
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name, words = "") {
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

export function latest(list, upto, side) {
  return list.filter((entry) => entry.seq <= upto && (!side || entry.side === side)).at(-1);
}

export function facts(pairs, className = "cap-facts") {
  return h("dl", { class: className }, pairs.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// A list with one chosen entry, moved by the arrow keys: one stop for the Tab key however long it is.
export function listbox(label, id, pick) {
  const node = h("div", { role: "listbox", tabindex: "0", "aria-label": label, class: "cap-list", id, "data-keys": "" });
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
  node.keys = (event) => {
    const all = shown();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (all.length) pick(all[Math.max(0, Math.min(all.length - 1, to))]);
  };
  return node;
}

// Scroll inside one box only: a notebook around it stays where it is. In big type its pixels are larger.
export function reveal(box, node) {
  const around = box.getBoundingClientRect();
  const top = (node.getBoundingClientRect().top - around.top) / (around.height / box.offsetHeight || 1);
  if (top < 8) box.scrollTop += top - 8;
  else if (top + node.offsetHeight > box.clientHeight - 8) box.scrollTop += top + node.offsetHeight - box.clientHeight + 8;
}

export function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
