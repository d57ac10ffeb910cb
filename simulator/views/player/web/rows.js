// The story in rows, where the picture would be set too small to be read: the same messages, decisions and
// beliefs between the same two lines, in type that keeps its size and wraps.

import { h } from "./elements.js";

const SIDES = ["client", "server"];

export class Rows {
  constructor(pane, picture) {
    Object.assign(this, { pane, picture, rows: [], root: h("div", { class: "cap-rows" }) });
  }

  // One row for each stop, after the title of its chapter; a row of the grid each, so that columns can span them.
  build() {
    const { run, player } = this.pane;
    const chapters = run.picture.chapters.map((chapter, at) => ({ ...chapter, from: at ? chapter.seq : 0 }));
    let chapter;
    this.rows = [];
    for (const seq of player.stops(this.pane)) {
      const current = chapters.filter(({ from }) => from <= seq).at(-1);
      if (current && current !== chapter && seq) {
        chapter = current;
        this.rows.push({ seq, node: h("h3", { class: "cap-chapter" }, h("b", {}, current.number), ` ${current.title}`) });
      }
      this.rows.push({ seq, own: true, node: this.row(run.events[seq]) });
      this.rows.at(-1).node.dataset.seq = seq;
      for (const { node } of this.rows.slice(-2)) node.style.setProperty("--band", `var(--band_${current?.step ?? "REQUEST"})`);
    }
    this.rows.forEach(({ node }, at) => { node.style.gridRow = at + 1; });
    this.root.replaceChildren(h("div", { class: "cap-lines-of-life", style: `grid-row: 1 / ${this.rows.length + 1}` }), ...this.rows.map(({ node }) => node));
    this.pane.beliefs.box = null;
  }

  row(event) {
    const { run } = this.pane;
    const { seq, actor, kind } = event;
    const reader = this.picture.readings.get(seq)?.actor ?? SIDES.find((side) => side !== actor);
    const message = kind === "message" && event.message === seq ? run.messages[seq] : null;
    if (message && SIDES.includes(actor) && SIDES.includes(reader)) {
      const colour = this.picture.shaft(seq)?.getAttribute("stroke") ?? "var(--ink)";
      const name = message.fields[0]?.[3] === "Alert" ? `Alert: ${message.name}` : message.name;
      return h("div", { class: `cap-entry cap-sent cap-from-${actor}`, style: `--line: ${colour}` }, h("b", {}, name),
        h("i", { class: "cap-arrow", "aria-label": `from the ${actor} to the ${reader}`, role: "img" }), h("em", { class: "cap-lost" }, "never read"), h("small", {}, message.facts.slice(0, -1).join(" · ")));
    }
    const decision = kind === "decision" ? run.decisions.find((entry) => entry.seq === seq) : null;
    const dress = decision ? ` cap-decided${decision.refuses ? " cap-refuses" : ""}` : "";
    return h("div", { class: `cap-entry cap-by-${actor}${dress}` }, h("span", {}, decision ? "◆ " : "", this.pane.headline(seq)));
  }

  draw(cursor, upto, guessing) {
    const grain = String(this.pane.player.every);
    if (this.grain !== grain) { this.grain = grain; this.build(); }
    const here = this.rows.filter(({ seq, own }) => own && seq <= cursor).at(-1);
    for (const row of this.rows) {
      const { seq, node } = row;
      node.hidden = Boolean(guessing) && seq > upto;
      node.classList.toggle("cap-ahead", seq > upto);
      node.setAttribute("aria-hidden", String(seq > upto));
      node.classList.toggle("cap-here", row === here);
      node.classList.toggle("cap-flying", this.picture.inFlight(seq, upto));
      node.classList.toggle("cap-never", this.pane.run.events[seq].later.some(([since]) => since <= upto));
    }
    const at = (seq) => this.rows.findIndex((row) => row.own && row.seq >= seq) + 1 || this.rows.length + 1;
    const end = this.rows.filter(({ seq }) => seq <= upto).length + 1;
    this.pane.beliefs.draw(this.root, cursor, upto, (node, seq, next) => Object.assign(node.style, { top: "", height: "", gridRow: `${at(seq)} / ${next === null ? end : at(next)}` }));
    this.here = here?.node;
  }

  // Bring the present row into sight, with some of what comes after it.
  show(view, roof, smoothly) {
    if (!this.here) return;
    const top = this.here.offsetTop - roof;
    const room = view.clientHeight - roof;
    const { scrollTop } = view;
    if (top < scrollTop + 8 || top + this.here.offsetHeight > scrollTop + room - 40) view.scrollTo({ top: Math.max(0, top - (room - this.here.offsetHeight) * 0.45), left: 0, behavior: smoothly ? "smooth" : "instant" });
  }
}
