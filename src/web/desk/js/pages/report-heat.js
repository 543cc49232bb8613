/* SPDX-License-Identifier: MIT */
/* When people come: hours by weekdays. The deeper the colour the more; a cell is a filter, arrows move between cells. */
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { weekdayName } from '../values.js';
import { nothing, reportCard } from './report-card.js';

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LABEL_EVERY = 3;
const PALEST = 8; // percent of colour for a cell that is not empty

function moved(cells, from, key) {
  const at = cells.indexOf(from);
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: HOURS.length, ArrowUp: -HOURS.length }[key];
  return by && cells[at + by];
}

function cell(ctx, day, hour, count, top) {
  const share = count > 0 ? PALEST + ((100 - PALEST) * count) / top : 0;
  const words = t('report.heat_cell', { day: weekdayName(day, 'long'), hour: `${String(hour).padStart(2, '0')}:00`, n: number(count), count });
  return h('td', null, h('button', {
    class: 'heat', type: 'button', tabindex: '-1', 'aria-label': words, title: words,
    style: { background: `color-mix(in srgb, var(--chart-1) ${share}%, var(--quiet))` }, on: { click: () => ctx.filterBoth([['weekday', String(day)], ['hour', String(hour)]]) },
  }));
}

function grid(ctx, counts, top) {
  const table = h('table', { class: 'heat-table' }, h('caption', { class: 'unseen' }, t('report.card.times')),
    h('thead', null, h('tr', null, h('td'), HOURS.map((hour) => h('th', { scope: 'col' },
      h('span', { class: hour % LABEL_EVERY === 0 ? 'heat-hour' : 'unseen' }, String(hour)))))),
    h('tbody', null, DAYS.map((day) => h('tr', null, h('th', { scope: 'row' }, weekdayName(day)),
      HOURS.map((hour) => cell(ctx, day, hour, counts.get(`${day} ${hour}`) || 0, top))))));
  const cells = [...table.querySelectorAll('.heat')];
  cells[0].tabIndex = 0;
  table.addEventListener('keydown', (event) => {
    const next = moved(cells, event.target, event.key);
    if (next) {
      event.preventDefault();
      cells.forEach((one) => { one.tabIndex = -1; });
      next.tabIndex = 0;
      next.focus();
    }
  });
  return table;
}

export function heatCard() {
  let shown = null;
  return reportCard({
    title: t('report.card.times'), cls: 'wide', skeleton: h('div', { class: 'skeleton heat-skeleton', 'aria-hidden': 'true' }),
    csv: () => shown && {
      name: 'hours', head: [t('dim.weekday'), t('dim.hour'), t(`report.${shown.metric}`)],
      rows: DAYS.flatMap((day) => HOURS.map((hour) => [weekdayName(day, 'long'), `${String(hour).padStart(2, '0')}:00`, shown.counts.get(`${day} ${hour}`) || 0])),
    },
    async load(ctx, body) {
      const metric = ctx.state.metric;
      const found = await ctx.ask('/stats', { group_by: 'weekday,hour', metrics: metric === 'visitors' ? 'clicks,visitors' : 'clicks', limit: DAYS.length * HOURS.length });
      const counts = new Map(found.groups.map((group) => [`${group.weekday} ${Number(group.hour)}`, group[metric]]));
      shown = { counts, metric };
      replace(body, counts.size === 0 ? nothing() : grid(ctx, counts, Math.max(...counts.values())));
    },
  });
}
