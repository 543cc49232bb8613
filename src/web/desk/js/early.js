/* SPDX-License-Identifier: MIT */
/* Runs before the first paint, so that a page in another theme or language never flashes up. The rest is in prefs.js. */
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('linkpond.prefs')) || {};
  } catch {
    /* storage is forbidden: what the browser says holds */
  }
  const dark = kept.theme ? kept.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'dark' : 'light';
  root.lang = kept.lang || (/^zh\b/i.test(navigator.language) ? 'zh-CN' : 'en');
})();
