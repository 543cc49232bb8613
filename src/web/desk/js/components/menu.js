/* SPDX-License-Identifier: MIT */
/* A button that opens a list of actions (WAI-ARIA menu button: arrows, Home, End, Escape, first letter by Tab order). */
import { h } from '../dom.js';
import { icon } from './icon.js';
import { popup } from './popup.js';

function itemElement(item, close) {
  if (item === null) {
    return h('div', { class: 'menu-rule', role: 'separator' });
  }
  const attrs = {
    class: `menu-item ${item.kind || ''}`, tabindex: '-1', role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
    'aria-checked': item.checked === undefined ? null : String(item.checked),
  };
  const inside = [item.icon && icon(item.icon), h('span', { class: 'cut' }, item.text)];
  if (item.href) {
    return h('a', { ...attrs, href: item.href, download: item.download, target: item.target, on: { click: () => close(false) } }, inside);
  }
  return h('button', { ...attrs, type: 'button', on: { click: () => { close(true); item.run(); } } }, inside);
}

function move(box, by) {
  const items = [...box.querySelectorAll('.menu-item')];
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}

/**
 * menu(trigger, items, {label, place}): `trigger` is a button; items() gives [{text, icon, run | href, checked, kind}] or
 * null for a rule, anew at each opening. place: 'up', 'start' or '' (below, ending with the button).
 */
export function menu(trigger, items, { label, place = '' } = {}) {
  const keyed = (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (moves[event.key]) {
      event.preventDefault();
      move(shown.box(), moves[event.key]);
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      [...shown.box().querySelectorAll('.menu-item')].at(event.key === 'Home' ? 0 : -1).focus();
    } else if (event.key === 'Tab') {
      shown.close(false);
    }
  };
  const shown = popup(trigger, () => h('div', { class: 'popup', role: 'menu', 'aria-label': label || trigger.textContent, on: { keydown: keyed } },
    items().map((item) => itemElement(item, shown.close))), {
    place, kind: 'menu', opened: (box) => box.querySelector('.menu-item')?.focus(),
  });
  trigger.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && !shown.box()) {
      event.preventDefault();
      shown.open();
    }
  });
  return shown.element;
}
