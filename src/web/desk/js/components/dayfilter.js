/* SPDX-License-Identifier: MIT */
/* A filter by days: from one to another, both still in; either may be left open. */
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from './icon.js';

/** dayFilter({label}, [from, to], change(from, to)) -> element; days are "2026-10-24" or ''. */
export function dayFilter({ label }, days, change) {
  const trigger = h('button', { class: 'button small', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' });
  const holder = h('div', { class: 'menu start' }, trigger);
  let popup = null;

  const draw = () => {
    const [from, to] = days;
    const on = Boolean(from || to);
    trigger.toggleAttribute('data-on', on);
    replace(trigger, on ? `${label}${t('colon')}` : label, on && h('span', { class: 'cut' }, from === to ? from : `${from || '…'} – ${to || '…'}`), icon('down'));
  };
  const close = (focus) => {
    popup?.remove();
    popup = null;
    trigger.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (focus) {
      trigger.focus();
    }
  };
  const outside = (event) => {
    if (!holder.contains(event.target)) {
      close(false);
    }
  };
  const box = (at, text) => h('label', { class: 'field' }, h('span', { class: 'small soft' }, text), h('input', {
    class: 'input', type: 'date', name: at === 0 ? 'from' : 'to', value: days[at], max: '9999-12-31',
  }));
  const take = (next) => {
    days = next[0] && next[1] && next[0] > next[1] ? [next[1], next[0]] : next; // the two were meant the other way round
    close(true);
    draw();
    change(...days);
  };
  const open = () => {
    const from = box(0, t('filter.from'));
    const to = box(1, t('filter.to'));
    const value = (field) => field.querySelector('input').value;
    popup = h('form', {
      class: 'popup stack tight', role: 'dialog', 'aria-label': label, on: {
        submit: (event) => { event.preventDefault(); take([value(from), value(to)]); },
        keydown: (event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            close(true);
          }
        },
      },
    }, from, to, h('div', { class: 'row' },
      h('button', { class: 'button main small', type: 'submit' }, t('filter.apply')),
      h('button', { class: 'button plain small', type: 'button', on: { click: () => take(['', '']) } }, t('filter.any'))));
    holder.append(popup);
    trigger.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    from.querySelector('input').focus();
  };
  trigger.addEventListener('click', () => (popup ? close(true) : open()));
  draw();
  return holder;
}
