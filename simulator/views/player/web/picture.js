// The picture: lit up to the cursor, marked where it stands.

import { SVG, calm, h } from "./elements.js";

const MARGIN = 14;  // around what is marked, for its frame
const WORDS = 82;  // the width of "part here"

export class Picture {
  constructor(pane) {
    this.pane = pane;
    const { svg, away, told, box, lanes, secrets } = pane.run.picture;
    this.box = box;
    this.svg = parsed(svg);
    ["aria-labelledby", "width", "height"].forEach((name) => this.svg.removeAttribute(name));
    this.svg.setAttribute("viewBox", box.join(" "));
    this.away = this.more(away, "cap-away");
    this.more(told, "cap-told");
    this.keep(secrets);
    this.groups = pane.run.events.map(() => []);
    for (const node of this.svg.querySelectorAll("[data-seq]")) this.groups[Number(node.dataset.seq)]?.push(node);
    this.reaching = this.reachingNodes();
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

  // More of the picture, which is shown in its own time.
  more(markup, className) {
    const nodes = markup ? [...parsed(markup).children] : [];
    nodes.forEach((node) => node.classList.add(className));
    this.svg.append(...nodes);
    return nodes;
  }

  // Lines on the lanes' cards that tell what is wrong: while guessing those below them stand in their place.
  keep(secrets) {
    const lines = [...this.svg.querySelectorAll('text[data-seq="0"]')];
    const at = (node, name) => Number(node.getAttribute(name));
    const secret = lines.filter((node) => secrets.includes(node.textContent));
    secret.forEach((node) => node.classList.add("cap-secret"));
    for (const node of lines.filter((line) => !secret.includes(line))) {
      const above = secret.filter((line) => at(line, "x") === at(node, "x") && at(line, "y") < at(node, "y"));
      if (!above.length) continue;
      node.classList.add("cap-moved");
      node.style.setProperty("--up", `${at(above[0], "y") - at(lines[lines.indexOf(above.at(-1)) + 1], "y")}px`);
    }
  }

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

  // In a comparison: a frame where the runs part, and beside it, where nothing else stands, the words for it.
  parting() {
    const seq = this.pane.player.comparison?.seqs[this.pane.index] ?? null;
    if (seq === null) return;
    const { places, talk } = this.pane.run.picture;
    const [x, y, width] = places[seq];
    const rect = this.frame("cap-part");
    this.place(rect, places[seq], 13);
    const after = x + width + 2 * MARGIN - 8;
    const right = after + WORDS <= talk[1] || x < talk[0];
    const words = document.createElementNS(SVG, "text");
    words.setAttribute("class", "cap-part-words");
    words.setAttribute("text-anchor", right ? "start" : "end");
    ["the runs", "part here"].forEach((line, at) => {
      const part = document.createElementNS(SVG, "tspan");
      part.setAttribute("x", right ? after : x - 2 * MARGIN + 8);
      part.setAttribute("y", y + 10 + 18 * at);
      part.textContent = line;
      words.append(part);
    });
    this.svg.append(words);
    this.groups[seq].push(rect, words);
  }

  // The columns to show: where client and server talk, or everything where that is asked for or needed. In big
  // type the panel that tells of a belief is small, so its column in the margin is shown where there is room.
  columns() {
    const { talk, places } = this.pane.run.picture;
    const [x, , width] = places[this.pane.cursor];
    if (this.pane.wide || width > talk[1] - talk[0]) return [0, this.box[2]];
    const both = [Math.min(talk[0], x - MARGIN), Math.max(talk[1], x + width + MARGIN)];
    return this.pane.player.big && this.view.clientWidth >= both[1] - both[0] ? both : talk;
  }

  // What to have in sight: the event, and above a belief what led to it.
  extent(cursor) {
    const { run, player } = this.pane;
    const { places } = run.picture;
    const [x, y, width, height] = places[cursor];
    const before = player.stops(this.pane).filter((seq) => seq < cursor && run.events[seq].kind !== "belief").at(-1);
    if (run.events[cursor].kind !== "belief" || before === undefined) return places[cursor];
    const top = Math.max(Math.min(y, places[before][1]), y + height - (this.view.clientHeight - this.lanes.offsetHeight) / this.scale + 2 * MARGIN);
    return [x, Math.min(y, top), width, y + height - Math.min(y, top)];
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

  draw(cursor, upto, guessing, secret) {
    this.svg.setAttribute("aria-label", secret ? "Sequence diagram, as far as it has come." : `Sequence diagram. ${this.pane.run.caption}`);
    this.svg.classList.toggle("cap-guessing", Boolean(guessing));
    this.svg.classList.toggle("cap-keeping", secret);
    const [from, to] = this.lit === null ? [0, this.groups.length - 1] : [Math.min(this.lit, upto), Math.max(this.lit, upto)];
    for (let seq = from; seq <= to; seq += 1) {
      for (const node of this.groups[seq]) node.classList.toggle("cap-ahead", seq > upto);
    }
    this.lit = upto;
    this.away.forEach((node) => { node.classList.toggle("cap-gone", upto >= this.pane.run.picture.since[node.dataset.seq]); });
    this.reach(guessing, upto);
    this.place(this.mark, this.pane.run.picture.places[cursor], 7);
    this.fit();
    this.show(cursor, !calm());
  }

  // Bands and columns of belief: they reach down to what ends them, which may lie ahead.
  reachingNodes() {
    const { run } = this.pane;
    const node = (seq, kind, rect) => ({ seq, kind, rect, y: Number(rect.getAttribute("y")), height: rect.getAttribute("height") });
    const rects = (seq, more = "") => [...this.svg.querySelectorAll(`rect[data-seq="${seq}"]${more}`)];
    return [...run.beliefs.flatMap(({ seq, side }) => rects(seq, ":not(.cap-away)").filter((rect) => rect.getAttribute("width") < 200).map((rect) => node(seq, side, rect))),
      ...run.picture.chapters.flatMap(({ seq, step }) => rects(seq, `[fill="var(--band_${step})"]`).map((rect) => node(seq, "band", rect)))];
  }

  // While guessing the picture ends below what has happened, and what is open now reaches down to that end.
  reach(guessing, upto) {
    const { run, last } = this.pane;
    const open = Boolean(guessing) && (upto < last || !run.finished);
    const end = open ? run.picture.depths[upto] + 16 : 0;
    const [, top, , height] = this.box;
    this.svg.style.clipPath = open ? `inset(0 0 ${Math.max(0, 100 * (1 - (end - top) / height))}% 0)` : "";
    const newest = (kind) => this.reaching.filter((node) => node.kind === kind && node.seq <= upto).at(-1)?.seq;
    const now = Object.fromEntries(["client", "server", "band"].map((kind) => [kind, newest(kind)]));
    for (const { seq, kind, rect, y, height: whole } of this.reaching) rect.setAttribute("height", open && now[kind] === seq ? Math.max(0, end - y) : whole);
  }

  // Bring an event into sight: below the lanes, and sideways only as far as it must.
  show(cursor, smoothly) {
    if (!this.scale) return;
    const { view, scale } = this;
    const [x, y, width, height] = this.extent(cursor).map((value) => value * scale);
    const above = y - this.box[1] * scale;
    const roof = this.lanes.offsetHeight + 16;
    let top = view.scrollTop;
    const room = view.clientHeight - roof;
    const { kind } = this.pane.run.events[cursor];
    if (kind === "decision" && height + 24 > room) top = above + height + 24 - room;  // the choice stands at its foot
    else if (above < top + 12 || above + height > top + room - 40) top = above - Math.max(room > height + 40 ? 40 : 12, (room - height) * 0.4);
    let left = this.left * scale;
    if (kind !== "belief") {
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

// An image's markup as an element, without the words that it has for who cannot see it: the player has its own.
function parsed(markup) {
  const svg = document.importNode(new DOMParser().parseFromString(markup, "image/svg+xml").documentElement, true);
  [...svg.children].filter((node) => node.tagName === "title" || node.tagName === "desc").forEach((node) => node.remove());
  return svg;
}
