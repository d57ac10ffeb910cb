// A live run without a simulator: every state was played beforehand, and a choice leads to the next one.

const states = clientauth.unpack(document.getElementById("document").textContent);
for (const state of Object.values(states)) clientauth.drawn(state.document);

let choices = [];
const { document: contents, pending } = states[""];
const model = clientauth.play(contents, document.getElementById("player"), { standalone: false, live: true, pending, answer: {} });

model.on("change:answer", () => {
  const { decision, choice } = model.get("answer");
  if (!choice) return;
  choices = [...choices.slice(0, decision), choice];
  const state = states[choices.join("/")];
  model.set("pending", state.pending);
  model.set("document", state.document);
  model.set("cursor", state.document.runs[0].decisions.find((taken) => taken.number === decision).seq);
  model.set("answer", {});
});
