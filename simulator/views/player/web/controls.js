// The controls below: chapters, a slider, and buttons to step and play.

import { h, icon } from "./elements.js";

const SPEEDS = [["slow", 2600], ["normal", 1500], ["quick", 800], ["very quick", 350]];

export class Controls {
  constructor(player) {
    this.player = player;
    this.timer = null;
    const step = (name, words, act) => h("button", { type: "button", "aria-label": words, title: words, click: act }, icon(name));
    this.track = h("ol", { class: "cap-track", "aria-label": "Chapters" });
    this.slider = h("input", { type: "range", min: "0", "aria-label": "Place in the run",
      input: () => player.go(player.active, player.stops(player.pane)[Number(this.slider.value)]) });
    this.playing = step("play", "Play", () => this.togglePlay());
    this.place = h("span", { class: "cap-place" });
    this.settings = [this.speeds(), this.grains()];  // rarely used: the head has them behind a button
    this.row = h("div", { class: "cap-row" }, this.place, player.comparison ? this.links() : null);
    this.root = h("div", { class: "cap-controls", role: "group", "aria-label": "Player" }, this.track,
      h("div", { class: "cap-transport" }, step("first", "To the beginning", () => player.end(-1)), step("back", "Back", () => player.step(-1)),
        this.playing, step("forward", "Forward", () => player.step(1)), step("last", "To the end", () => player.end(1)),
        step("decision", "Next decision", () => player.decision(1))),
      this.slider, this.row);
  }

  speeds() {
    const choice = h("select", { change: () => this.setSpeed(Number(choice.value)) },
      SPEEDS.map(([name], index) => h("option", { value: index, selected: index === this.player.speed }, name)));
    return h("label", {}, "Speed ", choice);
  }

  grains() {
    const choice = h("select", { change: () => this.player.setEvery(choice.value === "every") },
      h("option", { value: "moments" }, "moments"), h("option", { value: "every", selected: this.player.every }, "every event"));
    return h("label", {}, "Steps ", choice);
  }

  links() {
    const { player } = this;
    const names = ["left", "right", "both"];
    this.choice = h("select", { change: () => { player.linked = this.choice.value === "both"; player.activate(this.choice.value === "right" ? 1 : 0); player.draw(); } },
      names.map((name) => h("option", { value: name, selected: name === "both" }, name)));
    return h("label", {}, "Moves ", this.choice);
  }

  togglePlay() { if (this.timer) this.pause(); else this.play(); }

  play() {
    const { player } = this;
    if (player.pane.cursor === player.pane.last) player.go(player.active, 0);
    this.timer = setInterval(() => player.step(1), SPEEDS[player.speed][1]);
    this.face("pause", "Pause");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.face("play", "Play");
  }

  face(name, words) {
    this.playing.replaceChildren(icon(name));
    this.playing.setAttribute("aria-label", words);
    this.playing.title = words;
  }

  setSpeed(speed) {
    this.player.speed = speed;
    if (this.timer) { this.pause(); this.play(); }
  }

  draw() {
    const { player } = this;
    const { pane } = player;
    const stops = player.stops(pane);
    const at = stops.filter((seq) => seq <= pane.cursor).length - 1;
    this.slider.max = stops.length - 1;
    this.slider.value = at;
    this.words = `${at + 1} of ${stops.length}`;
    this.slider.setAttribute("aria-valuetext", `${this.words}: ${pane.headline(pane.cursor)}`);
    this.place.textContent = `${this.words}${player.decisions.ahead ? ", then you decide" : ""} · event ${pane.cursor}`;
    if (this.choice && !player.linked) this.choice.value = player.active ? "right" : "left";
    this.drawTrack(pane, stops);
  }

  // While guessing the chapters that lie ahead are one blank: their names and their order would tell.
  drawTrack(pane, stops) {
    const { chapters } = pane.run.picture;
    const { guessing } = this.player;
    if (this.track.pane !== pane) {
      this.track.pane = pane;
      this.ahead = h("li", { class: "cap-unknown" }, h("span", { "aria-hidden": "true" }, "?"), h("span", { class: "cap-hidden" }, "What comes later is not shown."));
      this.track.replaceChildren(...chapters.map((chapter) => h("li", { style: `--step: var(--step_${chapter.step}); --band: var(--strip_${chapter.step})` },
        h("button", { type: "button", title: chapter.title, click: () => this.player.go(this.player.active, chapter.seq) },
          h("b", {}, chapter.number || "·"), h("span", {}, chapter.name)))), this.ahead);
    }
    const until = guessing ? pane.upto : pane.last;
    chapters.forEach((chapter, index) => {
      const end = chapters[index + 1]?.seq ?? Infinity;
      const start = index ? chapter.seq : 0;
      const here = pane.cursor >= start && pane.cursor < end;
      const item = this.track.children[index];
      item.hidden = start > until;
      item.style.flexGrow = stops.filter((seq) => seq >= start && seq < end && seq <= until).length;
      item.classList.toggle("cap-past", pane.cursor >= start);
      if (here) item.firstChild.setAttribute("aria-current", "step");
      else item.firstChild.removeAttribute("aria-current");
    });
    this.ahead.hidden = until === pane.last;
    this.ahead.style.flexGrow = stops.filter((seq) => seq > until).length;
  }
}
