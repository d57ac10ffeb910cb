// One slide at a time. Which one stands in the address (#7), so that a slide can be linked to.
const slides = [...document.querySelectorAll("section")];
const find = (selector) => document.querySelector(selector);
const [count, caption, button, help, title, list] = ["output", "nav i", "#answer", "#help", "nav b", "#list"].map(find);
let now = -1;

// A slide that says little has larger type; one that is too full for the screen has smaller type, if that is
// enough, else it scrolls. An answer that is still hidden has its room, so that nothing jumps; a long one has
// smaller type before the question has. On paper, where nothing scrolls and type can be smaller, everything is
// made to fit.
const LARGE = [1.25, 1.2, 1.15, 1.1, 1.05, 1], SMALL = [0.95, 0.9, 0.85], ANSWER = [0.85, 0.8, 0.75, 0.71];
function fit(slide) {
  if (slide.matches(".picture")) return;
  const answer = slide.querySelector(".answer");
  const hidden = answer?.hidden;
  const sizes = slide.matches(".title, .chapter") ? [1, ...SMALL] : [...LARGE, ...SMALL];
  const set = (size) => slide.style.setProperty("--fit", size);
  const fits = (size) => {
    set(size);
    return slide.scrollHeight <= slide.clientHeight + 1 && slide.scrollWidth <= slide.clientWidth + 1;
  };
  if (answer) answer.hidden = true;
  const alone = sizes.find(fits) ?? 1;
  let small = alone;
  while (!fits(small) && small > 0.3) small -= 0.05;
  slide.style.setProperty("--print", small * 0.97);
  set(alone);
  if (!answer) return;
  answer.hidden = false;
  const told = (type) => (size) => { slide.style.setProperty("--answer", type / size); return fits(size); };
  const ways = [LARGE, SMALL].flatMap((some) => ANSWER.map((type) => [some, type]));
  if (!ways.some(([some, type]) => some.some(told(type)))) told(ANSWER.at(-1))(Math.min(alone, 1));
  answer.hidden = hidden;
}

function show(number, atEnd = false) {
  if (!Number.isInteger(number)) return;
  const next = Math.max(0, Math.min(slides.length - 1, number));
  if (next === now) return;
  if (now >= 0) tell(slides[now], false);
  slides.forEach((slide, place) => slide.classList.toggle("now", place === next));
  now = next;
  const slide = slides[now];
  slide.scrollTop = atEnd ? slide.scrollHeight : 0;
  slide.focus({ preventScroll: true });
  count.value = `${now + 1} / ${slides.length}`;
  caption.textContent = slide.dataset.caption === title.textContent ? "" : slide.dataset.caption;
  button.hidden = !slide.querySelector(".answer");
  history.replaceState(null, "", `#${now + 1}`);
}

// On first goes down a slide that is taller than the screen, then to the next; back comes to its lower end.
function go(direction) {
  const slide = slides[now];
  const room = direction > 0 ? slide.scrollHeight - slide.clientHeight - slide.scrollTop : slide.scrollTop;
  if (room > 4) slide.scrollBy({ top: direction * slide.clientHeight * 0.8, behavior: "instant" });
  else show(now + direction, direction < 0);
}

// The answer to a question, and its mark at the right option; away when the slide is left.
function tell(slide, told = !slide.classList.contains("told")) {
  const answer = slide.querySelector(".answer");
  if (!answer) return;
  slide.classList.toggle("told", told);
  answer.hidden = !told;
  button.setAttribute("aria-pressed", told);
  button.textContent = told ? "Hide answer" : "Answer";
  const letter = (row) => row.querySelector("th")?.textContent.trim();
  for (const row of slide.querySelectorAll("tr"))
    row.classList.toggle("right", told && slide.dataset.right !== undefined && letter(row) === slide.dataset.right);
  if (told) answer.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function keysShown(shown = help.hidden) {
  help.hidden = !shown;
  find("#keys").setAttribute("aria-expanded", shown);
}

function codeShown() {
  document.body.classList.toggle("with-code");
  slides.forEach(fit);
}

// The titles of all slides. A number that is typed stands where the slide's own number stands until Enter.
const titled = slides.map((slide, place) => {
  const link = Object.assign(document.createElement("a"), { href: `#${place + 1}` });
  const [words, counted] = slide.ariaLabel.split(/(?= \(\d+\)$)/);
  link.append(Object.assign(document.createElement("span"), { textContent: words }), counted ?? "");
  link.addEventListener("click", () => list.close());
  const item = document.createElement("li");
  item.append(link);
  return item;
});
list.querySelector("ol").append(...titled);

function listShown(shown = !list.open) {
  if (!shown) return list.close();
  keysShown(false);
  titled.forEach((item) => item.firstChild.removeAttribute("aria-current"));
  titled[now].firstChild.setAttribute("aria-current", "true");
  list.showModal();
  titled[now].firstChild.focus();
}

let typed = "";
function type(digits) {
  typed = digits.slice(-4);
  count.value = typed ? `→ ${typed}` : `${now + 1} / ${slides.length}`;
  titled.forEach((item, place) => item.classList.toggle("typed", String(place + 1) === typed));
}

function enter() {
  const wanted = Number(typed) - 1;
  const given = typed !== "";
  type("");
  if (!given) return go(1);
  list.close();
  show(wanted);
}

const screen = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
const keys = {
  " ": (event) => go(event.shiftKey ? -1 : 1), PageDown: () => go(1), ArrowRight: () => go(1), Enter: enter,
  PageUp: () => go(-1), ArrowLeft: () => go(-1), Backspace: () => go(-1), b: () => go(-1),
  Home: () => show(0), End: () => show(slides.length - 1), o: () => listShown(),
  a: () => tell(slides[now]), c: codeShown, f: screen, "?": () => keysShown(), Escape: () => keysShown(false),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;  // Caps Lock changes nothing
  const digit = /^[0-9]$/.test(key);
  if (!digit && !(key in keys)) return type("");
  const pressed = event.target.matches("button, a") && (event.key === " " || event.key === "Enter");
  if (pressed && !(typed && event.key === "Enter")) return;
  if (list.open && !digit && !["Enter", "o"].includes(key)) return event.key === "Escape" && type("");
  event.preventDefault();
  if (digit) return type(typed + event.key);
  if (event.key !== "Enter") type("");
  keys[key](event);
});
list.addEventListener("click", (event) => { if (event.target === list) list.close(); });
find("#back").addEventListener("click", () => go(-1));
find("#next").addEventListener("click", () => go(1));
button.addEventListener("click", () => tell(slides[now]));
find("#keys").addEventListener("click", () => keysShown());
find("#titles").addEventListener("click", () => listShown());
const addressed = () => Number(location.hash.slice(1)) - 1;
addEventListener("hashchange", () => show(addressed()));
addEventListener("resize", () => slides.forEach(fit));
slides.forEach(fit);
show(Number.isInteger(addressed()) ? addressed() : 0);
