/* SPDX-License-Identifier: MIT */
/* Who events happened with: found by name or by any whole identity, by stage, owner and tag; those with news first. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { customerName, stageName, stages } from '../deals.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { filterBar } from '../components/filterbar.js';
import { badge, empty, failed, loading, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { fail } from '../components/toast.js';
import { mayImport, startDeals } from './deals-start.js';

const PAGE_ROWS = 50;
const FILTERS = ['q', 'stage', 'owner', 'tag', 'link'];

function columns(steps) {
  const nameOf = (key) => stageName(steps.find((stage) => stage.key === key) || key);
  return [
    {
      key: 'name', label: t('customers.name'), lead: true, name: customerName,
      cell: (row) => h('a', { class: 'strong any-break', href: href(`/customers/${row.id}`) }, customerName(row)),
    },
    { key: 'stage', label: t('customers.stage'), bare: true, cell: (row) => (row.stage ? badge(nameOf(row.stage), 'good') : h('span', { class: 'soft' }, '–')) },
    { key: 'owner', label: t('customers.owner'), cell: (row) => (row.owner ? valueName('owner', row.owner) : '–') },
    { key: 'tags', label: t('customers.tags'), cell: (row) => (row.tags.length > 0 ? h('span', { class: 'row tags' }, row.tags.map((tag) => h('span', { class: 'tag' }, tag))) : '–') },
    { key: 'touches', label: t('customers.touches'), num: true, cell: (row) => number(row.touches) },
    { key: 'events', label: t('customers.events'), num: true, cell: (row) => number(row.events) },
    { key: 'last', label: t('customers.last'), cell: (row) => h('time', { datetime: row.last_event_at, title: dateTime(row.last_event_at) }, ago(row.last_event_at)) },
  ];
}

export async function show(view) {
  const values = Object.fromEntries(FILTERS.map((name) => [name, view.query.get(name) || '']));
  const place = h('div', null, h('div', { class: 'card flush' }, loading(8)));
  const steps = await stages();
  let pages = null;

  const nothing = () => (FILTERS.some((name) => values[name])
    ? h('div', { class: 'card' }, empty({ icon: 'search', title: t('customers.none_found'), text: t('customers.none_found_text') })) : startDeals(t('customers.none')));
  async function load() {
    const mine = api.pager('/customers', { ...values, limit: PAGE_ROWS }, { signal: view.signal });
    pages = mine;
    try {
      const [rows] = await Promise.all([mine.more(), loadNames('owner', [])]);
      if (mine !== pages) {
        return;
      }
      if (rows.length === 0) {
        replace(place, nothing());
        return;
      }
      const list = table({ cls: 'customers-table', caption: t('customers.title'), columns: columns(steps), rowKey: (row) => row.id });
      const draw = () => replace(place, tableBox(list, !mine.done && button(t('customers.more'), { kind: 'small', run: () => mine.more().then((more) => { list.add(more); draw(); }, fail) })));
      list.add(rows);
      draw();
    } catch (error) {
      if (mine === pages && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }

  view.setTitle(t('customers.title'));
  append(view.el, pageHead({
    title: t('customers.title'), lead: t('customers.lead'),
    actions: mayImport() ? [button(t('deals.import'), { icon: 'upload', href: href('/customers/import') })] : [],
  }), h('div', { class: 'stack' }, filterBar({
    search: { name: 'q', label: t('customers.search') }, values,
    filters: [
      {
        key: 'stage', label: t('customers.stage'), options: steps.map((stage) => ({ value: stage.key, label: stageName(stage) })),
        show: (key) => stageName(steps.find((stage) => stage.key === key) || key),
      },
      { key: 'owner', label: t('customers.owner'), source: places.owner },
      { key: 'tag', label: t('customers.tags'), source: places.tag },
    ],
    onChange: (next) => { Object.assign(values, next); view.setQuery(values); load(); },
  }), place));
  await load();
}
