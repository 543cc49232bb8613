/* SPDX-License-Identifier: MIT */
/* A rule as one sentence: "WeChat · iOS · working days 09:00–18:00 → in turn: Wang, Li". */
import { t } from './i18n.js';
import { date, dateTime, zone } from './format.js';
import { clock, dayRuns, readSlot } from './slots.js';
import { valueName, weekdayName } from './values.js';
import { who } from './session.js';

const SHOWN = 4; // values before "and 5 more"
const PLAIN_DAY = /^\d{4}-\d{2}-\d{2}$/;
const ALWAYS = '* 00:00-24:00';
/* What is said of these without a word of what it is: nobody takes iOS for a city. */
const BARE = ['app', 'os', 'device', 'browser', 'country', 'region', 'city', 'scene', 'visitor'];

export function isNot(condition) {
  return condition.not !== undefined;
}

export function valuesOf(condition) {
  return condition.not ?? condition.is ?? [];
}

/** One value of a fact as the reader knows it. */
export function factValue(fact, value) {
  if (fact === 'visitor') {
    return t(`rules.visitor_${value}`);
  }
  return fact === 'referrer' && value === '' ? t('rules.no_referrer') : valueName(fact, value);
}

/** "a, b, c and 2 more" */
function listed(texts) {
  const rest = texts.length - SHOWN;
  return texts.slice(0, SHOWN).join(t('rules.and')) + (rest > 0 ? t('rules.more', { n: rest }) : '');
}

/* ---- times ---- */

function dayWords(days, holidays) {
  if (days === 0x7f) {
    return t('rules.every_day');
  }
  if (days === 0x1f && holidays) {
    return t('rules.working_days'); // which is what the table of holidays makes of Monday to Friday
  }
  if (days === 0x60) {
    return t('rules.weekend');
  }
  return dayRuns(days).map(([first, last]) => (first === last ? weekdayName(first + 1) : `${weekdayName(first + 1)}–${weekdayName(last + 1)}`)).join(t('rules.and'));
}

/** "Mon–Fri 09:00–18:00" */
export function slotWords(text, holidays = false) {
  const slot = readSlot(text);
  if (!slot) {
    return text;
  }
  const whole = slot.from === 0 && (slot.to === 0 || slot.to === 1440);
  return whole ? dayWords(slot.days, holidays) : `${dayWords(slot.days, holidays)} ${clock(slot.from)}–${clock(slot.to)}`;
}

/** Holidays alone are asked for as the times outside a week that is left out on days off. */
export function isHolidays(condition) {
  return condition.fact === 'schedule' && !condition.holiday && valuesOf(condition).length === 1 && valuesOf(condition)[0] === ALWAYS;
}

function scheduleWords(condition) {
  if (isHolidays(condition)) {
    return t(isNot(condition) ? 'rules.on_holidays' : 'rules.no_holidays');
  }
  const values = valuesOf(condition);
  const closed = !condition.holiday; // on days off
  const text = listed(values.map((slot) => slotWords(slot, closed)));
  const said = closed && values.every((slot) => readSlot(slot)?.days === 0x1f); // "working days" says it
  const off = condition.holiday && condition.holiday !== 'weekday' ? condition.holiday.split(';').map((slot) => slotWords(slot.trim())).join(t('rules.and')) : '';
  return text + (off ? t('rules.holiday_hours', { hours: off }) : closed && !said ? t('rules.holiday_closed') : '');
}

function instantWords(value) {
  return PLAIN_DAY.test(value) ? date(`${value}T12:00:00Z`) : dateTime(value);
}

function dateWords(condition) {
  const [from, until] = valuesOf(condition);
  if (!from && !until) {
    return t('rules.any_time');
  }
  if (from && until) {
    return t('rules.from_until', { from: instantWords(from), until: instantWords(until) });
  }
  return from ? t('rules.from_on', { from: instantWords(from) }) : t('rules.until', { until: instantWords(until) });
}

function zoneWords(condition) {
  const own = condition.zone || who()?.install.timezone;
  return own && own !== zone() ? ` (${own})` : '';
}

/* ---- one condition ---- */

function queryWords(condition) {
  const values = valuesOf(condition);
  if (values.length === 0) {
    return t(isNot(condition) ? 'rules.query_none' : 'rules.query_any', { name: condition.name });
  }
  return t(isNot(condition) ? 'rules.query_is_not' : 'rules.query_is', { name: condition.name, value: listed(values) });
}

const WAYS = { schedule: (condition) => scheduleWords(condition) + zoneWords(condition), date: (condition) => dateWords(condition) + zoneWords(condition) };

export function conditionWords(condition) {
  const { fact } = condition;
  if (fact === 'query') {
    return queryWords(condition);
  }
  if (isHolidays(condition)) {
    return scheduleWords(condition);
  }
  const text = WAYS[fact] ? WAYS[fact](condition) : listed(valuesOf(condition).map((value) => factValue(fact, value)));
  const named = BARE.includes(fact) || WAYS[fact] ? text : t('rules.named', { fact: t(`rules.fact_${fact}`), value: text });
  return isNot(condition) ? t('rules.not', { value: named }) : named;
}

/* ---- the whole ---- */

function targetWords(rule, pool, nameOf) {
  const chosen = rule.targets.map((id) => pool.find((target) => target.id === id)).filter(Boolean);
  if (chosen.length === 0) {
    return t('rules.whole_pool');
  }
  const weights = ['weighted', 'random'].includes(rule.choose);
  return listed(chosen.map((target) => (weights && target.weight !== 1 ? `${nameOf(target)} ×${target.weight}` : nameOf(target))));
}

/** {when, then}: both halves of the sentence. */
export function ruleWords(rule, pool, nameOf) {
  const when = rule.when.length > 0 ? rule.when.map(conditionWords).join(' · ') : t('rules.everybody');
  const targets = targetWords(rule, pool, nameOf);
  const one = rule.targets.length === 1 || pool.length === 1;
  const then = one ? targets : t('rules.then', { choice: t(`rules.choose_${rule.choose}`), targets });
  return { when, then: rule.sticky && !one ? t('rules.then_sticky', { then }) : then };
}
