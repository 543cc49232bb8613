/* SPDX-License-Identifier: MIT */
/* Two dimensions against each other: which content worked in which channel. Both can be chosen; a cell is a filter. */
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { dimName, dimsToOffer, loadNames, valueName } from '../values.js';
import { nothing, reportCard, skeletonRows } from './report-card.js';

const ROWS = 12;
const COLUMNS = 8;
const ASKED = 1000;

/** The keys with the largest sums, at most `limit`. */
function largest(groups, dim, metric, limit) {
  const sums = new Map();
  groups.forEach((group) => sums.set(group[dim] ?? '', (sums.get(group[dim] ?? '') || 0) + group[metric]));
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, limit);
}

function matrix(ctx, { rows, columns, counts }) {
  const [down, across] = ctx.state.pivot;
  const top = Math.max(...counts.values());
  const cell = (row, column) => {
    const count = counts.get(JSON.stringify([row, column])) || 0;
    const words = `${valueName(down, row)}, ${valueName(across, column)}: ${number(count)}`;
    return h('td', { class: 'num' }, count === 0 ? h('span', { class: 'pivot-cell soft' }, '·') : h('button', {
      class: 'pivot-cell', type: 'button', 'aria-label': words, title: words, style: { background: `color-mix(in srgb, var(--chart-1) ${(count / top) * 30}%, transparent)` },
      on: { click: () => ctx.filterBoth([[down, row], [across, column]]) },
    }, number(count)));
  };
  const rest = (row, sum) => sum - columns.reduce((all, [column]) => all + (counts.get(JSON.stringify([row, column])) || 0), 0);
  const others = rows.some(([row, sum]) => rest(row, sum) > 0);
  const name = (dim, value) => h('button', { class: 'pivot-name', type: 'button', title: valueName(dim, value), on: { click: () => ctx.filter(dim, value) } }, valueName(dim, value));
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('report.card.pivot') }, h('table', { class: 'table pivot' },
    h('caption', { class: 'unseen' }, `${dimName(down)} × ${dimName(across)}`),
    h('thead', null, h('tr', null, h('td'),
      columns.map(([column]) => h('th', { scope: 'col', class: 'num' }, name(across, column))),
      others && h('th', { scope: 'col', class: 'num' }, t('report.others')), h('th', { scope: 'col', class: 'num pivot-sum' }, t('report.sum')))),
    h('tbody', null, rows.map(([row, sum]) => h('tr', null, h('th', { scope: 'row' }, name(down, row)), columns.map(([column]) => cell(row, column)),
      others && h('td', { class: 'num soft' }, h('span', { class: 'pivot-cell' }, rest(row, sum) > 0 ? number(rest(row, sum)) : '·')),
      h('td', { class: 'num strong pivot-sum' }, number(sum)))))));
}

function dimSelect(label, value, run) {
  const control = h('select', { class: 'input small-input', 'aria-label': label, value, on: { change: () => run(control.value) } },
    dimsToOffer([value]).map((dim) => h('option', { value: dim }, dimName(dim))));
  return control;
}

export function pivotCard({ of }) {
  let shown = null;
  const selects = h('div', { class: 'row pivot-dims' });
  const card = reportCard({
    name: `${of}/pivot`, title: t('report.card.pivot'), cls: 'wide pivot-card', tools: [selects], skeleton: skeletonRows(ROWS),
    csv: () => shown && {
      name: shown.dims.join('-'), head: [`${dimName(shown.dims[0])} × ${dimName(shown.dims[1])}`, ...shown.columns.map(([column]) => valueName(shown.dims[1], column)), t('report.sum')],
      rows: shown.rows.map(([row, sum]) => [valueName(shown.dims[0], row), ...shown.columns.map(([column]) => shown.counts.get(JSON.stringify([row, column])) || 0), sum]),
    },
    async load(ctx, body) {
      const [down, across] = ctx.state.pivot;
      const metric = ctx.state.metric;
      replace(selects, dimSelect(t('report.rows'), down, (dim) => ctx.set({ pivot: [dim, dim === across ? down : across] }, { only: card })), '×',
        dimSelect(t('report.columns'), across, (dim) => ctx.set({ pivot: [dim === down ? across : down, dim] }, { only: card })));
      const found = await ctx.ask('/stats', { group_by: `${down},${across}`, metrics: metric === 'visitors' ? 'clicks,visitors' : 'clicks', limit: ASKED });
      const rows = largest(found.groups, down, metric, ROWS);
      const columns = largest(found.groups, across, metric, COLUMNS);
      const counts = new Map(found.groups.map((group) => [JSON.stringify([group[down] ?? '', group[across] ?? '']), group[metric]]));
      await Promise.all([loadNames(down, rows.map(([row]) => row)), loadNames(across, columns.map(([column]) => column))]);
      ctx.signal.throwIfAborted();
      shown = { rows, columns, counts, dims: [down, across] };
      replace(body, rows.length === 0 ? nothing() : matrix(ctx, shown));
    },
  });
  return card;
}
