// The presenter's view: what is shown, what comes next, notes, clock and hands. It says hello to the slides once a
// second, so that slides which were loaded anew report again; keys and buttons become commands for them.

const [now, next] = document.querySelectorAll("iframe");
const notes = [...document.querySelectorAll(".notes section")];
const stations = [...document.querySelectorAll("aside button")];
const clock = document.querySelector("[role=timer]");
const hands = document.querySelector(".hands");
let slides = window.opener;
let told = null;
let since = null;  // when the clock was started, in milliseconds
let kept = 0;  // milliseconds before that

const passed = () => kept + (since === null ? 0 : Date.now() - since);
const minutes = (time) => `${Math.floor(time / 60000)}:${String(Math.floor(time / 1000) % 60).padStart(2, "0")}`;
const send = (name, more = {}) => slides?.postMessage({ lesson: "do", name, ...more }, "*");

function turn(on) {
  kept = passed();
  since = on ? Date.now() : null;
  document.querySelector('[data-clock="turn"]').textContent = on ? "Pause" : "Start";
  tick();
}

function tick() {
  slides?.postMessage({ lesson: "hello" }, "*");
  clock.textContent = minutes(passed());
  if (!told) return;
  const { begins, ends, part } = notes[told.state.at].dataset;
  const left = ends * 60000 - passed();
  const span = `${part}, minutes ${begins} to ${ends}`;
  document.querySelector(".part").textContent = `${span}: ${left >= 0 ? `${minutes(left)} left` : `${minutes(-left)} over`}`;
  document.querySelector(".part").classList.toggle("late", left < 0);
}

function draw() {
  const { at } = told.state;
  document.querySelector(".alone").hidden = true;
  notes.forEach((note, place) => { note.hidden = place !== at; });
  for (const station of stations) {
    if (station.dataset.part === notes[at].dataset.part) station.setAttribute("aria-current", "step");
    else station.removeAttribute("aria-current");
  }
  const dark = told.state.black ? " · the screen is black" : "";
  document.querySelector(".place").textContent = `Slide ${at + 1} of ${told.slides}${told.step && ` · ${told.step}`}${dark}`;
  now.contentWindow.postMessage({ lesson: "show", state: told.state }, "*");
  next.contentWindow.postMessage({ lesson: "show", state: told.next }, "*");
  drawHands(told.options, told.state.votes[at] ?? []);
  tick();
}

// A row of buttons for the options of a vote: a press is one hand, with Shift one fewer.
function drawHands(options, counts) {
  hands.hidden = !options;
  if (hands.children.length !== options) {
    hands.replaceChildren(...Array.from({ length: options }, (_, option) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.addEventListener("click", (event) => send("vote", { option, by: event.shiftKey ? -1 : 1 }));
      return button;
    }));
  }
  [...hands.children].forEach((button, option) => { button.textContent = `${"ABCDEF"[option]} ${counts[option] ?? 0}`; });
}

addEventListener("message", ({ data, source }) => {
  if (data?.lesson !== "state" || source !== slides) return;
  const same = JSON.stringify(told) === JSON.stringify(data);
  told = data;
  if (same) return;
  if (since === null && !kept && (data.state.at || data.state.step)) turn(true);
  draw();
});
for (const frame of [now, next]) frame.addEventListener("load", () => { if (told) draw(); });

addEventListener("keydown", (event) => {
  const command = clientauth.command(event);
  if (!command) return;
  send(...command);
  event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  const { do: name, clock: what, part } = target.closest("button")?.dataset ?? {};
  if (part) send("go", { to: notes.findIndex((note) => note.dataset.part === part) });
  if (name === "open") slides = window.open("index.html", "slides");
  else if (name) send(name);
  if (what === "turn") turn(since === null);
  if (what === "reset") { kept = 0; since = since === null ? null : Date.now(); tick(); }
});

setInterval(tick, 1000);
tick();
