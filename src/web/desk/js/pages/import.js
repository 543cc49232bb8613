/* SPDX-License-Identifier: MIT */
/* Links out of a file: first it is only said what would happen, then it does. */
import { saveCsv } from '../csv.js';
import { append, h, replace } from '../dom.js';
import { dated } from '../download.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { domainOptions } from '../domainpick.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { readSource, textSource } from '../rowsource.js';
import { button } from '../components/button.js';
import { selectField, textArea } from '../components/field.js';
import { fileDrop } from '../components/filedrop.js';
import { badge, card, notice, pageHead, segments } from '../components/page.js';
import { fail, problemText } from '../components/toast.js';
import { more } from './create.js';
import { problemRows, problemTable, runRows, warnWhile } from './import-parts.js';

const TOOLS = 'Bitly · YOURLS · Shlink · Kutt · Dub · Rebrandly · Short.io · Polr · TinyURL · Linkpond';
const ROWS_REPORTED = 100000; // with so many rows only problems are asked for
const STATUSES = ['created', 'updated', 'renamed', 'skipped', 'failed'];
const CONFLICTS = ['skip', 'overwrite', 'rename'];

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

function choose(take) {
  const text = textArea({ name: 'text', label: t('import.paste'), rows: 6, placeholder: t('import.paste_example'), attrs: { spellcheck: 'false', class: 'input places-text' } });
  const go = button(t('import.check'), {
    kind: 'main', run: () => {
      if (text.control.value.trim()) {
        take(textSource(text.control.value, t('import.pasted')));
      } else {
        text.control.focus();
      }
    },
  });
  return card({}, h('div', { class: 'stack' }, h('p', null, t('import.tools')), h('p', { class: 'soft small' }, TOOLS),
    fileDrop({ id: 'import-file', title: t('import.choose'), hint: t('import.drop'), take: (file) => readSource(file).then(take, fail) }),
    more(t('import.paste'), '', false, text.element, h('div', null, go))));
}

/* ---- what would happen, and what did ----------------------------------------------------------------------------- */

function figures(summary) {
  return h('dl', { class: 'import-figures' }, STATUSES.filter((name) => summary[name] > 0 || name === 'created').map((name) => h('div', { class: name },
    h('dt', null, t(`import.${summary.dry_run ? 'would' : 'did'}.${name}`)), h('dd', { class: 'num' }, number(summary[name])))));
}

function saveReport(result, name) {
  saveCsv(dated(name), ['row', 'status', 'short_url', 'field', 'code', 'detail'],
    result.rows.map((row) => [row.row, row.status, row.short_url || '', row.problem?.field || '', row.problem?.code || '', row.problem?.detail || (row.warnings || []).map((one) => one.detail).join(' ')]));
}

function reportParts(result) {
  const { summary } = result;
  return [
    summary.tool && h('p', { class: 'row' }, badge(t('import.tool', { tool: summary.tool }), 'good')),
    figures(summary),
    !summary.complete && notice('bad', t('import.cut')),
    summary.unknown_columns?.length > 0 && notice('', t('import.unknown_columns', { names: summary.unknown_columns.join('、') })),
    summary.noted > 0 && notice('', t('import.noted', { n: number(summary.noted), count: summary.noted })),
    problemTable(result.rows),
  ];
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

export async function show(view) {
  view.setTitle(t('import.title'));
  append(view.el, pageHead({ title: t('import.title'), lead: t('import.lead'), actions: [button(t('nav.export'), { icon: 'download', href: href('/export') })] }));
  const domains = await places.all('/domains');
  const place = h('div', { class: 'stack import-page' });
  let conflict = 'skip';
  let running = null;
  append(view.el, place);

  const start = () => replace(place, choose(check));
  /** Leaving the page ends it after the batch at hand, which is asked about first. */
  const run = async (source, query, label, total) => {
    running = query.dry_run ? null : source;
    try {
      return await runRows(place, '/import', source, query, label, total);
    } finally {
      running = null;
    }
  };
  const stopped = (source, error) => {
    if (view.signal.aborted) {
      return;
    }
    const why = error.name === 'AbortError' ? t('import.cancelled') : [...(error.fields?.values() || [])].join(' ') || problemText(error);
    replace(place, card({ title: source.name }, h('div', { class: 'stack' }, notice('bad', h('p', { role: 'alert' }, why)), h('div', null, button(t('import.another'), { run: start })))));
  };

  async function check(source, domain) {
    try {
      drawCheck(source, await run(source, { dry_run: 'true', conflict, domain, report: 'problems' }, t('import.checking')), domain);
    } catch (error) {
      stopped(source, error);
    }
  }
  const drawCheck = (source, result, domain) => {
    const { summary } = result;
    const n = summary.created + summary.updated + summary.renamed;
    const clash = segments(t('import.conflict'), CONFLICTS.map((key) => [key, t(`import.conflict.${key}`)]), conflict, (key) => { conflict = key; check(source, domain); });
    const host = domains.length > 1 && selectField({
      name: 'domain', label: t('import.domain'), hint: t('import.domain_hint'), options: domainOptions(domains),
      value: domain || domains.find((row) => row.is_default)?.host,
    });
    host?.control?.addEventListener('change', () => check(source, host.get()));
    const go = button(t('import.go', { n: number(n), count: n }), { kind: 'main big', attrs: { disabled: n === 0 }, run: () => doImport(source, summary, domain) });
    replace(place, card({ title: t('import.report', { name: source.name }) }, h('div', { class: 'stack' },
      h('p', { class: 'soft', role: 'status' }, t('import.nothing_yet', { n: number(summary.rows), count: summary.rows })), reportParts(result),
      h('div', { class: 'field' }, h('span', { class: 'label' }, t('import.conflict')), h('div', { class: 'scroll-x' }, clash), h('p', { class: 'hint' }, t(`import.conflict.${conflict}.hint`))),
      host && host.element,
      h('div', { class: 'row' }, go, problemRows(result.rows).length > 0 && button(t('import.save_problems'), { icon: 'download', run: () => saveReport(result, t('import.problems_file')) }),
        button(t('import.another'), { kind: 'plain', run: start })))));
    go.focus();
  };
  const doImport = async (source, checked, domain) => {
    try {
      const report = checked.rows > ROWS_REPORTED ? 'problems' : 'all';
      const result = await run(source, { conflict, domain, report }, t('import.importing'), checked.rows);
      drawDone(source, result);
    } catch (error) {
      stopped(source, error);
    }
  };
  const drawDone = (source, result) => {
    const { summary } = result;
    const made = summary.created + summary.updated + summary.renamed;
    const first = button(t('import.to_links'), { kind: 'main', icon: 'link', href: href('/links') });
    replace(place, card({ cls: 'made-many' }, h('div', { class: 'stack' },
      h('div', { role: 'status' }, h('h2', null, t('import.done', { n: number(made), count: made }))),
      reportParts(result),
      h('div', { class: 'row' }, first, result.rows.length > 0 && button(t('import.save_report'), { icon: 'download', run: () => saveReport(result, t('import.report_file')) }),
        button(t('import.another'), { run: start })))));
    first.focus();
  };

  start();
  return warnWhile(() => running);
}
