// Fields and hexadecimal bytes of a message, each pointing to the other.

import { h, listbox, reveal } from "./elements.js";

export function bytesParts(id, title, hex, fields) {
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
