/* SPDX-License-Identifier: MIT */
/*
 * What was spent beside what it brought: what a click, a lead, a friend and a new customer cost, and whether it comes back.
 * The whole state is the address. One currency stands on the screen at a time; two are never added.
 */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { can } from '../session.js';
import { money } from '../deals.js';
import { dimName, loadNames } from '../values.js';
import { button } from '../components/button.js';
import { card, empty, loading, pageHead, segments } from '../components/page.js';
import { MODELS } from './attribution-table.js';
import { choice, dayChoices } from './deals-choices.js';
import { enterCost } from './cost-form.js';
import { importCosts } from './cost-import.js';
import { costTabs } from './cost-entries.js';
import { moneyCsv, moneyTable, ordered, sums, verdict } from './costs-table.js';
import { askMonths, monthsBack, privateDomain } from './costs-worth.js';
import { asker } from './report-asking.js';
import { csvButton, nothing } from './report-card.js';
import { conditions, readState, writeState } from './report-query.js';
import { drawFilters, toolbar } from './report-toolbar.js';

const GROUPS = ['channel', 'channel_group', 'campaign', 'link', 'owner'];
const WINDOWS = [1, 7, 14, 30, 60, 90, 180, 365, 1095];
const WINDOW = 90;
const MODEL = 'last_non_direct';
const LIMIT = 1000;
const SHOWN = 200;

function whole(text, otherwise, most) {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : otherwise;
}

function read(query) {
  const report = readState(query);
  const by = GROUPS.includes(query.get('by')) ? query.get('by') : GROUPS[0];
  return {
    ...report, by, filters: report.filters.filter((one) => one.dim === by),
    model: MODELS.includes(query.get('model')) ? query.get('model') : MODEL, window: whole(query.get('window'), WINDOW, 1095),
    margin: whole(query.get('margin'), 100, 100), sort: query.get('sort') || 'cost', currency: query.get('currency') || '',
  };
}

function write(state) {
  return {
    ...writeState(state), by: state.by === GROUPS[0] ? '' : state.by, model: state.model === MODEL ? '' : state.model,
    window: state.window === WINDOW ? '' : state.window, margin: state.margin === 100 ? '' : state.margin,
    sort: state.sort === 'cost' ? '' : state.sort, currency: state.currency,
  };
}

function marginBox(state, set) {
  const box = h('input', {
    class: 'input small-input', type: 'number', min: 1, max: 100, step: 1, name: 'margin', value: state.margin,
    on: { change: () => (box.checkValidity() && box.value ? set({ margin: Number(box.value) }) : box.reportValidity()) },
  });
  return h('label', { class: 'choice', title: t('costs.margin_hint') }, h('span', { class: 'small soft' }, t('costs.margin')), box, h('span', { class: 'small soft' }, '%'));
}

function choices(state, set) {
  return h('div', { class: 'report-bar no-print' },
    choice(t('attribution.by'), state.by, GROUPS.map((dim) => [dim, t(`costs.by.${dim}`)]), (by) => set({ by, filters: [] })),
    choice(t('costs.model'), state.model, MODELS.map((model) => [model, t(`attribution.model.${model}`)]), (model) => set({ model })),
    choice(t('attribution.window'), state.window, dayChoices(WINDOWS, state.window), (value) => set({ window: Number(value) })),
    marginBox(state, set));
}

export async function show(view) {
  let state = read(view.query);
  const bar = h('div');
  const chips = h('div', { class: 'report-chips no-print' });
  const body = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(10)));

  const draw = (said) => {
    const currencies = said.totals.map((one) => one.currency);
    const currency = currencies.includes(state.currency) ? state.currency : currencies[0];
    const total = said.totals.find((one) => one.currency === currency);
    const groups = ordered(said.groups.filter((group) => group.currency === currency || group.currency === null), state.sort);
    const pick = currencies.length > 1 && segments(t('costs.currency'), currencies.map((one) => [one, one]), currency, (one) => {
      set({ currency: one === currencies[0] ? '' : one }, { still: said });
    });
    replace(body, card({ title: t('report.totals'), actions: [pick].filter(Boolean) }, h('div', { class: 'stack' }, sums(total), verdict(said, total),
      currencies.length > 1 && h('p', { class: 'small soft' }, t('costs.currencies_apart')))),
    privateDomain(total),
    monthsBack(said.by_month, said.margin, currency),
    card({ title: t('attribution.by_dim', { dim: dimName(state.by) }), cls: 'report-card', actions: [csvButton(t('costs.title'), () => moneyCsv(said, state.by))] },
      groups.length === 0 ? nothing(t('costs.none_here')) : moneyTable(groups.slice(0, SHOWN), { dim: state.by, currency, sort: state.sort, onSort: (sort) => set({ sort }, { still: said }) }),
      groups.length > SHOWN && h('p', { class: 'small soft table-note' }, t('costs.more', { n: number(groups.length - SHOWN), count: groups.length - SHOWN })),
      total.unassigned_cost > 0 && h('p', { class: 'small soft table-note' }, t('costs.unassigned', { amount: money(total.unassigned_cost, currency) }))));
  };
  const drawNothing = async (signal) => {
    const ever = await api.get('/stats/money', { period: 'all', limit: 1 }, { signal });
    replace(body, h('div', { class: 'card' }, ever.totals.length > 0 ? nothing(t('costs.none_here')) : empty({
      icon: 'wallet', title: t('costs.none'), text: t('costs.none_text'), action: can('links:write') && button(t('costs.enter'), { kind: 'main', icon: 'add', run: () => enterCost(null, ask) }),
    })));
  };
  const ask = asker(view, body, async (signal) => {
    const figures = api.get('/stats/money', { ...conditions(state), group_by: state.by, models: state.model, window: state.window, margin: state.margin, limit: LIMIT }, { signal });
    const [answer, byMonth] = await Promise.all([figures, askMonths(state, state.margin, signal)]);
    const said = { ...answer, by_month: byMonth };
    await loadNames(state.by, said.groups.map((group) => group[state.by]));
    signal.throwIfAborted();
    await (said.totals.length === 0 ? drawNothing(signal) : draw(said));
  });
  const drawBar = () => {
    replace(bar, toolbar(state, (patch) => set(patch, { push: 'filters' in patch }), { base: {}, tools: [], compare: false, dims: [state.by] }), choices(state, set));
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

  view.setTitle(t('costs.title'));
  append(view.el, pageHead({
    title: t('costs.title'), lead: t('costs.lead'), actions: can('links:write') ? [
      button(t('costs.import'), { icon: 'upload', run: () => importCosts(ask) }), button(t('costs.enter'), { kind: 'main', icon: 'add', run: () => enterCost(null, ask) }),
    ] : [],
  }), h('div', { class: 'stack report' }, costTabs('/costs'), bar, chips, body));
  drawBar();
  await ask();
}
