/* SPDX-License-Identifier: MIT */
/* One address, many places: a link for each in one go. Repeated with the same places it finds the links it made. */
import * as api from '../api.js';
import { append, debounce, h, replace } from '../dom.js';
import { fromLocalInput, number } from '../format.js';
import { t } from '../i18n.js';
import { watchTarget } from '../linkcheck.js';
import { shortName } from '../link.js';
import { domainField } from '../domainpick.js';
import { UTM } from '../linkform.js';
import * as places from '../places.js';
import { setButton } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { textArea, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, card, notice, pageHead } from '../components/page.js';
import { problemText } from '../components/toast.js';
import { tableRows } from '../tabletext.js';
import { more } from './create.js';
import { countPlaces, lacksHeader, placesField, withHeader } from './fan-out-places.js';
import { results } from './fan-out-result.js';

const PREVIEW_AFTER_MS = 350;
const PREVIEW_ROWS = 5;
const PROBLEMS_SHOWN = 20;
const FROM_ADDRESS = ['url', 'places', 'campaign', 'owner', 'customer', 'alias_pattern', ...UTM];

function urlField(start) {
  const field = textArea({
    name: 'url', label: t('create.url'), hint: t('create.url_hint'), value: start.url, rows: 2, big: true, placeholder: t('create.url_placeholder'),
    attrs: { spellcheck: 'false', inputmode: 'url' },
  });
  field.control.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.isComposing) {
      event.preventDefault();
      field.control.form.querySelector('[name="places"]').focus();
    }
  });
  return field;
}

function commonFields(start, domains) {
  return [
    combobox({ name: 'campaign', label: t('create.campaign'), optional: true, source: places.campaign, value: start.campaign || '', placeholder: t('create.campaign_placeholder') }),
    combobox({ name: 'tags', label: t('create.tags'), optional: true, source: places.tag, multiple: true, value: start.tags || [] }),
    ...UTM.map((name) => combobox({ name, label: t(`utm.${name}`), source: places.utmValues(name), value: start[name] || '', attrs: { autocapitalize: 'none' } })),
    textField({
      name: 'alias_pattern', label: t('fan.pattern'), hint: t('fan.pattern_hint'), optional: true, value: start.alias_pattern, placeholder: 'spring-{channel}',
      attrs: { autocapitalize: 'none', spellcheck: 'false' },
    }),
    domainField(domains),
    textField({ name: 'valid_from', label: t('create.valid_from'), type: 'datetime-local' }),
    textField({ name: 'valid_until', label: t('create.valid_until'), type: 'datetime-local' }),
    combobox({ name: 'owner', label: t('create.owner'), hint: t('fan.owner_hint'), source: places.owner, value: start.owner || '' }),
    textField({ name: 'customer', label: t('create.customer'), hint: t('fan.customer_hint'), value: start.customer, attrs: { maxlength: 128 } }),
  ].filter(Boolean);
}

/** What was filled in, as the API takes it; what is empty is left out. */
function bodyOf(values, more_ = {}) {
  const { places: text, valid_from: from, valid_until: until, ...rest } = values;
  const body = { ...rest, places_text: text, valid_from: fromLocalInput(from), valid_until: fromLocalInput(until), ...more_ };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== '' && value.length !== 0));
}

/* ---- what would be made ------------------------------------------------------------------------------------------ */

function utmText(link) {
  return [...UTM, 'utm_id'].filter((name) => link[name]).map((name) => `${name}=${link[name]}`).join('  ');
}

function previewRow(row) {
  const utm = utmText(row.link);
  return h('li', null, h('span', { class: 'row far' }, h('span', { class: 'strong any-break' }, row.place || row.channel),
    row.status === 200 ? badge(t('fan.existed'), 'note') : h('span', { class: 'soft any-break' }, row.link.alias ? h('code', null, shortName(row.link)) : t('fan.own_code'))),
  utm && h('span', { class: 'soft any-break' }, utm));
}

function countsLine(counts) {
  return [
    counts.created > 0 && t('fan.will_make', { n: number(counts.created), count: counts.created }),
    counts.existed > 0 && t('fan.are_there', { n: number(counts.existed), count: counts.existed }),
    counts.failed > 0 && t('fan.are_wrong', { n: number(counts.failed), count: counts.failed }),
  ].filter(Boolean).join(' · ');
}

function drawPreview(place, answer) {
  const good = answer.results.filter((row) => row.link).slice(0, PREVIEW_ROWS);
  const bad = answer.results.filter((row) => row.problem);
  const rest = answer.results.length - good.length - bad.length;
  replace(place, h('p', { class: 'strong', role: 'status' }, countsLine(answer.counts)),
    answer.unknown_columns.length > 0 && notice('', t('fan.unknown_columns', { names: answer.unknown_columns.join('、') })),
    bad.length > 0 && notice('bad', h('ul', { class: 'stack tight' }, bad.slice(0, PROBLEMS_SHOWN).map((row) => h('li', null,
      t('fan.row_problem', { row: row.row, place: row.place || '–', why: row.problem.errors?.[0]?.detail || row.problem.detail || row.problem.title }))),
    bad.length > PROBLEMS_SHOWN && h('li', null, '…'))),
    good.length > 0 && h('ul', { class: 'preview-rows' }, good.map(previewRow)),
    rest > 0 && h('p', { class: 'soft small' }, t('fan.and_more', { n: number(rest), count: rest })));
}

/** Asks what would be made whenever something changed: {element, soon()}. */
function previewBox(values, check, signal) {
  const element = h('div', { class: 'stack tight', 'aria-live': 'polite' });
  let turn = 0;
  const hint = () => replace(element, h('p', { class: 'soft' }, t('fan.preview_empty')));
  const ask = async () => {
    turn += 1;
    const mine = turn;
    const verdict = await check();
    const given = values();
    if (mine !== turn || signal.aborted) {
      return;
    }
    if (!verdict?.url || verdict.problem || countPlaces(given.places) === 0 || lacksHeader(given.places)) {
      hint();
      return;
    }
    try {
      const answer = await api.post('/bulk/fan-out', bodyOf({ ...given, url: verdict.url }, { dry_run: true }), { signal });
      if (mine === turn) {
        drawPreview(element, answer);
      }
    } catch (problem) {
      if (mine === turn && problem.name !== 'AbortError') {
        replace(element, notice('bad', [...(problem.fields?.values() || [])].join(' ') || problemText(problem)));
      }
    }
  };
  hint();
  return { element, soon: debounce(ask, PREVIEW_AFTER_MS), stop: () => { turn += 1; } };
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

function body(fields, target, preview, submit) {
  const at = (...names) => names.map((name) => fields[name]?.element);
  return h('div', { class: 'fan-page' },
    card({}, h('div', { class: 'stack' },
      at('url'), target.element, at('places'),
      h('div', { class: 'pair' }, at('campaign', 'tags')),
      more(t('create.utm'), t('fan.utm_hint'), UTM.some((name) => fields[name].get()), h('div', { class: 'pair' }, at(...UTM))),
      more(t('create.more'), t('fan.more_hint'), Boolean(fields.alias_pattern.get()), at('alias_pattern'),
        h('div', { class: 'pair' }, at('domain', 'valid_from', 'valid_until', 'owner', 'customer'))))),
    h('div', { class: 'fan-side' }, card({ title: t('fan.preview') }, h('div', { class: 'stack' }, preview.element, submit,
      h('p', { class: 'soft small center keys-hint' }, h('kbd', null, 'Ctrl'), ' + ', h('kbd', null, 'Enter'))))));
}

export async function show(view) {
  view.setTitle(t('fan.title'));
  append(view.el, pageHead({ title: t('fan.title'), lead: t('fan.lead') }));
  const start = Object.fromEntries(FROM_ADDRESS.map((name) => [name, view.query.get(name)]).filter(([, value]) => value));
  const domains = await places.all('/domains');
  const placesBox = placesField(() => tidy());
  const fields = Object.fromEntries([urlField(start), placesBox, ...commonFields(start, domains)].map((field) => [field.name, field]));
  const target = watchTarget(fields, { template: false });
  const preview = previewBox(() => box.values(), target.settle, view.signal);
  const submit = submitButton(t('fan.submit'), 'main big wide');
  const result = h('div');

  const drawSubmit = () => {
    const n = countPlaces(fields.places.get());
    setButton(submit, n > 0 ? t('fan.submit_n', { n: number(n), count: n }) : t('fan.submit'));
  };
  /** Several columns without names are taken for the usual ones, and it is said so where it can be put right. */
  function tidy() {
    const text = fields.places.get();
    if (lacksHeader(text)) {
      fields.places.set(withHeader(text));
      fields.places.setNote(t('fan.header_added'), 'good');
    } else if (!text) {
      fields.places.setNote(t('fan.places_hint'));
    }
    drawSubmit();
    preview.soon();
  }
  const send = async () => {
    await target.settle();
    tidy();
    const values = box.values();
    const answer = await api.post('/bulk/fan-out', bodyOf(values));
    const rows = tableRows(values.places);
    const header = rows.length > answer.results.length ? rows.shift().raw : null;
    box.element.hidden = true;
    preview.stop();
    replace(result, results({
      answer, header, lines: rows.map((row) => row.raw),
      retry: (text) => api.post('/bulk/fan-out', bodyOf({ ...values, places: text })),
      back: (keepPlaces) => {
        replace(result);
        box.element.hidden = false;
        if (!keepPlaces) {
          fields.places.set('');
        }
        tidy();
        fields[keepPlaces ? 'places' : 'url'].control.focus();
      },
    }));
    window.scrollTo(0, 0);
    result.querySelector('.button.main')?.focus();
  };

  const box = form({ fields: Object.values(fields), submit, draft: Object.keys(start).length === 0 ? 'fan-out' : undefined, body: body(fields, target, preview, submit), onSubmit: send });
  if (start.places) {
    fields.places.set(start.places);
  }
  box.element.addEventListener('input', () => { drawSubmit(); preview.soon(); });
  box.element.addEventListener('change', () => preview.soon());
  fields.places.control.addEventListener('paste', () => setTimeout(tidy));
  fields.places.control.addEventListener('blur', tidy);
  append(view.el, result, box.element);
  tidy();
  (fields.url.get() ? fields.places : fields.url).control.focus();
}
