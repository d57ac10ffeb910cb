// The playground: the position of the knobs names a run that was played beforehand.

const table = document.getElementById("table").textContent.trim().split("\n");
const runs = clientauth.unpack(document.getElementById("document").textContent, table);
const knobs = [...document.querySelectorAll("#knobs select")];
const said = document.getElementById("said");
const box = document.querySelector(".picture");

const element = (tag, words, className = "") => Object.assign(document.createElement(tag), { textContent: words, className });
const position = () => knobs.map((knob) => knob.value).join("/");

// A position in the address is where the page opens; a wrong one is left out.
const asked = decodeURIComponent(location.hash.slice(1));
if (runs[asked]) asked.split("/").forEach((value, at) => { knobs[at].value = value; });
let before = null;

function show() {
  const here = position();
  const run = runs[here];
  const [key, name, meaning] = run.level;
  const level = element("p", "", "level");
  level.style.setProperty("--level", `var(--level_${key})`);
  level.append(element("b", name), `: ${meaning}.`);
  said.replaceChildren(level, ...(before === null || before === here ? [] : changes(before, here)));
  document.querySelector("#facts + dl").replaceChildren(...run.told.flatMap(row));
  box.innerHTML = run.picture.join("\n");
  box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
  document.getElementById("command").textContent = run.command;
  const link = document.getElementById("page");
  link.hidden = !run.page;
  link.href = run.page;
  before = here;
  history.replaceState(null, "", `#${here}`);
}

const row = ([heading, words]) => [element("dt", heading), element("dd", words)];

// What is different from the position before, in words.
function changes(from, to) {
  const [old, now] = [runs[from], runs[to]];
  const moved = knobs.filter((_, at) => from.split("/")[at] !== to.split("/")[at]);
  const turned = moved.map((knob) => `${knob.closest("label").firstChild.textContent} → ${knob.selectedOptions[0].textContent}`);
  const head = element("h2", `What changed: ${turned.join(", ")}`);
  const list = element("dl", "", "facts");
  const add = (heading, was, is) => {
    const [term, words] = row([heading, is]);
    words.append(element("del", `before: ${was}`));
    list.append(term, words);
  };
  if (old.level[1] !== now.level[1]) add("Level", old.level[1], now.level[1]);
  now.told.forEach(([heading, words], at) => { if (old.told[at][1] !== words) add(heading, old.told[at][1], words); });
  const none = "Nothing: the same messages are decided in the same way, and the level is the same.";
  return [head, list.children.length ? list : element("p", none)];
}

document.getElementById("knobs").addEventListener("change", show);
show();
