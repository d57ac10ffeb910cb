// A live run: the decision that waits for the reader, and those that were taken and can be taken otherwise.

import { h } from "./elements.js";

export class Decisions {
  constructor(player) {
    this.player = player;
    this.sent = false;
    this.waiting = h("section", { class: "cap-decide", "aria-label": "Your decision", tabindex: "-1", hidden: true });
    this.taken = h("section", { class: "cap-decide cap-otherwise", "aria-label": "Decide otherwise", hidden: true });
    this.root = h("div", { tabindex: "-1" }, this.waiting, this.taken);
  }

  // A decision waits at the end of what has happened so far.
  get ahead() { return Boolean(this.player.model.get("pending")) && this.player.pane.upto < this.player.pane.last; }

  // The decision that waits, once the reader has stepped to it.
  get pending() { return this.ahead ? null : this.player.model.get("pending"); }

  // A second press must not answer the next question, so an answer names its decision, and says when it is to be
  // taken otherwise; and until it has been heard there is no other. A disabled button loses the focus, which has
  // to stay in the player.
  answer(number, choice, otherwise = false) {
    this.sent = true;
    this.root.focus({ preventScroll: true });
    this.enable(false);
    this.player.model.set("answer", { decision: number, choice, ...(otherwise ? { otherwise } : {}) });
    this.player.model.save_changes();
  }

  // The kernel takes an answer out when it has carried it out, or found that it came too late.
  heard() {
    if (this.player.model.get("answer")?.choice) return;
    this.sent = false;
    this.enable(true);
  }

  enable(on) { this.root.querySelectorAll("button").forEach((button) => { button.disabled = !on; }); }

  buttons(number, options, otherwise = false) {
    return h("div", { class: "cap-buttons" }, options.map((option) => h("button",
      { type: "button", disabled: this.sent, click: () => this.answer(number, option, otherwise) }, option)));
  }

  // The decision at which the reader stands, where another choice was open.
  get here() {
    const { pane, model } = this.player;
    if (!model.get("live")) return null;
    return pane.run.decisions.find((decision) => decision.seq === pane.cursor && decision.number !== null) ?? null;
  }

  draw() {
    const { pending, here } = this;
    this.waiting.hidden = !pending;
    if (pending && this.waiting.shown !== pending) {
      const reached = h("p", { role: "status" }, h("b", {}, "You decide: "), pending.ask);
      this.waiting.replaceChildren(reached, this.buttons(pending.number, pending.options));
    }
    this.waiting.shown = pending;
    this.taken.hidden = !here;
    if (!here) return;
    const others = here.options.filter((option) => option !== here.choice);
    this.taken.replaceChildren(h("p", {}, h("b", {}, "What if? "), `Here the choice was: ${here.choice}. Go back and choose:`), this.buttons(here.number, others, true));
  }

  // What the key of a number does: the option of that place, where a decision waits.
  numbered(place) {
    const option = this.pending?.options[place];
    return option === undefined || this.sent ? null : () => this.answer(this.pending.number, option);
  }

  focus() { (this.pending ? this.waiting : this.player.panes[0].picture.view).focus({ preventScroll: true }); }
}
