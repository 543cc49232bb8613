/* SPDX-License-Identifier: MIT */
/* A filter by days: from one to another, both still in; either may be left open. */
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from './icon.js';
import { popup } from './popup.js';

/** dayFilter({label}, [from, to], change(from, to)) -> element; days are "2026-10-24" or ''. */
export function dayFilter({ label }, days, change) {
  const trigger = h('button', { class: 'button small', type: 'button' });

  const draw = () => {
    const [from, to] = days;
    const on = Boolean(from || to);
    trigger.toggleAttribute('data-on', on);
    replace(trigger, on ? `${label}${t('colon')}` : label, on && h('span', { class: 'cut' }, from === to ? from : `${from || '…'} – ${to || '…'}`), icon('down'));
  };
  const box = (at, text) => h('label', { class: 'field' }, h('span', { class: 'small soft' }, text), h('input', {
    class: 'input', type: 'date', name: at === 0 ? 'from' : 'to', value: days[at], max: '9999-12-31',
  }));
  const take = (next) => {
    days = next[0] && next[1] && next[0] > next[1] ? [next[1], next[0]] : next; // the two were meant the other way round
    shown.close(true);
    draw();
    change(...days);
  };
  const make = () => {
    const from = box(0, t('filter.from'));
    const to = box(1, t('filter.to'));
    const value = (field) => field.querySelector('input').value;
    return h('div', { class: 'popup', role: 'dialog', 'aria-label': label }, h('form', {
      class: 'stack tight', on: {
        submit: (event) => { event.preventDefault(); take([value(from), value(to)]); },
      },
    }, from, to, h('div', { class: 'row' },
      h('button', { class: 'button main small', type: 'submit' }, t('filter.apply')),
      h('button', { class: 'button plain small', type: 'button', on: { click: () => take(['', '']) } }, t('filter.any')))));
  };
  const shown = popup(trigger, make, { place: 'start', kind: 'dialog', opened: (form) => form.querySelector('input').focus() });
  draw();
  return shown.element;
}
