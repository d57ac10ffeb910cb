// The panels: each a function of the run and the cursor.

import { bytesParts } from "./bytes.js";
import { capital, facts, h, icon, latest, listbox } from "./elements.js";

export const DRAW = { event: drawEvent, ledger: drawLedgers, levels: drawLevels, states: drawStates, story: drawStory, world: drawWorld };

function drawEvent(pane, node) {
  drawKind(pane, node);
  const { event, run } = pane;
  if (!event.words.length) return;
  const line = (term) => [h("dt", {}, term), h("dd", {}, run.words[term][0], run.words[term][1] ? h("small", {}, ` ${run.words[term][1]}`) : null)];
  node.append(h("h4", {}, "Words"), h("dl", { class: "cap-words" }, event.words.flatMap(line)));
}

function drawKind(pane, node) {
  const { event, run } = pane;
  if (event.kind === "message" && run.messages[event.message]) node.replaceChildren(...messageParts(pane, run.messages[event.message]));
  else if (event.kind === "ledger") node.replaceChildren(ledgerNode(pane, latest(run.ledgers, event.seq, event.actor)));
  else if (event.kind === "decision") node.replaceChildren(...decisionParts(pane, event));
  else if (event.kind === "belief" || event.seq === pane.last) drawLevels(pane, node);
  else if (event.kind === "state") drawStates(pane, node);
  else if (event.kind === "setup") drawSetup(pane, node);
  else node.replaceChildren(h("p", { class: "cap-quiet" }, "This is not a message."));
}

function drawSetup(pane, node) {
  const { run, player } = pane;
  drawWorld(pane, node);
  if (!player.secret && run.lesson) node.prepend(h("p", { class: "cap-lesson" }, run.lesson));
}

function messageParts(pane, message) {
  const parts = [h("h4", {}, message.name), h("ul", { class: "cap-lines" }, [...message.facts, ...pane.known(message.later)].map((line) => h("li", {}, line)))];
  parts.push(...message.certificates.map((fingerprint) => pane.certificate(fingerprint, message.certificates.length === 1)));
  if (message.bytes) parts.push(...bytesParts(`${pane.id}-bytes`, "The message, byte by byte", message.bytes, message.fields));
  if (message.wire) {
    parts.push(h("details", { class: "cap-wire" }, h("summary", {}, "On the wire: what an eavesdropper sees"),
      ...bytesParts(`${pane.id}-wire`, "Records", message.wire, message.wire_fields)));
  } else if (message.fields.length) parts.push(h("p", { class: "cap-quiet" }, "It travels in the same record as a later message."));
  return parts.filter(Boolean);
}

function decisionParts(pane, event) {
  const { run } = pane;
  const decision = run.decisions.find((entry) => entry.seq === event.seq);
  const options = h("ul", { class: "cap-chosen-of" }, decision.options.map((option) => h("li", { class: option === decision.choice ? `cap-choice${decision.refuses ? " cap-refuses" : ""}` : null },
    option, option === decision.choice ? null : h("small", {}, " was open too"))));
  const ledger = decision.judges ? latest(run.ledgers, event.seq, event.actor) : null;
  return [h("h4", {}, "The choices"), options, ...(ledger ? [h("h4", {}, "The checks behind it"), ledgerNode(pane, ledger)] : [])];
}

// The alert that a ledger leads to comes later: who guesses is not told of it here.
function ledgerNode(pane, ledger) {
  const line = (check) => h("li", { class: `cap-check cap-${check.mark}${check.decisive ? " cap-decisive" : ""}` }, icon(check.mark, check.outcome),
    h("div", {}, h("b", {}, check.name), h("small", {}, ` ${check.decisive ? "decisive: " : ""}${check.outcome}`), h("p", {}, check.sentence || check.question),
      check.evidence ? h("p", { class: "cap-evidence" }, check.evidence) : null,
      check.detail ? h("pre", { class: "cap-evidence" }, check.detail.join("\n")) : null));
  return h("section", { class: "cap-ledger" }, h("p", {}, `${capital(ledger.role)} certificate of `, h("b", {}, ledger.about), `, judged by the ${ledger.side}`,
    ` as ${ledger.profile} does${ledger.alert && !pane.player.secret ? `; alert ${ledger.alert}` : ""}`),
    ...ledger.checks.filter((check) => check.decisive).map((check) => h("ul", {}, line(check))),
    h("h4", {}, "Every check, in order"), h("ol", {}, ledger.checks.map(line)));
}

function drawLedgers(pane, node) {
  const ledgers = ["client", "server"].map((side) => latest(pane.run.ledgers, pane.upto, side)).filter(Boolean);
  const none = h("p", { class: "cap-quiet" }, "No certificate has been checked yet.");
  node.replaceChildren(...(ledgers.length ? ledgers.flatMap((ledger) => [h("h4", {}, `What the ${ledger.side} checked`), ledgerNode(pane, ledger)]) : [none]));
}

function drawLevels(pane, node) {
  const { run, upto } = pane;
  const begin = { assumed: false, colour: "level_CLEARTEXT", reason: "No message has been sent yet.", peer: "", user: "" };
  const client = latest(run.beliefs, upto, "client") ?? { ...begin, held: "CLEARTEXT" };
  const server = latest(run.beliefs, upto, "server") ?? { ...begin, name: "Nothing yet" };
  const row = (here, colour, name, words) => h("tr", { class: here ? "cap-rung cap-here" : "cap-rung", style: `--level: var(--${colour})` },
    h("td", {}, here ? words : ""), h("th", { scope: "row" }, name));
  const table = (words, rows) => h("table", { class: "cap-ladder" }, h("caption", {}, words), h("tbody", {}, rows));
  const rungs = [...run.levels].sort((a, b) => (a[0] === "REFUSED") - (b[0] === "REFUSED"));
  const ladder = [...rungs.filter(([key]) => key !== "REFUSED").reverse(), ...rungs.filter(([key]) => key === "REFUSED")];
  const believes = client.assumed ? "client believes (assumed)" : "client believes";
  const why = (side, verb, of) => h("p", {}, h("b", {}, `The ${side} ${verb}: `), of.reason, of.peer ? ` It talks to ${of.peer}.` : "", of.user ? ` User: ${of.user}.` : "");
  const card = latest(run.cards, upto);
  node.replaceChildren(table("Levels, the best on top", ladder.map(([key, name]) => row(client.held === key, `level_${key}`, name, believes))),
    table("What the server knows of the client", row(true, server.colour, server.name, "server knows")),
    why("client", "believes", client), why("server", "knows", server), h("h4", {}, pane.cursor === pane.last && run.finished ? "What the session is worth" : "The card, so far"), card ? facts(card.facts) : "");
}

function drawStates(pane, node) {
  const columns = ["client", "server"].map((side) => {
    const moves = pane.run.moves.filter((move) => move.side === side && move.seq <= pane.upto);
    const now = moves.at(-1)?.after ?? "START";
    const been = new Set(["START", ...moves.map((move) => move.after)]);
    const items = pane.run.machines[side].map(([state, decides, waits]) => h("li", { class: state === now ? "cap-here" : been.has(state) ? "cap-been" : null, "aria-current": state === now ? "true" : null },
      h("code", {}, state), h("small", { class: decides ? "cap-decides" : null }, waits)));
    return h("section", {}, h("h4", {}, capital(side)), h("ol", { class: "cap-states" }, items));
  });
  node.replaceChildren(h("div", { class: "cap-columns" }, columns));
}

function drawStory(pane, node) {
  const { run, player } = pane;
  const grain = String(player.every);
  if (node.grain !== grain) {
    node.grain = grain;
    const pick = (option) => { if (!player.linked) player.active = pane.index; player.go(pane.index, Number(option.dataset.seq)); };
    node.list = listbox("The story, event by event", `${pane.id}-story-list`, pick);
    const chapters = [...run.picture.chapters];
    const stops = player.stops(pane);
    chapters.forEach((chapter, at) => {
      const from = at ? chapter.seq : 0;
      const to = chapters[at + 1]?.seq ?? Infinity;
      const heading = `${node.list.id}-${at}`;
      node.list.append(h("div", { role: "group", "aria-labelledby": heading, style: `--step: var(--step_${chapter.step})` }, h("h4", { id: heading, role: "presentation" }, `${chapter.number} ${chapter.title}`.trim()),
        stops.filter((seq) => seq >= from && seq < to).map((seq) => h("div", { role: "option", id: `${node.list.id}-e${seq}`, "aria-selected": "false", "data-seq": seq },
          h("span", {}, pane.headline(seq)), h("small", {}, seq ? run.events[seq].at : "")))));
    });
    node.replaceChildren(node.list);
  }
  for (const option of node.list.querySelectorAll("[data-seq]")) option.hidden = player.guessing && Number(option.dataset.seq) > pane.upto;
  for (const group of node.list.children) group.hidden = !group.querySelector("[data-seq]:not([hidden])");
  node.list.choose(node.list.querySelector(`[data-seq="${player.stops(pane).filter((seq) => seq <= pane.cursor).at(-1)}"]`));
}

function drawWorld(pane, node) {
  const { run, player } = pane;
  const names = (list) => list.map(([name]) => name).join(", ") || "no certificate";
  const actors = run.actors.map((actor) => h("section", {}, h("h4", {}, actor.name), facts([
    ...(actor.sends.length || actor.role === "client" ? [[actor.chooses ? "May show" : "Shows", actor.sends.length ? names(actor.sends) : "no certificate"]] : []),
    ...(actor.role === "authority" ? [] : [["Trusts", names(actor.trusts)]]),
    ...(actor.holds.length ? [["Holds", names(actor.holds)]] : []), ...actor.policy.filter(([, , tells]) => !tells || !player.secret)])));
  node.replaceChildren(...actors, h("h4", {}, "All certificates of this world"), ...Object.keys(run.certificates).map((fingerprint) => pane.certificate(fingerprint)));
}
