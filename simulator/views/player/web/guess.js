// What happens next? A question before the next moment, where the reader wants to guess first.

import { h, icon } from "./elements.js";

export class Guess {
  constructor(pane) {
    this.pane = pane;
    this.title = h("h3", { tabindex: "-1" }, "What happens next?");
    this.body = h("div", {});
    this.said = h("p", { class: "cap-feedback", role: "status" });
    this.root = h("section", { class: "cap-guess", "aria-label": `Guess what happens next${pane.where}`, hidden: true }, this.title, this.body);
  }

  ask() { this.title.focus(); this.said.textContent = "Guess first, or press Show me."; }

  draw(event, keyed) {
    const { answers, player } = this.pane;
    const had = this.root.contains(document.activeElement);
    this.root.hidden = !event;
    this.asked = event;
    if (!event) { if (had) this.pane.picture.view.focus({ preventScroll: true }); return; }
    const { ask, options } = player.asked(event);
    const given = answers.get(event.seq);
    const done = given !== undefined;
    const kept = done ? options.filter((option, at) => option.right || at === given) : options;
    const buttons = kept.map((option) => [option, options.indexOf(option)]).map(([{ text, right }, at]) => h("button", { type: "button", disabled: done, class: done && right ? "cap-right" : done && at === given ? "cap-wrong" : null,
      click: () => this.answer(at) }, keyed || done ? h("kbd", { "aria-hidden": "true" }, String(at + 1)) : null, h("span", {}, text),
      done && right ? h("em", {}, icon("pass"), " this is what happens") : null, done && at === given && !right ? h("em", {}, icon("fail"), " not in this run") : null));
    this.onward = done ? h("button", { type: "button", class: "cap-onward", click: () => player.lead(this.pane) }, "Go on")
      : h("button", { type: "button", click: () => this.answer(-1) }, "Show me");
    this.body.replaceChildren(h("p", {}, ask), h("div", { class: "cap-options", role: "group", "aria-label": ask }, buttons), this.said, h("p", {}, this.onward, this.score()));
    this.said.textContent = done ? this.verdict(options, given) : "";
    if (had) (done ? this.onward : this.title).focus({ preventScroll: true });
  }

  verdict(options, given) {
    const right = options.find((option) => option.right);
    const chosen = options[given];
    if (!chosen) return `${right.text}. ${right.why}`;
    return chosen.right ? `Right. ${right.why}` : `Not in this run. ${chosen.why}`;
  }

  score() {
    const { answers, run, player } = this.pane;
    const guesses = [...answers].filter(([, given]) => given >= 0);
    const right = guesses.filter(([seq, given]) => player.asked(run.events[seq]).options[given].right).length;
    return guesses.length ? ` ${right} of ${guesses.length} guessed right` : "";
  }

  answer(at) {
    const event = this.asked;
    const { answers, player } = this.pane;
    if (!event || answers.has(event.seq) || (at >= 0 && !player.asked(event).options[at])) return;
    answers.set(event.seq, at);
    this.root.contains(document.activeElement) || this.title.focus({ preventScroll: true });
    player.panes.forEach((pane) => pane.drawGuess());
    this.onward.scrollIntoView({ block: "nearest" });  // below what is told of the answer
  }
}
