// A page with a player: a stand-in for the widget's model, and the cursor kept in the address (#e17, #e17,20; with
// several connections #c2e17).

function play(contents, place, more = {}) {
  const values = { document: contents, cursor: Number(place.dataset.cursor), second_cursor: null, theme: "auto", standalone: true, address: "", ...more };
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
    end() {
      clearTimeout(soon);
      window.removeEventListener("hashchange", addressChanged);
      remove();
    },
    off: (name, listener) => { listeners[name] = (listeners[name] ?? []).filter((other) => other !== listener); },
  };

  function writeAddress() {
    const cursors = contents.comparison ? `${values.cursor},${values.second_cursor}` : values.cursor;
    const address = `#${values.address}e${cursors}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }

  // Where the address was changed to: it may have been written anew before the change is told.
  function readAddress(hash) {
    const found = new RegExp(`^#${values.address}e(\\d+)(?:,(\\d+))?$`).exec(hash);
    if (!found) return;
    const second = found[2] ?? contents.comparison?.across[0][found[1]];
    if (second !== undefined) model.set("second_cursor", Number(second));
    model.set("cursor", Number(found[1]));
  }

  readAddress(location.hash);
  const remove = render({ model, el: place });
  const addressChanged = (event) => readAddress(new URL(event.newURL).hash);
  window.addEventListener("hashchange", addressChanged);
  return model;
}
