// A page with a player: a stand-in for the widget's model, and the cursor kept in the address (#e17, #e17,20).

function play(contents, place, more = {}) {
  const values = { document: contents, cursor: Number(place.dataset.cursor), second_cursor: null, theme: "auto", standalone: true, ...more };
  const listeners = {};
  let soon = 0;
  const model = {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      (listeners[`change:${name}`] ?? []).forEach((listener) => listener());
    },
    save_changes() {
      clearTimeout(soon);
      soon = setTimeout(writeAddress, 150);  // a browser takes its time over an address: not at every step
    },
    on: (name, listener) => { (listeners[name] ??= []).push(listener); },
    off: (name, listener) => { listeners[name] = (listeners[name] ?? []).filter((other) => other !== listener); },
  };

  function writeAddress() {
    const cursors = contents.comparison ? `${values.cursor},${values.second_cursor}` : values.cursor;
    if (location.hash !== `#e${cursors}`) history.replaceState(null, "", `#e${cursors}`);
  }

  // Where the address was changed to: it may have been written anew before the change is told.
  function readAddress(hash) {
    const found = /^#e(\d+)(?:,(\d+))?$/.exec(hash);
    if (!found) return;
    const second = found[2] ?? contents.comparison?.across[0][found[1]];
    if (second !== undefined) model.set("second_cursor", Number(second));
    model.set("cursor", Number(found[1]));
  }

  readAddress(location.hash);
  render({ model, el: place });
  window.addEventListener("hashchange", (event) => readAddress(new URL(event.newURL).hash));
  return model;
}
