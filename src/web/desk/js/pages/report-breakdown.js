/* SPDX-License-Identifier: MIT */
/*
 * Who, where and with what: the clicks by one dimension, the most first. A row is a bar; pressing it makes it a filter. A
 * card has several dimensions as tabs, and asks about the one that is shown only.
 */
import { h, replace } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { who } from '../session.js';
import { PLACES, dimName, loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { icon } from '../components/icon.js';
import { segments } from '../components/page.js';
import { csvButton, nothing, reportCard, skeletonRows } from './report-card.js';

const SHOWN = 8;
const ASKED = 50; // by visitors the order is another than by clicks, by which the API sorts
const ALL = 1000;
const NAMES_WAIT_MS = 400;
const ROOM = 7; // characters that .bar-count has room for: 123,456

/* The cards of a report, in order. */
const CARDS = [
  { key: 'channels', dims: ['channel', 'channel_group', 'campaign', 'tag'] },
  { key: 'sources', dims: ['source', 'app', 'referrer', 'scene', 'ad_click_source'] },
  { key: 'links', dims: ['link', 'owner', 'domain', 'target'] },
  { key: 'utm', dims: ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'utm_id'] },
  { key: 'devices', dims: ['device', 'os', 'browser', 'language', 'net'] },
  { key: 'places', dims: PLACES },
];

/** The cards that have something to say where `hide` is known already. */
export function cardsWithout(hide) {
  const told = CARDS.filter((one) => one.dims !== PLACES || who().install.places); // places are where a file tells them
  return told.map((one) => ({ ...one, dims: one.dims.filter((dim) => !hide.includes(dim)) })).filter((one) => one.dims.length > 0);
}

function wait(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** {rows: [{value, count}], total, other} of one dimension. */
async function ask(ctx, dim, limit) {
  const metric = ctx.state.metric;
  const byVisitors = metric === 'visitors';
  const found = await ctx.ask('/stats', { group_by: dim, metrics: byVisitors ? 'clicks,visitors' : 'clicks', limit: byVisitors ? Math.max(limit, ASKED) : limit });
  const all = found.groups.map((group) => ({ value: group[dim] ?? '', count: group[metric] })).sort((a, b) => b.count - a.count);
  const rows = all.slice(0, limit);
  return { rows, total: found.totals[metric], more: all.length > rows.length || found.other?.clicks > 0, warnings: found.warnings || [] };
}

function rowElement(ctx, dim, row, top, total) {
  const name = valueName(dim, row.value);
  const page = dim === 'link' && row.value && h('a', { class: 'bar-side', href: href(`/links/${row.value}`), 'aria-label': t('report.open', { name }) }, icon('right'));
  return h('tr', { class: 'bar-row' },
    h('th', { scope: 'row' }, h('div', { class: 'bar-cell' },
      h('span', { class: 'bar', style: { width: `${top > 0 ? (row.count / top) * 100 : 0}%` } }),
      h('button', { class: 'bar-name', type: 'button', title: name, on: { click: () => ctx.filter(dim, row.value) } }, h('span', { class: `cut${row.value === '' ? ' soft' : ''}` }, name)),
      h('button', {
        class: 'bar-side', type: 'button', 'aria-label': t('report.exclude', { name }), title: t('report.exclude', { name }),
        on: { click: () => ctx.filter(dim, row.value, true) },
      }, icon('close')), page)),
    h('td', { class: 'num' }, number(row.count)), h('td', { class: 'num soft' }, percent(total > 0 ? row.count / total : 0)));
}

function barTable(ctx, dim, rows, total) {
  const top = rows.reduce((most, row) => Math.max(most, row.count), 0);
  const chars = number(top).length;
  const wide = chars > ROOM ? { width: `calc(${chars - 1}ch + 8px)` } : {}; // a comma is half a figure
  return h('table', { class: 'bars' }, h('caption', { class: 'unseen' }, dimName(dim)),
    h('colgroup', null, h('col'), h('col', { class: 'bar-count', style: wide }), h('col', { class: 'bar-share' })),
    h('thead', { class: 'unseen' }, h('tr', null, [dimName(dim), t(`report.${ctx.state.metric}`), t('report.share')].map((text) => h('th', { scope: 'col' }, text)))),
    h('tbody', null, rows.map((row) => rowElement(ctx, dim, row, top, total))));
}

function csvOf(ctx, dim, rows, total) {
  return {
    name: dim, head: [dimName(dim), t(`report.${ctx.state.metric}`), t('report.share')],
    rows: rows.map((row) => [valueName(dim, row.value), row.count, percent(total > 0 ? row.count / total : 0)]),
  };
}

/** All values of a dimension in a box of their own. */
async function showAll(ctx, dim) {
  const found = await ask(ctx, dim, ALL);
  await loadNames(dim, found.rows.slice(0, ASKED).map((row) => row.value));
  const inBox = { ...ctx, filter: (...args) => { box.close(); ctx.filter(...args); } };
  const box = dialog({
    title: dimName(dim), wide: true,
    body: [h('div', { class: 'row far' }, h('span', { class: 'soft' }, t('report.values', { n: number(found.rows.length), count: found.rows.length })),
      csvButton(dimName(dim), () => csvOf(ctx, dim, found.rows, found.total))), barTable(inBox, dim, found.rows, found.total)],
  });
}

function explain(dim) {
  return t(PLACES.includes(dim) ? 'report.no_place' : 'report.none');
}

/** breakdown({key, dims, of}) -> a card as in report-card.js; `of` says what the report is on. */
export function breakdown({ key, dims: offered, of }) {
  const tabs = h('div', { class: 'segments-line no-print' });
  const foot = h('div', { class: 'bar-foot no-print' });
  let shown = null;
  const draw = (ctx, body, dim, found) => {
    shown = { ctx, dim, ...found };
    const empty = found.rows.length === 0 || (found.rows.length === 1 && found.rows[0].value === '' && found.warnings.length > 0);
    replace(body, h('h3', { class: 'print-only' }, dimName(dim)), empty ? nothing(explain(dim)) : barTable(ctx, dim, found.rows, found.total));
    foot.hidden = found.rows.length < SHOWN;
    replace(foot, found.more && button(t('report.all'), { kind: 'plain small', run: () => showAll(ctx, dim).catch(ctx.fail) }));
  };
  const dimOf = (ctx) => offered.find((one) => ctx.state.show.includes(one)) || offered[0];
  const drawTabs = (ctx) => {
    const dim = dimOf(ctx);
    replace(tabs, offered.length > 1 && segments(t(`report.card.${key}`), offered.map((one) => [one, dimName(one)]), dim,
      (next) => ctx.set({ show: [...ctx.state.show.filter((one) => !offered.includes(one)), ...(next === offered[0] ? [] : [next])] }, { only: card })));
  };
  const load = async (ctx, body) => {
    const dim = dimOf(ctx);
    const found = await ask(ctx, dim, SHOWN);
    const named = loadNames(dim, found.rows.map((row) => row.value));
    await Promise.race([named, wait(NAMES_WAIT_MS)]);
    ctx.signal.throwIfAborted();
    draw(ctx, body, dim, found);
    named.then(() => !ctx.signal.aborted && shown.dim === dim && shown.rows === found.rows && draw(ctx, body, dim, found));
  };
  const inner = reportCard({
    name: `${of}/${key}`, title: t(`report.card.${key}`), cls: 'bar-card', skeleton: skeletonRows(SHOWN), load, csv: () => shown && csvOf(shown.ctx, shown.dim, shown.rows, shown.total),
  });
  inner.element.insertBefore(tabs, inner.body);
  inner.element.append(foot);
  const card = {
    ...inner,
    reload(ctx) {
      drawTabs(ctx); // also out of sight, so that they have their room before the rows come
      inner.reload(ctx);
    },
  };
  return card;
}
