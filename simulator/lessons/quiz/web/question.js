// A question with its options as buttons. The kernel judges a choice: the page never holds the right letter.

const MARKS = { right: "✓", wrong: "✗" };

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const ask = element("p", "caq-ask", model.get("ask"));
  const reply = element("div", "caq-reply");
  reply.setAttribute("role", "status");
  const buttons = model.get("options").map(([letter, text]) => {
    const button = element("button", "caq-option", element("b", "caq-letter", letter), element("span", "", text), element("span", "caq-mark"));
    button.type = "button";
    button.dataset.letter = letter;
    button.addEventListener("click", () => { model.set("chosen", letter); model.save_changes(); });
    return button;
  });
  const above = element("div", "caq-above");
  above.innerHTML = model.get("above"); // as below: a page that Python has escaped
  const box = element("div", "clientauth-question", above, ask, ...buttons, reply);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", model.get("ask"));

  const draw = () => {
    const marks = model.get("marks");
    for (const button of buttons) {
      const mark = marks[button.dataset.letter] ?? "";
      button.dataset.mark = mark;
      button.lastChild.textContent = mark ? `${MARKS[mark]} ${mark}` : "";
    }
    reply.innerHTML = model.get("reply"); // a page that Python has escaped
  };

  // Jupyter takes plain keys for commands of its own (b adds a cell), so while the focus is in the question its keys
  // are heard on the way down. Escape, Shift+Enter, Tab and every key with Ctrl or Alt are left to the notebook.
  const key = (event) => {
    if (!event.composedPath().includes(box) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (["Escape", "Tab"].includes(event.key) || (event.key === "Enter" && event.shiftKey)) return;
    event.stopImmediatePropagation();
    const at = buttons.findIndex((button) => button === event.composedPath()[0]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const named = buttons.find((button) => button.dataset.letter === event.key.toUpperCase());
    const target = step ? buttons.at((at + step) % buttons.length) : named ?? (["Enter", " "].includes(event.key) ? buttons[at] : null);
    if (!target) return;
    event.preventDefault();
    target.focus();
    if (!step) target.click();
  };

  window.addEventListener("keydown", key, true);
  model.on("change:reply", draw);
  model.on("change:marks", draw);
  draw();
  el.append(box);
  return () => window.removeEventListener("keydown", key, true);
}

export default { render };
