/* SPDX-License-Identifier: MIT */
/* The figures of costs: sums, whether it pays, a row per group, and all of it as a file. */
import { h } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { majorUnits, money } from '../deals.js';
import { dimName, valueName } from '../values.js';
import { notice } from '../components/page.js';
import { table } from '../components/table.js';

/* A share of money, the amount it is a share among, and its count. */
const SHARES = [['cost_per_click', 'clicks'], ['cost_per_lead', 'leads'], ['cost_per_friend', 'friends'], ['cac', 'new_customers']];

/** A share of what was spent; where nothing was entered there is none, rather than one of 0. */
function share(figures, name, currency) {
  const value = figures.cost === 0 ? null : figures[name];
  return money(value === null ? null : Math.round(value), currency);
}

function count(value) {
  return number(Math.round(value * 100) / 100);
}

function times(value) {
  return value === null ? '–' : number(Math.round(value * 100) / 100);
}

function rate(value) {
  return value === null ? '–' : percent(value);
}

/** What every figure of one currency comes to. */
export function sums(total) {
  const { currency } = total;
  const figures = [
    [t('costs.cost'), money(total.cost, currency)], [t('costs.revenue'), money(total.revenue, currency)], [t('costs.roas'), times(total.roas)], [t('costs.roi'), rate(total.roi)],
    ...SHARES.map(([name, among]) => [t(`costs.${name}`), share(total, name, currency), t(`costs.of_${among}`, { n: count(total[among]), count: total[among] })]),
  ];
  return h('dl', { class: 'target-totals cost-totals' }, figures.map(([name, value, small]) => h('div', null, h('dt', { class: 'small soft' }, name),
    h('dd', null, h('span', { class: 'figure num' }, value), small && h('span', { class: 'small soft num block' }, small)))));
}

/** Whether the margin of the time is more than what was spent. */
export function verdict(said, total) {
  if (total.pays === null) {
    return total.cost === 0 && h('p', { class: 'small soft' }, t('costs.no_cost'));
  }
  const words = { margin: money(Math.round((total.revenue * said.margin) / 100), total.currency), cost: money(total.cost, total.currency) };
  return notice(total.pays ? 'good' : '', h('p', null, t(total.pays ? 'costs.pays' : 'costs.pays_not', words)));
}

function value(group, key) {
  return group[key] === null ? -Infinity : group[key];
}

/** The most by one figure first. */
export function ordered(groups, key) {
  return [...groups].sort((a, b) => value(b, key) - value(a, key));
}

function groupCell(dim, group) {
  const key = group[dim] ?? '';
  const name = valueName(dim, key);
  return dim === 'link' && key ? h('a', { class: 'any-break', href: href(`/links/${key}`) }, name) : h('span', { class: key === '' ? 'soft' : 'any-break' }, name);
}

function withCount(name, among, currency) {
  return (group) => h('span', { class: 'cost-share' }, h('span', { class: group[name] === null || group.cost === 0 ? 'soft' : '' }, share(group, name, currency)),
    h('span', { class: 'small soft' }, t(`costs.of_${among}`, { n: count(group[among]), count: group[among] })));
}

/** moneyTable(groups, {dim, currency, sort, onSort(key)}) */
export function moneyTable(groups, { dim, currency, sort, onSort }) {
  const list = table({
    cls: 'money-table', caption: t('costs.title'), rowKey: (group) => group[dim] ?? '', sort, onSort, columns: [
      { key: 'name', label: dimName(dim), lead: true, cell: (group) => groupCell(dim, group) },
      { key: 'cost', label: t('costs.cost'), num: true, sort: 'cost', cell: (group) => money(group.cost, currency) },
      ...SHARES.map(([name, among]) => ({ key: name, label: t(`costs.${name}`), num: true, sort: name, cell: withCount(name, among, currency) })),
      {
        key: 'revenue', label: t('costs.revenue'), num: true, sort: 'revenue', cell: (group) => h('span', { class: 'cost-share' }, h('span', null, money(group.revenue, currency)),
          h('span', { class: 'small soft' }, t('costs.of_deals', { n: count(group.deals), count: group.deals }))),
      },
      { key: 'roas', label: t('costs.roas'), num: true, sort: 'roas', cell: (group) => times(group.roas) },
      { key: 'roi', label: t('costs.roi'), num: true, sort: 'roi', cell: (group) => h('span', { class: group.roi < 0 ? 'change down' : '' }, rate(group.roi)) },
    ],
  });
  list.add(groups);
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('costs.title') }, list.element);
}

/** Every group in every currency; money in main units. */
export function moneyCsv(said, dim) {
  const counts = ['clicks', 'leads', 'friends', 'new_customers', 'deals'];
  const ratio = (number_) => (number_ === null ? '' : Math.round(number_ * 10000) / 10000);
  const cells = (row) => [row.currency || '', row.currency ? majorUnits(row.cost, row.currency) : 0, ...counts.map((name) => row[name]),
    ...SHARES.map(([name]) => (row[name] === null || !row.currency ? '' : majorUnits(Math.round(row[name]), row.currency))),
    row.currency ? majorUnits(row.revenue, row.currency) : 0, ratio(row.roas), ratio(row.roi)];
  return {
    name: `costs-by-${dim}`,
    head: [dimName(dim), t('costs.currency'), t('costs.cost'), ...counts.map((name) => t(`costs.${name}`)), ...SHARES.map(([name]) => t(`costs.${name}`)), t('costs.revenue'), t('costs.roas'), t('costs.roi')],
    rows: [...said.groups.map((group) => [valueName(dim, group[dim]), ...cells(group)]),
      ...said.totals.map((total) => [t('report.sum'), ...cells(total)])],
  };
}
