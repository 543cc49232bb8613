/* SPDX-License-Identifier: MIT */
/* The fields of a link, for making one and for changing one, and what they say to the API. */
import { fromLocalInput, toLocalInput } from './format.js';
import { t } from './i18n.js';
import { domainField } from './domainpick.js';
import * as places from './places.js';
import { combobox } from './components/combobox.js';
import { selectField, switchField, textArea, textField } from './components/field.js';

export const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'];
const TEXTS = ['title', 'campaign', 'channel', 'fallback_url', 'owner', 'customer', 'external_id', 'click_id_param', 'notes', ...UTM];
const TIMES = ['valid_from', 'valid_until'];

function urlField(link) {
  const field = textArea({
    name: 'url', label: t('create.url'), hint: t('create.url_hint'), value: link.url, rows: 2, big: true, placeholder: t('create.url_placeholder'),
    attrs: { spellcheck: 'false', inputmode: 'url' },
  });
  field.control.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.control.form.requestSubmit();
    }
  });
  return field;
}

function utmFields(link) {
  return UTM.map((name) => combobox({
    name, label: t(`utm.${name}`), source: places.utmValues(name), value: link[name] || '', attrs: { autocapitalize: 'none' },
  }));
}

/** All fields by name. `link` is what they begin with: a link of the API, or what a form brought along. */
export async function linkFields(link, { domains }) {
  const initial = link.domain || domains.find((row) => row.is_default)?.host || '';
  const rows = [
    urlField(link),
    domainField(domains, { own: link.domain && link.id ? link.domain : '', value: initial }),
    textField({
      name: 'alias', label: t('create.alias'), hint: t('create.alias_hint'), optional: true, value: link.alias, before: `${initial}/`,
      attrs: { autocapitalize: 'none', spellcheck: 'false', maxlength: 64 },
    }),
    textField({ name: 'title', label: t('create.title'), optional: true, value: link.title, placeholder: t('create.title_placeholder'), attrs: { maxlength: 200 } }),
    combobox({ name: 'channel', label: t('create.channel'), hint: t('create.channel_hint'), source: places.channel, value: link.channel || '', placeholder: t('create.channel_placeholder') }),
    combobox({ name: 'campaign', label: t('create.campaign'), hint: t('create.campaign_hint'), source: places.campaign, value: link.campaign || '', placeholder: t('create.campaign_placeholder') }),
    combobox({ name: 'tags', label: t('create.tags'), optional: true, source: places.tag, multiple: true, value: link.tags || [] }),
    ...utmFields(link),
    textField({ name: 'valid_from', label: t('create.valid_from'), type: 'datetime-local', value: toLocalInput(link.valid_from) }),
    textField({ name: 'valid_until', label: t('create.valid_until'), type: 'datetime-local', value: toLocalInput(link.valid_until) }),
    textField({ name: 'max_clicks', label: t('create.max_clicks'), hint: t('create.max_clicks_hint'), type: 'number', value: link.max_clicks ?? '', attrs: { min: 1, inputmode: 'numeric' } }),
    textField({ name: 'fallback_url', label: t('create.fallback'), hint: t('create.fallback_hint'), type: 'url', value: link.fallback_url }),
    combobox({ name: 'owner', label: t('create.owner'), source: places.owner, value: link.owner || '' }),
    textField({ name: 'customer', label: t('create.customer'), value: link.customer, attrs: { maxlength: 128 } }),
    textField({ name: 'external_id', label: t('create.external_id'), hint: t('create.external_id_hint'), value: link.external_id, attrs: { maxlength: 128 } }),
    textField({ name: 'click_id_param', label: t('create.click_id'), hint: t('create.click_id_hint'), value: link.click_id_param, placeholder: 'lp_click', attrs: { maxlength: 64, autocapitalize: 'none', spellcheck: 'false' } }),
    selectField({
      name: 'redirect_status', label: t('create.status'), value: String(link.redirect_status || 302),
      options: ['302', '301', '307', '308', '303'].map((code) => [code, t(`create.status.${code}`)]),
    }),
    switchField({ name: 'forward_query', label: t('create.forward'), hint: t('create.forward_hint'), value: link.forward_query ?? true }),
    textArea({ name: 'notes', label: t('create.notes'), value: link.notes, rows: 3 }),
  ].filter(Boolean);
  return Object.fromEntries(rows.map((field) => [field.name, field]));
}

/** What was filled in, as the API takes it: an empty text is null. */
export function toApi(values) {
  const body = { ...values };
  TEXTS.forEach((name) => { body[name] = values[name] || null; });
  TIMES.forEach((name) => { body[name] = fromLocalInput(values[name]); });
  body.alias = values.alias || null;
  body.max_clicks = values.max_clicks === '' ? null : Number(values.max_clicks);
  body.redirect_status = Number(values.redirect_status);
  return body;
}

/** Only what differs, so that a change somebody else made meanwhile to another field is left alone. */
export function difference(before, after) {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}
