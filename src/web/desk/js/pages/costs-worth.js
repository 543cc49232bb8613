/* SPDX-License-Identifier: MIT */
/* Whether customers who can be reached again cover what they cost, in one currency; and when each month's costs came back. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { majorUnits, money } from '../deals.js';
import { card, notice } from '../components/page.js';
import { csvButton } from './report-card.js';
import { conditions } from './report-query.js';

const MONTHS = 12;
const PAYS = ['first_order', 'repeat', 'referral'];

/** Cohorts of the last twelve months by the same filters, whichever time the figures above are of. */
export function askMonths(state, margin, signal) {
  const [year, month] = new Date().toLocaleDateString('sv-SE', state.tz ? { timeZone: state.tz } : {}).split('-').map(Number);
  const first = new Date(Date.UTC(year, month - MONTHS, 1)).toISOString().slice(0, 10);
  const { from, to, period, ...rest } = conditions(state);
  return api.get('/stats/cohorts', { ...rest, from: first, margin }, { signal });
}

function backAfter(payback) {
  if (payback.reason) {
    return t(`costs.payback.${payback.reason}`);
  }
  return payback.months === undefined ? t('costs.payback_days', { n: number(payback.days), count: payback.days })
    : payback.months === 0 ? t('costs.payback_same') : t('costs.payback_months', { n: number(payback.months), count: payback.months });
}

/** What would have to change for it to pay. */
function needed(worth) {
  return worth.repeat_rate_needed >= 1 ? t('costs.worth.no_rate') : t('costs.worth.needed', { now: percent(worth.repeat_rate), needed: percent(worth.repeat_rate_needed) });
}

/** The verdict on one currency, and the figures it is made of. */
export function privateDomain(total) {
  const { private_domain: worth, currency } = total;
  const known = worth.verdict !== 'unknown';
  const amounts = Object.fromEntries([['cac', 'cac'], ['order', 'order_margin'], ['lifetime', 'lifetime_margin']].map(([name, key]) => [name, money(worth[key], currency)]));
  const figures = [
    ...(known ? [['cac', amounts.cac], ['order_margin', amounts.order], ['repeat_rate', percent(worth.repeat_rate)], ['referral_rate', percent(worth.referral_rate)], ['lifetime_margin', amounts.lifetime]] : []),
    ['payback', backAfter(total.payback)],
  ];
  return card({ title: t('costs.worth'), cls: 'worth' }, h('div', { class: 'stack', dataset: { verdict: worth.verdict } },
    notice(PAYS.includes(worth.verdict) ? 'good' : '', h('p', null, t(`costs.worth.${worth.verdict}`, amounts), worth.verdict === 'loss' && [' ', needed(worth)])),
    h('dl', { class: 'target-totals cost-totals' }, figures.map(([name, value]) => h('div', null, h('dt', { class: 'small soft' }, t(`costs.${name}`)), h('dd', null, h('span', { class: 'figure num' }, value))))),
    known && h('p', { class: 'small soft' }, t('costs.worth.buyers', { n: number(worth.buyers), count: worth.buyers, currency }))));
}

/* ---- by month ---- */

/** [{month, customers, cost, margin, payback}] of one currency, without months in which nothing was. */
function monthRows(said, margin, currency) {
  return said.cohorts.map((cohort) => ({
    month: cohort.month, customers: cohort.customers, cost: cohort.cost?.[currency] ?? 0,
    margin: Math.round((cohort.months.reduce((sum, one) => sum + (one.value[currency] ?? 0), 0) * margin) / 100), payback: cohort.payback?.[currency],
  })).filter((row) => row.customers > 0 || row.cost > 0);
}

function monthsCsv(rows, currency) {
  return {
    name: `payback-${currency}`,
    head: [t('costs.month'), t('costs.came'), `${t('costs.cost')} ${currency}`, `${t('costs.month_margin')} ${currency}`, t('costs.payback'), t('costs.payback_reason')],
    rows: rows.map((row) => [row.month, row.customers, majorUnits(row.cost, currency), majorUnits(row.margin, currency), row.payback?.months ?? '', row.payback?.reason ?? '']),
  };
}

/** When the costs of each month came back by what its customers brought since; nothing where there is nothing to say. */
export function monthsBack(said, margin, currency) {
  const rows = said ? monthRows(said, margin, currency) : [];
  const heads = [['costs.month'], ['costs.came', 'num'], ['costs.cost', 'num'], ['costs.month_margin', 'num'], ['costs.payback']];
  return rows.length > 0 && card({ title: t('costs.months'), cls: 'report-card', actions: [csvButton(t('costs.months'), () => monthsCsv(rows, currency))] },
    h('p', { class: 'small soft' }, t('costs.months_text')),
    h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('costs.months') }, h('table', { class: 'table payback-table' },
      h('thead', null, h('tr', null, heads.map(([key, cls]) => h('th', { scope: 'col', class: cls }, t(key))))),
      h('tbody', null, rows.map((row) => h('tr', { dataset: { month: row.month } }, h('th', { scope: 'row' }, row.month), h('td', { class: 'num' }, number(row.customers)),
        h('td', { class: 'num' }, money(row.cost, currency)), h('td', { class: 'num' }, money(row.margin, currency)),
        h('td', null, row.payback ? backAfter(row.payback) : '–')))))));
}
