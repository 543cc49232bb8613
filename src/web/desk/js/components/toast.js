/* SPDX-License-Identifier: MIT */
/* Short news at the foot of the window, read out by screen readers; and what every failed action says. */
import { h } from '../dom.js';
import { known, t } from '../i18n.js';

const SHOWN_MS = 6000;
let list = null;

function place() {
  if (!list) {
    list = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite', popover: 'manual' });
    document.body.append(list);
  }
  if (list.showPopover) { // above open dialogs
    if (list.matches(':popover-open')) {
      list.hidePopover();
    }
    list.showPopover();
  }
  return list;
}

/** toast('Saved'); toast('Moved to the bin', {action: 'Undo', run}); toast(text, {kind: 'bad'}) */
export function toast(text, { kind = '', action, run } = {}) {
  const close = () => {
    box.remove();
    if (list.childElementCount === 0) {
      list.hidePopover?.();
    }
  };
  const box = h('div', { class: `toast ${kind}` }, h('span', null, text), action && h('button', {
    class: 'button small', type: 'button', on: { click: () => { close(); run(); } },
  }, action));
  place().append(box);
  while (list.childElementCount > 3) {
    list.firstElementChild.remove();
  }
  setTimeout(close, action ? SHOWN_MS * 1.5 : SHOWN_MS);
}

/** A sentence for whatever went wrong. */
export function problemText(error) {
  if (error.status === 0) {
    return t('problem.unreachable');
  }
  if (error.status === 403 && !error.message) {
    return t('problem.forbidden');
  }
  if (error.message && error.status) {
    return error.message;
  }
  const key = `problem.${error.status}`;
  return known(key) ? t(key) : t('problem.unknown');
}

/** For catch: says it, unless the page was merely left. */
export function fail(error) {
  if (error.name !== 'AbortError') {
    toast(problemText(error), { kind: 'bad' });
    if (error.status === undefined) {
      console.error(error); // our own fault
    }
  }
}
