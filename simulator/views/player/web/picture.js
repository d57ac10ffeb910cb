// The picture: lit up to the cursor, marked where it stands.

import { SVG, calm, h } from "./elements.js";
import { Rows } from "./rows.js";

const MARGIN = 14;  // around what is marked, for its frame
const WORDS = 82;  // the width of "part here"
const LEAST = 13;  // px: the smallest type of a close view
const THIN = 22;  // px: a column of belief beside the picture, in the margin that no box reaches
const BROAD = 130;  // px: wide enough for its words in lines

export class Picture {
  constructor(pane) {
    this.pane = pane;
    const { svg, away, told, box, lanes, secrets, talk } = pane.run.picture;
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
    this.readings = new Map();
    for (const event of pane.run.events) if (event.kind === "message" && event.message !== event.seq && !this.readings.has(event.message)) this.readings.set(event.message, event);
    this.flying = Object.keys(pane.run.messages).map((seq) => this.headInFlight(Number(seq))).filter(Boolean);
    this.least = LEAST / Math.min(...[...this.svg.querySelectorAll("text")].filter((node) => Number(node.getAttribute("y")) < pane.run.picture.foot).map((node) => node.getAttribute("font-size")));
    this.mark = this.frame("cap-mark");
    this.parting();
    this.lanes = h("div", { class: "cap-lanes", "aria-hidden": "true" }, lanes.map(([title, x]) => h("span", { class: x > talk[0] + 60 && x < talk[1] - 60 ? "cap-talks" : null }, title)));
    this.sheet = h("div", { class: "cap-sheet" }, this.svg);
    this.rows = new Rows(pane, this);
    this.view = h("div", { class: "cap-view", role: "region", tabindex: "0", "aria-label": `Sequence diagram${pane.where}`, "data-scrolls": "",
      click: (event) => this.click(event), mousemove: (event) => this.hover(event) }, this.lanes, pane.beliefs.edges, this.sheet, this.rows.root);
    this.root = h("div", { class: "cap-picture" }, this.view, this.pages());
    this.lit = null;
    this.observer = new ResizeObserver(() => this.pane.drawPicture(false));
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

  // Sent, and neither read nor known to be lost.
  inFlight(seq, upto) {
    const until = this.readings.get(seq)?.seq ?? this.pane.run.picture.since[seq] ?? Infinity;
    return Boolean(this.pane.run.messages[seq]) && seq <= upto && upto < until;
  }

  // The line of a message's arrow: the longest of it, for an alert's sign has lines too.
  shaft(seq) {
    const long = (line) => Math.abs(ends(line)[1] - ends(line)[0]);
    return [...this.svg.querySelectorAll(`line[data-seq="${seq}"]`)].sort((a, b) => long(b) - long(a))[0] ?? null;
  }

  // A message in flight has an open head; the picture fills it when the message is read.
  headInFlight(seq) {
    const line = this.shaft(seq);
    if (!line) return null;
    const [from, to, y] = ends(line);
    const way = to > from ? 1 : -1;
    const head = document.createElementNS(SVG, "polygon");
    head.setAttribute("points", `${to + 8 * way},${y} ${to - 3 * way},${y - 5.5} ${to},${y} ${to - 3 * way},${y + 5.5}`);
    for (const [name, value] of [["class", "cap-head-open"], ["fill", "var(--paper)"], ["stroke", line.getAttribute("stroke")], ["stroke-width", 1.5]]) head.setAttribute(name, value);
    this.svg.append(head);
    return { seq, head };
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

  // The width that all columns need for type that is not smaller than LEAST.
  get widest() { return this.least * this.box[2]; }

  // The columns to show: close up those of client and server, or all.
  columns() { return this.pane.wide ? [0, this.box[2]] : this.pane.run.picture.talk; }

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

  // Close up no type is set smaller than LEAST; where the columns have no room for that, rows take their place.
  fit() {
    const [left, right] = this.columns();
    const room = this.view.clientWidth;
    if (!room) return;
    const { wide, zoom, beliefs, run } = this.pane;
    const [first, last] = run.picture.talk;
    const small = room < 0.9 * this.least * (last - first);
    this.inRows = small && !wide;
    const scale = Math.max(wide && !small ? 0 : this.least, Math.min(1.7, room / (right - left))) * zoom;
    this.left = Math.max(0, (left + right - room / scale) / 2);
    this.root.classList.toggle("cap-in-rows", this.inRows);
    this.root.classList.toggle("cap-all", wide && !small);
    const edge = Math.min(BROAD, Math.max(0, (room - (last - first) * scale) / 2) + Math.max(1, scale) * THIN);
    this.root.style.setProperty("--edge", `${edge}px`);
    this.root.classList.toggle("cap-broad", edge > 0.9 * BROAD);
    beliefs.edges.style.width = `${room}px`;
    this.rows.root.style.fontSize = `${zoom}em`;
    this.tall = (wide ? this.box[3] : run.picture.foot - this.box[1] - 6) * scale;  // close up without the card at its foot
    this.sheet.style.height = `${this.tall}px`;
    if (scale === this.scale) return;
    this.scale = scale;
    this.sheet.style.width = this.lanes.style.width = `${this.box[2] * scale}px`;
    this.svg.style.height = `${this.box[3] * scale}px`;
    const places = run.picture.lanes.map(([, x]) => x * scale);
    places.forEach((x, at) => {
      const apart = Math.min(...places.filter((other) => other !== x).map((other) => Math.abs(other - x)), 2 * x);
      Object.assign(this.lanes.children[at].style, { left: `${x}px`, maxWidth: `${apart - 12}px` });
    });
  }

  draw(cursor, upto, guessing, secret, smoothly = true) {
    this.svg.setAttribute("aria-label", secret ? "Sequence diagram, as far as it has come." : `Sequence diagram. ${this.pane.run.caption}`);
    this.svg.classList.toggle("cap-guessing", Boolean(guessing));
    this.svg.classList.toggle("cap-keeping", secret);
    const [from, to] = this.lit === null ? [0, this.groups.length - 1] : [Math.min(this.lit, upto), Math.max(this.lit, upto)];
    for (let seq = from; seq <= to; seq += 1) {
      for (const node of this.groups[seq]) node.classList.toggle("cap-ahead", seq > upto);
    }
    this.lit = upto;
    this.away.forEach((node) => { node.classList.toggle("cap-gone", upto >= this.pane.run.picture.since[node.dataset.seq]); });
    for (const { seq, head } of this.flying) head.classList.toggle("cap-gone", !this.inFlight(seq, upto));
    this.reach(guessing, upto);
    this.place(this.mark, this.within(this.pane.run.picture.places[cursor]), 7);
    this.fit();
    if (this.inRows) this.rows.draw(cursor, upto, guessing);
    else this.drawBeliefs(cursor, upto);
    this.show(cursor, smoothly && !calm());
  }

  // Close up, what is wider than the columns is marked as far as they reach.
  within([x, y, width, height]) {
    const [left, right] = this.columns();
    if (width <= right - left) return [x, y, width, height];
    return [left + MARGIN, y, right - left - 2 * MARGIN, height];
  }

  // The thin columns end where the story has come to.
  drawBeliefs(cursor, upto) {
    const { places, depths, foot } = this.pane.run.picture;
    const y = (value) => (value - this.box[1]) * this.scale;
    this.pane.beliefs.draw(this.pane.beliefs.edges, cursor, upto, (node, seq, next) => {
      const end = next === null ? Math.min(depths[upto] + 8, foot - 14) : places[next][1] - 3;
      node.style.gridRow = "";
      node.style.top = `${y(places[seq][1])}px`;
      node.style.height = `${Math.max(24, y(end) - y(places[seq][1]))}px`;
    });
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
    if (this.inRows) { this.rows.show(view, this.lanes.offsetHeight, smoothly); return; }
    const [x, y, width, height] = this.within(this.extent(cursor)).map((value) => value * scale);
    const above = y - this.box[1] * scale;
    const roof = this.lanes.offsetHeight + 16;
    let top = view.scrollTop;
    const room = view.clientHeight - roof;
    const { kind } = this.pane.run.events[cursor];
    if (kind === "decision" && height + 24 > room) top = above + height + 24 - room;  // the choice stands at its foot
    else if (above < top + 12 || above + height > top + room - 40) top = above - Math.max(room > height + 40 ? 40 : 12, (room - height) * 0.4);
    if (this.pane.wide && cursor === this.pane.last) top = this.tall;  // the card with the result
    let left = this.left * scale;
    if (kind !== "belief") {
      const beside = Math.max(MARGIN, Math.min(70, (view.clientWidth - width) / 2));  // for the name of a lane
      if (x + width + MARGIN > left + view.clientWidth) left = x + width + beside - view.clientWidth;
      if (x - MARGIN < left) left = x - beside;
    }
    view.scrollTo({ top: Math.max(0, top), left: Math.max(0, left), behavior: smoothly ? "smooth" : "instant" });
  }

  // The event under the pointer: the smallest place that holds the point.
  under(event) {
    const own = event.target.closest(".cap-belief, .cap-entry")?.dataset.seq;
    if (own !== undefined || this.inRows) return own === undefined ? undefined : Number(own);
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

const ends = (line) => ["x1", "x2", "y1"].map((name) => Number(line.getAttribute(name)));
