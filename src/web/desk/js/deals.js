/* SPDX-License-Identifier: MIT */
/* What happens after the clicks, in words: kinds of events, stages, and money as the reader writes it. */
import * as api from './api.js';
import { known, labelName, lang, t } from './i18n.js';
import { can } from './session.js';

/** What a touch can be counted by (GET /stats/attribution), in the order of the lists. */
export const TOUCH_DIMS = [
  'campaign', 'channel', 'channel_group', 'link', 'owner', 'tag', 'domain', 'source', 'app', 'scene', 'utm_source', 'utm_medium',
  'utm_campaign', 'utm_content', 'utm_term', 'utm_id',
];

/** Kinds of events that are known by name; others are called what their sender called them. */
export const EVENT_TYPES = ['lead', 'add_friend', 'join_group', 'deal', 'repurchase', 'referral', 'service', 'refund'];

export function typeName(type) {
  return known(`deals.type.${type}`) ? t(`deals.type.${type}`) : type;
}

/** How many digits a currency has below its main unit. */
function digits(currency) {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2; // not three letters
  }
}

/** 12345, 'CNY' -> 123.45: for files. */
export function majorUnits(minor, currency) {
  return minor / 10 ** digits(currency);
}

/** '123.45', 'CNY' -> 12345, without a detour over binary fractions; null when it is not an amount. */
export function minorUnits(text, currency) {
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(text.replaceAll(/[,，\s]/g, ''));
  const places = digits(currency);
  if (!found || (found[2] || '').length > places) {
    return null;
  }
  return Number(found[1] + (found[2] || '').padEnd(places, '0'));
}

/** 12345, 'CNY' -> ¥123.45 */
export function money(minor, currency) {
  if (minor === null || minor === undefined) {
    return '–';
  }
  const places = digits(currency);
  try {
    return new Intl.NumberFormat(lang(), { style: 'currency', currency, minimumFractionDigits: minor % 10 ** places === 0 ? 0 : places }).format(minor / 10 ** places);
  } catch {
    return `${minor / 10 ** places} ${currency}`;
  }
}

/** 12345, 'CNY' -> 123.45 as the reader writes it: where the currency is said already. */
export function amount(minor, currency) {
  const places = digits(currency);
  return new Intl.NumberFormat(lang(), { minimumFractionDigits: places, maximumFractionDigits: places }).format(minor / 10 ** places);
}

let asked = null;

/** The stages in order: [{key, names, events}]; none where they cannot be read. */
export function stages() {
  if (!can('customers:read')) {
    return Promise.resolve([]);
  }
  asked ??= api.get('/stages').then((found) => found.stages, () => []);
  return asked;
}

/** After they were changed. */
export function forgetStages() {
  asked = null;
}

export function stageName(stage) {
  return typeof stage === 'string' ? stage : labelName(stage);
}

/** Who a customer is called where nobody gave a name. */
export function customerName(customer) {
  return customer.name || t('deals.nameless', { id: customer.id.replace('cus_', '') });
}
