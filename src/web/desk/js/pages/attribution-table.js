/* SPDX-License-Identifier: MIT */
/*
 * Models side by side: a row per group, a column per model, each cell a bar. Below the groups stands what is never left
 * out: the rest, what came directly, what no touch is known of, and the whole.
 */
import { h } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { amount, majorUnits } from '../deals.js';
import { dimName, valueName } from '../values.js';
import { icon } from '../components/icon.js';

export const MODELS = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'];

/** One figure of a credit: the value in a currency, in minor units, or conversions when there is none. */
function figure(credit, currency) {
  return credit ? (currency ? credit.value[currency] || 0 : credit.conversions) : 0;
}

function shown(value, currency) {
  return currency ? amount(value, currency) : number(Math.round(value * 100) / 100);
}

/** Rows below the groups: [{key, credit(model), strong}]. */
function sums(said, filtered) {
  const same = (credit) => () => credit;
  const rest = said.groups_total - said.groups.length;
  return [
    rest > 0 && { key: 'other', words: t('attribution.other', { n: number(rest), count: rest }), credit: (model) => said.other[model] },
    { key: 'credited', credit: (model) => said.credited[model], strong: true },
    { key: 'direct', credit: (model) => said.direct[model] },
    said.unattributed && { key: 'unattributed', credit: same(said.unattributed) },
    filtered && said.elsewhere && { key: 'elsewhere', credit: (model) => said.elsewhere[model] },
    said.totals && { key: 'totals', credit: same(said.totals), strong: true },
  ].filter(Boolean);
}

function groupName(dim, group, onFilter) {
  const value = group[dim] ?? '';
  const name = valueName(dim, value);
  return h('th', { scope: 'row' }, h('div', { class: 'credit-name' },
    h('button', { class: 'pivot-name', type: 'button', title: name, on: { click: () => onFilter(dim, value) } }, h('span', { class: value === '' ? 'soft' : '' }, name)),
    dim === 'link' && value && h('a', { class: 'credit-go', href: href(`/links/${value}`), 'aria-label': t('report.open', { name }) }, icon('right'))));
}

function cell(value, top, total, currency) {
  return h('td', { class: 'num' }, h('div', { class: 'credit-cell' },
    value !== 0 && top > 0 && h('span', { class: `credit-bar${value < 0 ? ' less' : ''}`, style: { width: `${Math.min(100, (Math.abs(value) / top) * 100)}%` } }),
    h('span', { class: value === 0 ? 'soft' : '' }, shown(value, currency)),
    h('span', { class: 'small soft credit-share' }, value === 0 || !(total > 0) ? '' : percent(value / total))));
}

function sumRow(row, models, total, currency) {
  const words = row.words || t(`attribution.row.${row.key}`);
  return h('tr', { class: row.strong ? 'strong' : '', dataset: { row: row.key } },
    h('th', { scope: 'row', title: t(`attribution.row.${row.key}_hint`) }, words),
    models.map((model) => cell(figure(row.credit(model), currency), 0, total, currency)));
}

function headCell(model, sorted, onSort) {
  return h('th', { scope: 'col', class: 'num', 'aria-sort': sorted ? 'descending' : null }, h('button', {
    class: 'sort', type: 'button', title: t(`attribution.model.${model}_hint`), 'aria-pressed': String(sorted), on: { click: () => onSort(model) },
  }, t(`attribution.model.${model}`), sorted && icon('down')));
}

/** The groups as the table has them: the most by the model that is sorted by first. */
function ordered(said, sort, currency) {
  return [...said.groups].sort((a, b) => figure(b.models[sort], currency) - figure(a.models[sort], currency));
}

/**
 * creditTable(said, {dim, models, sort, currency, filtered, onSort(model), onFilter(dim, value)}): `said` is the answer of
 * /stats/attribution, `currency` what values are shown of, '' for conversions.
 */
export function creditTable(said, { dim, models, sort, currency, filtered, onSort, onFilter }) {
  const groups = ordered(said, sort, currency);
  const top = Math.max(0, ...groups.flatMap((group) => models.map((model) => Math.abs(figure(group.models[model], currency)))));
  const total = figure(said.totals || said.credited[sort], currency);
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('attribution.title') }, h('table', { class: 'table pivot credit-table' },
    h('caption', { class: 'unseen' }, `${dimName(dim)} × ${t('attribution.models')}`),
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, dimName(dim)), models.map((model) => headCell(model, model === sort, onSort)))),
    h('tbody', null, groups.map((group) => h('tr', { dataset: { key: group[dim] ?? '' } }, groupName(dim, group, onFilter),
      models.map((model) => cell(figure(group.models[model], currency), top, total, currency))))),
    h('tfoot', null, sums(said, filtered).map((row) => sumRow(row, models, total, currency)))));
}

/** All of it as a file: every model's conversions, and its value in each currency. */
export function creditCsv(said, { dim, models, filtered }) {
  const columns = models.flatMap((model) => ['', ...said.currencies].map((currency) => [model, currency]));
  const cells = (credit) => columns.map(([model, currency]) => {
    const value = figure(credit(model), currency);
    return currency ? majorUnits(value, currency) : value;
  });
  return {
    name: `attribution-by-${dim}`,
    head: [dimName(dim), ...columns.map(([model, currency]) => `${t(`attribution.model.${model}`)} ${currency || t('attribution.conversions')}`)],
    rows: [...said.groups.map((group) => [valueName(dim, group[dim] ?? ''), ...cells((model) => group.models[model])]),
      ...sums(said, filtered).map((row) => [row.words || t(`attribution.row.${row.key}`), ...cells(row.credit)])],
  };
}
