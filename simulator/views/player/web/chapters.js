// Several connections of one run: a player for each, one at a time, chosen in a row of buttons (#c2e17).

function playChapters(chapters, place) {
  const row = document.createElement("nav");
  row.className = "cap-chapters";
  row.setAttribute("aria-label", "Connections");
  const ground = document.createElement("div");
  const cursors = chapters.map(() => 0);
  let shown = -1;
  let model = null;

  const buttons = chapters.map(({ heading }, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading;
    button.addEventListener("click", () => show(index));
    return button;
  });

  function show(index) {
    if (index === shown) return;
    if (model) {
      cursors[shown] = model.get("cursor");
      model.end();
    }
    shown = index;
    ground.replaceChildren();
    ground.dataset.cursor = cursors[index];
    model = play(chapters[index].document, ground, { address: `c${index + 1}` });
    buttons.forEach((button, other) => button.setAttribute("aria-current", String(other === index)));
    buttons[index].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  row.append(...buttons);
  place.replaceChildren(row, ground);
  const asked = Number(/^#c(\d+)/.exec(location.hash)?.[1] ?? 1) - 1;
  show(chapters[asked] ? asked : 0);
}
