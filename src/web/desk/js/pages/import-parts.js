/* SPDX-License-Identifier: MIT */
/* What imports of tables share: the bar while rows go in, and which of them were refused. */
import { h, replace } from '../dom.js';
import { bytes, number } from '../format.js';
import { t } from '../i18n.js';
import { sendRows } from '../rowsource.js';
import { button } from '../components/button.js';
import { card, progress } from '../components/page.js';

const PROBLEMS_SHOWN = 100;

/** Sends a table (rowsource.js) with a bar in `place`; `total` rows where that is known. Cancelled it throws AbortError. */
export function runRows(place, path, source, query, label, total = source.rows) {
  const bar = progress(label);
  const cancel = new AbortController();
  replace(place, card({ title: source.name }, h('div', { class: 'stack' }, bar.element, h('div', null, button(t('cancel'), { run: () => cancel.abort() })))));
  bar.set(0, total || 1, t('import.sending', { size: bytes(source.size) }));
  return sendRows(path, source, query, (rows) => {
    bar.set(Math.min(rows, total || rows), Math.max(total, rows), t(total ? 'import.rows_of' : 'import.rows', { n: number(rows), total: number(Math.max(total, rows)), count: rows }));
  }, cancel.signal);
}

/** Asks before the page is left while isRunning(); gives what ends that. */
export function warnWhile(isRunning) {
  const warn = (event) => {
    if (isRunning()) {
      event.preventDefault();
    }
  };
  window.addEventListener('beforeunload', warn);
  return () => window.removeEventListener('beforeunload', warn);
}

export function problemRows(rows) {
  return rows.filter((row) => row.problem);
}

/** `column`: what people call a field. */
export function problemTable(rows, column = (field) => h('code', null, field)) {
  const bad = problemRows(rows);
  return bad.length > 0 && h('div', { class: 'stack tight' },
    h('h3', null, t('import.problems', { n: number(bad.length), count: bad.length })),
    h('div', { class: 'table-box import-problems', tabindex: '0', role: 'region', 'aria-label': t('import.problems', { n: number(bad.length), count: bad.length }) }, h('table', { class: 'table' },
      h('thead', null, h('tr', null, ['import.row', 'import.field', 'import.reason'].map((key) => h('th', { scope: 'col' }, t(key))))),
      h('tbody', null, bad.slice(0, PROBLEMS_SHOWN).map((row) => h('tr', null, h('td', { class: 'num narrow' }, number(row.row)),
        h('td', { class: 'narrow' }, row.problem.field ? column(row.problem.field) : '–'), h('td', { class: 'any-break' }, row.problem.detail)))))),
    bad.length > PROBLEMS_SHOWN && h('p', { class: 'soft small' }, t('import.more_problems', { n: number(bad.length - PROBLEMS_SHOWN), count: bad.length - PROBLEMS_SHOWN })));
}
