/* SPDX-License-Identifier: MIT */
/* What links are filed under, as suggestions for comboboxes and filters: places.campaign('sp') -> [{value, label, hint}] */
import * as api from './api.js';
import { labelName, t } from './i18n.js';

const SHOWN = 30;

function labels(path) {
  return async (text) => {
    const page = await api.get(path, { q: text, counts: 'false', limit: SHOWN });
    return page.items.map((label) => ({
      value: label.key, label: labelName(label), hint: labelName(label) === label.key ? '' : label.key, label_of: label,
    }));
  };
}

/** Lists that are short and come whole: asked for once while the desk is open. */
const whole = new Map();
export function all(path) {
  if (!whole.has(path)) {
    whole.set(path, api.get(path).then((page) => page.items, (error) => {
      whole.delete(path);
      throw error;
    }));
  }
  return whole.get(path);
}

/** After a page changed one of them: forget('/users') */
export function forget(path) {
  whole.delete(path);
}

export const campaign = labels('/campaigns');
export const channel = labels('/channels');
export const tag = labels('/tags');

export async function owner(text) {
  const users = await all('/users');
  const wanted = text.toLowerCase();
  return users.filter((user) => `${user.key} ${user.name}`.toLowerCase().includes(wanted))
    .map((user) => ({ value: user.key, label: user.name || user.key, hint: user.name && user.name !== user.key ? user.key : '' }));
}

export async function domain(text) {
  const domains = await all('/domains');
  return domains.filter((row) => row.host.includes(text.toLowerCase()))
    .map((row) => ({ value: row.host, label: row.host, hint: row.is_default ? t('place.default') : '' }));
}

/** The dictionary's values of one UTM field: utmValues('utm_source')('wx') */
export function utmValues(field) {
  return async (text) => {
    const page = await api.get('/utm-values', { field, q: text, limit: SHOWN });
    return page.items.map((row) => ({ value: row.value, label: row.value, hint: labelName({ ...row, key: '' }) }));
  };
}
