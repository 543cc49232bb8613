/* SPDX-License-Identifier: MIT */
/* The links of a fan-out: copied one by one or all, saved as a table, or as QR codes named by place. */
import { saveCsv } from '../csv.js';
import { append, h, replace } from '../dom.js';
import { dated } from '../download.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { linkHref, shortName, warningText } from '../link.js';
import { UTM } from '../linkform.js';
import { button } from '../components/button.js';
import { copyButton } from '../components/copy.js';
import { badge, card, notice } from '../components/page.js';
import { qrDialog, qrSheetDialog, qrZip } from '../components/qr.js';
import { table, tableBox } from '../components/table.js';
import { fail } from '../components/toast.js';

const CSV_COLUMNS = ['place', 'channel', 'short_url', 'url', 'campaign', ...UTM, 'customer', 'owner', 'status'];

function placeName(row) {
  return row.place || row.channel || row.link?.title || '';
}

function why(problem) {
  return problem.errors?.map((one) => one.detail).filter(Boolean).join(' ') || problem.detail || problem.title;
}

function columns() {
  return [
    {
      key: 'place', label: t('fan.place'), lead: true, name: placeName,
      cell: (row) => [h('span', { class: 'strong any-break' }, placeName(row)),
        (row.warnings || []).map((warning) => h('p', { class: 'small soft' }, warningText(warning)))],
    },
    {
      key: 'link', label: t('links.link'), cls: 'broad',
      cell: (row) => h('div', { class: 'link-name' }, h('a', { class: 'link-short cut', href: linkHref(row.link) }, shortName(row.link)),
        copyButton(() => row.short_url, { kind: 'plain small', iconOnly: true, label: t('fan.copy_of', { name: placeName(row) }) })),
    },
    { key: 'state', label: t('links.state'), bare: true, cls: 'narrow', cell: (row) => (row.status === 200 ? badge(t('fan.existed'), 'note') : badge(t('fan.made'), 'good')) },
    {
      key: 'acts', label: t('links.actions'), hidden: true, cls: 'narrow acts',
      cell: (row) => button(t('fan.qr_of', { name: placeName(row) }), { kind: 'plain small', icon: 'qr', iconOnly: true, run: () => { qrDialog(row.link); } }),
    },
  ];
}

function csvRow(row) {
  const own = { place: placeName(row), channel: row.channel, short_url: row.short_url, status: row.status === 200 ? 'existed' : 'created' };
  return CSV_COLUMNS.map((name) => own[name] ?? row.link[name] ?? '');
}

/** Rows that were refused: why, and the line to put right. */
function problemCard(entries, send) {
  const boxes = entries.map((entry) => h('input', { class: 'input', value: entry.line, 'aria-label': t('fan.line', { row: entry.number }), spellcheck: 'false' }));
  const lines = () => boxes.map((box) => box.value);
  const again = button(t('fan.retry', { n: number(entries.length), count: entries.length }), { kind: 'main', icon: 'restore', run: () => send(lines()) });
  boxes.forEach((box, i) => box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      (event.ctrlKey || event.metaKey || i === boxes.length - 1 ? again : boxes[i + 1]).focus();
      if (event.ctrlKey || event.metaKey || i === boxes.length - 1) {
        again.click();
      }
    }
  }));
  return card({ title: t('fan.wrong_title', { n: number(entries.length), count: entries.length }), actions: [again], cls: 'fan-wrong' },
    h('ol', { class: 'stack' }, entries.map((entry, i) => h('li', { class: 'field wrong' }, h('p', { class: 'error' }, t('fan.line', { row: entry.number }), t('colon'), why(entry.row.problem)), boxes[i]))));
}

function summary(entries, back) {
  const rows = entries.map((entry) => entry.row).filter((row) => row.link);
  const refs = [...new Set(rows.map((row) => row.link.id))];
  const made = rows.filter((row) => row.status === 201).length;
  const name = dated(rows[0].link.campaign || t('fan.file_name'));
  return card({ cls: 'made-many' }, h('div', { class: 'stack' },
    h('div', { role: 'status' }, h('h2', null, [
      made > 0 && t('fan.made_n', { n: number(made), count: made }),
      rows.length > made && t('fan.existed_n', { n: number(rows.length - made), count: rows.length - made }),
    ].filter(Boolean).join(t('fan.joint')))),
    h('p', { class: 'soft' }, t('fan.next')),
    h('div', { class: 'row' },
      copyButton(() => rows.map((row) => `${placeName(row)}\t${row.short_url}`).join('\n'), { kind: 'main', label: t('fan.copy_all') }),
      button(t('fan.zip'), { icon: 'qr', run: () => qrZip({ refs }, `${name}-qr`).catch(fail) }),
      button(t('fan.csv'), { icon: 'download', run: () => saveCsv(name, CSV_COLUMNS, rows.map(csvRow)) }),
      button(t('fan.sheet'), { icon: 'print', run: () => { qrSheetDialog({ refs }); } })),
    h('div', { class: 'row' },
      button(t('fan.again'), { kind: 'small', icon: 'add', run: () => back(false) }),
      button(t('fan.back'), { kind: 'small', icon: 'edit', run: () => back(true) })),
    [...new Set(rows.flatMap((row) => (row.link.warnings || []).map(warningText)))].map((text) => notice('', text))));
}

/**
 * results({answer, header, lines, retry(text), back(keepPlaces)}): `lines` are the places as they were written, one for
 * each row of the answer, `header` the line that names their columns, or null.
 */
export function results({ answer, header, lines, retry, back }) {
  const element = h('div', { class: 'stack' });
  const entries = answer.results.map((row, i) => ({ row, number: i + 1, line: lines[i] ?? row.place ?? '' }));
  const draw = () => {
    const good = entries.filter((entry) => entry.row.link);
    const bad = entries.filter((entry) => !entry.row.link);
    const list = table({ caption: t('fan.title'), columns: columns(), rowKey: (row) => row.number, cls: 'fan-table' });
    list.add(good.map((entry) => ({ ...entry.row, number: entry.number, warnings: (entry.row.warnings || []).filter((one) => typeof one === 'object') })));
    replace(element);
    append(element, good.length > 0 && summary(good, back),
      bad.length > 0 && problemCard(bad, (texts) => again(bad, texts).catch(fail)),
      good.length > 0 ? tableBox(list) : h('div', { class: 'row' }, button(t('fan.back'), { icon: 'edit', run: () => back(true) })));
  };
  const again = async (bad, texts) => {
    bad.forEach((entry, i) => { entry.line = texts[i]; });
    const sent = bad.filter((entry) => entry.line.trim());
    const next = sent.length > 0 ? await retry([header, ...sent.map((entry) => entry.line)].filter(Boolean).join('\n')) : { results: [] };
    sent.forEach((entry, i) => { entry.row = next.results[i] ?? entry.row; });
    bad.filter((entry) => !entry.line.trim()).forEach((entry) => entries.splice(entries.indexOf(entry), 1)); // taken out
    draw();
  };
  draw();
  return element;
}
