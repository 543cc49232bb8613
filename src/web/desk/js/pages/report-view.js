/* SPDX-License-Identifier: MIT */
/*
 * The report on anything: the whole installation, a link, a campaign, whatever the filters say. All of its state is in the
 * address. One call gives figures, series and balance; every card asks one more when it comes into sight, three at a time;
 * what is not wanted any more is broken off.
 */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { queue } from '../queue.js';
import { ledgerNow } from '../components/balance.js';
import { button } from '../components/button.js';
import { empty, failed } from '../components/page.js';
import { fail } from '../components/toast.js';
import { breakdown, cardsWithout } from './report-breakdown.js';
import { cardGrid } from './report-card.js';
import { heatCard } from './report-heat.js';
import { liveCard } from './report-live.js';
import { pivotCard } from './report-pivot.js';
import { compareOf, conditions, intervalOf, isLive, readState, toggled, writeState } from './report-query.js';
import { TILES, rangeText, seriesCard, totalsCard } from './report-series.js';
import { drawFilters, toolbar } from './report-toolbar.js';

const AT_ONCE = 3;
const AGAIN_AFTER_MS = 8000; // figures follow what comes in, but not each click of it

/** What is said where there is nothing to count; `ever`: there has been something at another time. */
function teach(state, set, { ever, ofLink, first }) {
  if (ever && state.filters.length > 0) {
    return empty({ icon: 'filter', title: t('report.none_filtered'), text: t('report.none_filtered_text'), action: button(t('filter.clear'), { run: () => set({ filters: [] }) }) });
  }
  if (ever) {
    return empty({ icon: 'chart', title: t('report.none_then'), text: t('report.none_then_text'), action: button(t('period.all'), { run: () => set({ period: 'all', from: '', to: '' }) }) });
  }
  if (first && state.filters.length === 0) {
    return first();
  }
  return empty({ icon: 'chart', title: t('report.none_yet'), text: t(ofLink ? 'report.none_yet_link' : 'report.none_yet_text') });
}

function received(totals) {
  return Object.values(totals.by_class).reduce((sum, count) => sum + count, 0);
}

/**
 * reportView(view, {base, hide, onState}) -> {element, close()}. `base` are conditions that belong to the page ({link:
 * 'lnk_1'}), `hide` the dimensions that say nothing on it; `middle` is shown
 * below the figures; first() where nothing was ever counted; onState(state) is told of every change of the filters.
 */
export function reportView(view, { base = {}, hide = [], middle = null, first = null, onState = () => {} } = {}) {
  let state = readState(view.query);
  let load = null; // aborts what the last state asked for
  let again = 0;
  const inTurn = queue(AT_ONCE);
  const bar = h('div');
  const chips = h('div', { class: 'row report-chips' });
  const said = h('p', { class: 'print-only small' });
  const below = h('div', { class: 'stack waiting' }); // not shown until they have their place
  const between = h('div', { class: 'stack waiting' }, middle);
  const placed = () => [between, below].forEach((part) => part.classList.remove('waiting'));
  const totals = totalsCard();
  const trouble = h('div');
  const series = seriesCard({ set: (patch, how) => set(patch, how) });
  const live = liveCard({ follows: isLive, onNew: () => soon() });
  const of = Object.keys(base).join();
  const cards = [...cardsWithout([...hide, ...Object.keys(base)]).map((one) => breakdown({ ...one, of })), heatCard(), pivotCard({ of }), live];
  append(below, series.element, cardGrid(cards));
  const nothingYet = h('div', { hidden: true });
  const element = h('div', { class: 'report stack' }, bar, chips, said, trouble, totals.element, middle && between, nothingYet, below);

  const context = (signal) => ({
    state, signal, fail,
    query: () => conditions(state, base),
    ask: (path, query) => inTurn(() => api.get(path, { ...conditions(state, base), ...query }, { signal }), signal),
    filter: (dim, value, not = false) => set({ filters: toggled(state.filters, dim, value, not) }, { push: true }),
    filterBoth: (pairs) => set({ filters: pairs.reduce((all, [dim, value]) => [...all.filter((one) => one.dim !== dim), { dim, not: false, values: [value] }], state.filters) }, { push: true }),
    set: (patch, how) => set(patch, how),
  });
  // noughts teach nobody: with the first visit the figures come, by themselves
  const begins = (fresh) => {
    [bar, totals.element].forEach((part) => { part.hidden = fresh; });
    if (fresh) {
      soon();
    }
  };
  const figures = async (signal) => {
    const asked = { ...conditions(state, base), interval: intervalOf(state), compare: compareOf(state), metrics: TILES.join(',') };
    const [found, ledger] = await Promise.all([inTurn(() => api.get('/stats', asked, { signal }), signal), ledgerNow(signal)]);
    replace(trouble);
    totals.show(found, conditions(state, base), ledger);
    said.textContent = `${rangeText(found)} · ${found.tz}`;
    const none = received(found.totals) === 0;
    below.hidden = none;
    placed();
    nothingYet.hidden = !none;
    if (none) {
      const all = await inTurn(() => api.get('/stats', { period: 'all', metrics: 'clicks', ...base }, { signal }), signal);
      const ever = received(all.totals) > 0;
      begins(!ever && first && state.filters.length === 0);
      replace(nothingYet, h('div', { class: 'card' }, teach(state, set, { ever, ofLink: 'link' in base, first })));
      return;
    }
    begins(false);
    await series.show(found, state);
  };
  const tryFigures = (signal) => figures(signal).catch((error) => {
    if (error.name !== 'AbortError') {
      placed();
      replace(trouble, h('div', { class: 'card' }, failed(error, () => tryFigures(signal))));
    }
  });
  const soon = () => {
    again ||= setTimeout(() => {
      again = 0;
      if (!load.signal.aborted) {
        tryFigures(load.signal);
      }
    }, AGAIN_AFTER_MS);
  };
  const ask = () => {
    load?.abort();
    load = new AbortController();
    view.signal.addEventListener('abort', () => load.abort(), { once: true, signal: load.signal });
    const ctx = context(load.signal);
    replace(bar, toolbar(state, (patch) => set(patch, { push: 'filters' in patch }), { base, tools: tools() }));
    drawFilters(chips, state, (patch) => set(patch, { push: true }));
    tryFigures(load.signal);
    cards.forEach((card) => card.reload(ctx));
  };
  const set = (patch, { push = false, only, series: seriesOnly = false, still = false } = {}) => {
    state = { ...state, ...patch };
    view.setQuery(writeState(state), { push });
    onState(state);
    if (still) {
      series.turn(state);
    } else if (seriesOnly) {
      tryFigures(load.signal);
    } else if (only) {
      only.reload(context(load.signal));
    } else {
      ask();
    }
  };
  const print = async () => {
    await Promise.all(cards.map((card) => card.now()));
    window.print();
  };
  const tools = () => [
    button(t('report.ledger_csv'), {
      kind: 'plain small', icon: 'download', href: api.apiUrl('/clicks', { ...conditions(state, base), format: 'csv', bom: 'true' }), attrs: { download: 'clicks.csv' },
    }),
    button(t('report.print'), { kind: 'plain small', icon: 'print', run: print }),
  ];

  // the page is in the document only after show() has returned, and a canvas is drawn in there
  queueMicrotask(ask);
  return {
    element,
    state: () => state,
    close() {
      clearTimeout(again);
      cards.forEach((card) => card.close());
      series.close();
    },
  };
}
