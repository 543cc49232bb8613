/* SPDX-License-Identifier: MIT */
/* What the operator chose, to be read; it is changed in the file. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { filterBar } from '../components/filterbar.js';
import { badge, empty, failed, loading, notice, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';

function where(row) {
  if (!row.where) {
    return h('span', { class: 'soft' }, t('settings.built_in'));
  }
  return row.where === 'command line' ? t('settings.command_line') : h('code', { class: 'any-break small' }, row.where);
}

function valueCell(row) {
  const set = Boolean(row.where);
  return h('div', null, h('code', { class: `any-break${set ? ' strong' : ''}` }, row.value || t('settings.not_set')),
    set && h('p', { class: 'small soft any-break' }, t('settings.default', { value: row.default || t('settings.not_set') })));
}

function columns() {
  return [
    {
      key: 'name', label: t('settings.name'), lead: true, name: (row) => row.name,
      cell: (row) => h('div', null, h('div', { class: 'row' }, h('code', { class: 'strong' }, row.name), row.where && badge(t('settings.set'), 'good')), h('p', { class: 'small soft any-break' }, row.help)),
    },
    { key: 'value', label: t('settings.value'), cls: 'broad', bare: true, cell: valueCell },
    { key: 'where', label: t('settings.where'), cell: where },
    { key: 'when', label: t('settings.when'), cls: 'wide-only', cell: (row) => h('span', { class: 'small soft' }, t(row.reloads ? 'settings.reloads' : 'settings.restart')) },
  ];
}

const csvColumns = () => [
  [t('settings.name'), (row) => row.name], [t('settings.value'), (row) => row.value], [t('settings.csv_default'), (row) => row.default],
  [t('settings.where'), (row) => (row.where === 'command line' ? t('settings.command_line') : row.where || t('settings.built_in'))], [t('settings.csv_help'), (row) => row.help],
];

export async function show(view) {
  const values = Object.fromEntries(view.query);
  const place = h('div');
  let rows = [];
  const draw = () => {
    const wanted = (values.q || '').toLowerCase();
    const found = rows.filter((row) => `${row.name} ${row.help} ${row.value}`.toLowerCase().includes(wanted) && (values.only !== 'set' || row.where));
    const list = table({ cls: 'settings-table', caption: t('settings.title'), columns: columns(), rowKey: (row) => row.name });
    list.add(found);
    replace(place, found.length > 0 ? tableBox(list) : h('div', { class: 'card' }, empty({ icon: 'search', title: t('settings.none') })));
  };
  async function load() {
    try {
      rows = (await api.get('/settings', null, { signal: view.signal })).items;
      draw();
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('settings.title'));
  append(view.el, pageHead({ title: t('settings.title'), lead: t('settings.lead'), actions: [tableCsv({ name: t('settings.title'), columns: csvColumns(), rows: () => rows })] }), h('div', { class: 'stack' }, notice('', t('settings.how')), filterBar({
    search: { name: 'q', label: t('settings.search') }, values,
    filters: [{ key: 'only', label: t('settings.set'), options: [{ value: 'set', label: t('settings.only_set') }], show: () => t('settings.only_set') }],
    onChange: (next) => {
      Object.assign(values, next);
      view.setQuery(values);
      draw();
    },
  }), place));
  replace(place, h('div', { class: 'card flush' }, loading(8)));
  await load();
}
