/* SPDX-License-Identifier: MIT */
/* Live codes in all: what was shown, pressed and joined, by target, channel, colleague or link. */
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { pageHead } from '../components/page.js';
import { readState, writeState } from './report-query.js';
import { toolbar } from './report-toolbar.js';
import { GROUPS, targetsReport } from './targets-report.js';

/** The period of the address, as the API asks for it. */
export function periodOf(state) {
  return { ...(state.period ? { period: state.period } : { from: state.from, to: state.to }), tz: state.tz, compare: state.period === 'all' ? 'none' : state.compare };
}

export async function show(view) {
  let state = { ...readState(view.query), filters: [] };
  let by = GROUPS.includes(view.query.get('by')) ? view.query.get('by') : 'target';
  const bar = h('div');
  const write = () => view.setQuery({ ...writeState(state), by: by === 'target' ? '' : by });
  const report = targetsReport({ signal: view.signal, by, conditions: () => periodOf(state), changed: (next) => { by = next; write(); } });
  const set = (patch) => {
    state = { ...state, ...patch, filters: [] };
    write();
    draw();
    report.load();
  };
  const draw = () => replace(bar, toolbar(state, set, { base: {}, tools: [], filters: false }));
  view.setTitle(t('targets.title'));
  append(view.el, pageHead({ title: t('targets.title'), lead: t('targets.lead') }), h('div', { class: 'stack' }, bar, report.element));
  draw();
  await report.load();
}
