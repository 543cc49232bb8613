/* SPDX-License-Identifier: MIT */
/* How many things need somebody today, beside the page's name in the navigation. */
import * as api from './api.js';
import { number } from './format.js';
import { t } from './i18n.js';
import { can } from './session.js';

const EVERY_MS = 300000; // as often as live codes are looked at
let timer = 0;
let known = 0;

function draw() {
  document.querySelectorAll('.nav-count').forEach((element) => {
    element.hidden = known === 0;
    element.textContent = number(known);
    element.title = t('nav.today_count', { count: number(known) });
  });
}

/** What a page has found out by itself. */
export function setCount(total) {
  known = total;
  draw();
}

async function ask() {
  if (document.hidden || !can('links:read')) {
    return;
  }
  try {
    setCount((await api.get('/today', { limit: 0 }, { quiet: true })).total);
  } catch {
    // it is asked again
  }
}

/** Begins with the frame; places drawn later take the number that is known. */
export function watchCount() {
  clearInterval(timer);
  timer = setInterval(ask, EVERY_MS);
  draw();
  ask();
}

export { draw as drawCount };
