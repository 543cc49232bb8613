/* SPDX-License-Identifier: MIT */
/*
 * What reports count by, in words. Most values say what they are; known apps, systems and places have names in both
 * languages, and keys of campaigns, channels and links are looked up, once while the desk is open. A channel that was
 * inferred is called what the recognition tables say, unless somebody has named a channel of that key.
 */
import * as api from './api.js';
import { LANGUAGES, known, labelName, lang, t } from './i18n.js';
import { shortName } from './link.js';
import * as places from './places.js';
import { queue } from './queue.js';
import { who } from './session.js';

/** Every dimension of GET /stats that the desk offers, in the order of its lists. */
export const DIMS = [
  'campaign', 'channel', 'channel_group', 'link', 'tag', 'owner', 'domain', 'source', 'source_by', 'utm_source', 'utm_medium',
  'utm_campaign', 'utm_content', 'utm_term', 'utm_id', 'app', 'scene', 'referrer', 'ad_click_source', 'mini_program', 'device', 'os',
  'browser', 'language', 'net', 'country', 'region', 'city', 'carrier', 'target', 'qr', 'test', 'hour', 'weekday', 'class', 'outcome',
];

export const PLACES = ['country', 'region', 'city', 'carrier'];

/** Those to choose from here: places only where a file tells them, or where one is chosen already. */
export function dimsToOffer(chosen = []) {
  return DIMS.filter((dim) => who().install.places || !PLACES.includes(dim) || chosen.includes(dim));
}

const LABELS_MAX = 1000;
const MONDAY = Date.UTC(2024, 0, 1);
const names = new Map(); // "campaign/spring en" -> name
const asked = new Map(); // what is on its way or there
const inTurn = queue(3);

export function dimName(dim) {
  return known(`dim.${dim}`) ? t(`dim.${dim}`) : dim;
}

function byIntl(type, value) {
  try {
    return new Intl.DisplayNames(lang(), { type }).of(value) || value;
  } catch {
    return value; // not a code it knows
  }
}

function brand(value) {
  if (known(`value.${value}`)) {
    return t(`value.${value}`);
  }
  const inApp = value.match(/^(.+)-webview$/);
  return inApp ? t('value.webview', { name: brand(inApp[1]) }) : value;
}

/** What a dimension is called that says nothing: a link without a campaign has none, a country that is not told is unknown. */
function nameOfNone(dim) {
  const key = dim.startsWith('utm_') ? 'value.none.utm' : `value.none.${dim}`;
  return t(known(key) ? key : 'value.unknown');
}

export function weekdayName(day, style = 'short') {
  return new Intl.DateTimeFormat(lang(), { weekday: style, timeZone: 'UTC' }).format(new Date(MONDAY + (day - 1) * 86400000));
}

function named(dim, value) {
  return names.get(`${dim}/${value} ${lang()}`);
}

const WAYS = {
  channel: (value) => named('channel', value) || named('inferred', value) || value,
  class: (value) => t(`class.${value}`),
  outcome: (value) => t(`outcome.${value}`),
  scene: (value) => t(`scene.${value}`),
  source_by: (value) => (known(`source_by.${value}`) ? t(`source_by.${value}`) : value),
  qr: (value) => t(`qr.${value}`),
  test: (value) => t(`test.${value}`),
  hour: (value) => `${value.padStart(2, '0')}:00`,
  weekday: (value) => weekdayName(Number(value), 'long'),
  country: (value) => byIntl('region', value.toUpperCase()),
  language: (value) => byIntl('language', value),
  net: (value) => (value === 'wifi' ? 'Wi-Fi' : value.toUpperCase()),
  ...Object.fromEntries(['app', 'source', 'os', 'device', 'browser', 'ad_click_source'].map((dim) => [dim, brand])),
};

/** A value as the reader knows it. */
export function valueName(dim, value) {
  if (value === '' || value === null || value === undefined) {
    return nameOfNone(dim);
  }
  return WAYS[dim] ? WAYS[dim](String(value)) : named(dim, value) || String(value);
}

/** A label without a name keeps none: its key will do. */
function keep(dim, value, label) {
  LANGUAGES.forEach((language) => names.set(`${dim}/${value} ${language}`, typeof label === 'string' ? label : labelName({ ...label, key: '' }, language)));
}

async function labels(dim, path) {
  const page = await api.get(path, { archived: 'all', counts: 'false', limit: LABELS_MAX });
  page.items.forEach((label) => keep(dim, label.key, label));
}

async function inferred() {
  const page = await api.get('/inferred-channels');
  page.items.forEach((channel) => keep('inferred', channel.key, channel));
}

async function users() {
  (await places.all('/users')).forEach((user) => keep('owner', user.key, user.name || user.key));
}

async function targets() {
  const page = await api.get('/stats/targets', { group_by: 'target', period: 'all', limit: LABELS_MAX });
  page.groups.forEach((group) => keep('target', group.target, group.name || group.title || group.url || group.target));
}

async function link(id) {
  const found = await api.get(`/links/${api.segment(id)}`);
  const path = found.domain === who()?.install.default_domain ? found.aliases[0] || found.code : shortName(found);
  keep('link', id, found.title ? `${path} · ${found.title}` : path);
}

function once(key, ask) {
  if (!asked.has(key)) {
    asked.set(key, inTurn(ask).catch(() => asked.delete(key))); // the key itself will do
  }
  return asked.get(key);
}

const BY_LIST = {
  campaign: () => labels('campaign', '/campaigns'),
  inferred,
  channel: () => labels('channel', '/channels'),
  tag: () => labels('tag', '/tags'),
  owner: users,
  target: targets,
};

/** Resolves once valueName() knows these values as well as it ever will. */
export async function loadNames(dim, values) {
  if (dim === 'channel') {
    await Promise.all(['inferred', 'channel'].map((list) => once(list, BY_LIST[list])));
  } else if (BY_LIST[dim]) {
    await once(dim, BY_LIST[dim]);
  } else if (dim === 'link') {
    await Promise.all(values.filter(Boolean).map((id) => once(`link/${id}`, () => link(id))));
  }
}

/** After somebody changed them: forgetNames('channel') */
export function forgetNames(dim) {
  asked.delete(dim);
}
