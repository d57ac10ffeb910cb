// One slide at a time. Which one stands in the address (#7), so that a slide can be linked to.
const slides = [...document.querySelectorAll("section")];
const count = document.querySelector("nav output");
let now = -1;

function show(number) {
  if (!Number.isInteger(number)) return;
  const next = Math.max(0, Math.min(slides.length - 1, number));
  if (next === now) return;
  slides.forEach((slide, place) => slide.classList.toggle("now", place === next));
  now = next;
  slides[now].scrollTop = 0;
  slides[now].focus({ preventScroll: true });
  count.value = `${now + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${now + 1}`);
}

// Forward first goes down a slide that is taller than the screen, then on to the next; back likewise.
function go(direction) {
  const slide = slides[now];
  const room = direction > 0 ? slide.scrollHeight - slide.clientHeight - slide.scrollTop : slide.scrollTop;
  if (room > 4) slide.scrollBy({ top: direction * slide.clientHeight * 0.8 });
  else show(now + direction);
}

const keys = {
  " ": (event) => go(event.shiftKey ? -1 : 1), PageDown: () => go(1), ArrowRight: () => show(now + 1),
  PageUp: () => go(-1), ArrowLeft: () => show(now - 1), Backspace: () => show(now - 1),
  Home: () => show(0), End: () => show(slides.length - 1),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  if (event.key === " " && event.target instanceof HTMLButtonElement) return;
  event.preventDefault();
  keys[event.key](event);
});
document.querySelector("#back").addEventListener("click", () => go(-1));
document.querySelector("#on").addEventListener("click", () => go(1));
addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
show((Number(location.hash.slice(1)) || 1) - 1);
