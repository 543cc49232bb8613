/* SPDX-License-Identifier: MIT */
/* Deals that nobody's system tells of, out of a spreadsheet: first it is only said what would become of each row, then they go in. */
import { saveCsv } from '../csv.js';
import { append, h, replace } from '../dom.js';
import { dated } from '../download.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { EVENT_TYPES, typeName } from '../deals.js';
import { readSource, textSource } from '../rowsource.js';
import { tableRows } from '../tabletext.js';
import { button } from '../components/button.js';
import { selectField, textArea } from '../components/field.js';
import { fileDrop } from '../components/filedrop.js';
import { badge, card, notice, pageHead } from '../components/page.js';
import { fail, problemText, toast } from '../components/toast.js';
import { more } from './create.js';
import { problemRows, problemTable, runRows, warnWhile } from './import-parts.js';

const ROWS_REPORTED = 20000; // with so many rows only those that are refused are asked for
const ROWS_SHOWN = 100;
const SHOWN_BYTES = 200000; // of the file, to show cells beside what becomes of them
const EXAMPLE = [['王小姐', '13800001111', '1288.00', '2026-11-20 10:30', 'A-1001'], ['李先生', '13900002222', '388', '2026-11-21', 'A-1002']];
const WORKBOOK = /\.(xlsx?|et|numbers|ods)$/i;
const KINDS = { new: 'good', known: '', unmatched: 'note', refused: 'bad' };

function head() {
  return ['name', 'phone', 'amount', 'time', 'order'].map((key) => t(`dealsin.head.${key}`));
}

function choose(take) {
  const example = [head(), ...EXAMPLE].map((row) => row.join(',')).join('\n');
  const text = textArea({ name: 'text', label: t('import.paste'), rows: 6, placeholder: example, attrs: { spellcheck: 'false', class: 'input places-text' } });
  const go = button(t('import.check'), { kind: 'main', run: () => (text.control.value.trim() ? take(textSource(text.control.value, t('import.pasted'))) : text.control.focus()) });
  return card({}, h('div', { class: 'stack' }, h('p', null, t('dealsin.text')), h('pre', { class: 'code', tabindex: '0' }, example),
    h('p', { class: 'soft small' }, t('dealsin.order')),
    fileDrop({ id: 'deals-file', title: t('import.choose'), hint: t('import.drop'), take: (file) => (WORKBOOK.test(file.name) ? toast(t('dealsin.workbook'), { kind: 'bad' }) : readSource(file).then(take, fail)) }),
    h('div', null, button(t('dealsin.template'), { kind: 'small', icon: 'download', run: () => saveCsv(t('dealsin.template_file'), head(), []) })),
    more(t('import.paste'), '', false, text.element, h('div', null, go))));
}

/* ---- what would become of the rows, and what did ------------------------------------------------------------------ */

function fate(row) {
  if (row.problem) {
    return 'refused';
  }
  return row.status === 200 ? 'known' : row.state === 'unmatched' ? 'unmatched' : 'new';
}

function figures(summary) {
  const counts = { new: summary.stored - summary.unmatched, known: summary.existed, unmatched: summary.unmatched, refused: summary.refused };
  const looks = { new: 'created', refused: 'failed' };
  return h('dl', { class: 'import-figures' }, Object.entries(counts).filter(([name, n]) => n > 0 || name === 'new').map(([name, n]) => h('div', { class: looks[name] || name },
    h('dt', null, t(`dealsin.${summary.dry_run ? 'would' : 'did'}.${name}`)), h('dd', { class: 'num' }, number(n)))));
}

function rowTable(result, source) {
  const cells = source.text === null ? [] : tableRows(source.text.slice(0, SHOWN_BYTES)).slice(1).map((row) => row.cells.filter(Boolean).join(' · '));
  const rows = result.rows.slice(0, ROWS_SHOWN);
  const words = (row) => cells[row.row - 1] || row.id || '';
  const told = result.rows.length === result.summary.rows;
  return told && rows.length > 0 && h('div', { class: 'stack tight' }, h('h3', null, t('dealsin.rows')),
    h('div', { class: 'table-box import-problems', tabindex: '0', role: 'region', 'aria-label': t('dealsin.rows') }, h('table', { class: 'table deals-rows' },
      h('thead', null, h('tr', null, ['import.row', 'dealsin.cells', 'dealsin.fate'].map((key) => h('th', { scope: 'col' }, t(key))))),
      h('tbody', null, rows.map((row) => h('tr', { dataset: { fate: fate(row) } }, h('td', { class: 'num narrow' }, number(row.row)),
        h('td', { class: 'any-break' }, row.customer && can('customers:read') ? h('a', { href: href(`/customers/${row.customer}`) }, words(row) || row.customer) : words(row)),
        h('td', { class: 'narrow' }, badge(t(`dealsin.fate.${fate(row)}`), KINDS[fate(row)]))))))),
    result.rows.length > rows.length && h('p', { class: 'soft small' }, t('dealsin.more', { n: number(result.rows.length - rows.length), count: result.rows.length - rows.length })));
}

/* As the table of the example has them; a field that has no column there keeps its name. */
const COLUMNS = { 'customer.name': 'name', 'customer.phone': 'phone', value: 'amount', time: 'time', event_id: 'order', row: 'row' };
const column = (field) => (COLUMNS[field] ? t(`dealsin.head.${COLUMNS[field]}`) : h('code', null, field));

function parts(result, source) {
  const { summary } = result;
  return [
    figures(summary),
    !summary.complete && notice('bad', t('import.cut')),
    summary.unknown_columns.length > 0 && notice('', t('dealsin.unknown_columns', { names: summary.unknown_columns.join(t('dealsin.and')) })),
    summary.unmatched > 0 && notice('', t('dealsin.unmatched', { n: number(summary.unmatched), count: summary.unmatched })),
    summary.unnamed > 0 && notice('', t('dealsin.unnamed', { n: number(summary.unnamed), count: summary.unnamed })),
    problemTable(result.rows, column),
    rowTable(result, source),
  ];
}

function saveProblems(result) {
  saveCsv(dated(t('import.problems_file')), ['row', 'field', 'code', 'detail'], problemRows(result.rows).map((row) => [row.row, row.problem.field || '', row.problem.code, row.problem.detail]));
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

export async function show(view) {
  const place = h('div', { class: 'stack import-page' });
  let type = 'deal';
  let running = false;

  const start = () => replace(place, choose(check));
  const again = () => button(t('import.another'), { kind: 'plain', run: start });
  const stopped = (source, error) => {
    if (!view.signal.aborted) {
      const why = error.name === 'AbortError' ? t('dealsin.cancelled') : [...(error.fields?.values() || [])].join(' ') || problemText(error);
      replace(place, card({ title: source.name }, h('div', { class: 'stack' }, notice('bad', h('p', { role: 'alert' }, why)), h('div', null, again()))));
    }
  };
  async function run(source, dry, rows, draw) {
    const query = { type, report: rows > ROWS_REPORTED ? 'problems' : 'all', dry_run: dry ? 'true' : undefined };
    running = !dry;
    try {
      draw(source, await runRows(place, '/events', source, query, t(dry ? 'import.checking' : 'import.importing'), rows));
    } catch (error) {
      stopped(source, error);
    } finally {
      running = false;
    }
  }
  async function check(source) {
    await run(source, true, source.rows, drawCheck);
  }
  const drawCheck = (source, result) => {
    const { summary } = result;
    const kind = selectField({ name: 'type', label: t('dealsin.type'), hint: t('dealsin.type_hint'), options: EVENT_TYPES.map((one) => [one, typeName(one)]), value: type });
    kind.control.addEventListener('change', () => { type = kind.get(); check(source); });
    const go = button(t('dealsin.go', { n: number(summary.stored), count: summary.stored }), {
      kind: 'main big', attrs: { disabled: summary.stored === 0 }, run: () => run(source, false, summary.rows, drawDone),
    });
    replace(place, card({ title: t('import.report', { name: source.name }) }, h('div', { class: 'stack' },
      h('p', { class: 'soft', role: 'status' }, t('import.nothing_yet', { n: number(summary.rows), count: summary.rows })), parts(result, source), kind.element,
      h('div', { class: 'row' }, go, problemRows(result.rows).length > 0 && button(t('import.save_problems'), { icon: 'download', run: () => saveProblems(result) }), again()))));
    go.focus();
  };
  const drawDone = (source, result) => {
    const { summary } = result;
    const first = can('customers:read') && button(t('dealsin.to_customers'), { kind: 'main', icon: 'user', href: href('/customers') });
    replace(place, card({ cls: 'made-many' }, h('div', { class: 'stack' },
      h('div', { role: 'status' }, h('h2', null, t('dealsin.done', { n: number(summary.stored), count: summary.stored })), h('p', { class: 'soft' }, t('dealsin.done_text'))),
      parts(result, source),
      h('div', { class: 'row' }, first, can('stats:read') && button(t('nav.attribution'), { icon: 'merge', href: href('/attribution') }),
        problemRows(result.rows).length > 0 && button(t('import.save_problems'), { icon: 'download', run: () => saveProblems(result) }), again()))));
    (first || place).focus();
  };

  view.setTitle(t('dealsin.title'));
  append(view.el, pageHead({ title: t('dealsin.title'), lead: t('dealsin.lead'), back: can('customers:read') ? { href: href('/customers'), text: t('nav.customers') } : null }), place);
  start();
  return warnWhile(() => running);
}
