/* SPDX-License-Identifier: MIT */
/*
 * Search and filters in one line. Each filter is a button that opens a list; when set it shows its value and takes it
 * away again. All values live in the page's query, so the view can be shared.
 */
import { debounce, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { dayFilter } from './dayfilter.js';
import { icon } from './icon.js';
import { popup } from './popup.js';

const SEARCH_AFTER_MS = 250;

function filterButton(filter, value, change) {
  const trigger = h('button', { class: 'button small', type: 'button' });
  const draw = () => {
    const on = value !== '';
    trigger.toggleAttribute('data-on', on);
    replace(trigger, on ? `${filter.label}${t('colon')}` : filter.label, on && h('span', { class: 'cut' }, filter.show ? filter.show(value) : value || t('filter.none')),
      icon('down'));
  };
  const pick = (next) => {
    shown.close(true);
    value = next;
    draw();
    change(next);
  };
  const row = (text, next, selected) => h('button', {
    class: 'menu-item', type: 'button', role: 'option', 'aria-selected': String(selected), 'aria-checked': String(selected), on: { click: () => pick(next) },
  }, h('span', { class: 'cut' }, text));
  const make = () => {
    const list = h('div', { role: 'listbox', 'aria-label': filter.label });
    const nothing = h('p', { class: 'none', hidden: true }, t('filter.nothing')); // beside the list, which holds options only
    const search = filter.source && h('input', { class: 'input', type: 'text', placeholder: t('filter.find'), 'aria-label': t('filter.find'), autocomplete: 'off' });
    const fill = async () => {
      const found = filter.options || (await filter.source(search.value.trim()).catch(() => []));
      replace(list, value !== '' && row(t('filter.any'), '', false), found.map((option) => row(option.label, option.value, option.value === value)));
      list.hidden = !list.firstElementChild;
      nothing.hidden = found.length > 0;
    };
    search?.addEventListener('input', debounce(fill, SEARCH_AFTER_MS));
    fill().then(() => search || (list.querySelector('[aria-checked="true"]') || list.firstElementChild)?.focus());
    return h('div', { class: 'popup', on: { keydown: keyed } }, search, list, nothing);
  };
  const keyed = (event) => {
    const items = [...shown.box().querySelectorAll('.input, .menu-item')];
    const at = items.indexOf(document.activeElement);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
    } else if (event.key === 'Enter' && document.activeElement === items[0] && items[0].matches('.input')) {
      event.preventDefault();
      (value === '' ? items[1] : items[2])?.click();
    }
  };
  const shown = popup(trigger, make, { place: 'start', kind: 'listbox', opened: (box) => box.querySelector('.input')?.focus() });
  draw();
  return shown.element;
}

/**
 * filterBar({search: {name, label, value}, filters, values, onChange, extra}): filters are {key, label, source | options,
 * show(value)}: `source(text)` as in places.js, or `options` [{value, label}]; or {days: [key, key], label}, from one day to
 * another. onChange(values) gets all that is set.
 * `extra` are nodes at the end of the line (a sort box, say).
 */
export function filterBar({ search, filters, values, onChange, extra = [] }) {
  const current = { ...values };
  const keys = filters.flatMap((filter) => filter.days || [filter.key]);
  const isSet = () => keys.some((key) => current[key]);
  const changeAll = (next) => {
    Object.assign(current, next);
    onChange({ ...current });
    clear.hidden = !isSet();
  };
  const change = (name, value) => changeAll({ [name]: value });
  const draw = () => {
    replace(row, filters.map((filter) => (filter.days
      ? dayFilter(filter, filter.days.map((key) => current[key] || ''), (from, to) => changeAll({ [filter.days[0]]: from, [filter.days[1]]: to }))
      : filterButton(filter, current[filter.key] || '', (value) => change(filter.key, value)))), clear);
    clear.hidden = !isSet();
  };
  const box = search && h('div', { class: 'search' }, icon('search'), h('input', {
    class: 'input', type: 'search', value: values[search.name] || '', placeholder: search.label, 'aria-label': search.label, autocomplete: 'off',
    spellcheck: 'false', on: { input: debounce((event) => change(search.name, event.target.value.trim()), SEARCH_AFTER_MS) },
  }));
  const row = h('div', { class: 'filter-row' });
  const toggle = filters.length > 0 && h('button', {
    class: 'button filter-toggle', type: 'button', 'aria-expanded': 'false', on: {
      click: () => toggle.setAttribute('aria-expanded', String(row.classList.toggle('open'))),
    },
  }, icon('filter'), t('filter.label'));
  const clear = h('button', {
    class: 'button plain small', type: 'button', on: {
      click: () => {
        changeAll(Object.fromEntries(keys.map((key) => [key, ''])));
        draw();
      },
    },
  }, t('filter.clear'));
  if (isSet()) {
    row.classList.add('open'); // where it is folded away, what is set must be seen
  }
  draw();
  return h('div', { class: 'stack tight no-print' }, h('div', { class: 'filters' }, box, toggle, extra), row);
}
