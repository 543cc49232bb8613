/* SPDX-License-Identifier: MIT */
/* Above a report: which time, compared with what, in which zone; and the filters as chips. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { dimName, dimsToOffer, loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { dialog } from '../components/dialog.js';
import { selectField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { icon } from '../components/icon.js';
import { zoneDialog } from '../components/zonepicker.js';
import { COMPARES, PERIODS, conditions } from './report-query.js';

const OFFERED = 50;
const OWN = 'own';

function select(label, value, rows, run) {
  const control = h('select', { class: 'input small-input', 'aria-label': label, value, on: { change: () => run(control.value) } },
    rows.map(([key, text]) => h('option', { value: key }, text)));
  return control;
}

/** "2026-10-24" of that instant in the zone; the day itself when it is one. */
function dayOf(text, tz) {
  if (!text || /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return text || '';
  }
  return new Intl.DateTimeFormat('sv-SE', { timeZone: tz }).format(new Date(text)); // whose dates are ISO 8601
}

function dates(state, set) {
  const box = (name, label) => h('input', {
    class: 'input small-input', type: 'date', 'aria-label': label, value: dayOf(state[name], state.tz),
    on: { change: (event) => event.target.checkValidity() && set({ [name]: event.target.value }) },
  });
  return h('span', { class: 'row dates' }, box('from', t('report.from')), '–', box('to', t('report.to')));
}

function today(tz, ago = 0) {
  return dayOf(new Date(Date.now() - ago * 86400000).toISOString(), tz);
}

/**
 * The line of choices. set(patch) changes the state of the report; without `filters` none is offered, else those of `dims`;
 * `compare`: with the time before.
 */
export function toolbar(state, set, { base, tools, filters = true, compare: compared = true, dims = dimsToOffer() }) {
  const pick = (value) => set(value === OWN
    ? { period: '', from: today(state.tz, 6), to: today(state.tz), interval: '' } : { period: value, from: '', to: '', interval: '' });
  return h('div', { class: 'report-bar no-print' },
    select(t('report.period'), state.period || OWN, [...PERIODS, OWN].map((key) => [key, t(`period.${key}`)]), pick),
    !state.period && dates(state, (patch) => set({ ...patch, interval: '' })),
    compared && state.period !== 'all' && select(t('report.compare'), state.compare, COMPARES.map((key) => [key, t(`compare.${key}`)]), (compare) => set({ compare })),
    button(state.tz, {
      kind: 'small', icon: 'globe', attrs: { 'aria-label': `${t('zone.label')} ${state.tz}` },
      run: () => zoneDialog({ value: state.tz, hint: t('report.zone_hint'), onPick: (tz) => tz && set({ tz }) }),
    }),
    filters && button(t('report.add_filter'), { kind: 'plain small', icon: 'filter', run: () => addDialog(state, set, base, dims) }), h('span', { class: 'grow' }), tools);
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

function names(filter) {
  return filter.values.map((value) => valueName(filter.dim, value)).join(t('report.or'));
}

function chip(filter, state, set) {
  const others = () => state.filters.filter((one) => one !== filter);
  const text = t(filter.not ? 'report.is_not' : 'report.is', { dim: dimName(filter.dim), value: names(filter) });
  return h('span', { class: `chip${filter.not ? ' chip-not' : ''}`, dataset: { dim: filter.dim } },
    h('button', {
      class: 'chip-text', type: 'button', title: t('report.turn_round'), on: { click: () => set({ filters: [...others(), { ...filter, not: !filter.not }] }) },
    }, text),
    h('button', { type: 'button', 'aria-label': t('combo.remove', { name: text }), on: { click: () => set({ filters: others() }) } }, icon('close')));
}

/** Any dimension and value: the values offered are those there are in the period. */
function addDialog(state, set, base, offeredDims) {
  const dims = offeredDims.filter((dim) => !(dim in base));
  const dim = selectField({ name: 'dim', label: t('report.filter_by'), options: dims.map((key) => [key, dimName(key)]), value: dims.includes('channel') ? 'channel' : dims[0] });
  const not = selectField({ name: 'not', label: t('report.filter_how'), options: [['', t('report.include')], ['not', t('report.leave_out')]] });
  const offered = async () => {
    const rest = { ...state, filters: state.filters.filter((one) => one.dim !== dim.get()) };
    const found = await api.get('/stats', { ...conditions(rest, base), group_by: dim.get(), metrics: 'clicks', limit: OFFERED });
    const values = found.groups.map((group) => group[dim.get()] ?? '');
    await loadNames(dim.get(), values);
    return values.filter(Boolean).map((one) => ({ value: one, label: valueName(dim.get(), one) }));
  };
  const value = combobox({
    name: 'value', label: t('report.filter_value'), hint: t('report.filter_hint'), multiple: true,
    source: async (text) => (await offered()).filter((row) => `${row.label} ${row.value}`.toLowerCase().includes(text.toLowerCase())),
  });
  dim.control.addEventListener('change', () => value.set([]));
  const box = dialog({
    title: t('report.add_filter'),
    body: form({
      fields: [dim, not, value], submit: submitButton(t('report.apply')), onSubmit: async (values) => {
        const chosen = { dim: values.dim, not: values.not === 'not', values: values.value.length > 0 ? values.value : [''] };
        box.close();
        set({ filters: [...state.filters.filter((one) => one.dim !== chosen.dim || one.not !== chosen.not), chosen] });
      },
    }).element,
  });
}

/** Fills `place` with the chips; names of keys follow once they are known. */
export function drawFilters(place, state, set) {
  const draw = () => replace(place, state.filters.map((filter) => chip(filter, state, set)),
    state.filters.length > 1 && button(t('filter.clear'), { kind: 'plain small', run: () => set({ filters: [] }) }));
  place.hidden = state.filters.length === 0;
  draw();
  Promise.all(state.filters.map((filter) => loadNames(filter.dim, filter.values))).then(() => {
    if (!place.contains(document.activeElement) && state.filters.length > 0) {
      draw();
    }
  });
}
