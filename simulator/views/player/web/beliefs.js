// What the client believes and what the server knows: a thin column at either edge, in every close view.

import { h } from "./elements.js";

export class Beliefs {
  constructor(pane) {
    const { run } = pane;
    this.all = run.beliefs.filter(({ side }) => side === "client" || side === "server").map((belief) => {
      const { seq, side, name, colour, assumed } = belief;
      const verb = side === "server" ? "knows" : assumed ? "assumes" : "believes";
      const words = `${side === "server" ? "Server" : "Client"} ${verb}: ${name}`;
      const node = h("div", { class: `cap-belief cap-${side}${assumed ? " cap-assumed" : ""}`, "data-seq": seq, style: `--level: var(--${colour})`, title: words }, h("span", {}, h("i", {}, words.slice(0, -name.length)), name));
      return { seq, side, node };
    });
    this.all.forEach((belief, at) => { belief.next = this.all.slice(at + 1).find(({ side }) => side === belief.side)?.seq ?? Infinity; });
    this.edges = h("div", { class: "cap-edges" });
  }

  // Those that have begun, each with the event that ends it so far; `put` gives a place to each.
  draw(box, cursor, upto, put) {
    if (this.box !== box) { this.box = box; box.append(...this.all.map(({ node }) => node)); }
    for (const { seq, next, node } of this.all) {
      node.hidden = seq > upto;
      node.classList.toggle("cap-here", seq === cursor);
      if (seq <= upto) put(node, seq, next <= upto ? next : null);
    }
  }
}
