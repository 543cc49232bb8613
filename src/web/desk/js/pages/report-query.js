/* SPDX-License-Identifier: MIT */
/*
 * What a report is asked for, and its address: the same words as the API's, so an address reads like the call it makes.
 * A filter is {dim, not, values}; several filters have to hold at once, of the values of one any.
 */
import { zone } from '../format.js';
import { DIMS } from '../values.js';

export const PERIODS = ['today', 'yesterday', '7d', '30d', 'mtd', 'last_month', '90d', '1y', 'all'];
export const INTERVALS = ['hour', 'day', 'week', 'month'];
export const COMPARES = ['previous', 'year', 'none'];
export const METRICS = ['clicks', 'visitors'];
const PERIOD = '30d';
const PIVOT = ['channel', 'utm_content'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86400000;

function oneOf(list, value, otherwise) {
  return list.includes(value) ? value : otherwise;
}

function readFilters(query) {
  const filters = [];
  for (const name of new Set(query.keys())) {
    const not = name.startsWith('not_');
    const dim = not ? name.slice(4) : name;
    if (DIMS.includes(dim)) {
      filters.push({ dim, not, values: query.getAll(name) });
    }
  }
  return filters;
}

/** The state in an address. `period` is '' when from and to say it. */
export function readState(query) {
  const from = query.get('from') || '';
  const to = query.get('to') || '';
  const pivot = (query.get('pivot') || '').split(',');
  return {
    from, to,
    period: from || to ? '' : oneOf(PERIODS, query.get('period'), PERIOD),
    tz: query.get('tz') || zone(),
    interval: oneOf(INTERVALS, query.get('interval'), ''),
    compare: oneOf(COMPARES, query.get('compare'), 'previous'),
    metric: oneOf(METRICS, query.get('metric'), 'clicks'),
    pivot: pivot.length === 2 && pivot.every((dim) => DIMS.includes(dim)) ? pivot : PIVOT,
    show: (query.get('show') || '').split(',').filter((dim) => DIMS.includes(dim)), // tabs of the cards
    table: query.get('as') === 'table', // the series as numbers
    filters: readFilters(query),
  };
}

function filterParams(filters) {
  const params = {};
  filters.forEach(({ dim, not, values }) => { params[not ? `not_${dim}` : dim] = values; });
  return params;
}

/** The address of a state: what is as it would be anyway is left out. */
export function writeState(state) {
  return {
    period: state.period === PERIOD ? '' : state.period, from: state.from, to: state.to, tz: state.tz,
    interval: state.interval, compare: state.compare === 'previous' ? '' : state.compare,
    metric: state.metric === 'clicks' ? '' : state.metric,
    pivot: state.pivot.join() === PIVOT.join() ? '' : state.pivot.join(), show: state.show.join(), as: state.table ? 'table' : '',
    ...filterParams(state.filters),
  };
}

/** What /stats and /clicks are asked on behalf of a state; `base` are filters of the page that nobody can take away. */
export function conditions(state, base = {}) {
  return { ...(state.period ? { period: state.period } : { from: state.from, to: state.to }), tz: state.tz, ...filterParams(state.filters), ...base };
}

/** A comparison with the time before all time says nothing. */
export function compareOf(state) {
  return state.period === 'all' ? 'none' : state.compare;
}

function daysOf(state) {
  const days = { today: 1, yesterday: 1, '7d': 7, '30d': 30, mtd: 31, last_month: 31, '90d': 90, '1y': 366, all: 400 };
  if (state.period) {
    return days[state.period];
  }
  const end = state.to ? Date.parse(state.to) : Date.now();
  return (end - Date.parse(state.from)) / DAY_MS + (DATE.test(state.to) ? 1 : 0);
}

/** The interval that suits the period, unless one was chosen. */
export function intervalOf(state) {
  if (state.interval) {
    return state.interval;
  }
  const days = daysOf(state);
  if (!(days > 2)) {
    return 'hour';
  }
  return days <= 100 ? 'day' : 'week';
}

/** Is the present part of it: only then can something still come in. */
export function isLive(state) {
  return state.period ? !['yesterday', 'last_month'].includes(state.period)
    : !state.to || Date.parse(state.to) + (DATE.test(state.to) ? 2 * DAY_MS : 0) > Date.now();
}

/** Filters with the value of a dimension chosen, or given up when it is all that is chosen there. */
export function toggled(filters, dim, value, not = false) {
  const rest = filters.filter((one) => one.dim !== dim);
  const same = filters.find((one) => one.dim === dim && one.not === not);
  if (same && same.values.length === 1 && same.values[0] === value) {
    return rest;
  }
  const values = not && same && !same.values.includes(value) ? [...same.values, value] : [value]; // what is left out adds up
  return [...rest, { dim, not, values }];
}

/* ---- times of a report's buckets: they carry their offset, so their own digits are the reader's time ---------------- */

/** "2026-10-24T13:00:00+08:00" as a Date whose UTC fields are the local ones. */
export function localDate(text) {
  return new Date(`${text.slice(0, 19)}Z`);
}

/** The period of one bucket, as from and to of the API. */
export function bucketRange(series, index, end) {
  return { from: series[index].start, to: series[index + 1]?.start || end };
}
