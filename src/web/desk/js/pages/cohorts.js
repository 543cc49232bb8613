/* SPDX-License-Identifier: MIT */
/*
 * Customers by the month of their first touch, and what they did in each month from that one on: a heat table, whose
 * colours repeat what its cells say. The whole state is the address.
 */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { TOUCH_DIMS, majorUnits, money } from '../deals.js';
import { card, loading, pageHead, segments } from '../components/page.js';
import { choice } from './deals-choices.js';
import { startDeals } from './deals-start.js';
import { journeyTabs } from './funnel.js';
import { asker } from './report-asking.js';
import { csvButton, nothing } from './report-card.js';
import { conditions, readState, writeState } from './report-query.js';
import { drawFilters, toolbar } from './report-toolbar.js';

const FIGURES = ['active', 'leads', 'friends', 'deals', 'value', 'ltv'];
const PERIOD = '1y';
const PALEST = 6; // percent of colour for a cell that is not empty
const DEEPEST = 40; // so that the words in it can be read in both themes
const DEPTH = ['days', 'contents', 'events'];

function read(query) {
  const report = readState(query);
  return {
    ...report, period: query.get('period') || query.get('from') || query.get('to') ? report.period : PERIOD,
    filters: report.filters.filter((one) => TOUCH_DIMS.includes(one.dim)),
    figure: FIGURES.includes(query.get('figure')) ? query.get('figure') : FIGURES[0], currency: query.get('currency') || '',
  };
}

function write(state) {
  return { ...writeState(state), period: state.period === PERIOD ? '' : state.period, figure: state.figure === FIGURES[0] ? '' : state.figure, currency: state.currency };
}

/** One cell's figure; null where money of that currency is unknown. */
function figureOf(month, figure, currency) {
  return figure === 'value' || figure === 'ltv' ? month[figure][currency] ?? 0 : month[figure];
}

/** What the colour goes by: those active are a share of their cohort. */
function weightOf(cohort, month, { figure, currency }) {
  const value = figureOf(month, figure, currency);
  return figure === 'active' ? (cohort.customers > 0 ? value / cohort.customers : 0) : value;
}

function words(cohort, month, { figure, currency }) {
  const value = figureOf(month, figure, currency);
  if (figure === 'active') {
    return percent(cohort.customers > 0 ? value / cohort.customers : 0);
  }
  return figure === 'value' || figure === 'ltv' ? money(value, currency) : number(value);
}

function heatCell(cohort, month, shown, top) {
  const weight = weightOf(cohort, month, shown);
  const share = weight > 0 && top > 0 ? PALEST + ((DEEPEST - PALEST) * weight) / top : 0;
  return h('td', { class: `num cohort-cell${weight === 0 ? ' soft' : ''}`, style: { background: share > 0 ? `color-mix(in srgb, var(--chart-1) ${share}%, var(--card))` : '' } }, weight === 0 ? '–' : words(cohort, month, shown));
}

function depth(value) {
  return value === null ? '–' : number(Math.round(value * 10) / 10);
}

function heatTable(said, shown) {
  const width = Math.max(...said.cohorts.map((cohort) => cohort.months.length));
  const top = Math.max(0, ...said.cohorts.flatMap((cohort) => cohort.months.map((month) => weightOf(cohort, month, shown))));
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('cohorts.title') }, h('table', { class: 'table pivot cohort-table' },
    h('caption', { class: 'unseen' }, `${t('cohorts.title')} × ${t(`cohorts.figure.${shown.figure}`)}`),
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('cohorts.month')), h('th', { scope: 'col', class: 'num' }, t('cohorts.customers')),
      DEPTH.map((one) => h('th', { scope: 'col', class: 'num cohort-depth', title: t(`cohorts.depth.${one}_hint`) }, t(`cohorts.depth.${one}`))),
      Array.from({ length: width }, (_, i) => h('th', { scope: 'col', class: 'num' }, i === 0 ? t('cohorts.same_month') : t('cohorts.since', { n: i, count: i }))))),
    h('tbody', null, said.cohorts.map((cohort) => h('tr', { dataset: { month: cohort.month } }, h('th', { scope: 'row' }, cohort.month), h('td', { class: 'num strong' }, number(cohort.customers)),
      DEPTH.map((one) => h('td', { class: 'num cohort-depth' }, depth(cohort.depth[one]))),
      cohort.months.map((month) => heatCell(cohort, month, shown, top)),
      Array.from({ length: width - cohort.months.length }, () => h('td')))))));
}

/** A row for each cohort and month, with every figure. */
function csv(said) {
  return {
    name: 'cohorts',
    head: [t('cohorts.month'), t('cohorts.customers'), ...DEPTH.map((one) => t(`cohorts.depth.${one}`)), t('cohorts.months_since'), ...['active', 'leads', 'friends', 'deals'].map((one) => t(`cohorts.figure.${one}`)),
      ...said.currencies.flatMap((currency) => ['value', 'ltv'].map((one) => `${t(`cohorts.figure.${one}`)} ${currency}`))],
    rows: said.cohorts.flatMap((cohort) => cohort.months.map((month) => [cohort.month, cohort.customers, ...DEPTH.map((one) => cohort.depth[one] ?? ''), month.since, month.active, month.leads, month.friends, month.deals,
      ...said.currencies.flatMap((currency) => ['value', 'ltv'].map((one) => majorUnits(month[one][currency] ?? 0, currency)))])),
  };
}

export async function show(view) {
  let state = read(view.query);
  const bar = h('div');
  const chips = h('div', { class: 'report-chips no-print' });
  const body = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(10)));

  const draw = (said) => {
    const isMoney = state.figure === 'value' || state.figure === 'ltv';
    const currency = said.currencies.includes(state.currency) ? state.currency : said.currencies[0] || '';
    const pick = isMoney && said.currencies.length > 1 && segments(t('cohorts.currency'), said.currencies.map((one) => [one, one]), currency, (one) => {
      set({ currency: one === said.currencies[0] ? '' : one }, { still: said });
    });
    replace(body, card({ title: t(`cohorts.figure.${state.figure}`), cls: 'report-card', actions: [pick, csvButton(t('cohorts.title'), () => csv(said))].filter(Boolean) },
      h('p', { class: 'small soft' }, t(`cohorts.figure.${state.figure}_hint`)), heatTable(said, { figure: state.figure, currency })));
  };
  const drawNothing = async (signal) => {
    const ever = await api.get('/stats/cohorts', { period: 'all' }, { signal });
    replace(body, ever.cohorts.some((cohort) => cohort.customers > 0) ? h('div', { class: 'card' }, nothing(t('funnel.none_here'))) : startDeals(t('funnel.none')));
  };
  const ask = asker(view, body, async (signal) => {
    const said = await api.get('/stats/cohorts', conditions(state), { signal });
    await (said.cohorts.some((cohort) => cohort.customers > 0) ? draw(said) : drawNothing(signal));
  });
  const drawBar = () => {
    replace(bar, toolbar(state, (patch) => set(patch, { push: 'filters' in patch }), { base: {}, tools: [], compare: false, dims: TOUCH_DIMS }),
      h('div', { class: 'report-bar no-print' }, choice(t('attribution.figure'), state.figure, FIGURES.map((one) => [one, t(`cohorts.figure.${one}`)]), (figure) => set({ figure }))));
    drawFilters(chips, state, (patch) => set(patch, { push: true }));
  };
  const set = (patch, { push = false, still = null } = {}) => {
    state = { ...state, ...patch };
    view.setQuery(write(state), { push });
    if (still) {
      draw(still);
      return;
    }
    drawBar();
    ask();
  };

  view.setTitle(t('cohorts.title'));
  append(view.el, pageHead({ title: t('cohorts.title'), lead: t('cohorts.lead') }), h('div', { class: 'stack report' }, journeyTabs('/funnel/cohorts'), bar, chips, body));
  drawBar();
  await ask();
}
