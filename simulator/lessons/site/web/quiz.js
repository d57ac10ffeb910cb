// A question of the quiz: a wrong answer gets its reason and a second try; after the second the right one is shown.

for (const question of document.querySelectorAll(".quiz > li")) {
  const buttons = [...question.querySelectorAll("button")];
  const status = question.querySelector("[role=status]");
  let tries = 0;

  const reveal = (button) => {
    button.className = "right" in button.dataset ? "right" : "wrong";
    button.setAttribute("aria-disabled", "true");  // a disabled one would lose the focus
    button.nextElementSibling.hidden = false;
  };

  const end = () => {
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    question.querySelector(".shown").hidden = false;
  };

  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled")) return;
      tries += 1;
      reveal(button);
      if ("right" in button.dataset) {
        status.textContent = tries > 1 ? "Right, at the second try." : "Right.";
        end();
      } else if (tries > 1) {
        const right = buttons.find((other) => "right" in other.dataset);
        reveal(right);
        status.textContent = `Not so either. Right is: ${right.textContent.trim()}`;
        end();
      } else {
        status.textContent = "Not so. Read why, and try once more.";
      }
    });
  }
}
