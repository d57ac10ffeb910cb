// A player of the lesson; with ?guess in its address it asks before each decision. Inside a slide it is light, as the
// slides are, and two runs have no panels; the slide tells it when to listen to keys, and q goes back to it (so does
// Escape, but in full screen the browser takes that).

const inSlide = window.parent !== window;
const contents = clientauth.drawn(clientauth.unpack(document.getElementById("document").textContent));
const guessing = location.search === "?guess" ? "decisions" : "";
const look = inSlide ? { theme: "light", panelled: !contents.comparison } : {};
clientauth.play(contents, document.getElementById("player"), { guessing, ...look });

if (inSlide) {
  addEventListener("message", (event) => {
    if (event.source === window.parent && event.data?.lesson === "enter") document.querySelector(".cap-view").focus();
  });
  addEventListener("keydown", (event) => {
    if (["Escape", "q"].includes(event.key) && !document.querySelector("dialog[open]")) window.parent.postMessage({ lesson: "leave" }, "*");
  }, true);
}
