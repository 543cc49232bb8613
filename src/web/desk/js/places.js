/* SPDX-License-Identifier: MIT */
/* What links are filed under, as suggestions for comboboxes and filters: places.campaign('sp') -> [{value, label, hint}] */
import * as api from './api.js';
import { labelName, t } from './i18n.js';

const SHOWN = 30;
const LOOKED_AT = 1000;

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

/** Channels that are inferred from a visit (docs/recognition.md); none for who may not see reports. */
function inferred() {
  return all('/inferred-channels').catch(() => []);
}

/** Channels of one's own, then those that visits are counted under where nobody set one. */
export async function anyChannel(text) {
  const [own, others] = await Promise.all([channel(text), inferred()]);
  const wanted = text.toLowerCase();
  return [...own, ...others.filter((one) => `${one.key} ${one.names.zh} ${one.names.en}`.toLowerCase().includes(wanted) && !own.some((mine) => mine.value === one.key))
    .map((one) => ({ value: one.key, label: labelName(one), hint: `${one.key} · ${t('place.inferred')}` }))];
}

/**
 * The key of a channel as costs know it: what is booked on an inferred one, said by key or name, makes it a channel of
 * one's own, under which reports go on to count its visits. Anything else is given back as it is.
 */
export async function channelToBook(said) {
  const found = (await inferred()).find((one) => [one.key, one.names.zh, one.names.en].includes(said));
  const own = found && await api.get('/channels', { q: said, archived: 'all', counts: 'false', limit: LOOKED_AT });
  if (!found || own.items.some((mine) => mine.key === said)) {
    return said;
  }
  await api.post('/channels', { key: found.key, names: { zh: found.names.zh || null, en: found.names.en || null } }).catch((error) => {
    if (error.status !== 409) { // one of that key goes by another name
      throw error;
    }
  });
  return found.key;
}

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
