/* SPDX-License-Identifier: MIT */
/*
 * Who brought the deals: what happened after the clicks, shared out by several models side by side. The whole state is the
 * address. What came directly and what nothing is known of always stands in the table.
 */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { EVENT_TYPES, TOUCH_DIMS, money, stageName, stages, typeName } from '../deals.js';
import { dimName, loadNames } from '../values.js';
import { icon } from '../components/icon.js';
import { card, loading, pageHead, segments } from '../components/page.js';
import { MODELS, creditCsv, creditTable } from './attribution-table.js';
import { choice, dayChoices } from './deals-choices.js';
import { startDeals } from './deals-start.js';
import { asker } from './report-asking.js';
import { csvButton, nothing } from './report-card.js';
import { conditions, readState, toggled, writeState } from './report-query.js';
import { drawFilters, toolbar } from './report-toolbar.js';

const WINDOWS = [1, 7, 14, 30, 60, 90, 180, 365, 1095];
const HALF_LIVES = [1, 3, 7, 14, 30];
const WINDOW = 90;
const HALF_LIFE = 7;
const LIMIT = 200;

function days(text, otherwise, most) {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : otherwise;
}

function read(query) {
  const report = readState(query);
  const models = MODELS.filter((model) => (query.get('models') || '').split(',').includes(model));
  const chosen = models.length > 0 ? models : MODELS;
  return {
    ...report, filters: report.filters.filter((one) => TOUCH_DIMS.includes(one.dim)),
    by: TOUCH_DIMS.includes(query.get('by')) ? query.get('by') : 'campaign', models: chosen,
    sort: chosen.includes(query.get('sort')) ? query.get('sort') : chosen[0],
    window: days(query.get('window'), WINDOW, 1095), halfLife: days(query.get('half_life'), HALF_LIFE, 365),
    type: query.get('type') || '', stage: query.get('type') ? '' : query.get('stage') || '', currency: query.get('currency') || '', counts: query.get('figure') === 'conversions',
  };
}

function write(state) {
  return {
    ...writeState(state), by: state.by === 'campaign' ? '' : state.by, models: state.models.length === MODELS.length ? '' : state.models.join(),
    sort: state.sort === state.models[0] ? '' : state.sort, window: state.window === WINDOW ? '' : state.window,
    half_life: state.halfLife === HALF_LIFE ? '' : state.halfLife, type: state.type, stage: state.stage, currency: state.currency, figure: state.counts ? 'conversions' : '',
  };
}

function question(state) {
  const models = [state.sort, ...state.models.filter((model) => model !== state.sort)]; // the first is what groups are ordered by
  return { ...conditions(state), group_by: state.by, models: models.join(), window: state.window, half_life: state.halfLife, type: state.type, stage: state.stage, limit: LIMIT };
}

/* ---- choices ---- */

/** What is counted: every value, a kind of event, or whatever leads to a stage; those of the address among them. */
function whatChoice(state, steps, set) {
  const withOwn = (keys, own) => (own && !keys.includes(own) ? [...keys, own] : keys);
  const nameOf = (key) => stageName(steps.find((stage) => stage.key === key) || key);
  const stageKeys = withOwn(steps.slice(1).map((stage) => stage.key), state.stage); // to have clicked is the first, and no conversion
  return choice(t('attribution.what'), state.stage ? `stage ${state.stage}` : state.type && `type ${state.type}`, [['', t('attribution.valued')],
    [t('attribution.by_type'), withOwn(EVENT_TYPES, state.type).map((type) => [`type ${type}`, typeName(type)])],
    stageKeys.length > 0 && [t('attribution.by_stage'), stageKeys.map((key) => [`stage ${key}`, nameOf(key)])],
  ].filter(Boolean), (value) => set({ type: value.startsWith('type ') ? value.slice(5) : '', stage: value.startsWith('stage ') ? value.slice(6) : '' }));
}

function choices(state, steps, set) {
  return h('div', { class: 'report-bar no-print' },
    choice(t('attribution.by'), state.by, TOUCH_DIMS.map((dim) => [dim, dimName(dim)]), (by) => set({ by })),
    whatChoice(state, steps, set),
    choice(t('attribution.window'), state.window, dayChoices(WINDOWS, state.window), (value) => set({ window: Number(value) })),
    state.models.includes('time_decay') && choice(t('attribution.half_life'), state.halfLife, dayChoices(HALF_LIVES, state.halfLife), (value) => set({ halfLife: Number(value) })));
}

/** Which models stand beside each other; the last one cannot be taken away. */
function modelPicker(state, set) {
  const toggle = (model) => {
    const models = MODELS.filter((one) => (one === model ? !state.models.includes(one) : state.models.includes(one)));
    if (models.length > 0) {
      set({ models, sort: models.includes(state.sort) ? state.sort : models[0] });
    }
  };
  return h('div', { class: 'row model-picker no-print', role: 'group', 'aria-label': t('attribution.models') }, MODELS.map((model) => h('button', {
    class: 'button small', type: 'button', 'aria-pressed': String(state.models.includes(model)), dataset: state.models.includes(model) ? { on: '', model } : { model },
    title: t(`attribution.model.${model}_hint`), on: { click: () => toggle(model) },
  }, t(`attribution.model.${model}`))));
}

/* ---- what was found ---- */

function totals(said, sort) {
  const whole = said.totals || said.credited[sort];
  const known = said.unattributed && whole.conversions > 0 ? percent(1 - said.unattributed.conversions / whole.conversions) : '–';
  const figures = [
    ...said.currencies.map((currency) => [t('attribution.value', { currency }), money(whole.value[currency] || 0, currency)]),
    [t('attribution.conversions'), number(whole.conversions)], [t('attribution.known'), known],
    said.customers !== null && [t('attribution.customers'), number(said.customers)], said.refunds > 0 && [t('attribution.refunds'), number(said.refunds)],
  ].filter(Boolean);
  return h('dl', { class: 'target-totals' }, figures.map(([name, value]) => h('div', null, h('dt', { class: 'small soft' }, name), h('dd', null, h('span', { class: 'figure num' }, value)))));
}

function explained() {
  return h('details', { class: 'more' }, h('summary', null, icon('right'), t('attribution.how')), h('dl', { class: 'facts' },
    MODELS.map((model) => h('div', null, h('dt', null, t(`attribution.model.${model}`)), h('dd', null, t(`attribution.model.${model}_hint`)))),
    ['credited', 'direct', 'unattributed', 'totals'].map((row) => h('div', null, h('dt', null, t(`attribution.row.${row}`)), h('dd', null, t(`attribution.row.${row}_hint`))))));
}

function isEmpty(said) {
  return said.groups.length === 0 && !(said.totals?.conversions > 0) && !(said.refunds > 0);
}

export async function show(view) {
  let state = read(view.query);
  const steps = await stages();
  const bar = h('div');
  const chips = h('div', { class: 'report-chips no-print' });
  const body = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(10)));

  const draw = (said) => {
    const currency = state.counts ? '' : said.currencies.includes(state.currency) ? state.currency : said.currencies[0] || '';
    const filtered = state.filters.length > 0;
    const options = { dim: state.by, models: state.models, sort: state.sort, currency, filtered };
    const kinds = [...said.currencies.map((one) => [one, t('attribution.value', { currency: one })]), ['', t('attribution.conversions')]];
    replace(body, card({ title: t('report.totals') }, totals(said, state.sort)),
      card({ title: t('attribution.by_dim', { dim: dimName(state.by) }), cls: 'report-card', actions: [
        kinds.length > 1 && segments(t('attribution.figure'), kinds, currency, (one) => { set({ counts: one === '', currency: one === said.currencies[0] ? '' : one }, { still: said }); }),
        csvButton(t('attribution.title'), () => creditCsv(said, options)),
      ] }, modelPicker(state, set), creditTable(said, {
        ...options, onSort: (sort) => set({ sort }), onFilter: (dim, value) => set({ filters: toggled(state.filters, dim, value) }, { push: true }),
      }), state.by === 'tag' && h('p', { class: 'small soft' }, t('attribution.tags_overlap')), explained()));
  };
  const drawNothing = async (signal) => {
    const ever = await api.get('/stats/attribution', { period: 'all', models: 'last', limit: 1 }, { signal });
    replace(body, isEmpty(ever) && !state.type && !state.stage ? startDeals(t('attribution.none')) : h('div', { class: 'card' }, modelPicker(state, set), nothing(t('attribution.none_here'))));
  };
  const ask = asker(view, body, async (signal) => {
    const said = await api.get('/stats/attribution', question(state), { signal });
    await loadNames(state.by, said.groups.map((group) => group[state.by]));
    signal.throwIfAborted();
    await (isEmpty(said) ? drawNothing(signal) : draw(said));
  });
  const drawBar = () => {
    replace(bar, toolbar(state, (patch) => set(patch, { push: 'filters' in patch }), { base: {}, tools: [], compare: false, dims: TOUCH_DIMS }), choices(state, steps, set));
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

  view.setTitle(t('attribution.title'));
  append(view.el, pageHead({ title: t('attribution.title'), lead: t('attribution.lead') }), h('div', { class: 'stack report' }, bar, chips, body));
  drawBar();
  await ask();
}
