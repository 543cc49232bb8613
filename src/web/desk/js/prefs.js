/* SPDX-License-Identifier: MIT */
/* What this browser remembers of its reader: language, theme, time zone. An absent value follows the system. */
const NAME = 'linkpond.prefs';

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) || {};
  } catch {
    return {};
  }
}

let kept = read();

/** prefs.get('theme') -> 'light' | 'dark' | undefined (as the system); 'lang' -> 'zh-CN' | 'en'; 'zone' -> IANA name */
export function get(name) {
  return kept[name];
}

export function set(name, value) {
  kept = { ...kept, [name]: value };
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    /* holds until the page is left */
  }
}

function show(dark) {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.dispatchEvent(new CustomEvent('desk:theme')); // charts take their colours anew
}

export function applyTheme() {
  const dark = kept.theme ? kept.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  show(dark);
}

window.addEventListener('beforeprint', () => show(false)); // paper is white
window.addEventListener('afterprint', applyTheme);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
