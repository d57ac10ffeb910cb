// The keys of the slides and of the presenter's view: [command, more] for a press, or null.

globalThis.clientauth ??= {};

clientauth.command = (event) => {
  const { key, code, shiftKey, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return null;
  if (target.closest("button, a, summary") && (key === " " || key === "Enter")) return null;
  const digit = /^(?:Digit|Numpad)([1-6])$/.exec(code);  // with Shift the key is another sign
  if (digit) return ["vote", { option: digit[1] - 1, by: shiftKey ? -1 : 1 }];
  const name = {
    " ": shiftKey ? "back" : "next", ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back",
    Home: "first", End: "last", a: "answer", b: "black", ".": "black", p: "desk", f: "full", "?": "help", Enter: "enter",
  }[key.length > 1 ? key : key.toLowerCase()];
  return name ? [name, {}] : null;
};
