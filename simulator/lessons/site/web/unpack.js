// Documents of runs, from lines that pages share: "=3,7-9" stands for lines of the table, "@7-90" for lines of the
// document before. A picture is shapes with numbers; those that say how far down ("^") or how late ("@") are
// relative to the one before.

globalThis.clientauth ??= {};

clientauth.unpack = (text, table = clientauth.lines) => {
  const lines = [];
  for (const line of text.trim().split("\n")) {
    const from = { "=": table, "@": lines }[line[0]];
    if (!from) { lines.push(line); continue; }
    for (const part of line.slice(1).split(",")) {
      const [first, last = first] = part.split("-").map(Number);
      lines.push(...from.slice(first, last + 1));
    }
  }
  return JSON.parse(lines.join(""));
};

clientauth.markup = (rows) => {
  const last = { "^": 0, "@": 0 };
  return rows.map((row) => {
    if (typeof row === "string") return row;
    const numbers = row.slice(1);
    return clientauth.shapes[row[0]].replace(/[~^@]/g, (mark) => {
      const number = numbers.shift();
      if (mark === "~") return number;
      last[mark] = Math.round((last[mark] + number) * 10) / 10;
      return last[mark];
    });
  }).join("");
};

// The document of a player, with its pictures as the markup that the player knows.
clientauth.drawn = (contents) => {
  for (const { picture } of contents.runs)
    for (const name of ["svg", "away", "told"]) picture[name] = clientauth.markup(picture[name]);
  return contents;
};
