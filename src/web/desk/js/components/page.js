/* SPDX-License-Identifier: MIT */
/* What every page has: a heading with its actions, and what stands there while there is nothing (yet, or ever). */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { button } from './button.js';
import { icon } from './icon.js';
import { problemText } from './toast.js';

/** pageHead({title, lead, actions, back: {href, text}}) */
export function pageHead({ title, lead, actions = [], back }) {
  return h('header', { class: 'page-head' },
    h('div', { class: 'grow' },
      back && h('a', { class: 'back', href: back.href }, icon('left'), back.text),
      h('h1', { class: 'any-break' }, title), lead && h('p', { class: 'lead any-break' }, lead)),
    actions.length > 0 && h('div', { class: 'row' }, actions));
}

/** card({title, actions}, ...children) */
export function card({ title, actions = [], flush = false, cls = '' } = {}, ...children) {
  return h('section', { class: `card ${flush ? 'flush' : ''} ${cls}` },
    title && h('div', { class: 'card-head' }, h('h2', null, title), actions.length > 0 && h('div', { class: 'row' }, actions)), children);
}

/** empty({icon, title, text, action: button}): an empty place says what would be here and how to begin. `page`: it is all there is. */
export function empty({ icon: name = 'link', title, text, action, page = false }) {
  return h('div', { class: 'empty' }, icon(name), h(page ? 'h1' : 'h2', null, title), text && h('p', null, text), action);
}

/** notice('note' | 'bad' | 'good' | '', ...children) */
export function notice(kind, ...children) {
  return h('div', { class: `notice ${kind}` }, icon(kind === 'good' ? 'check' : 'warn'), h('div', null, children));
}

/** Grey lines while the first answer is on its way. */
export function loading(lines = 4) {
  return h('div', { class: 'loading', 'aria-hidden': 'true' },
    Array.from({ length: lines }, (_, i) => h('div', { class: 'skeleton', style: { width: `${92 - ((i * 23) % 50)}%` } })));
}

/** In the place of what could not be had, with a way to try again. */
export function failed(error, again) {
  return h('div', { class: 'empty', role: 'alert' }, icon('warn'), h('h2', null, t('failed.title')), h('p', null, problemText(error)),
    again && button(t('again'), { run: again }));
}

/** badge('生效中', 'good') */
export function badge(text, kind = '') {
  return h('span', { class: `badge ${kind}` }, text);
}

/** progress(label): {element, set(done, total), text} for what takes longer than a second. */
export function progress(label) {
  const bar = h('progress', { max: 1, 'aria-label': label });
  const text = h('span', { class: 'small soft num' }, label);
  return {
    element: h('div', { class: 'progress', role: 'status' }, text, bar),
    set(done, total, words) {
      bar.max = total || 1;
      bar.value = done;
      text.textContent = words || `${label} ${done}/${total}`;
    },
  };
}

/** tabs([{text, href, current}]) as links: a tab has an address like everything else. */
export function tabs(label, rows) {
  return h('nav', { class: 'tabs', 'aria-label': label },
    rows.map((row) => h('a', { class: 'tab', href: row.href, 'aria-current': row.current ? 'page' : null }, row.text)));
}

/** segments(label, [[value, text]], value, onChange): one of a few. */
export function segments(label, rows, value, onChange) {
  const element = h('div', { class: 'segments', role: 'group', 'aria-label': label });
  rows.forEach(([key, text]) => element.append(h('button', {
    type: 'button', 'aria-pressed': String(key === value), on: {
      click: (event) => {
        [...element.children].forEach((one) => one.setAttribute('aria-pressed', String(one === event.currentTarget)));
        onChange(key);
      },
    },
  }, text)));
  return element;
}
