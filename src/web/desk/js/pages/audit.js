/* SPDX-License-Identifier: MIT */
/* Who changed what, from what to what. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { dateTime, exactTime } from '../format.js';
import { known, t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { filterBar } from '../components/filterbar.js';
import { empty, failed, loading, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail } from '../components/toast.js';

const PAGE_ROWS = 50;
const SHOWN = 3;
const KINDS = ['link', 'campaign', 'channel', 'tag', 'utm_value', 'domain', 'destination', 'repoint', 'user', 'key', 'click_key', 'import', 'robot', 'notice', 'customer', 'stages', 'tag_rule', 'radar_rule', 'wecom', 'cost', 'postback'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

function shown(value) {
  if (value === null || value === '') {
    return h('span', { class: 'soft' }, t('audit.nothing'));
  }
  if (typeof value === 'boolean') {
    return t(value ? 'audit.yes' : 'audit.no');
  }
  return TIME.test(value) ? dateTime(value) : String(value);
}

function changeRow([field, [before, after]], made) {
  return h('li', { class: 'any-break' }, h('span', { class: 'soft' }, `${known(`audit.field_${field}`) ? t(`audit.field_${field}`) : field}${t('colon')}`),
    !made && [h('del', null, shown(before)), h('span', { class: 'soft' }, ' → ')], h('ins', null, shown(after)));
}

/** The first few; the rest is folded away. */
function changeRows(line) {
  const made = line.action.endsWith('.create');
  const rows = Object.entries(line.changes).map((change) => changeRow(change, made));
  const rest = rows.slice(SHOWN);
  return rows.length > 0 && h('div', { class: 'changes' }, h('ul', null, rows.slice(0, SHOWN)),
    rest.length > 0 && h('details', null, h('summary', { class: 'soft' }, t('audit.rest', { n: rest.length })), h('ul', null, rest)));
}

function objectCell(line) {
  const { kind, id, name } = line.object;
  const text = name || id || '–';
  return h('div', null, h('span', { class: 'small soft' }, t(`audit.kind_${kind}`)), ' ',
    kind === 'link' && id && !line.action.endsWith('purge') ? h('a', { class: 'any-break', href: href(`/links/${id}`) }, text) : h('span', { class: 'any-break' }, text));
}

function whoCell(line) {
  if (!line.who) {
    return t('audit.nobody');
  }
  return h('div', null, h('span', null, line.who.name || line.who.user), line.who.key && h('p', { class: 'small soft' }, t('audit.by_key', { name: line.who.key.name })));
}

function verb(action) {
  const key = `audit.verb_${action.split('.')[1]}`;
  return known(key) ? t(key) : action;
}

const COLUMNS = () => [
  { key: 'time', label: t('audit.time'), cls: 'narrow', bare: true, cell: (line) => h('time', { class: 'small soft num', datetime: line.time }, exactTime(line.time)) },
  { key: 'who', label: t('audit.who'), bare: true, cell: whoCell },
  { key: 'action', label: t('audit.action'), bare: true, cell: (line) => h('span', { class: 'strong' }, verb(line.action)) },
  { key: 'object', label: t('audit.object'), bare: true, cell: objectCell },
  { key: 'changes', label: t('audit.changes'), cls: 'broad', bare: true, cell: changeRows },
];

/* "url: old → new; title: …", as the cell says it. */
function changesText(line) {
  const text = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.entries(line.changes).map(([field, [before, after]]) => `${field}: ${text(before)} → ${text(after)}`).join('; ');
}

const csvColumns = () => [
  [t('audit.time'), (line) => line.time], [t('audit.who'), (line) => line.who?.user], [t('audit.csv_key'), (line) => line.who?.key?.name],
  [t('audit.action'), (line) => line.action], [t('audit.csv_kind'), (line) => t(`audit.kind_${line.object.kind}`)], [t('audit.object'), (line) => line.object.name || line.object.id],
  [t('audit.changes'), changesText], [t('audit.csv_client'), (line) => line.client],
];

function dateBox(name, values, change) {
  return h('label', { class: 'date-box small' }, t(`audit.${name}`), h('input', {
    class: 'input', type: 'date', value: values[name] || '', on: { change: (event) => change({ ...values, [name]: event.target.value }) },
  }));
}

export async function show(view) {
  const values = Object.fromEntries(view.query);
  const place = h('div');
  let pages = null;
  let list = null;

  const query = () => ({ object: values.q || values.kind, who: values.who, from: values.from, to: values.to });
  const draw = () => replace(place, tableBox(list, !pages.done && button(t('audit.more'), { kind: 'small', run: () => more().catch(fail) })));
  const more = async () => {
    list.add(await pages.more());
    draw();
  };
  async function load() {
    const mine = api.pager('/audit', { ...query(), limit: PAGE_ROWS }, { signal: view.signal });
    pages = mine;
    try {
      const lines = await mine.more();
      if (mine !== pages) {
        return;
      }
      list = table({ cls: 'audit-table', caption: t('audit.title'), columns: COLUMNS(), rowKey: (line) => String(line.id) });
      list.add(lines);
      if (lines.length > 0) {
        draw();
      } else {
        replace(place, h('div', { class: 'card' }, empty({ icon: 'list', title: t('audit.none'), text: t('audit.none_text') })));
      }
    } catch (error) {
      if (mine !== pages || error.name === 'AbortError') {
        return;
      }
      const missing = error.status === 404 || (error.status === 422 && values.q);
      replace(place, h('div', { class: 'card' }, missing ? empty({ icon: 'search', title: t('audit.no_object'), text: t('audit.no_object_text') }) : failed(error, load)));
    }
  }
  const change = (next) => {
    Object.assign(values, next);
    view.setQuery(values);
    load();
  };

  view.setTitle(t('audit.title'));
  append(view.el, pageHead({ title: t('audit.title'), lead: t(can('admin') ? 'audit.lead' : 'audit.lead_own'), actions: [tableCsv({ name: t('audit.title'), columns: csvColumns(), path: '/audit', query })] }), h('div', { class: 'stack' }, filterBar({
    search: { name: 'q', label: t('audit.search') }, values, onChange: change,
    filters: [
      { key: 'who', label: t('audit.who'), source: places.owner },
      { key: 'kind', label: t('audit.object'), options: KINDS.map((kind) => ({ value: kind, label: t(`audit.kind_${kind}`) })), show: (kind) => t(`audit.kind_${kind}`) },
    ],
    extra: [dateBox('from', values, change), dateBox('to', values, change)],
  }), place));
  replace(place, h('div', { class: 'card flush' }, loading(8)));
  await load();
}
