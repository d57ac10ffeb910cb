// The slides: one at a time. All that is seen follows from the state; a presenter's view gets every state and sends
// commands back. Windows from disk may not look into each other, so both go by messages.

const slides = [...document.querySelectorAll(".slide")];
const nav = document.querySelector("nav");
const help = document.querySelector("dialog");
const shownElsewhere = window.parent !== window;  // in the presenter's view, which says what to show
const steps = slides.map((slide) => (slide.dataset.steps ? slide.dataset.steps.split("|") : [""]));
let state = { at: 0, step: 0, told: {}, votes: {}, black: false };
let desk = null;

// What each command makes of the state.
const COMMANDS = {
  next: ({ at, step }) => {
    if (step + 1 < steps[at].length) return { step: step + 1 };
    return at + 1 < slides.length ? { at: at + 1, step: 0 } : {};
  },
  back: ({ at, step }) => {
    if (step) return { step: step - 1 };
    return at ? { at: at - 1, step: steps[at - 1].length - 1 } : {};
  },
  first: () => ({ at: 0, step: 0 }),
  last: () => ({ at: slides.length - 1, step: 0 }),
  go: (_, { to }) => (to in slides ? { at: to, step: 0 } : {}),
  black: ({ black }) => ({ black: !black }),
  answer: ({ at, told }) => (slides[at].querySelector(".answer") ? { told: { ...told, [at]: !told[at] } } : {}),
  vote: ({ at, votes }, { option, by }) => {
    const count = slides[at].querySelectorAll("[data-option]").length;
    if (!(option < count)) return {};
    const hands = votes[at] ?? Array(count).fill(0);
    return { votes: { ...votes, [at]: hands.map((n, place) => Math.max(0, n + (place === option ? by : 0))) } };
  },
};

function act(name, more = {}) {
  const before = state;
  state = { ...state, black: false, ...COMMANDS[name](state, more) };
  draw();
  if (before.at !== state.at) slides[state.at].focus({ preventScroll: true });
  else if (before.step !== state.step) document.querySelector(".said").textContent = steps[state.at][state.step];
}

function draw() {
  const { at, step } = state;
  const slide = slides[at];
  slides.forEach((other, place) => other.classList.toggle("now", place === at));
  for (const part of slide.querySelectorAll("[data-from], [data-until]"))
    part.classList.toggle("off", step < Number(part.dataset.from ?? 0) || step > Number(part.dataset.until ?? Infinity));
  for (const frame of slide.querySelectorAll("iframe[data-src]:not([src])")) frame.src = frame.dataset.src;
  const answer = slide.querySelector(".answer");
  if (answer) answer.hidden = !state.told[at];
  document.body.classList.toggle("black", state.black && !shownElsewhere);
  slide.classList.toggle("told", Boolean(state.told[at]));
  drawVotes(slide, state.votes[at]);
  nav.querySelector("output").textContent = `${at + 1} of ${slides.length}${steps[at][step] && ` · ${steps[at][step]}`}`;
  nav.querySelector('[data-do="answer"]').hidden = !answer;
  nav.querySelector('[data-do="answer"]').setAttribute("aria-pressed", String(Boolean(state.told[at])));
  if (shownElsewhere) return;
  history.replaceState(null, "", `#${at + 1}`);
  report();
}

function drawVotes(slide, hands = []) {
  const most = Math.max(1, ...hands);
  slide.querySelectorAll("[data-option]").forEach((option, place) => {
    option.querySelector("output").textContent = hands[place] ?? 0;
    option.querySelector(".bar").style.setProperty("--share", (hands[place] ?? 0) / most);
  });
  const said = slide.querySelector(".majority");
  if (said) said.textContent = majority(slide, hands);
}

// Whether the class was right, in words; nothing if no hand was counted.
function majority(slide, hands) {
  const all = hands.reduce((sum, n) => sum + n, 0);
  if (!all) return "";
  const most = Math.max(...hands);
  const leading = hands.flatMap((n, place) => (n === most ? [place] : []));
  const letters = leading.map((place) => "ABCDEF"[place]).join(" and ");
  if (leading.length > 1) return `The most hands were for ${letters}: ${most} each of ${all}.`;
  const right = "right" in slide.querySelectorAll("[data-option]")[leading[0]].dataset;
  return `The most hands were for ${letters}, ${most} of ${all}: ${right ? "right!" : "not so."}`;
}

// The state, and the one that comes next, for a presenter's view.
function report() {
  const next = { ...state, told: {}, ...COMMANDS.next(state) };
  const options = slides[state.at].querySelectorAll("[data-option]").length;
  const step = steps[state.at][state.step];
  desk?.postMessage({ lesson: "state", state, next, slides: slides.length, step, options }, "*");
}

const DOING = {
  desk: () => { desk = window.open("presenter.html", "presenter", "popup,width=1100,height=760"); },
  help: () => help.showModal(),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
  enter: () => {
    const frame = slides[state.at].querySelector("iframe");
    frame?.focus();
    frame?.contentWindow.postMessage({ lesson: "enter" }, "*");
  },
};
const run = (name, more) => (DOING[name] ?? (() => act(name, more)))();

addEventListener("keydown", (event) => {
  const command = shownElsewhere ? null : clientauth.command(event);
  if (!command) return;
  run(...command);
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const option = event.target.closest("[data-option]");
  if (button?.dataset.do) run(button.dataset.do);
  else if (option) act("vote", { option: Number(option.dataset.option), by: Number(button?.dataset.by ?? 1) });
});

addEventListener("message", ({ data, source }) => {
  if (data?.lesson === "leave") slides[state.at].focus();
  if (data?.lesson === "hello") { desk = source; report(); }
  if (data?.lesson === "do" && source === desk && Object.hasOwn(COMMANDS, data.name)) act(data.name, data);
  if (data?.lesson === "show" && shownElsewhere && source === window.parent) { state = data.state; draw(); }
});

// The players are laid out for 565 pixels of height, in which their smallest type has 13: 2.3 % of what is seen.
function size() {
  const height = Math.min(innerHeight, innerWidth * 9 / 16);
  document.documentElement.style.setProperty("--zoom", height / 565);
}
addEventListener("resize", size);
addEventListener("hashchange", openAddress);

// The slide that the address names.
function openAddress() {
  const at = Number(location.hash.slice(1)) - 1;
  if (at in slides && at !== state.at) state = { ...state, at, step: 0 };
  draw();
}

size();
document.body.classList.add("live");
openAddress();
