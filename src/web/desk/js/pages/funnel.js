/* SPDX-License-Identifier: MIT */
/*
 * How far people came: how many clicked in the time asked for, how many of those whose first touch lies in it reached each
 * stage, and how long it took them; of all, and by whatever the first touch is known by. The whole state is the address.
 */
import * as api from '../api.js';
import { append, h, replace, svg } from '../dom.js';
import { dateTime, number, percent } from '../format.js';
import { t } from '../i18n.js';
import { TOUCH_DIMS, stageName } from '../deals.js';
import { dimName, loadNames, valueName } from '../values.js';
import { card, loading, pageHead, tabs } from '../components/page.js';
import { table } from '../components/table.js';
import { href } from '../router.js';
import { choice } from './deals-choices.js';
import { startDeals } from './deals-start.js';
import { asker } from './report-asking.js';
import { csvButton, nothing } from './report-card.js';
import { conditions, readState, toggled, writeState } from './report-query.js';
import { drawFilters, toolbar } from './report-toolbar.js';

const BY = 'channel';
const LIMIT = 200;
const STEPS_S = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** Both pages about how customers fare. */
export function journeyTabs(path) {
  return tabs(t('funnel.title'), [['/funnel', 'funnel.tab'], ['/funnel/cohorts', 'cohorts.tab']].map(([at, word]) => ({ text: t(word), href: href(at), current: at === path })));
}

function read(query) {
  const report = readState(query);
  return { ...report, filters: report.filters.filter((one) => TOUCH_DIMS.includes(one.dim)), by: TOUCH_DIMS.includes(query.get('by')) ? query.get('by') : BY };
}

function write(state) {
  return { ...writeState(state), by: state.by === BY ? '' : state.by };
}

/** 5400 -> 1.5 hours */
export function duration(seconds) {
  const [unit, size] = STEPS_S.find(([, one]) => seconds >= one) || STEPS_S.at(-1);
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(seconds / size);
}

/* ---- the funnel */

/** A slice: above it stands for the share that got here, below for that of the next step. Its width is the root of the share, or
 *  those who buy would be a hair's breadth of all who click. */
function slice(above, below) {
  const x = (share) => [50 - Math.sqrt(share) * 50, 50 + Math.sqrt(share) * 50].map((one) => Math.min(100, Math.max(0, one)));
  const [left, right] = x(Math.max(above, 0.0001));
  const [leftBelow, rightBelow] = x(Math.max(below, 0.0001));
  return svg('svg', { class: 'funnel-slice', viewBox: '0 0 100 40', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    svg('polygon', { points: `${left},0 ${right},0 ${rightBelow},40 ${leftBelow},40` }));
}

function lag(step) {
  return step.lag && t('funnel.lag', { median: duration(step.lag.median_s), p90: duration(step.lag.p90_s) });
}

/** Whom the first step counts: visitors, or customers where nobody knows how many clicked. */
function people(step) {
  return step.visitors ?? step.customers;
}

function customers(step) {
  return t('funnel.became', { n: number(step.customers), count: step.customers });
}

function start(step) {
  const known = step.visitors != null;
  return [h('span', { class: 'small soft' }, known ? t('funnel.visitors') : t('funnel.start')), known && h('span', { class: 'small soft num' }, customers(step))];
}

function funnelChart(said) {
  const names = new Map(said.stages.map((stage) => [stage.key, stageName(stage)]));
  return h('ol', { class: 'funnel' }, said.steps.map((step, i) => h('li', { class: 'funnel-step', dataset: { stage: step.stage } },
    h('div', { class: 'funnel-name' }, h('span', { class: 'strong any-break' }, names.get(step.stage)), h('span', { class: 'figure num' }, number(people(step)))),
    slice(step.of_first ?? 0, said.steps[i + 1]?.of_first ?? step.of_first ?? 0),
    h('div', { class: 'funnel-rate' }, i === 0 ? start(step)
      : [h('span', { class: 'strong num' }, t('funnel.conversion', { rate: percent(step.conversion ?? NaN) })), h('span', { class: 'small soft num' }, t('funnel.of_first', { rate: percent(step.of_first ?? NaN) })),
        lag(step) && h('span', { class: 'small soft' }, lag(step))]))));
}

/* ---- by what the first touch is known by */

function stepCell(step, first) {
  return h('span', { class: 'cost-share' }, h('span', { class: people(step) === 0 ? 'soft' : '' }, number(people(step))),
    first && step.visitors != null && h('span', { class: 'small soft' }, customers(step)),
    !first && h('span', { class: 'small soft' }, step.customers === 0 ? '–' : percent(step.conversion ?? NaN)),
    !first && step.lag && h('span', { class: 'small soft', title: lag(step) }, duration(step.lag.median_s)));
}

function groupTable(said, by, onFilter) {
  const list = table({
    cls: 'money-table funnel-table', caption: t('funnel.title'), rowKey: (group) => group[by] ?? '', columns: [
      {
        key: 'name', label: dimName(by), lead: true,
        cell: (group) => h('button', { class: 'pivot-name', type: 'button', title: valueName(by, group[by] ?? ''), on: { click: () => onFilter(group[by] ?? '') } }, valueName(by, group[by] ?? '')),
      },
      ...said.stages.map((stage, i) => ({ key: `stage-${i}`, label: stageName(stage), num: true, cell: (group) => stepCell(group.steps[i], i === 0) })),
      { key: 'whole', label: t('funnel.whole'), num: true, cell: (group) => h('span', { class: 'strong' }, percent(group.steps.at(-1).of_first ?? NaN)) },
    ],
  });
  list.add(said.groups);
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('attribution.by_dim', { dim: dimName(by) }) }, list.element);
}

function csv(said, by) {
  const cells = (steps) => steps.flatMap((step, i) => (i === 0 ? [step.visitors ?? '', step.customers] : [step.customers, step.conversion ?? '', step.lag?.median_s ?? '']));
  return {
    name: `funnel-by-${by}`,
    head: [dimName(by), ...said.stages.flatMap((stage, i) => (i === 0 ? [t('funnel.visitors'), t('funnel.customers')] : [stageName(stage), `${stageName(stage)} ${t('funnel.rate')}`, `${stageName(stage)} ${t('funnel.median_s')}`]))],
    rows: [...said.groups.map((group) => [valueName(by, group[by] ?? ''), ...cells(group.steps)]), [t('report.sum'), ...cells(said.steps)]],
  };
}

export async function show(view) {
  let state = read(view.query);
  const bar = h('div');
  const chips = h('div', { class: 'report-chips no-print' });
  const body = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(10)));

  const draw = (said) => {
    const away = said.untouched?.steps[0].customers || Math.max(0, ...(said.untouched?.steps || []).map((step) => step.customers));
    replace(body, card({ title: t('funnel.title') }, funnelChart(said), h('p', { class: 'small soft table-note' }, said.kept ? t('funnel.kept', { day: dateTime(said.kept.since) }) : t('funnel.counted')), away > 0 && h('p', { class: 'small soft table-note' }, t('funnel.untouched', { n: number(away), count: away }))),
      card({ title: t('attribution.by_dim', { dim: dimName(state.by) }), cls: 'report-card', actions: [csvButton(t('funnel.title'), () => csv(said, state.by))] },
        h('p', { class: 'small soft' }, t('funnel.cells')), groupTable(said, state.by, (value) => set({ filters: toggled(state.filters, state.by, value) }, { push: true })),
        said.groups_total > said.groups.length && h('p', { class: 'small soft table-note' }, t('attribution.other', { n: number(said.groups_total - said.groups.length), count: said.groups_total - said.groups.length }))));
  };
  const drawNothing = async (said, signal) => {
    const ever = await api.get('/stats/funnel', { period: 'all', limit: 1 }, { signal });
    const any = ever.steps[0].customers > 0 || (ever.untouched?.steps || []).some((step) => step.customers > 0);
    if (any && said.steps[0].visitors > 0) {
      draw(said);
    } else {
      replace(body, any ? h('div', { class: 'card' }, nothing(t('funnel.none_here'))) : startDeals(t('funnel.none')));
    }
  };
  const ask = asker(view, body, async (signal) => {
    const said = await api.get('/stats/funnel', { ...conditions(state), group_by: state.by, limit: LIMIT }, { signal });
    await loadNames(state.by, said.groups.map((group) => group[state.by]));
    signal.throwIfAborted();
    await (said.steps[0].customers === 0 ? drawNothing(said, signal) : draw(said));
  });
  const drawBar = () => {
    replace(bar, toolbar(state, (patch) => set(patch, { push: 'filters' in patch }), { base: {}, tools: [], compare: false, dims: TOUCH_DIMS }),
      h('div', { class: 'report-bar no-print' }, choice(t('attribution.by'), state.by, TOUCH_DIMS.map((dim) => [dim, dimName(dim)]), (by) => set({ by }))));
    drawFilters(chips, state, (patch) => set(patch, { push: true }));
  };
  const set = (patch, { push = false } = {}) => {
    state = { ...state, ...patch };
    view.setQuery(write(state), { push });
    drawBar();
    ask();
  };

  view.setTitle(t('funnel.title'));
  append(view.el, pageHead({ title: t('funnel.title'), lead: t('funnel.lead') }), h('div', { class: 'stack report' }, journeyTabs('/funnel'), bar, chips, body));
  drawBar();
  await ask();
}
