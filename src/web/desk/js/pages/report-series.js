/* SPDX-License-Identifier: MIT */
/* The figures of the period, the balance below them, and how they went over time. One answer of /stats is all of it. */
import { h, replace } from '../dom.js';
import { change, number } from '../format.js';
import { lang, t } from '../i18n.js';
import { balance } from '../components/balance.js';
import { plot } from '../components/chart.js';
import { segments } from '../components/page.js';
import { csvButton } from './report-card.js';
import { INTERVALS, METRICS, bucketRange, compareOf, intervalOf, localDate } from './report-query.js';

const CHART_PX = 280;
/** The figures in sight at the top; series have the METRICS of them. */
export const TILES = ['clicks', 'visitors', 'scans', 'new_visitors'];
const WAYS = {
  hour: { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { month: 'short', day: 'numeric', weekday: 'short' },
  week: { year: 'numeric', month: 'short', day: 'numeric' },
  month: { year: 'numeric', month: 'long' },
};
const TICKS = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, day: { month: 'numeric', day: 'numeric' },
  week: { month: 'numeric', day: 'numeric' }, month: { year: 'numeric', month: 'short' },
};

function written(way, text) {
  return new Intl.DateTimeFormat(lang(), { timeZone: 'UTC', ...way }).format(localDate(text));
}

/** "from – to" of an answer; `to` is the first instant that is not in it any more. */
export function rangeText(found) {
  const day = { year: 'numeric', month: 'short', day: 'numeric' };
  const last = new Date(localDate(found.to).getTime() - 1);
  const form = new Intl.DateTimeFormat(lang(), { timeZone: 'UTC', ...day });
  return form.formatRange(localDate(found.from), last);
}

/* ---- totals ------------------------------------------------------------------------------------------------------ */

function difference(now, before, compared) {
  const found = compared && change(now, before);
  if (!found) {
    return h('span', { class: 'change soft small' }, compared ? t('report.nothing_before') : '');
  }
  return h('span', { class: `change small ${found.up ? 'up' : 'down'}`, title: t('report.before', { n: number(before) }) },
    h('span', { 'aria-hidden': 'true' }, found.up ? '▲ ' : '▼ '), found.text);
}

function identity(found) {
  return found.identity && h('p', { class: 'small soft' }, t(`report.identity.${found.identity.method}`, { share: Math.round(found.identity.cookie_share * 100) }));
}

/** totalsCard() -> {element, show(found, conditions, ledger)} */
export function totalsCard() {
  const list = h('dl', { class: 'totals' }, TILES.map((name) => h('div', null, h('dt', null, t(`report.${name}`)), h('dd', { class: 'num' }, '…'),
    h('dd', { class: 'change' }, '\u00a0'))));
  const line = balance();
  const note = h('div', { class: 'report-note' }, '\u00a0');
  return {
    element: h('section', { class: 'card report-totals', 'aria-label': t('report.totals') }, list, line.element, note),
    show(found, conditions, ledger) {
      const before = found.previous?.totals;
      TILES.forEach((name, i) => {
        const [, figure, changed] = list.children[i].children;
        figure.textContent = number(found.totals[name]);
        replace(changed, difference(found.totals[name], before?.[name], Boolean(before)));
      });
      replace(note, identity(found));
      line.show(found.totals, conditions, ledger);
    },
  };
}

/* ---- over time --------------------------------------------------------------------------------------------------- */

function seriesTable(rows, metric, previous, pick, way) {
  return h('div', { class: 'table-box series-table', tabindex: '0', role: 'region', 'aria-label': t('report.series') }, h('table', { class: 'table' },
    h('caption', { class: 'unseen' }, t('report.series')),
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('report.time')), METRICS.map((name) => h('th', { scope: 'col', class: 'num' }, t(`report.${name}`))),
      previous && h('th', { scope: 'col', class: 'num' }, t(`compare.${previous.kind}`)))),
    h('tbody', null, rows.map((row, i) => h('tr', null,
      h('th', { scope: 'row' }, h('button', { class: 'link-button', type: 'button', on: { click: () => pick(i) } }, written(way, row.start))),
      METRICS.map((name) => h('td', { class: 'num' }, number(row[name]))),
      previous && h('td', { class: 'num' }, previous.series[i] ? number(previous.series[i][metric]) : '–'))))));
}

/** What the chart says to who cannot see it. */
function spoken(rows, metric, range) {
  const most = rows.reduce((best, row) => (row[metric] > best[metric] ? row : best), rows[0]);
  return t('report.spoken', { metric: t(`report.${metric}`), range, n: number(most[metric]), when: written(WAYS.day, most.start) });
}

function legend(metric, kind) {
  return h('p', { class: 'legend small soft' }, h('span', { class: 'key-line' }, t(`report.${metric}`)), kind !== 'none' && h('span', { class: 'key-line dashed' }, t(`compare.${kind}`)));
}

/** seriesCard({set, redraw}) -> {element, show(found, state), close()} */
export function seriesCard({ set }) {
  const chart = plot(CHART_PX);
  const place = h('div', { class: 'report-body' }, chart.element);
  const range = h('p', { class: 'small soft', role: 'status' }, '\u00a0');
  const key = h('div');
  const tools = h('div', { class: 'row report-tools no-print' });
  let shown = null;
  const element = h('section', { class: 'card series-card' },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, t('report.series')), range), tools), key, place);

  const pick = (index) => {
    const { found, state } = shown;
    if (intervalOf(state) !== 'hour') {
      set({ period: '', ...bucketRange(found.series, index, found.to), interval: '' }, { push: true });
    }
  };
  const drawTools = (state) => replace(tools,
    segments(t('report.metric'), METRICS.map((name) => [name, t(`report.${name}`)]), state.metric, (metric) => set({ metric })),
    h('select', {
      class: 'input small-input', 'aria-label': t('report.interval'), value: intervalOf(state), on: { change: (event) => set({ interval: event.target.value }, { series: true }) },
    }, INTERVALS.map((name) => h('option', { value: name }, t(`interval.${name}`)))),
    segments(t('report.as'), [['', t('report.as_chart')], ['table', t('report.as_table')]], state.table ? 'table' : '', (as) => {
      set({ table: as === 'table' }, { still: true });
    }),
    csvButton(t('report.series'), () => shown && {
      name: 'series', head: [t('report.time'), ...METRICS.map((name) => t(`report.${name}`))],
      rows: shown.found.series.map((row) => [row.start, ...METRICS.map((name) => row[name])]),
    }));
  const draw = async () => {
    const { found, state } = shown;
    const interval = intervalOf(state);
    const kind = found.previous ? compareOf(state) : 'none';
    const compared = found.previous ? found.previous.series.slice(0, found.series.length) : [];
    range.textContent = `${rangeText(found)} · ${found.tz}`;
    drawTools(state);
    replace(key, legend(state.metric, kind));
    if (state.table) {
      replace(place, seriesTable(found.series, state.metric, found.previous && { kind, series: compared }, pick, WAYS[interval]));
      return;
    }
    if (!chart.element.isConnected) {
      replace(place, chart.element);
    }
    const dayChanges = (i) => i === 0 || found.series[i].start.slice(8, 10) !== found.series[i - 1].start.slice(8, 10);
    await chart.show({
      labels: found.series.map((row) => row.start),
      series: [
        { name: t(`report.${state.metric}`), values: found.series.map((row) => row[state.metric]), colour: 'chart-1' },
        ...(compared.length > 0 ? [{ name: t(`compare.${kind}`), values: compared.map((row) => row[state.metric]), colour: 'chart-3', dashed: true }] : []),
      ],
      label: spoken(found.series, state.metric, rangeText(found)),
      onPick: pick,
      titleOf: (i) => written(WAYS[interval], found.series[i].start),
      tickOf: (i) => written(interval === 'hour' && dayChanges(i) && found.series.length > 24 ? TICKS.day : TICKS[interval], found.series[i].start),
    });
  };
  return {
    element,
    draw: () => (shown ? draw() : Promise.resolve()),
    show(found, state) {
      shown = { found, state };
      return draw();
    },
    /** The same figures, shown otherwise. */
    turn(state) {
      if (shown) {
        shown.state = state;
        draw();
      }
    },
    close: chart.close,
  };
}

