/* SPDX-License-Identifier: MIT */
/* Numbers and times as the reader writes them, in the zone the reader chose. Formatters are made once per language. */
import { lang, t } from './i18n.js';
import * as prefs from './prefs.js';

const made = new Map();
let installZone = '';

function formatter(Kind, options) {
  const key = Kind.name + lang() + JSON.stringify(options);
  if (!made.has(key)) {
    made.set(key, new Kind(lang(), options));
  }
  return made.get(key);
}

/** The zone of the installation, which holds until the reader chooses another. */
export function setInstallZone(value) {
  installZone = value || '';
}

/** IANA name of the zone all times and days are shown in; give it to the API as tz. */
export function zone() {
  return prefs.get('zone') || installZone || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function number(value) {
  return value === null || value === undefined ? '–' : formatter(Intl.NumberFormat, {}).format(value);
}

/** 12,345 -> 1.2万 / 12K */
export function compact(value) {
  return formatter(Intl.NumberFormat, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

const LEAST = 0.001;

/** 0.123 -> 12.3%; a few among many are not shown as none: 0.0002 -> <0.1% */
export function percent(value) {
  const format = (one) => formatter(Intl.NumberFormat, { style: 'percent', maximumFractionDigits: 1 }).format(one);
  if (!Number.isFinite(value)) {
    return '–';
  }
  return value > 0 && value < LEAST / 2 ? `<${format(LEAST)}` : format(value);
}

/** How much more than before: {text: '+12%', up: true}; null when there is nothing to compare with. */
export function change(now, before) {
  if (!before) {
    return null;
  }
  const options = { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' };
  return { text: formatter(Intl.NumberFormat, options).format((now - before) / before), up: now >= before };
}

function shown(value, options) {
  if (!value) {
    return '–';
  }
  return formatter(Intl.DateTimeFormat, { timeZone: zone(), ...options }).format(new Date(value));
}

export function date(value) {
  return shown(value, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** For lists: without the year while it is this one. */
export function shortDate(value) {
  const year = (at) => shown(at, { year: 'numeric' });
  return value && year(value) === year(Date.now()) ? shown(value, { month: 'short', day: 'numeric' }) : date(value);
}

export function dateTime(value) {
  return shown(value, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

export function exactTime(value) {
  return shown(value, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
}

const STEPS = [['day', 86400], ['hour', 3600], ['minute', 60]];

/** "3 hours ago" up to a week, then the date. Beside it stands, or is its title, what time it was exactly. */
export function ago(value) {
  if (!value) {
    return '–';
  }
  const seconds = (Date.now() - new Date(value).getTime()) / 1000;
  if (seconds > 7 * 86400 || seconds < -60) {
    return shortDate(value);
  }
  const step = STEPS.find(([, size]) => seconds >= size);
  return step ? formatter(Intl.RelativeTimeFormat, { numeric: 'auto' }).format(-Math.floor(seconds / step[1]), step[0]) : t('time.now');
}

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = value > 0 ? Math.min(Math.floor(Math.log2(value) / 10), units.length - 1) : 0;
  const options = { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: 1 };
  return formatter(Intl.NumberFormat, options).format(value / 1024 ** step);
}

/* ---- local times of a form <-> instants ------------------------------------------------------------------------ */

function parts(instant, tz) {
  const found = {};
  const form = new Intl.DateTimeFormat('en-US', {
    timeZone: tz, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  });
  form.formatToParts(instant).forEach((part) => { found[part.type] = part.value; });
  return found;
}

/** How far the zone is ahead of UTC at that instant, in ms. */
function offset(instant, tz) {
  const p = parts(instant, tz);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(instant.getTime() / 1000) * 1000;
}

/** An instant as <input type="datetime-local"> wants it, in the reader's zone or another. */
export function toLocalInput(value, tz = zone()) {
  if (!value) {
    return '';
  }
  const p = parts(new Date(value), tz);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** "2026-11-11T23:59" of such an input as RFC 3339; null when empty. */
export function fromLocalInput(text, tz = zone()) {
  if (!text) {
    return null;
  }
  const wanted = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
  if (Number.isNaN(wanted)) {
    return null;
  }
  const guess = wanted - offset(new Date(wanted), tz);
  return new Date(wanted - offset(new Date(guess), tz)).toISOString(); // twice: the offset may turn in between
}
