/* SPDX-License-Identifier: MIT */
/*
 * Rows and columns; on a narrow screen each row becomes a card. Columns: {key, label, cell(row), num, cls, sort, lead}.
 * `lead` is the column a card begins with; with `bare` a card shows the cell without its label; `sort` is the value onSort gets when the heading is pressed. cell() gives a
 * node, a text or an array of them.
 */
import { append, h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from './icon.js';

function headCell(column, sort, onSort) {
  const cls = `col-${column.key} ${column.num ? 'num ' : ''}${column.cls || ''}`;
  if (!column.sort) {
    return h('th', { scope: 'col', class: cls }, column.hidden ? h('span', { class: 'unseen' }, column.label) : column.label);
  }
  const on = sort === column.sort;
  return h('th', { scope: 'col', class: cls, 'aria-sort': on ? 'descending' : null }, h('button', {
    class: 'sort', type: 'button', 'aria-pressed': String(on), on: { click: () => onSort(column.sort) },
  }, column.label, on && icon('down')));
}

/**
 * table({caption, columns, rowKey(row), select, sort, onSort, cls}) -> {element, add(rows), set(rows), update(key, row),
 * remove(key), selected(), clear(), rows()}. With `select(keys)` rows have boxes; it is told the keys ticked.
 * Shift + click ticks a range.
 */
export function table({ caption, columns, rowKey, select, sort, onSort, cls = '' }) {
  const body = h('tbody');
  const items = new Map(); // key -> {row, element, box}
  let last = null;
  const allBox = select && h('input', { type: 'checkbox', class: 'tick', 'aria-label': t('table.all') });
  const element = h('table', { class: `table cards ${cls}` }, h('caption', { class: 'unseen' }, caption),
    h('thead', null, h('tr', null, select && h('th', { class: 'narrow col-pick', scope: 'col' }, allBox), columns.map((column) => headCell(column, sort, onSort)))),
    body);

  const selected = () => [...items].filter(([, item]) => item.box?.checked).map(([key]) => key);
  const tell = () => {
    const keys = selected();
    items.forEach((item) => item.element.classList.toggle('picked', Boolean(item.box?.checked)));
    if (allBox) {
      allBox.checked = keys.length > 0 && keys.length === items.size;
      allBox.indeterminate = keys.length > 0 && keys.length < items.size;
    }
    select?.(keys);
  };
  const tickRange = (event, key) => {
    const keys = [...items.keys()];
    if (event.shiftKey && last !== null && items.has(last)) {
      const [from, to] = [keys.indexOf(last), keys.indexOf(key)].sort((a, b) => a - b);
      keys.slice(from, to + 1).forEach((one) => { items.get(one).box.checked = event.target.checked; });
    }
    last = key;
    tell();
  };
  const make = (row) => {
    const key = rowKey(row);
    const box = select && h('input', {
      type: 'checkbox', class: 'tick', 'aria-label': t('table.pick', { name: columns.find((one) => one.lead)?.name?.(row) || key }),
      on: { click: (event) => tickRange(event, key) },
    });
    const cells = columns.map((column) => append(h('td', {
      class: `${column.num ? 'num ' : ''}${column.lead ? 'lead ' : ''}${column.cls || ''}`, dataset: column.lead || column.hidden || column.bare ? {} : { label: column.label },
    }), column.cell(row)));
    return { row, box, element: h('tr', { dataset: { key } }, select && h('td', { class: 'narrow pick' }, box), cells) };
  };
  const api = {
    element, selected,
    rows: () => [...items.values()].map((item) => item.row),
    add(rows) {
      rows.forEach((row) => {
        const item = make(row);
        items.get(rowKey(row))?.element.remove();
        items.set(rowKey(row), item);
        body.append(item.element);
      });
      tell();
    },
    set(rows) {
      items.clear();
      body.replaceChildren();
      api.add(rows);
    },
    update(key, row) {
      const old = items.get(key);
      const item = make(row);
      if (old) {
        old.element.replaceWith(item.element);
        items.set(key, item);
        tell();
      }
    },
    remove(key) {
      items.get(key)?.element.remove();
      items.delete(key);
      tell();
    },
    clear() {
      items.forEach((item) => { if (item.box) { item.box.checked = false; } });
      tell();
    },
    toggle(key) {
      const box = items.get(key)?.box;
      if (box) {
        box.checked = !box.checked;
        tell();
      }
    },
  };
  allBox?.addEventListener('change', () => {
    items.forEach((item) => { item.box.checked = allBox.checked; });
    tell();
  });
  return api;
}

/** tableBox(table, foot): a card around it that scrolls sideways when it must. */
export function tableBox(inner, foot) {
  return h('div', { class: 'card flush' }, h('div', { class: 'table-box' }, inner.element || inner), foot && h('div', { class: 'table-foot' }, foot));
}
