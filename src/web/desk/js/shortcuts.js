/* SPDX-License-Identifier: MIT */
/* Keys that do something anywhere: one ("c") or two in a row ("g l"). They rest while somebody types or a dialog is open. */
const PAUSE_MS = 900;
const rows = new Map();
let first = '';
let timer = 0;

/** Returns a function that takes it away again: pages do when they are left. `label()` is shown in the help. */
export function shortcut(keys, label, run) {
  rows.set(keys, { keys, label, run });
  return () => {
    if (rows.get(keys)?.run === run) {
      rows.delete(keys);
    }
  };
}

export function shortcuts() {
  return [...rows.values()];
}

function busy(target) {
  return target.closest?.('input, textarea, select, [contenteditable], [role="combobox"], [role="menu"]') || document.querySelector('dialog[open]');
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || busy(event.target)) {
    return;
  }
  const row = rows.get(first ? `${first} ${event.key}` : event.key) || rows.get(event.key);
  clearTimeout(timer);
  if (row) {
    first = '';
    event.preventDefault();
    row.run();
    return;
  }
  first = [...rows.keys()].some((keys) => keys.startsWith(`${event.key} `)) ? event.key : '';
  timer = setTimeout(() => { first = ''; }, PAUSE_MS);
}

document.addEventListener('keydown', pressed);
