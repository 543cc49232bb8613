/* SPDX-License-Identifier: MIT */
/* What was spent, line by line: on which day, on what; entered, changed and taken out. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { majorUnits, money } from '../deals.js';
import { dimName, loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { filterBar } from '../components/filterbar.js';
import { menu } from '../components/menu.js';
import { empty, failed, loading, pageHead, tabs } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail } from '../components/toast.js';
import { KINDS, enterCost, removeCost } from './cost-form.js';
import { importCosts } from './cost-import.js';

const PAGE_ROWS = 100;
const FILTERS = ['from', 'to', 'campaign', 'channel', 'owner', 'link', 'currency'];

/** Both pages about costs. */
export function costTabs(path) {
  return tabs(t('costs.title'), [['/costs', 'costs.figures'], ['/costs/entries', 'costs.entries']].map(([at, word]) => ({ text: t(word), href: href(at), current: at === path })));
}

function kindOf(cost) {
  return KINDS.find((kind) => cost[kind] !== null);
}

function spentOn(cost) {
  const kind = kindOf(cost);
  const name = valueName(kind, cost[kind]);
  return h('span', { class: 'cost-on' }, h('span', { class: 'small soft' }, dimName(kind)),
    kind === 'link' ? h('a', { class: 'any-break', href: href(`/links/${cost.link}`) }, name) : h('span', { class: 'any-break' }, name));
}

function acts(cost, changed) {
  const name = t('costs.acts_of', { day: cost.day, amount: money(cost.amount, cost.currency) });
  return menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
    { text: t('costs.edit'), icon: 'edit', run: () => enterCost(cost, changed) },
    { text: t('costs.delete'), icon: 'trash', kind: 'bad', run: () => removeCost(cost, changed).catch(fail) },
  ], { label: name });
}

function columns(write, changed) {
  return [
    { key: 'day', label: t('costs.day'), lead: true, cell: (cost) => [h('time', { class: 'num cost-day', datetime: cost.day }, cost.day), cost.to !== cost.day && [' – ', h('time', { class: 'num cost-day', datetime: cost.to }, cost.to)]] },
    { key: 'on', label: t('costs.spent_on'), bare: true, cls: 'broad', cell: spentOn },
    { key: 'amount', label: t('costs.amount'), num: true, cell: (cost) => h('span', { class: 'strong' }, money(cost.amount, cost.currency)) },
    {
      key: 'note', label: t('costs.note'), bare: true, cls: 'broad',
      cell: (cost) => [cost.note && h('span', { class: 'any-break soft' }, cost.note), ' ', cost.external_id && h('code', { class: 'any-break small soft', title: t('costs.external_id') }, cost.external_id)],
    },
    write && { key: 'acts', label: t('costs.acts'), hidden: true, cls: 'acts', cell: (cost) => acts(cost, changed) },
  ].filter(Boolean);
}

/** In the columns that an import takes again. */
const CSV = [
  ['day', (cost) => cost.day], ['to', (cost) => cost.to], ...['campaign', 'channel', 'link', 'owner'].map((kind) => [kind, (cost) => cost[kind]]), ['cost', (cost) => majorUnits(cost.amount, cost.currency)],
  ['currency', (cost) => cost.currency], ['note', (cost) => cost.note], ['external_id', (cost) => cost.external_id],
];

async function loadAll(rows) {
  await Promise.all([...['campaign', 'channel', 'owner'].map((kind) => loadNames(kind, [])), loadNames('link', rows.map((cost) => cost.link))]);
}

export async function show(view) {
  const values = Object.fromEntries(FILTERS.map((name) => [name, view.query.get(name) || '']));
  const place = h('div', null, h('div', { class: 'card flush' }, loading(8)));
  const write = can('links:write');
  let pages = null;

  const nothing = () => (FILTERS.some((name) => values[name]) ? empty({ icon: 'search', title: t('costs.none_found') }) : empty({
    icon: 'wallet', title: t('costs.no_entries'), text: t('costs.none_text'), action: write && button(t('costs.enter'), { kind: 'main', icon: 'add', run: () => enterCost(null, load) }),
  }));
  async function load() {
    const mine = api.pager('/costs', { ...values, limit: PAGE_ROWS }, { signal: view.signal });
    pages = mine;
    try {
      const rows = await mine.more();
      await loadAll(rows);
      if (mine !== pages) {
        return;
      }
      if (rows.length === 0) {
        replace(place, h('div', { class: 'card' }, nothing()));
        return;
      }
      const list = table({ cls: 'costs-table', caption: t('costs.entries'), columns: columns(write, load), rowKey: (cost) => String(cost.id) });
      const more = async () => {
        const next = await mine.more();
        await loadAll(next);
        list.add(next);
        draw();
      };
      const draw = () => replace(place, tableBox(list, [h('span', { class: 'num', role: 'status' }, t('costs.total', { n: number(list.rows().length), count: list.rows().length })),
        !mine.done && button(t('costs.load_more'), { kind: 'small', run: () => more().catch(fail) })]));
      list.add(rows);
      draw();
    } catch (error) {
      if (mine === pages && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }

  const csv = tableCsv({ name: t('costs.entries'), path: '/costs', query: () => values, columns: CSV.map(([name, read]) => [t(`costs.csv.${name}`), read]) });
  view.setTitle(t('costs.entries'));
  append(view.el, pageHead({
    title: t('costs.entries'), lead: t('costs.entries_lead'), actions: [csv, write && button(t('costs.import'), { icon: 'upload', run: () => importCosts(load) }),
      write && button(t('costs.enter'), { kind: 'main', icon: 'add', run: () => enterCost(null, load) })].filter(Boolean),
  }), h('div', { class: 'stack' }, costTabs('/costs/entries'), filterBar({
    values,
    filters: [
      { days: ['from', 'to'], label: t('costs.day') },
      ...[['campaign', places.campaign], ['channel', places.channel], ['owner', places.owner]].map(([key, source]) => ({ key, label: dimName(key), source, show: (value) => valueName(key, value) })),
    ],
    onChange: (next) => { Object.assign(values, next); view.setQuery(values); load(); },
  }), place));
  await load();
}
