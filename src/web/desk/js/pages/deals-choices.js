/* SPDX-License-Identifier: MIT */
/* Boxes above a report on what happened after the clicks: a word and a list. */
import { h } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';

function option([key, text]) {
  return Array.isArray(text) ? h('optgroup', { label: key }, text.map(option)) : h('option', { value: key }, text);
}

/** choice('By', 'channel', [['channel', 'Channel'], ['a heading', [['x', 'X'], …]], …], run(value)) */
export function choice(label, value, rows, run) {
  const control = h('select', { class: 'input small-input', value, on: { change: () => run(control.value) } }, rows.map(option));
  return h('label', { class: 'choice' }, h('span', { class: 'small soft' }, label), control);
}

/** Numbers of days, that of the address among them. */
export function dayChoices(list, value) {
  const days = list.includes(value) ? list : [...list, value].sort((a, b) => a - b);
  return days.map((n) => [n, t('attribution.days', { n: number(n), count: n })]);
}
